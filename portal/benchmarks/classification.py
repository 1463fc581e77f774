"""How well goods are classified, and how fast: `--data FOLDER --queries FILE --results FILE`.

Loads the published lists of the folder into a scratch database: Annex I of the European Union, its military
list through our own form, the Commerce Control List. Asks every query of its list and writes a line for each
to the results: `{"id", "codes": [{"code", "path", "score"}, …], "alarm", "ms"}`. A query is a line of JSON
with `id`, `text`, `lang`, `list`, `label`, `gold5`, `gold`.

`--set lists=catalogue` asks the catalogue that comes with the portal alone; it has no Commerce Control List.
Seconds for the indexes are of the processor.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import mean
from time import process_time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from portal.benchmarks import Measure
from portal.benchmarks.customs import environment_of, manage
from portal.settings import database
from portal.stack.places import fresh_places, lock_file
from portal.stack.processes import Children, plain_environment
from portal.stack.services import start_services
from screening.classification import prepare, suggest, suggesting
from screening.classification.answers import Answer, Goods
from screening.control import catalogue, parser_of
from screening.control.load import load

LISTS = {"EU-ANNEX-I": "eu-dual-use", "EU-CML": "eu-military", "US-CCL": "us-ccl"}
EU = "eu/eu_annex1_02021R0821-20251115_en.exports-watch.json"
MILITARY = "parsed/eu_cml_en_2020.jsonl"
US = "us/ecfr_15cfr774_supp1_2026-06.xml"
MILITARY_FROM, US_FROM = "2020-02-17", date(2026, 6, 1)
LIMIT = 20
SENSITIVITY = 0.85
SWAPPED = 1  # the seed of the codes claimed wrongly

# The best engine measured before on such goods, and what we want to reach: the share of goods with the right
# code first, among five, among ten, and with the right paragraph among ten.
BASELINES = {
    "nl-du en": (0.62, 0.86, 0.89, 0.77),
    "nl-du es": (0.36, 0.57, 0.66, None),
    "nl-ml en": (0.33, 0.55, 0.68, None),
    "chem en": (0.71, 0.97, 0.98, None),
    "cb en": (0.17, 0.33, 0.42, None),
    "para en": (0.64, 0.88, 0.92, None),
}
GOALS = {
    "nl-du en": (0.68, 0.90, 0.94, 0.82),
    "nl-du es": (None, 0.86, 0.90, None),
    "nl-ml en": (None, 0.75, 0.85, None),
    "chem en": (0.95, None, 1.0, None),
    "cb en": (None, None, 0.85, None),
}
FIGURES = ("first", "among 5", "among 10", "paragraph among 10")

Query = Mapping[str, Any]
Hits = tuple[bool, bool, bool, bool | None]


def run(options: Mapping[str, str]) -> list[Measure]:
    """Load the lists, ask, write the results, and say how good they are."""
    if missing := {"data", "queries", "results"} - options.keys():
        raise CommandError(f"--{min(missing)} PATH is needed")
    is_catalogue = options.get("lists") == "catalogue"
    queries = [json.loads(line) for line in Path(options["queries"]).read_text().splitlines() if line.strip()]
    with scratch_database() as folder:
        settings.SCREENING_INDEX_FOLDER = folder / "screening-index"
        at = datetime.now(UTC)
        load_lists(Path(options["data"]), folder, at, is_catalogue=is_catalogue)
        known = list(LISTS.values())[: 2 if is_catalogue else 3]
        figures = measure_indexes(known, at)
        asked = [query for query in queries if LISTS[query["list"]] in known]
        answers, seconds = ask_all(asked, at)
        figures += measure_claims(asked, at)
    write(answers, Path(options["results"]))
    times = sorted(answer.milliseconds for answer in answers.values())
    return [
        *accuracy(asked, answers),
        *alarms(asked, answers),
        *figures,
        Measure("a line of goods, median", times[len(times) // 2], "ms"),
        Measure("a line of goods, 95 of 100", times[int(len(times) * 0.95)], "ms", at_most=50),
        Measure(
            "the same in time of the processor", 1000 * seconds[int(len(seconds) * 0.95)], "ms", at_most=50
        ),
        Measure("most memory of the process", getrusage(RUSAGE_SELF).ru_maxrss / 2**10, "MiB"),
    ]


@contextmanager
def scratch_database() -> Iterator[Path]:
    """Point Django to an empty database on a server of its own, which ends with the block; yield a folder."""
    places = fresh_places()
    lock = lock_file(places.var / "lock")
    children = Children(places.logs, plain_environment({}))
    before = dict(connection.settings_dict)
    try:
        addresses = start_services(places, children, durable=False)
        manage(environment_of(addresses, str(places.var), 0), "migrate", "--verbosity", "0")
        connection.close()
        connection.settings_dict.update(database(addresses["DATABASE_URL"]))
        yield places.var
    finally:
        connection.close()
        connection.settings_dict.update(before)
        children.stop()
        shutil.rmtree(places.servers.parent, ignore_errors=True)
        if lock:
            lock.close()


def load_lists(data: Path, folder: Path, at: datetime, *, is_catalogue: bool) -> None:
    began = at - timedelta(days=2)
    catalogue.load(by_name="benchmark", at=began)
    catalogue.load(by_name="benchmark", at=began, folder=catalogue.FOLDER / "eu-military")
    if is_catalogue:
        return
    military = folder / "military.jsonl"
    military.write_text(in_our_form(data / MILITARY), encoding="utf-8")
    files = (
        ("eu-annex1-json", data / EU, None),
        ("table", military, None),
        ("us-ccl", data / US, US_FROM),  # the file says no day
    )
    for source, path, dated in files:
        load(source, parser_of(source), path, by_name="benchmark", at=at - timedelta(days=1), dated=dated)


def in_our_form(path: Path) -> str:
    """Return the military list, kept a provision a line by another reader, in our own form."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    head = {
        "form": "istmo-control-list",
        "list": "eu-military",
        "valid_from": MILITARY_FROM,
        "language": "en",
        "codes": sum("." not in row["code"] for row in rows),
    }
    provisions = [
        {
            "code": row["code"],
            "official": {"en": row["text"]} if row["text"].strip() else {},
            "notes": [{"language": "en", "kind": "note", "text": note} for note in row["notes"]],
        }
        for row in rows
    ]
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in (head, *provisions))


