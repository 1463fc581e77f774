"""What the lists say of a case, in words for officers. A machine never clears anybody: it says what it
found, in which lists, and when."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing import calibration
from licensing.calibration import Thresholds
from licensing.judgements import HitState, Standing
from licensing.models import Application, Band, HitJudgement, Screening
from licensing.parties import digest_of_case
from portal.templatetags.portal import ATTENTION, BAD, INFO, PLAIN, country_name, legal_date
from screening.latin import SKELETAL
from screening.models import EntityKind, ListedEntity, ListVersion
from screening.names import comparable
from screening.reasons import TOKEN_WORDS, sentence

STATE_TONES = {
    HitState.OPEN: ATTENTION,
    HitState.UNSURE: ATTENTION,
    HitState.UNCONFIRMED: ATTENTION,
    HitState.SAME: BAD,
    HitState.DIFFERENT: PLAIN,
}
BAND_TONES = {Band.LOW: PLAIN, Band.MEDIUM: INFO, Band.HIGH: ATTENTION}


@dataclass(frozen=True, slots=True)
class Finding:
    """How far the comparison of a case's parties with the lists is, and what it found."""

    label: str
    tone: str
    text: str = ""  # a sentence that says more than the label
    comparing: bool = False  # ask again soon


@dataclass(frozen=True, slots=True)
class Lists:
    """The list versions and the thresholds in force at one moment; a page asks once."""

    versions: tuple[ListVersion, ...]
    thresholds: Thresholds

    @classmethod
    def in_force(cls, at: datetime) -> Self:
        versions = tuple(ListVersion.objects.in_force(at).order_by("source"))
        return cls(versions, calibration.in_force(at))

    @property
    def ids(self) -> set[int]:
        return {version.pk for version in self.versions}


def edition_of(version: ListVersion) -> str:
    """Say which edition of a list it is, its days in words: many publishers name an edition by its day."""
    published = legal_date(version.published_on)
    named = _day_named(version.edition)
    if named is None:
        return _("edition %(edition)s of %(day)s") % {"edition": version.edition, "day": published}
    day = legal_date(named)
    if day == published:
        return _("edition of %(day)s") % {"day": day}
    return _("edition of %(day)s, published on %(published)s") % {"day": day, "published": published}


def _day_named(edition: str) -> date | None:
    """Return the day an edition is named by, be it 2026-03-01 or a moment of it; None for another name."""
    day, _separator, _time = edition.partition("T")
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def of_case(
    application: Application,
    screening: Screening | None,
    standings: Sequence[Standing],
    lists: Lists,
    escaped: Sequence[HitJudgement],
) -> Finding:
    """Return what stands now. Takes the newest screening, the hits that count and the judgements that
    parties escaped (judgements.escaped); reads the parties."""
    if not lists.versions:
        return Finding(_("No list in force"), BAD, _("No list in force: nothing can be decided."))
    if any(one.state == HitState.SAME for one in standings):
        return Finding(_("Listed"), BAD, _("An officer found a party to be on a list."))
    finding = _unfinished(application, screening, lists) or _found(standings)
    if not escaped or finding.comparing:
        return finding
    changed = _("An officer found a party to be on a list, and it was changed afterwards.")
    return Finding(_("Listed, then changed"), BAD, f"{changed} {finding.text}")


def _unfinished(application: Application, screening: Screening | None, lists: Lists) -> Finding | None:
    if screening is None or screening.failure:
        return Finding(
            _("Not compared"),
            BAD,
            _("The parties have not been compared with the lists in force. Screen again."),
        )
    if screening.finished_at is None:
        return Finding(
            _("Being compared"), INFO, _("The parties are being compared with the lists."), comparing=True
        )
    if not screening.covers(digest_of_case(application), lists.ids, lists.thresholds.key):
        return Finding(
            _("To be compared again"),
            ATTENTION,
            _("The lists, the parties or the thresholds have changed. Screen again."),
        )
    return None


def _found(standings: Sequence[Standing]) -> Finding:
    waiting = [one for one in standings if not one.is_settled]
    unconfirmed = sum(one.state == HitState.UNCONFIRMED for one in waiting)
    if to_judge := len(waiting) - unconfirmed:
        label = ngettext("%(count)d to judge", "%(count)d to judge", to_judge) % {"count": to_judge}
        text = ngettext(
            "%(count)d possible match waits for a judgement.",
            "%(count)d possible matches wait for a judgement.",
            to_judge,
        ) % {"count": to_judge}
        return Finding(label, ATTENTION, " ".join([text, *_for_second(unconfirmed)]))
    if unconfirmed:
        label = ngettext("%(count)d to confirm", "%(count)d to confirm", unconfirmed) % {"count": unconfirmed}
        return Finding(label, ATTENTION, " ".join(_for_second(unconfirmed)))
    if standings:
        return Finding(_("All judged"), PLAIN, _("Officers judged every possible match to be somebody else."))
    return Finding(_("No match found"), PLAIN, _("Nobody on the lists in force resembles the parties."))


