"""How fast parties are compared with the lists in force, and what the index costs.

`--set parties=2000` says how many made-up and listed names are asked for, `--set seed=1` which. Half of the
names are listed ones with a slip of the pen, half are made up. Every name is asked for once with nothing
remembered of it, then again. Import the lists first (`manage.py import_list`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime
from time import perf_counter

from django.utils import timezone

from portal.benchmarks import Measure
from screening import search
from screening.index import NameIndex
from screening.matcher import Subject
from screening.models import ListedEntity, ListedName

FIRST = ("Ana", "Juan Carlos", "María", "Mohamed", "Wei", "Sergey", "Fatima", "John", "Lucía", "Ahmed")
LAST = (
    "Rodríguez",
    "Pérez Gómez",
    "Ivanov",
    "Hassan",
    "Li",
    "Smith",
    "Al-Masri",
    "Quintero",
    "Kim",
    "Okafor",
)
TRADE = (
    "Óptica",
    "Laboratorios",
    "Precision Instruments",
    "Logística",
    "Trading",
    "Industrias",
    "Electronics",
)
PLACE = ("del Istmo", "Centroamericana", "Panama", "Canalera", "del Pacífico", "Colón", "International")


def run(options: Mapping[str, str]) -> list[Measure]:
    """Build the index over the lists in force and ask for many names."""
    parties, seed = int(options.get("parties", "2000")), int(options.get("seed", "1"))
    now = timezone.now()
    versions = search.lists_in_force(now)
    listed = ListedName.objects.filter(entity__in=ListedEntity.objects.in_force(now))
    names = made_up_and_listed(list(listed.order_by("pk").values_list("name", flat=True)), parties, seed)
    build, memory = measure_index(now)
    first, hits = measure_searches(names, now)
    again, _hits = measure_searches(names, now)
    return [
        Measure("lists in force", len(versions), "lists"),
        Measure("entities", sum(version.entities_count for version in versions), "entities"),
        Measure("names", sum(version.names_count for version in versions), "names"),
        Measure("index built", build, "s", at_most=20),
        Measure("index in memory", memory, "MiB", at_most=700),
        Measure("a party, never asked for before, median", share(first, 0.5), "ms", at_most=50),
        Measure("a party, never asked for before, 95 of 100", share(first, 0.95), "ms"),
        Measure("a party, asked for again, median", share(again, 0.5), "ms", at_most=50),
        Measure("a party, asked for again, 95 of 100", share(again, 0.95), "ms", at_most=50),
        Measure("parties a second", 1000 * len(again) / sum(again), "1/s"),
        Measure("made-up names with a hit", 100 * hits[0], "%"),
        Measure("listed names with a slip that have a hit", 100 * hits[1], "%"),
    ]


def made_up_and_listed(listed: list[str], count: int, seed: int) -> list[str]:
    """Return `count` names, made up and listed in turn; the listed ones have one letter wrong."""
    chance = random.Random(seed)
    names = []
    for number in range(count // 2):
        pools = (FIRST, LAST) if number % 2 else (TRADE, PLACE)
        names.append(" ".join(chance.choice(pool) for pool in pools))
        names.append(with_a_slip(chance.choice(listed), chance))
    return names


def with_a_slip(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    return name[:at] + name[at + 1 :] if len(name) > 6 else name


def measure_index(now: datetime) -> tuple[float, float]:
    """Return the seconds to build the index, read from the database and in memory alone, and its MiB."""
    versions = [version.pk for version in search.lists_in_force(now)]
    start = perf_counter()
    index = NameIndex.of(search.listed(versions))
    return perf_counter() - start, index.size / 2**20


def measure_searches(names: list[str], now: datetime) -> tuple[list[float], tuple[float, float]]:
    """Return the milliseconds of each search, and the share of made-up and of listed names with a hit."""
    times, hits = [], [0, 0]
    for number, name in enumerate(names):
        start = perf_counter()
        found = search.find_matches(Subject((name,)), at=now)
        times.append(1000 * (perf_counter() - start))
        hits[number % 2] += bool(found)
    half = len(names) / 2
    return times, (hits[0] / half, hits[1] / half)


def share(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]