def measure_indexes(known: Sequence[str], at: datetime) -> list[Measure]:
    """Build the indexes, then have them ready again from their folder, as a process that starts does."""
    figures = []
    before = resident()
    for what, most in (("built", None), ("ready from its folder", 2.0)):
        suggesting.forget_indexes()
        for code in known:
            started = process_time()
            prepare(at, code)
            figures.append(Measure(f"index of {code}, {what}", process_time() - started, "s", at_most=most))
    return [
        *figures,
        Measure("indexes in memory, and what built them", resident() - before, "MiB", at_most=300),
    ]


def resident() -> float:
    """Return the MiB that this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def ask_all(queries: Sequence[Query], at: datetime) -> tuple[dict[str, Answer], list[float]]:
    """Return the answers by the names of the queries, and the seconds of the processor, the least first."""
    answers, seconds = {}, []
    for query in queries:
        started = process_time()
        answers[query["id"]] = ask(query, at)
        seconds.append(process_time() - started)
    return answers, sorted(seconds)


def ask(query: Query, at: datetime, claimed: tuple[str, ...] = ()) -> Answer:
    language = query["lang"]
    goods = Goods(query["text"], claimed=claimed)
    return suggest(goods, at=at, language=language, list_code=LISTS[query["list"]], limit=LIMIT)


def write(answers: Mapping[str, Answer], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for key, answer in answers.items():
            codes = [
                {"code": code.partition(".")[0], "path": code, "score": round(score, 4)}
                for code, score in answer.paths
            ]
            line = {
                "id": key,
                "codes": codes,
                "alarm": round(answer.alarm, 4),
                "ms": round(answer.milliseconds, 2),
            }
            file.write(json.dumps(line) + "\n")


def family(query: Query) -> str:
    parts = query["id"].split("-")
    head = "-".join(parts[:2]) if parts[0] in ("nl", "neg") else parts[0]
    return f"{head} {query['lang']}"


def hits(query: Query, answer: Answer) -> Hits:
    paths = [code for code, _score in answer.paths]
    bases = list(dict.fromkeys(code.partition(".")[0] for code in paths))
    first, five, ten = (bool(set(query["gold5"]) & set(bases[:count])) for count in (1, 5, 10))
    now = list((query.get("path_now") or {}).values()) or query["gold"]
    gold = [code for code in now if "." in code]
    is_near = any("." in code and any(same_branch(code, one) for one in gold) for code in paths[:10])
    return first, five, ten, is_near if gold else None


def same_branch(code: str, other: str) -> bool:
    return f"{code}.".startswith(f"{other}.") or f"{other}.".startswith(f"{code}.")


def accuracy(queries: Sequence[Query], answers: Mapping[str, Answer]) -> list[Measure]:
    found: dict[str, list[Hits]] = {}
    for query in queries:
        if query["label"] == "listed":
            found.setdefault(family(query), []).append(hits(query, answers[query["id"]]))
    figures = []
    for name, rows in sorted(found.items()):
        for place, what in enumerate(FIGURES):
            values = [float(value) for row in rows if (value := row[place]) is not None]
            if values:
                figures.append(_share(name, what, place, mean(values), len(values)))
    return figures


def _share(name: str, what: str, place: int, value: float, count: int) -> Measure:
    before = BASELINES.get(name, (None,) * 4)[place]
    beside = f", best before {before:.2f}" if before is not None else ""
    goal = GOALS.get(name, (None,) * 4)[place]
    return Measure(f"{name} ({count}): {what}{beside}", value, "share", at_least=goal)


def alarms(queries: Sequence[Query], answers: Mapping[str, Answer]) -> list[Measure]:
    """Return how well the alarm tells listed goods from others, over English goods and lists of the Union."""
    told = [query for query in queries if query["list"].startswith("EU") and query["lang"] == "en"]
    listed = sorted((answers[one["id"]].alarm for one in told if one["label"] == "listed"), reverse=True)
    others = [answers[one["id"]].alarm for one in told if one["label"] != "listed"]
    if not listed or not others:
        return []
    above = sum((one > other) + 0.5 * (one == other) for one in listed for other in others)
    threshold = listed[max(0, int(SENSITIVITY * len(listed) + 0.9999) - 1)]
    called = [answers[one["id"]].may_be_listed for one in told if one["label"] == "listed"]
    wrongly = [answers[one["id"]].may_be_listed for one in told if one["label"] != "listed"]
    return [
        Measure(
            "alarm, area under the curve, best before 0.93",
            above / len(listed) / len(others),
            "",
            at_least=0.95,
        ),
        Measure(
            f"false alarms where {SENSITIVITY:.0%} are found, best before 0.09",
            sum(one >= threshold for one in others) / len(others),
            "share",
            at_most=0.08,
        ),
        Measure("called possibly listed, of the listed", mean(map(float, called)), "share"),
        Measure("called possibly listed, of the others", mean(map(float, wrongly)), "share"),
    ]


def measure_claims(queries: Sequence[Query], at: datetime) -> list[Measure]:
    """Claim the right code for goods, then that of other goods drawn by lot, and see which are called far."""
    chance = random.Random(SWAPPED)
    listed = [one for one in queries if one["label"] == "listed" and one["list"] == "EU-ANNEX-I"]
    codes = [code for one in listed for code in one["gold5"]]
    right, swapped = [], []
    for query in listed:
        other = chance.choice([code for code in codes if code not in query["gold5"]])
        claims = ask(query, at, (query["gold5"][0], other)).claims
        right.append(float(claims[0].is_far))
        swapped.append(float(claims[1].is_far))
    return [
        Measure("claimed codes called far, of right ones", mean(right), "share", at_most=0.10),
        Measure("claimed codes called far, of swapped ones", mean(swapped), "share", at_least=0.90),
    ]
