"""The common shape every list is read into, and how a file in that shape is stored whole or not at all."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from screening.importers.files import Readable, Watched, fingerprint, packed_on, unpacked
from screening.models import EntityKind, ListedEntity, ListedName, ListVersion, NameKind
from screening.names import script
from screening.refusals import BadList

BATCH = 500
SMALLEST_SHARE = 0.8  # a new edition naming fewer than this share of the one before needs a person
LONGEST_NAME = 1000  # the longest real one has some 200 letters

Progress = Callable[[int, int], None]  # (bytes done, bytes in all)


@dataclass(frozen=True, slots=True)
class NameRow:
    name: str
    kind: NameKind = NameKind.ALIAS


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    kind: str  # as published: "Passport", "Tax ID No."
    number: str
    country: str = ""  # ISO 3166-1 alpha-2
    note: str = ""


@dataclass(frozen=True, slots=True)
class AddressRow:
    text: str
    country: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A tie the list itself states between this entry and another party."""

    kind: str  # a value of screening.models.RelationKind
    name: str  # of the other party, as published
    source_id: str = ""  # of the other party's own entry, where the list gives it
    share: str = ""  # percent owned, as a decimal number: "50", "33.3"; "" when not said
    note: str = ""


@dataclass(frozen=True, slots=True)
class EntityRow:
    """One listed party as a publisher describes it, names as published, the main name first."""

    source_id: str
    kind: EntityKind
    names: tuple[NameRow, ...]
    reference: str = ""
    countries: tuple[str, ...] = ()
    dates_of_birth: tuple[str, ...] = ()
    places_of_birth: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    identifiers: tuple[IdentifierRow, ...] = ()
    addresses: tuple[AddressRow, ...] = ()
    relations: tuple[RelationRow, ...] = ()
    vessel: tuple[tuple[str, str], ...] = ()  # (key of screening.models.VESSEL_FACTS, value), ships only
    listed_on: date | None = None
    remarks: str = ""

    def digest(self) -> str:
        """Return the sha256 of all this row says."""
        content = json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Publication:
    """What the head of a file says of its edition; "" and None when it says nothing (see `load`)."""

    edition: str = ""
    published_on: date | None = None


# A parser reads the head of a file, and gives the rows as it reads on. It raises BadList for what is not
# the publisher's format, also while the rows are drawn.
Parser = Callable[[Readable], tuple[Publication, Iterator[EntityRow]]]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a whole reading of a file found, before anything is stored."""

    edition: str
    published_on: date
    sha256: str
    size: int
    entities: int
    names: int


def load(
    source: str,
    parse: Parser,
    path: Path,
    *,
    by_name: str,
    at: datetime,
    progress: Progress | None = None,
    approval: int | None = None,
    dated: date | None = None,
    in_utf_8: bool = True,
    before_commit: Callable[[datetime], None] = lambda at: None,
) -> ListVersion:
    """Store the file as the version of `source` in force from `at`, ending the one before.

    The file is read twice, to check it and to store it, never whole in memory. Loading the file in force
    again returns its version and changes nothing. `progress` counts both readings.
    An edition is of the day its file says. Some files say none: then it is of the day `dated`, else of the
    newest time stamp in the ZIP or gzip file, else of the day of its newest entry. `before_commit` is called
    with `at` when all is stored.
    Raises BadList, with nothing stored, if the file is not as published, names nobody, is older than the
    version in force or much shorter; the last two are let in by an `approval`, the number of the act by
    which two people agreed to it.
    """
    sha256, size = fingerprint(path, in_utf_8=in_utf_8)
    if known := ListVersion.objects.filter(source=source, sha256=sha256, in_force_to=None).first():
        return known
    survey = _survey(parse, path, sha256, size, _first_half(progress, size), dated, at)
    _check_alone(survey, at)
    with transaction.atomic():
        one_import_at_a_time(source)
        before = ListVersion.objects.filter(source=source, in_force_to=None).first()
        if before and before.sha256 == sha256:
            return before
        _check_against(source, survey, before, is_approved=approval is not None)
        version = _store(source, parse, path, survey, by_name, at, progress, approval)
        before_commit(at)
        return version


def _survey(
    parse: Parser,
    path: Path,
    sha256: str,
    size: int,
    progress: Progress | None,
    dated: date | None,
    at: datetime,
) -> Survey:
    seen: set[str] = set()
    names = 0
    newest: date | None = None
    with Watched(path, progress) as file:
        content = unpacked(file)
        publication, rows = parse(content)
        for number, row in enumerate(rows, start=1):
            _check_row(number, row)
            if row.source_id in seen:
                raise BadList("twice", source_id=row.source_id)
            seen.add(row.source_id)
            names += len(row.names)
            newest = _newer(newest, row.listed_on, at)
        day = publication.published_on or dated or packed_on(content) or newest
    if not seen:
        raise BadList("names-nobody")
    if not day:
        raise BadList("undated")
    return Survey(publication.edition or day.isoformat(), day, sha256, size, len(seen), names)


def _newer(newest: date | None, day: date | None, at: datetime) -> date | None:
    """Return the later of two days; a day to come is no day to date an edition by."""
    return max(day, newest or day) if day and day <= at.date() else newest


def _check_row(number: int, row: EntityRow) -> None:
    if not row.source_id:
        raise BadList("no-id", number=number)
    if not row.names:
        raise BadList("no-name", number=number)
    for name in row.names:
        if len(name.name) > LONGEST_NAME:
            raise BadList("too-long", number=number, what=f"{name.name[:60]}…")
    for text, longest in (
        (row.source_id, 80),
        (row.reference, 80),
        *((name, 200) for name in row.programmes),
    ):
        if len(text) > longest:
            raise BadList("too-long", number=number, what=f"{text[:60]}…")


def _check_alone(survey: Survey, at: datetime) -> None:
    published_on = survey.published_on
    if published_on > at.date() + timedelta(days=1):  # a day's grace: publishers sit in other time zones
        raise BadList("future-date", published_on=published_on)


def _check_against(source: str, survey: Survey, before: ListVersion | None, *, is_approved: bool) -> None:
    if before and not is_approved and survey.published_on < before.published_on:
        raise BadList("older", published_on=survey.published_on, in_force_on=before.published_on)
    if ListVersion.objects.filter(source=source, sha256=survey.sha256).exists():
        raise BadList("replaced")
    share = float(getattr(settings, "SCREENING_SMALLEST_SHARE", SMALLEST_SHARE))
    if before and not is_approved and survey.entities < share * before.entities_count:
        raise BadList("shrunk", found=survey.entities, in_force=before.entities_count)


def one_import_at_a_time(source: str) -> None:
    """Hold off other imports of this list until the transaction ends; refuse rather than wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"screening:{source}"])
        (held,) = cursor.fetchone()
    if not held:
        raise BadList("busy")


