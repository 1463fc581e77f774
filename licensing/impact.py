"""Whom a new edition of a control list touches: goods claimed under a code that says something else now.

Nothing is altered: decisions stay as they were taken, and open cases keep the edition that was in force when
they were handed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.classification import codes_that_count, known_bases
from licensing.classification import digest as digest_of
from licensing.models import (
    Application,
    ApplicationStatus,
    GoodsAssessment,
    GoodsLine,
    Licence,
    Organisation,
    PossibleListing,
)
from screening.codes import normalise_code
from screening.control.editions import Changes, compare
from screening.control.wording import ancestors, base
from screening.control_models import ControlEdition


class Kind(StrEnum):
    """Where goods stand that an edition touches."""

    LICENCE = "licence"  # under a live licence
    CASE = "case"  # in an open application
    LIBRARY = "library"  # a company's own goods: those of its drafts and of its closed applications
    POSSIBLE = "possible"  # under no code, wherever they stand, and like a code that was added


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an edition, by the code that goods may claim."""

    code: str
    kind: str  # added | removed | moved | changed
    now: str = ""  # where it moved to


@dataclass(frozen=True, slots=True)
class Touched:
    """Goods of an open application or under a live licence, and what changed of the codes they go by."""

    goods: GoodsLine
    application: Application
    licence: Licence | None
    codes: tuple[str, ...]  # that they go by: what officers found and the reader may know, else the claim
    changes: tuple[Change, ...]

    @property
    def kind(self) -> Kind:
        return Kind.LICENCE if self.licence else Kind.CASE


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """Goods that a company has described before, once however often it did."""

    goods: GoodsLine  # the newest line that describes them
    application: Application
    times: int
    codes: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def kind(self) -> Kind:
        return Kind.LIBRARY


@dataclass(frozen=True, slots=True)
class Possible:
    """Goods under no code that an added code may describe, as the search found; nobody has assessed that."""

    goods: GoodsLine  # of a library the newest line that describes them
    application: Application
    licence: Licence | None  # a live one
    code: str
    times: int = 1

    @property
    def kind(self) -> Kind:
        return Kind.POSSIBLE


Row = Touched | LibraryItem | Possible


@dataclass(frozen=True, slots=True)
class Digest:
    """All that an edition touches."""

    before: ControlEdition
    after: ControlEdition
    touched: list[Touched] = field(default_factory=list)
    library: list[LibraryItem] = field(default_factory=list)
    possible: list[Possible] = field(default_factory=list)

    def of(self, kind: Kind) -> list[Touched] | list[LibraryItem] | list[Possible]:
        if kind is Kind.POSSIBLE:
            return self.possible
        if kind is Kind.LIBRARY:
            return self.library
        return [one for one in self.touched if one.kind is kind]

    @property
    def changed(self) -> list[Row]:
        """Return the goods under a code that changed."""
        return [*self.touched, *self.library]

    @property
    def everything(self) -> list[Row]:
        return [*self.changed, *self.possible]

    @property
    def companies(self) -> list[Organisation]:
        """Return whose goods are touched or may be, by name."""
        found = {one.application.organisation_id: one.application.organisation for one in self.everything}
        return sorted(found.values(), key=lambda company: company.name)

    def for_company(self, organisation_id: int) -> "Digest":
        def own(one: Row) -> bool:
            return one.application.organisation_id == organisation_id

        rows = ([*filter(own, of_kind)] for of_kind in (self.touched, self.library, self.possible))
        return Digest(self.before, self.after, *rows)


