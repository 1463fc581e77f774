"""Say whom a change of the lists concerns: an index over parties, asked with what is listed.

Screening asks an index of listed names with a party. When a list changes, a few hundred entries have changed
and very many parties have not: then it is quicker to ask an index of parties with each changed entry. Both
ways find the same pairs of a party and an entry (a test compares them).

The index is kept in a folder. What changed since it was built is indexed beside it, in memory, and what is
gone is left out of the answer; when that is much, the whole is built anew.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from django.conf import settings

from screening.index import NameIndex
from screening.index_store import code
from screening.matcher import Subject, is_hit, least_of_the_name

# Parties that may have changed since the index was built: one in so many, but always a few.
SHARE_BESIDE = 50
FEW_BESIDE = 100
ASKED_AT_ONCE = 500  # entries of a list whose words are looked up together
STAMPS = "stamps.json"

# Parties by the numbers they are known by.
Parties = Iterable[tuple[int, Subject]]


class PartyIndex:
    """Parties as they were at one time; asked whom a listed entity resembles."""

    def __init__(self, *parts: tuple[NameIndex, Collection[int]]) -> None:
        """Take indexes, each with the numbers of the parties it still speaks for."""
        self._parts = parts

    @classmethod
    def of(cls, parties: Parties) -> PartyIndex:
        known = dict(parties)
        return cls((NameIndex.of(known.items(), often_asked=False), known.keys()))

    def affected(self, listed: Iterable[tuple[int, Subject]], worth: float) -> Iterator[tuple[int, int]]:
        """Yield (party, entity) for every party that has a hit of `worth` points or more on an entity.

        `listed` gives the entities by their numbers, as `screening.search.changed` does.
        """
        in_order = iter(listed)
        while some := list(islice(in_order, ASKED_AT_ONCE)):
            for index, spoken_for in self._parts:
                pairs = index.pairs_for_listed(some, lambda other: least_of_the_name(other, worth))
                for party, subject, entity, other in pairs:
                    if party in spoken_for and is_hit(subject, other, worth=worth):
                        yield party, entity


def index_of(
    stamps: Mapping[int, str], parties: Callable[[Collection[int]], Parties], *, name: str = "parties"
) -> PartyIndex:
    """Return the index over the parties that `stamps` has by their numbers.

    A stamp is any text that changes when what is known of the party does, such as a digest. `parties` is
    asked for those parties alone that are not indexed yet as they are now. Without SCREENING_INDEX_FOLDER all
    are indexed anew.
    """
    where = getattr(settings, "SCREENING_INDEX_FOLDER", None)
    if where is None:
        return PartyIndex.of(parties(stamps.keys()))
    folder = where.with_name(f"{where.name}-{name}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second finds what the first has built
        base, known = _newest(folder)
        new = [party for party, stamp in stamps.items() if known.get(party) != stamp]
        gone = [party for party in known if party not in stamps]
        if base is None or len(new) + len(gone) > max(FEW_BESIDE, len(known) // SHARE_BESIDE):
            return PartyIndex((_build(folder, stamps, parties), stamps.keys()))
    unchanged = {party for party, stamp in known.items() if stamps.get(party) == stamp}
    beside = dict(parties(new)) if new else {}
    return PartyIndex((base, unchanged), (NameIndex.of(beside.items(), often_asked=False), beside.keys()))


def _newest(folder: Path) -> tuple[NameIndex | None, dict[int, str]]:
    """Return the index that was built last by this release, and the stamps its parties had."""
    for built in sorted(folder.glob(f"*-{code()[:16]}"), reverse=True):
        if (built / STAMPS).is_file():  # it is written last
            stamps = json.loads((built / STAMPS).read_text(encoding="utf-8"))
            return NameIndex.load(built), {int(party): stamp for party, stamp in stamps.items()}
    return None, {}


def _build(
    folder: Path, stamps: Mapping[int, str], parties: Callable[[Collection[int]], Parties]
) -> NameIndex:
    older = [path for path in folder.iterdir() if path.is_dir()]
    new = folder / f"{time.time_ns():020}-{code()[:16]}"
    NameIndex.of(parties(stamps.keys()), often_asked=False).save(new)
    (new / STAMPS).write_text(json.dumps(dict(stamps)), encoding="utf-8")
    for path in older:  # who has one mapped keeps it until it lets go
        shutil.rmtree(path)
    return NameIndex.load(new)
