"""What the pages of the control lists show, made ready for their templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from screening.classification.wording import Combined, combined
from screening.control.wording import ancestors, marked
from screening.control_models import (
    ControlEdition,
    EntryNote,
    EntryText,
    EntryVersion,
    HsCorrelation,
    LicenceRequirement,
    NoteKind,
    TextRole,
)

LANGUAGES = ("es", "en")
CATEGORIES: dict[str, str | Promise] = {
    "0": _("Nuclear materials, plants and equipment"),
    "1": _("Special materials and their equipment"),
    "2": _("Processing of materials"),
    "3": _("Electronics"),
    "4": _("Computers"),
    "5": _("Telecommunications and information security"),
    "6": _("Sensors and lasers"),
    "7": _("Navigation and avionics"),
    "8": _("Marine"),
    "9": _("Aerospace and propulsion"),
}
GROUPS: dict[str, str | Promise] = {
    "A": _("Systems, equipment and components"),
    "B": _("Equipment for testing and production"),
    "C": _("Materials"),
    "D": _("Software"),
    "E": _("Technology"),
}
POWER = "^"
MOST_AT_ONCE = 8  # rows of a provision; more are folded


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the tree or among what was found."""

    code: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    name: str | Promise
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    name: str | Promise
    groups: list[Group]

    @property
    def count(self) -> int:
        return sum(len(group.lines) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Note:
    label: str
    may_exclude: bool
    text: SafeString


@dataclass(frozen=True, slots=True)
class Side:
    """What a provision says in one language."""

    language: str
    own_title: str
    official: SafeString | str
    notes: list[Note]
    thresholds: Combined

    @property
    def is_empty(self) -> bool:
        return not (
            self.own_title or self.official or self.notes or self.thresholds.all_of or self.thresholds.any_of
        )


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    depth: int
    heading: str
    sides: list[Side]
    substances: list[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph right below the provision of a page, with all that is below it."""

    code: str
    title: str
    rows: list[Row]


def tree(edition: ControlEdition, language: str) -> list[Category]:
    """Return the entries at the top of an edition by category and group; other lists have one group."""
    lines = lines_of(edition, edition.versions.filter(depth=0).order_by("position"), language)
    categories = []
    for key, below in groupby(lines, key=lambda line: _category(line.code)):
        groups = [Group(letter, GROUPS.get(letter, ""), list(part)) for letter, part in _by_letter(below)]
        categories.append(Category(key, CATEGORIES.get(key, ""), groups))
    return categories


def _category(code: str) -> str:
    return code[0] if _is_dual_use(code) else ""


def _by_letter(lines: Iterable[Line]) -> Iterable[tuple[str, Iterable[Line]]]:
    return groupby(lines, key=lambda line: line.code[1] if _is_dual_use(line.code) else "")


def _is_dual_use(code: str) -> bool:
    return code[0] in CATEGORIES and code[1:2] in GROUPS


def lines_of(edition: ControlEdition, versions: Iterable[EntryVersion], language: str) -> list[Line]:
    found = list(versions)
    titles = titles_of(found, language)
    return [
        Line(version.code, titles.get(version.pk, ""), address(edition, version.code)) for version in found
    ]


def titles_of(versions: Sequence[EntryVersion], language: str) -> dict[int, str]:
    """Return the title of each: in our words or officially, in the reader's language or else another."""
    texts = EntryText.objects.filter(version__in=versions).exclude(role=TextRole.KEYWORDS)
    best: dict[int, tuple[int, str]] = {}
    for text in texts:
        rank = 2 * (text.language != language) + (text.role != TextRole.OWN_TITLE)
        if rank < best.get(text.version_id, (9, ""))[0]:
            best[text.version_id] = (rank, text.text)
    return {pk: text for pk, (_rank, text) in best.items()}


def address(edition: ControlEdition, code: str) -> str:
    """Return the lasting address of a provision in its edition."""
    return reverse("control-entry", args=[edition.list.code, edition.pk, code])


class EntryPage:
    """A provision with what is below it and above it, in both languages."""

    def __init__(self, edition: ControlEdition, version: EntryVersion) -> None:
        self.edition, self.version = edition, version
        self._known = set(edition.versions.values_list("code", flat=True))
        related = ("texts", "notes", "substances", "thresholds", "regimes")
        family = edition.versions.filter(base=version.base).order_by("position").prefetch_related(*related)
        upper = set(ancestors(version.code))
        self.path = [one for one in family if one.code in upper]
        self._below = [
            one for one in family if one.code == version.code or one.code.startswith(f"{version.code}.")
        ]
        self.top = next((one for one in family if one.code == version.base), version)
        said = {text.language for one in self._below for text in one.texts.all()}
        # The languages in which anything is said, Spanish first.
        self.languages = [language for language in LANGUAGES if language in said] or list(LANGUAGES)

    @property
    def rows(self) -> list[Row]:
        """Return the provision itself, and all below it unless they are many."""
        return [self._row(one) for one in (self._below[:1] if self._are_many else self._below)]

    @property
    def _are_many(self) -> bool:
        return len(self._below) > MOST_AT_ONCE

    def parts(self, language: str) -> list[Part]:
        """Return what is below the provision by its own paragraphs, where it is much at once."""
        if not self._are_many:
            return []
        steps = self.version.code.count(".") + 2
        grouped: dict[str, list[EntryVersion]] = {}
        for one in self._below[1:]:
            grouped.setdefault(".".join(one.code.split(".")[:steps]), []).append(one)
        titles = titles_of([below[0] for below in grouped.values()], language)
        return [
            Part(code, titles.get(below[0].pk, ""), [self._row(one) for one in below])
            for code, below in grouped.items()
        ]

    def _row(self, one: EntryVersion) -> Row:
        return Row(
            code=one.code,
            depth=one.depth - self.version.depth,
            heading=one.heading,
            sides=[self._side(one, language) for language in self.languages],
            substances=[substance.cas for substance in one.substances.all()],
        )

    def _side(self, one: EntryVersion, language: str) -> Side:
        said = {text.role: text.text for text in one.texts.all() if text.language == language}
        notes = [note for note in one.notes.all() if note.language == language]
        official = said.get(TextRole.OFFICIAL, "")
        return Side(
            language,
            own_title=said.get(TextRole.OWN_TITLE, ""),
            official=self.linked(official) if official else "",
            notes=[self._note(note) for note in notes if note.kind != NoteKind.QUESTION],
            thresholds=combined(one.thresholds.all(), language),
        )

    def _note(self, note: EntryNote) -> Note:
        return Note(str(note.get_kind_display()), note.effect == "excludes", self.linked(note.text))

    def linked(self, text: str) -> SafeString:
        """Return the text with the codes it names as links and its powers raised."""
        pieces = ((self._piece(part, code),) for part, code in marked(text))
        return format_html_join("", "{}", pieces)

    def _piece(self, part: str, code: str) -> SafeString:
        if code and code != self.version.code and code in self._known:
            return format_html('<a class="govuk-link" href="{}">{}</a>', address(self.edition, code), part)
        return raised(part)

    def keywords(self, language: str) -> list[str]:
        return [
            word
            for text in self.top.texts.all()
            if text.language == language and text.role == TextRole.KEYWORDS
            for word in text.text.splitlines()
        ]

    def questions(self, language: str) -> list[str]:
        notes = sorted(self.top.notes.all(), key=lambda note: note.position)
        return [note.text for note in notes if note.kind == NoteKind.QUESTION and note.language == language]

    @property
    def requirements(self) -> list[LicenceRequirement]:
        return list(self.top.requirements.order_by("position"))

    @property
    def hints(self) -> list[HsCorrelation]:
        """Return the customs codes of the entry and of the codes above it, with whose table says so."""
        family = {self.version.entry_id, *(one.entry_id for one in self.path)}
        hints = HsCorrelation.objects.filter(entry__in=family, table__in_force_to=None)
        return list(hints.select_related("table").order_by("table__kind", "hs_code"))

    @property
    def other_codes(self) -> list[str]:
        aliases = self.version.entry.aliases.order_by("old_code")
        return sorted(set(aliases.values_list("old_code", flat=True)))

    @property
    def history(self) -> list[EntryVersion]:
        """Return the same provision in all editions, the newest first."""
        versions = EntryVersion.objects.filter(entry=self.version.entry).select_related("edition__list")
        return list(versions.order_by("-edition__in_force_from", "-edition__pk"))


def raised(text: str) -> SafeString:
    """Return the text with 10^3 as 10³ in markup."""
    first, *rest = text.split(POWER)
    pieces = [format_html("{}", first)]
    for part in rest:
        size = next((place for place, sign in enumerate(part) if sign not in "-−–0123456789"), len(part))
        sign = format_html("<sup>{}</sup>{}", part[:size], part[size:]) if size else format_html("^{}", part)
        pieces.append(sign)
    return format_html_join("", "{}", ((piece,) for piece in pieces))