def _store(
    source: str,
    parse: Parser,
    path: Path,
    survey: Survey,
    by_name: str,
    at: datetime,
    progress: Progress | None,
    approval: int | None,
) -> ListVersion:
    ListVersion.objects.filter(source=source, in_force_to=None).update(in_force_to=at)
    version = ListVersion.objects.create(
        source=source,
        edition=survey.edition[:60],
        published_on=survey.published_on,
        sha256=survey.sha256,
        size=survey.size,
        in_force_from=at,
        imported_at=at,
        imported_by_name=by_name,
        entities_count=survey.entities,
        names_count=survey.names,
        approval=approval,
    )
    with Watched(path, _second_half(progress, survey.size)) as file:
        _publication, rows = parse(unpacked(file))
        for batch in iter(lambda: list(islice(rows, BATCH)), []):
            _store_batch(version, batch)
        if file.sha256() != survey.sha256:
            raise BadList("changed-while-read")
    return version


def _store_batch(version: ListVersion, rows: list[EntityRow]) -> None:
    stored = ListedEntity.objects.bulk_create(_entity(version, row) for row in rows)
    ListedName.objects.bulk_create(
        ListedName(entity=entity, name=name.name, kind=name.kind, script=script(name.name))
        for entity, row in zip(stored, rows, strict=True)
        for name in row.names
    )


def _entity(version: ListVersion, row: EntityRow) -> ListedEntity:
    return ListedEntity(
        version=version,
        source_id=row.source_id,
        reference=row.reference,
        kind=row.kind,
        primary_name=row.names[0].name,
        countries=list(row.countries),
        dates_of_birth=list(row.dates_of_birth),
        places_of_birth=list(row.places_of_birth),
        positions=list(row.positions),
        programmes=list(row.programmes),
        identifiers=[asdict(identifier) for identifier in row.identifiers],
        addresses=[asdict(address) for address in row.addresses],
        relations=[asdict(relation) for relation in row.relations],
        vessel=dict(row.vessel),
        listed_on=row.listed_on,
        remarks=row.remarks,
        digest=row.digest(),
    )


def _first_half(progress: Progress | None, size: int) -> Progress | None:
    return (lambda done, _total: progress(done, 2 * size)) if progress else None


def _second_half(progress: Progress | None, size: int) -> Progress | None:
    return (lambda done, _total: progress(size + done, 2 * size)) if progress else None
