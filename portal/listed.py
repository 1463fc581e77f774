"""What the lists say of somebody, in words: a match with its reasons, and the whole entry."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from licensing.calibration import Thresholds
from portal.findings import BAND_TONES, Evidence, edition_of, evidence, marked_listed_name, marked_party_name
from portal.templatetags.portal import country_name
from screening.addresses import has_words, words_of
from screening.importers import label_of
from screening.models import (
    VESSEL_FACTS,
    EntityKind,
    ListedEntity,
    ListedName,
    ListVersion,
    NameKind,
    RelationKind,
)
from screening.search import Match

# Facts of a ship that are codes of countries.
FLAGS = ("flag", "former-flags")


@dataclass(frozen=True, slots=True)
class Compared:
    """A match as portal.findings reads it: the two names and the reasons as they are stored of a hit."""

    party_name: str
    listed_name: str
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One match as a page of results shows it."""

    entity: ListedEntity
    points: float
    band: str
    band_tone: str
    ours: list[tuple[str, bool]]  # words of the name asked for, and whether each has its like
    theirs: list[tuple[str, bool]]
    evidence: list[Evidence]
    list_name: str
    edition: str
    programmes: str
    countries: str


def rows(matches: Iterable[Match], thresholds: Thresholds) -> list[Row]:
    return [_row(match, thresholds) for match in matches]


def _row(match: Match, thresholds: Thresholds) -> Row:
    score = match.score
    band = thresholds.band_of(score.points, score.features)
    compared = Compared(score.matched_name, score.listed_name, [asdict(one) for one in score.reasons])
    return Row(
        entity=match.entity,
        points=score.points,
        band=str(band.label),
        band_tone=BAND_TONES[band],
        ours=marked_party_name(compared),
        theirs=marked_listed_name(compared),
        evidence=evidence(compared),
        list_name=label_of(match.version.source),
        edition=edition_of(match.version),
        programmes=", ".join(match.entity.programmes),
        countries=", ".join(map(country_name, match.entity.countries)),
    )


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody listed at an address that was asked for."""

    entity: ListedEntity
    addresses: list[str]  # those that hold the words asked for, or all if only together they do
    list_name: str
    edition: str


def residents(found: Iterable[ListedEntity], versions: Iterable[ListVersion], address: str) -> list[Resident]:
    by_id = {version.pk: version for version in versions}
    wanted = words_of(address)
    return [
        Resident(
            entity,
            _matching(addresses_of(entity), wanted),
            label_of(by_id[entity.version_id].source),
            edition_of(by_id[entity.version_id]),
        )
        for entity in found
    ]


def _matching(addresses: list[str], wanted: list[str]) -> list[str]:
    return [address for address in addresses if has_words(address, wanted)] or addresses


def addresses_of(entity: ListedEntity) -> list[str]:
    """Return the addresses as the list writes them, each with the name of its country unless it says it."""
    return [
        _with_country(address["text"], address["country"], address["note"]) for address in entity.addresses
    ]


def _with_country(text: str, code: str, note: str) -> str:
    name = country_name(code)
    told = text if not name or name.casefold() in text.casefold() else f"{text}, {name}".lstrip(", ")
    return f"{told} ({note})" if note else told


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie of the entry to another party; `entity` if that one is listed in the same edition."""

    label: str
    name: str
    share: str  # percent, "" if the list says none
    note: str
    entity: ListedEntity | None


@dataclass(frozen=True, slots=True)
class Named:
    """The names of one kind."""

    label: str
    names: list[ListedName]


def names_of(entity: ListedEntity) -> list[Named]:
    """Return the names kind by kind, in the order of NameKind; each knows its script."""
    every = list(entity.names.order_by("pk"))
    grouped = ((kind, [name for name in every if name.kind == kind]) for kind in NameKind)
    return [Named(str(kind.label), names) for kind, names in grouped if names]


def facts_of(entity: ListedEntity) -> list[tuple[str, list[str]]]:
    """Return what the list says beside names and ties: labels with a text for each value."""
    facts = [
        (_("Kind"), [str(EntityKind(entity.kind).label)]),
        (_("Number in the list"), list(dict.fromkeys(filter(None, (entity.reference, entity.source_id))))),
        (_("Countries"), [country_name(code) for code in entity.countries]),
        (_("Born on"), entity.dates_of_birth),
        (_("Born in"), entity.places_of_birth),
        (_("Positions"), entity.positions),
        (_("Programmes"), entity.programmes),
        (_("Identifiers"), [_identifier(one) for one in entity.identifiers]),
        (_("Addresses"), addresses_of(entity)),
        (_("Listed on"), [entity.listed_on.isoformat()] if entity.listed_on else []),
    ]
    return [(label, values) for label, values in [*facts, *_of_ship(entity)] if values]


def _identifier(one: dict[str, str]) -> str:
    told = " ".join(part for part in (one["kind"], one["number"], country_name(one["country"])) if part)
    return f"{told} ({one['note']})" if one["note"] else told


def _of_ship(entity: ListedEntity) -> list[tuple[str, list[str]]]:
    return [
        (str(label), [_flags(entity.vessel[key]) if key in FLAGS else str(entity.vessel[key])])
        for key, label in VESSEL_FACTS.items()
        if entity.vessel.get(key)
    ]


def _flags(codes: str) -> str:
    return ", ".join(country_name(code.strip()) for code in str(codes).split(","))


def ties_of(entity: ListedEntity) -> list[Tie]:
    """Return the ties that the entry names. Costs one query, whatever their number."""
    listed = _listed_among(entity, entity.relations)
    return [
        Tie(
            _label(one["kind"]),
            one["name"],
            one.get("share", ""),
            one.get("note", ""),
            listed.get(one.get("source_id") or "") or listed.get(one["name"].casefold()),
        )
        for one in entity.relations
    ]


def _label(kind: str) -> str:
    return str(RelationKind(kind).label) if kind in RelationKind.values else kind


def _listed_among(entity: ListedEntity, relations: Sequence[dict[str, str]]) -> dict[str, ListedEntity]:
    """Return those named that are listed in the same edition, by the list's number and by their main name."""
    numbers = [one["source_id"] for one in relations if one.get("source_id")]
    names = [one["name"] for one in relations if not one.get("source_id")]
    if not relations:
        return {}
    others = ListedEntity.objects.filter(version=entity.version_id).exclude(pk=entity.pk)
    found = list(others.filter(Q(source_id__in=numbers) | Q(primary_name__in=names)))
    by_name = {other.primary_name.casefold(): other for other in found if other.primary_name in names}
    return by_name | {other.source_id: other for other in found if other.source_id in numbers}


def named_by(entity: ListedEntity) -> list[Tie]:
    """Return the ties that other entries of the same edition say they have to this one, by name."""
    same = Q(relations__contains=[{"source_id": entity.source_id}])
    by_name = Q(relations__contains=[{"name": entity.primary_name}])
    others = ListedEntity.objects.filter(same | by_name, version=entity.version_id).exclude(pk=entity.pk)
    return [
        Tie(_label(one["kind"]), other.primary_name, one.get("share", ""), one.get("note", ""), other)
        for other in others.order_by("primary_name", "pk")
        for one in other.relations
        if one.get("source_id") == entity.source_id
        or (not one.get("source_id") and one["name"] == entity.primary_name)
    ]
