"""What stands of a possible match, in words for officers: who judged, who must, what was known before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from licensing import calibration, judgements
from licensing.judgements import HitState, Standing
from licensing.models import Band, HitJudgement, Judgement, ScreeningHit, User
from portal.changes import Change, since
from portal.findings import BAND_TONES, STATE_TONES
from portal.templatetags.portal import legal_date, points
from screening.importers import label_of


@dataclass(frozen=True, slots=True)
class Row:
    """One possible match in a list of them."""

    standing: Standing
    alike: int  # how many others of the case can be settled together with it, while it waits

    @property
    def hit(self) -> ScreeningHit:
        return self.standing.hit

    @property
    def list_name(self) -> str:
        return label_of(self.hit.source)

    @property
    def label(self) -> str:
        if self.standing.is_remembered:
            return _("Judged before: somebody else")
        return str(self.standing.state.label)

    @property
    def tone(self) -> str:
        return STATE_TONES[self.standing.state]

    @property
    def band(self) -> str:
        return band_words(self.standing.band)

    @property
    def band_tone(self) -> str:
        return BAND_TONES[self.standing.band]

    @property
    def note(self) -> str:
        return who(self.standing)

    @property
    def together(self) -> int:
        return self.alike + 1 if self.alike else 0


def rows(standings: list[Standing]) -> list[Row]:
    return [Row(one, len(alike(one, standings)) if not one.is_settled else 0) for one in standings]


def alike(one: Standing, standings: list[Standing]) -> list[Standing]:
    """Return the others that may be settled together with `one`: alike, and waiting for the same thing."""
    waits_for_second = one.state == HitState.UNCONFIRMED
    return [
        other
        for other in standings
        if other.hit.pk != one.hit.pk
        and not other.is_settled
        and (other.state == HitState.UNCONFIRMED) == waits_for_second
        and judgements.are_alike(one.hit, other.hit)
    ]


def label_of_hit(standing: Standing) -> str:
    """Name a hit among others of its case: role, list and points."""
    hit = standing.hit
    return _("%(party)s (%(role)s) – %(listed)s, %(list)s, %(points)s points") % {
        "party": hit.party_name,
        "role": hit.party.get_role_display(),
        "listed": hit.listed_name,
        "list": label_of(hit.source),
        "points": points(hit.points),
    }


def band_words(band: Band) -> str:
    return {
        Band.LOW: _("Low likeness"),
        Band.MEDIUM: _("Medium likeness"),
        Band.HIGH: _("High likeness"),
    }[band]


def who(standing: Standing) -> str:
    """Say in one line who judged what stands; "" while nothing does."""
    judgement = standing.judgement
    if judgement is None:
        return ""
    facts = {
        "people": people(judgement),
        "date": legal_date(judgement.at),
        "where": where(judgement),
    }
    if standing.is_remembered:
        return _("Judged by %(people)s on %(date)s %(where)s") % facts
    if standing.state == HitState.UNCONFIRMED:
        return _("Judged by %(people)s on %(date)s; somebody else must confirm it") % facts
    return _("Judged by %(people)s on %(date)s") % facts


def where(judgement: HitJudgement) -> str:
    """Say on which occasion it was judged, as the end of a sentence."""
    party = judgement.hit.party
    if party.account_id is not None:
        return _("when the account was looked at")
    return where_of_case(party.case_reference)


def where_of_case(reference: str) -> str:
    """Say it of a case, or, without a reference, of a company itself."""
    if not reference:
        return _("when the company was looked at")
    return _("in case %(reference)s") % {"reference": reference}


def people(judgement: HitJudgement) -> str:
    """Name whoever judged and whoever confirmed."""
    second = judgements.confirmation_of(judgement)
    if second is None:
        return judgement.by.name
    return named([judgement.by.name, second.by.name])


def named(people: Sequence[str]) -> str:
    """Name who judged, and who confirmed if anybody did."""
    if len(people) == 1:
        return people[0]
    return _("%(first)s, confirmed by %(second)s") % {"first": people[0], "second": people[1]}


def warning(standing: Standing) -> str:
    """Say that another case holds the same party to be the listed entry; "" if none does."""
    known = standing.known_same
    if known is None:
        return ""
    return _(
        "On %(date)s %(people)s judged %(where)s that this same party is this listed entry."
        " Whoever says otherwise needs a second person."
    ) % {
        "where": where(known),
        "people": people(known),
        "date": legal_date(known.at),
    }


def counts_until(standing: Standing, at: datetime) -> datetime | None:
    """Return when a remembered judgement ceases to count; None for one of this case."""
    if standing.judgement is None or not standing.is_remembered:
        return None
    return calibration.in_force(at).forgets(standing.judgement.at)


@dataclass(frozen=True, slots=True)
class Before:
    """A judgement that no longer counts, and why not."""

    judgement: HitJudgement
    title: str
    changes: list[Change]

    @property
    def who(self) -> str:
        return people(self.judgement)

    @property
    def where(self) -> str:
        return where(self.judgement)


def before(standing: Standing) -> Before | None:
    """Return the newest judgement that no longer counts while the hit is open; None if there was none."""
    earlier = standing.earlier
    if earlier is None:
        return None
    found = since(earlier, standing.hit)
    words = {"judgement": str(Judgement(earlier.judgement).label)}
    if found:
        title = _("Judged before: %(judgement)s. What has changed since:") % words
    elif earlier.hit_id != standing.hit.pk and _is_of_this_case(earlier, standing.hit):
        title = _("Judged in this case for another part of it: %(judgement)s.") % words
    elif standing.known_same:
        title = _("Judged before: %(judgement)s. Since then another case came to say the opposite.") % words
    elif earlier.judgement != Judgement.DIFFERENT:
        title = _("Judged before in another case: %(judgement)s.") % words
    elif not judgements.is_complete(earlier, standing.needs_two):
        title = _("Judged before: %(judgement)s. No second person has confirmed it there.") % words
    else:
        title = _("Judged before: %(judgement)s. It is too long ago to count here.") % words
    return Before(earlier, title, found)


def _is_of_this_case(judgement: HitJudgement, hit: ScreeningHit) -> bool:
    return judgement.hit.party.belongs_to == hit.party.belongs_to


def may_confirm(standing: Standing, user: User) -> bool:
    return standing.state == HitState.UNCONFIRMED and standing.waits_for(user)
