"""The starter catalogue that comes with the portal: every code of the EU dual-use list, in our own words.

It holds facts and words of ours: codes, regimes, titles, trade words, substances, hints at customs codes and
questions; no official text. `list.toml` says which edition it follows and asks the catch-all questions;
`category_<n>.toml` hold the entries; `thresholds.toml`, where it is, values that were reviewed, and the
paragraphs below the codes that they stand at. `substances.toml` and `synonyms.toml` are no part of the
edition: they help to find, and `screening.classification` reads them.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from screening.codes import DATA, control_codes
from screening.control.lists import regimes_by_number
from screening.control.load import store, with_words_of
from screening.control.rows import (
    CatchAllRow,
    Draft,
    EditionDraft,
    NoteRow,
    ProvisionRow,
    TextRow,
    ThresholdRow,
)
from screening.control.storing import Stamp
from screening.control.wording import base, checked_code
from screening.control_models import Comparator, ControlEdition, ControlEntry, NoteKind, Regime, TextRole
from screening.refusals import BadList

FOLDER = DATA / "catalogue"
LIST = "eu-dual-use"
LANGUAGES = ("es", "en")
Table = dict[str, Any]


def load(*, by_name: str, at: datetime, folder: Path = FOLDER) -> ControlEdition:
    """Put the catalogue in force from `at`.

    Raises BadList if it is broken or an official edition is in force.
    """
    stamp = Stamp("catalogue", *fingerprint(folder), by_name, at)
    edition = store(parse(folder), stamp)
    assert isinstance(edition, ControlEdition)
    return edition


def with_our_words(draft: Draft) -> Draft:
    """Return an official edition with our words, questions and thresholds for the codes that no edition had.

    Of the others, and of the catch-all questions, an edition keeps what the one before it says.
    """
    if not isinstance(draft, EditionDraft) or draft.list_code != LIST or draft.is_catalogue:
        return draft
    known = set(ControlEntry.objects.filter(list__code=LIST).values_list("code", flat=True))
    ours = parse(FOLDER)
    return replace(
        draft,
        rows=tuple(with_words_of(draft.rows, (row for row in ours.rows if row.code not in known))),
        catch_all=draft.catch_all if known else draft.catch_all or ours.catch_all,
    )


def fingerprint(folder: Path) -> tuple[str, int]:
    """Return one sha256 over the files of the catalogue, and their size in bytes."""
    contents = [(path.name, path.read_bytes()) for path in sorted(_files(folder))]
    total = hashlib.sha256()
    for name, content in contents:
        total.update(name.encode() + hashlib.sha256(content).digest())
    return total.hexdigest(), sum(len(content) for _name, content in contents)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files that make the edition; those beside them only help to find and compare."""
    yield from (folder / "list.toml", *folder.glob("category_*.toml"), *folder.glob("thresholds.toml"))


def parse(folder: Path) -> EditionDraft:
    """Read the folder of the catalogue. Codes without an entry keep their place, with the regime alone."""
    head = _toml(folder / "list.toml")
    described = {row.code: row for row in _entries(folder)}
    list_code = head.get("list", LIST)
    codes = control_codes() if list_code == LIST else tuple(described)
    if unknown := set(described) - set(codes):
        raise BadList("no-such-code", entry=min(unknown))
    rows = {code: described.get(code) or _bare(code) for code in codes}
    for row in _paragraphs(folder):
        if base(row.code) not in rows:
            raise BadList("no-such-code", entry=row.code)
        known = rows.get(row.code, ProvisionRow(row.code))
        rows[row.code] = replace(
            known, texts=known.texts + row.texts, thresholds=known.thresholds + row.thresholds
        )
    return EditionDraft(
        list_code=list_code,
        valid_from=head["valid_from"],
        rows=tuple(sorted(rows.values(), key=_place_in_list) if list_code == LIST else rows.values()),
        label=head["edition"],
        is_catalogue=True,
        catch_all=tuple(_catch_all(rule) for rule in head.get("catch_all", ())),
    )


def _place_in_list(row: ProvisionRow) -> list[tuple[int, str]]:
    """Return what sorts a code before its paragraphs, and these by letter and number."""
    return [(int(step), "") if step.isdigit() else (0, step) for step in row.code.split(".")]


def _toml(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadList("no-file", why=f"{path.name}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadList("not-toml", file=path.name, why=error) from error


def _entries(folder: Path) -> Iterator[ProvisionRow]:
    for path in sorted(folder.glob("category_*.toml")):
        for number, entry in enumerate(_toml(path).get("entry", ()), start=1):
            try:
                yield _row(number, entry)
            except (KeyError, ValueError, TypeError) as error:
                raise BadList("wrong-value", number=number, what=f"{path.name}: {error}") from error


def _row(number: int, entry: Table) -> ProvisionRow:
    texts = [TextRow(language, entry["title"][language], TextRole.OWN_TITLE) for language in LANGUAGES]
    texts += [
        TextRow(language, "\n".join(entry["keywords"][language]), TextRole.KEYWORDS) for language in LANGUAGES
    ]
    questions = [
        NoteRow(language, NoteKind.QUESTION, question)
        for language in LANGUAGES
        for question in entry.get("questions", {}).get(language, ())
    ]
    return ProvisionRow(
        checked_code(entry["code"], number),
        texts=tuple(texts),
        notes=tuple(questions),
        regimes=tuple(Regime(regime) for regime in entry["regimes"]),
        cas=tuple(entry.get("cas", ())),
        hs=tuple(entry.get("hs", ())),
    )


def _bare(code: str) -> ProvisionRow:
    return ProvisionRow(code, regimes=regimes_by_number(code))


def _paragraphs(folder: Path) -> Iterator[ProvisionRow]:
    """Yield the provisions of `thresholds.toml`: their titles first, where they have one of their own."""
    path = folder / "thresholds.toml"
    content = _toml(path) if path.exists() else {}
    for number, item in enumerate(content.get("paragraph", ()), start=1):
        with _place(number, path):
            texts = (TextRow(language, item["title"][language], TextRole.OWN_TITLE) for language in LANGUAGES)
            yield ProvisionRow(checked_code(item["code"], number), texts=tuple(texts))
    for number, item in enumerate(content.get("threshold", ()), start=1):
        with _place(number, path):
            yield ProvisionRow(checked_code(item["code"], number), thresholds=(_threshold(content, item),))


@contextmanager
def _place(number: int, path: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise BadList("wrong-value", number=number, what=f"{path.name}: {error}") from error


def _threshold(content: Table, item: Table) -> ThresholdRow:
    """Read a threshold; who compared it with which edition may be said once for all."""
    said = {"reviewed_by": "", "reviewed_for": "", **content, **item}
    return ThresholdRow(
        item["parameter"],
        Comparator(item["comparator"]),
        Decimal(str(item["value"])),
        unit=item.get("unit", ""),
        group=item.get("group", 1),
        condition=item["condition"]["en"] if "condition" in item else "",
        reviewed_by_name=str(said["reviewed_by"]),
        reviewed_for=str(said["reviewed_for"]),
    )


def conditions(folder: Path = FOLDER) -> dict[str, str]:
    """Return the Spanish of the conditions, by the English that is stored with the thresholds."""
    path = folder / "thresholds.toml"
    said = (item["condition"] for item in _toml(path)["threshold"] if "condition" in item)
    return {condition["en"]: condition["es"] for condition in said}


def _catch_all(rule: Table) -> CatchAllRow:
    questions = tuple((language, rule["question"][language]) for language in LANGUAGES)
    return CatchAllRow(rule["code"], rule["basis"], questions)
