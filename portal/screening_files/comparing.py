"""Compare the parties of a file with the lists, in one process or in several."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from licensing.calibration import Thresholds
from portal.findings import detail_in_words
from portal.screening_files.reading import Row
from portal.screening_files.spreading import spread
from portal.templatetags.portal import country_name
from screening import search
from screening.importers import label_of
from screening.models import EntityKind
from screening.reasons import sentence
from screening.search import Match


@dataclass(frozen=True, slots=True)
class Hit:
    """One likeness, in words: what a line of the answer says."""

    points: float
    band: str
    matched_name: str
    listed_name: str
    entry_name: str
    kind: str
    countries: str
    born: str
    list_name: str
    edition: str
    source_id: str
    programmes: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Compared:
    row: Row
    hits: list[Hit]
    codes: list[dict[str, Any]]  # the same hits for machines, which read no language


class ListsChanged(Exception):
    """Another edition came into force meanwhile, so the file would rest on two."""


def compare(
    rows: Iterable[Row], *, at: datetime, thresholds: Thresholds, versions: tuple[int, ...], processes: int
) -> Iterator[Compared]:
    """Yield every row with its hits, in order, all found in the editions `versions`. Raises ListsChanged."""
    work = partial(compare_chunk, at=at, thresholds=thresholds)
    for found_in, compared in spread(rows, work, processes):
        if found_in != versions:
            raise ListsChanged
        yield from compared


Result = tuple[tuple[int, ...], list[Compared]]


def compare_chunk(rows: list[Row], at: datetime, thresholds: Thresholds) -> Result:
    """Return the editions searched and the rows with their hits, in order."""
    subjects = [row.asked.subject() for row in rows]
    versions, found = search.screen_all(subjects, at=at, worth=thresholds.worth)
    return tuple(version.pk for version in versions), [
        Compared(
            row,
            [_hit(match, thresholds) for match in matches],
            [_codes(match, thresholds) for match in matches],
        )
        for row, matches in zip(rows, found, strict=True)
    ]


def _hit(match: Match, thresholds: Thresholds) -> Hit:
    entity, score = match.entity, match.score
    return Hit(
        points=score.points,
        band=str(thresholds.band_of(score.points, score.features).label),
        matched_name=score.matched_name,
        listed_name=score.listed_name,
        entry_name=entity.primary_name,
        kind=str(EntityKind(entity.kind).label),
        countries=", ".join(map(country_name, entity.countries)),
        born=", ".join(entity.dates_of_birth),
        list_name=label_of(match.version.source),
        edition=match.version.edition,
        source_id=entity.source_id,
        programmes=", ".join(entity.programmes),
        reasons="; ".join(
            f"{sentence(one.feature, detail_in_words(one.feature, one.detail))} ({one.points:+g})"
            for one in score.reasons
        ),
    )


def _codes(match: Match, thresholds: Thresholds) -> dict[str, Any]:
    """Return a likeness as the API names it: in codes, with a sentence for people beside each reason."""
    entity, score = match.entity, match.score
    return {
        "points": score.points,
        "band": thresholds.band_of(score.points, score.features).value,
        "matched_name": score.matched_name,
        "listed_name": score.listed_name,
        "entry_name": entity.primary_name,
        "kind": entity.kind,
        "countries": entity.countries,
        "born": entity.dates_of_birth,
        "list": match.version.source,
        "edition": match.version.edition,
        "source_id": entity.source_id,
        "programmes": entity.programmes,
        "reasons": [
            {
                "code": one.feature,
                "points": one.points,
                "detail": one.detail,
                "sentence": sentence(one.feature, detail_in_words(one.feature, one.detail)),
            }
            for one in score.reasons
        ],
    }