def _for_second(unconfirmed: int) -> list[str]:
    if not unconfirmed:
        return []
    return [
        ngettext(
            "%(count)d judgement waits for a second person.",
            "%(count)d judgements wait for a second person.",
            unconfirmed,
        )
        % {"count": unconfirmed}
    ]


def versions_compared(screening: Screening | None) -> list[ListVersion]:
    """Return the list versions that a finished screening looked in."""
    if screening is None:
        return []
    return list(ListVersion.objects.filter(pk__in=screening.list_versions).order_by("source"))


class Compared(Protocol):
    """Two names and why they are alike: a ScreeningHit, or a match nobody has stored."""

    @property
    def party_name(self) -> str: ...
    @property
    def listed_name(self) -> str: ...
    @property
    def reasons(self) -> Any: ...  # as ScreeningHit stores them


@dataclass(frozen=True, slots=True)
class Evidence:
    points: float
    text: str

    @property
    def weight(self) -> str:
        return f"{self.points:+.1f}" if self.points else "0"


def evidence(hit: Compared) -> list[Evidence]:
    """Return every reason for and against, in the matcher's order, as a sentence with its points."""
    return [
        Evidence(
            reason["points"],
            sentence(reason["feature"], detail_in_words(reason["feature"], reason["detail"])),
        )
        for reason in hit.reasons
    ]


def detail_in_words(feature: str, detail: str) -> str:
    """Return the detail of a reason with names for its codes."""
    if feature in ("same-country", "other-country"):
        return re.sub(r"\b[A-Z]{2}\b", lambda code: country_name(code.group()), detail)
    if feature == "other-kind":
        kinds = dict(EntityKind.choices)
        return " / ".join(str(kinds.get(kind, kind)) for kind in detail.split(" / "))
    return detail


@dataclass(frozen=True, slots=True)
class Alignment:
    """Words of both names side by side, and in what way they are alike."""

    ours: str
    theirs: str
    how: str


def words_side_by_side(hit: Compared) -> list[Alignment]:
    return [
        Alignment(token["ours"], token["theirs"], str(TOKEN_WORDS.get(token["how"], token["how"])))
        for token in _tokens(hit)
    ]


@dataclass(frozen=True, slots=True)
class Reading:
    """A name as it is written, and the words as which it is compared."""

    written: str
    read: str


def readings(hit: Compared) -> list[Reading]:
    """Return how the names were read, of those that are not compared as they are written."""
    found = []
    for name in dict.fromkeys((hit.party_name, hit.listed_name)):
        read = [word.removeprefix(SKELETAL) for word in comparable(name).words]
        letters = _without_accents(name)
        if any(word not in letters for word in read):
            found.append(Reading(name, " ".join(read)))
    return found


def _without_accents(name: str) -> str:
    signs = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _tokens(hit: Compared) -> list[dict[str, Any]]:
    return [token for reason in hit.reasons for token in reason["tokens"]]


def marked_party_name(hit: Compared) -> list[tuple[str, bool]]:
    """Return the words of the party's name as written, and whether each has its like in the listed one."""
    return _marked(hit.party_name, [t["ours"] for t in _tokens(hit) if t["how"] != "missing"])


def marked_listed_name(hit: Compared) -> list[tuple[str, bool]]:
    return _marked(hit.listed_name, [t["theirs"] for t in _tokens(hit) if t["how"] != "missing"])


def _marked(name: str, alike: Iterable[str]) -> list[tuple[str, bool]]:
    words = {word for words in alike for word in words.split()}
    return [(word, not words.isdisjoint(comparable(word).words)) for word in name.split()]


def facts_of(entity: ListedEntity) -> dict[str, str]:
    """Return what the list says of an entity, label by label, without what it leaves open."""
    facts = {
        _("Kind"): entity.get_kind_display(),
        _("Number in the list"): entity.reference or entity.source_id,
        _("Countries"): ", ".join(map(country_name, entity.countries)),
        _("Born on"): ", ".join(entity.dates_of_birth),
        _("Born in"): "; ".join(entity.places_of_birth),
        _("Positions"): "; ".join(entity.positions),
        _("Programmes"): ", ".join(entity.programmes),
        _("Identifiers"): "; ".join(map(_identifier, entity.identifiers)),
        _("Addresses"): "; ".join(address["text"] for address in entity.addresses if address["text"]),
        _("Listed on"): legal_date(entity.listed_on) if entity.listed_on else "",
        _("Remarks"): entity.remarks,
    }
    return {label: str(value) for label, value in facts.items() if value}


def _identifier(identifier: dict[str, str]) -> str:
    country = country_name(identifier["country"]) if identifier["country"] else ""
    return " ".join(part for part in (identifier["kind"], identifier["number"], country) if part)