def digest(
    before: ControlEdition, after: ControlEdition, at: datetime, *, for_exporters: bool = False
) -> Digest:
    """Return all that is touched, as officers may see it, or as each company may see its own.

    Exporters see the goods of their drafts too, and not what officers found in a case that is not approved.
    """
    changes = changes_between(before, after)
    return Digest(
        before,
        after,
        touched(changes, at, for_exporters=for_exporters),
        library(changes, at, for_exporters=for_exporters),
        possible(before, after, at, for_exporters=for_exporters),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How much it is: goods in cases, under licences and in libraries, and whose they are."""

    products: int
    cases: int
    licences: int
    companies: int


def counted(rows: Iterable[Row]) -> Counts:
    held = list(rows)
    return Counts(
        products=len(held),
        cases=len({one.application.pk for one in held if _is_of_case(one)}),
        licences=len({one.licence.pk for one in held if not isinstance(one, LibraryItem) and one.licence}),
        companies=len({one.application.organisation_id for one in held}),
    )


def _is_of_case(one: Row) -> bool:
    return not isinstance(one, LibraryItem) and not one.licence and one.application.is_open


def claimed_under(edition: ControlEdition, at: datetime) -> Counts:
    """Return what claims a code of an edition: live licences, open cases and goods of other cases."""
    codes = edition.versions.filter(depth=0).values_list("code", flat=True)
    changes = Changes((), (), (), tuple(codes))
    return counted([*touched(changes, at), *library(changes, at)])


def changes_between(before: ControlEdition, after: ControlEdition) -> Changes:
    """Return what may touch goods; beside a catalogue, which has few paragraphs, codes at the top only."""
    found = compare(before, after)
    if before.is_catalogue == after.is_catalogue:
        return found
    return Changes(found.tops(found.added), found.tops(found.removed), (), ())


def touched(changes: Changes, at: datetime, *, for_exporters: bool = False) -> list[Touched]:
    """Return the goods whose claimed code was changed, itself, above or below it, by application.

    Only open applications and those under whose licence something may still be shipped.
    """
    by_base = _by_base(changes)
    lines = _claiming(Application.objects.watched(at), by_base)
    found = []
    rows = list(lines.order_by("application__submitted_at", "application_id", "number"))
    codes = codes_that_count(rows, for_exporters=for_exporters)
    for line in rows:
        if met := _met(codes[line.pk], by_base):
            licence = getattr(line.application, "licence", None)
            found.append(Touched(line, line.application, licence, codes[line.pk], met))
    return found


def library(changes: Changes, at: datetime, *, for_exporters: bool = False) -> list[LibraryItem]:
    """Return the goods of closed applications that are touched, by company, each once; `for_exporters` those
    of drafts too, which nobody but their company may see."""
    by_base = _by_base(changes)
    rest = Application.objects.exclude(pk__in=Application.objects.watched(at).values("pk"))
    seen = rest if for_exporters else rest.exclude(status=ApplicationStatus.DRAFT)
    kept: dict[tuple[int, str, str], list[GoodsLine]] = {}
    rows = list(_claiming(seen, by_base).order_by("-pk"))
    codes = codes_that_count(rows, for_exporters=for_exporters)
    for line in rows:
        kept.setdefault(_same_goods(line), []).append(line)
    items = [
        LibraryItem(lines[0], lines[0].application, len(lines), codes[lines[0].pk], met)
        for lines in kept.values()
        if (met := _met(codes[lines[0].pk], by_base))
    ]
    return sorted(items, key=lambda one: (one.application.organisation.name, one.codes))


def possible(
    before: ControlEdition, after: ControlEdition, at: datetime, *, for_exporters: bool = False
) -> list[Possible]:
    """Return what the search found of goods that still say the same and still go by no code, the likeliest
    first; of a library each once. Without a search between just these editions there is none."""
    rows = PossibleListing.objects.filter(search__edition=after, search__previous=before)
    if not for_exporters:
        rows = rows.exclude(line__application__status=ApplicationStatus.DRAFT)
    related = rows.select_related("line__application__organisation", "line__application__licence")
    found = [
        row for row in related.order_by("-points", "-line_id") if digest_of(row.line) == row.goods_digest
    ]
    codes = codes_that_count((row.line for row in found), for_exporters=for_exporters)
    known = known_bases(code for of_line in codes.values() for code in of_line)
    watched = set(Application.objects.watched(at).filter(goods__in=codes).values_list("pk", flat=True))
    kept: dict[object, list[PossibleListing]] = {}
    for row in found:
        if known.isdisjoint(map(base, codes[row.line_id])):
            is_watched = row.line.application_id in watched
            kept.setdefault(row.line_id if is_watched else _same_goods(row.line), []).append(row)
    return [_possible(same, watched) for same in kept.values()]


def _possible(same: list[PossibleListing], watched: set[int]) -> Possible:
    newest = max(same, key=lambda row: row.line_id)
    application = newest.line.application
    licence = getattr(application, "licence", None) if application.pk in watched else None
    return Possible(newest.line, application, licence, newest.code, len(same))


def _same_goods(line: GoodsLine) -> tuple[int, str, str]:
    words = " ".join(line.description.casefold().split())
    return line.application.organisation_id, normalise_code(line.control_code), words


def _claiming(applications: QuerySet[Application], by_base: dict[str, list[Change]]) -> QuerySet[GoodsLine]:
    """Return the goods that anybody has given a code at all, if any changed."""
    assessed = GoodsAssessment.objects.filter(line=OuterRef("pk"))
    lines = GoodsLine.objects.filter(~Q(control_code="") | Exists(assessed), application__in=applications)
    related = lines.select_related("application__organisation", "application__licence")
    return related if by_base else related.none()


def _met(codes: Iterable[str], by_base: dict[str, list[Change]]) -> tuple[Change, ...]:
    found = (change for code in codes for change in by_base.get(base(code), ()) if _meets(code, change.code))
    return tuple(dict.fromkeys(found))


def _by_base(changes: Changes) -> dict[str, list[Change]]:
    every = [
        *(Change(code, "removed") for code in changes.removed),
        *(Change(old, "moved", new) for old, new in changes.moved),
        *(Change(code, "changed") for code in changes.changed),
        *(Change(code, "added") for code in changes.added),
    ]
    grouped: dict[str, list[Change]] = {}
    for change in every:
        grouped.setdefault(base(change.code), []).append(change)
    return grouped


def _meets(claimed: str, code: str) -> bool:
    """Say whether a change of `code` concerns goods claimed under `claimed`: it, above it or below it."""
    return code == claimed or code in ancestors(claimed) or code.startswith(f"{claimed}.")


def codes_of(changes: Iterable[Change]) -> str:
    """Return the codes that changed as one reads them: "2B001.c, 1C001.a → 1C002.b"."""
    return ", ".join(f"{one.code} → {one.now}" if one.now else one.code for one in changes)
