"""Does a licence cover what stands before the officer, and is one needed? One answer for a whole shipment.

A licence is its holder's: only those of the company that exports are looked at. Nothing is reserved or
changed; what the answer says of a balance holds for its moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _

from licensing import bookings, determination, terms
from licensing.bookings import Reasons, reason
from licensing.country import CountryPack, pack
from licensing.determination import Answer, Asked, Outcome
from licensing.errors import ReasonCode
from licensing.models import Licence, LicenceLine, LicenceState, Organisation, OrganisationKind, User
from licensing.terms import Shipment
from screening.codes import normalise_code
from screening.control.wording import ancestors, base
from screening.names import comparable

HS_HEADING = 6  # digits that all countries share
MOST_LINES_LOOKED_AT = 500  # of the holder's licences, those that end last first
MOST_COMPANIES = 20  # shown where a name says too little
SHORTEST_WORD = 4  # letters of a word by which a company is looked for
# What a customs code says by itself is a hint, and a hint calls for somebody to look.
HINTS = ("hs-hint", "high-priority", "measure")


class Verdict(StrEnum):
    """The strictest first."""

    NOT_COVERED = "not-covered"  # a licence is needed and none covers it
    ASK = "ask"  # somebody at the authority must look
    COVERED = "covered"
    NOT_LISTED = "not-listed"  # not on the list as far as stated; customs' own checks remain


class Actor(StrEnum):
    """Who has to do something next."""

    CUSTOMS = "customs"
    EXPORTER = "exporter"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Goods:
    """An item of what stands before the officer; a customs code, an entry, or both."""

    item: int
    hs_code: str = ""  # digits
    code: str = ""  # entry of the control list, as it is normalised
    quantity: Decimal | None = None  # None: not stated, so whatever remains is enough
    unit: str = ""  # UN/ECE Recommendation 20 code


@dataclass(frozen=True, slots=True)
class Consignment:
    """What customs knows of a shipment. `holder` is the exporter's tax number or name."""

    holder: str
    destination: str  # ISO 3166-1
    goods: Sequence[Goods]
    parties: Sequence[str] = ()  # names of those who receive or use the goods
    shipment: Shipment = terms.Shipment()

    @property
    def receivers(self) -> list[str]:
        """Return all whom a licence must name: the parties and the consignee, each once."""
        names = [*self.parties, self.shipment.consignee]
        return list({comparable(name).spelled: name for name in names if name}.values())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A licence line of such goods, and what it lacks for them; without a lack it covers them."""

    line: LicenceLine
    lacks: Reasons


@dataclass(frozen=True, slots=True)
class Item:
    """The answer for one item of goods: the first candidate without a lack covers it."""

    goods: Goods
    verdict: Verdict
    need: Answer
    candidates: list[Candidate]

    @property
    def covered_by(self) -> Candidate | None:
        return next((one for one in self.candidates if not one.lacks), None)


@dataclass(frozen=True, slots=True)
class Coverage:
    verdict: Verdict
    actor: Actor
    holder: Organisation | None  # None: we know no such company
    items: list[Item]


def answer(asked: Consignment, *, by: User, at: datetime) -> Coverage:
    """Answer for every item, and for all of them together as the strictest of them."""
    holder = holder_of(asked.holder)
    lines = _lines(holder, asked.goods, by, at) if holder else []
    needs = _needs(asked, pack(), at)
    taken: dict[int, Decimal] = defaultdict(Decimal)
    named = _named(lines)
    items = []
    for goods, need in zip(asked.goods, needs, strict=True):
        found = [_candidate(line, goods, asked, named, taken, at) for line in lines if is_of(line, goods)]
        found.sort(key=lambda one: len(one.lacks))
        item = Item(goods, _verdict(found, need), need, found)
        if (covering := item.covered_by) and goods.quantity is not None:
            taken[covering.line.pk] += bookings.in_unit_of(covering.line, goods.quantity, goods.unit)[0]
        items.append(item)
    verdict = min((item.verdict for item in items), key=list(Verdict).index)
    return Coverage(verdict, _actor(verdict, items), holder, items)


def holder_of(stated: str) -> Organisation | None:
    """Return the company by its tax number, or by its name where just one has it, however it is written."""
    companies = Organisation.objects.filter(kind=OrganisationKind.EXPORTER)
    if found := companies.filter(tax_id=stated).first() if stated else None:
        return found
    spelled = comparable(stated).spelled
    like = Q()
    for word in _words(stated):
        like |= Q(name__icontains=word)
    same = [one for one in companies.filter(like) if comparable(one.name).spelled == spelled]
    return same[0] if len(same) == 1 else None


def holders_like(stated: str) -> list[Organisation]:
    """Return the company that was meant, or else those whose names have all the words, by name."""
    if found := holder_of(stated):
        return [found]
    companies = Organisation.objects.filter(kind=OrganisationKind.EXPORTER)
    for word in _words(stated):
        companies = companies.filter(name__icontains=word)
    return list(companies.order_by("name", "pk")[:MOST_COMPANIES])


def _words(stated: str) -> list[str]:
    """Return the words by which a company is looked for: the long ones, or all of it."""
    return [word.strip(",.;") for word in stated.split() if len(word) >= SHORTEST_WORD] or [stated.strip()]


def is_of(line: LicenceLine, goods: Goods) -> bool:
    """Say whether a line is of such goods: what both sides state of customs code and entry agrees.

    A line without an entry is of goods that were on no list, so never of goods that are said to be.
    """
    shorter = min(len(line.hs_code), len(goods.hs_code))
    same_hs = line.hs_code[:shorter] == goods.hs_code[:shorter]
    if not goods.code:
        return same_hs
    return same_hs and base(normalise_code(line.control_code)) == base(goods.code)


def _lines(holder: Organisation, goods: Iterable[Goods], by: User, at: datetime) -> list[LicenceLine]:
    """Return the lines of the holder's licences that may be of the goods, those in force first."""
    may_be = Q()
    for one in goods:
        of_it = Q(hs_code__startswith=one.hs_code[:HS_HEADING])
        may_be |= of_it & Q(control_code__istartswith=base(one.code)) if one.code else of_it
    rows = LicenceLine.objects.filter(
        may_be, licence__in=Licence.objects.visible_to(by).filter(holder=holder)
    )
    rows = rows.select_related("licence__application", "licence__holder").prefetch_related(
        "licence__lines", "licence__application__parties"
    )
    found = list(rows.order_by("-licence__ends_at", "-licence_id", "number")[:MOST_LINES_LOOKED_AT])
    found.sort(key=lambda line: line.licence.state(at) != LicenceState.VALID)
    return found


def _needs(asked: Consignment, country: CountryPack, at: datetime) -> list[Answer]:
    questions = [Asked(one.code, asked.destination, hs_code=one.hs_code) for one in asked.goods]
    law = determination.law_at(at, questions, country)
    return [determination.determine(one, law, country) for one in questions]


def _named(lines: Iterable[LicenceLine]) -> dict[int, set[str]]:
    """Return whom each licence names, its holder too, in comparable form."""
    licences = {line.licence_id: line.licence for line in lines}
    return {
        pk: {
            comparable(name).spelled
            for name in (one.holder.name, *(party.name for party in one.application.parties.all()))
            if name.strip()
        }
        for pk, one in licences.items()
    }


def _candidate(
    line: LicenceLine,
    goods: Goods,
    asked: Consignment,
    named: Mapping[int, set[str]],
    taken: Mapping[int, Decimal],
    at: datetime,
) -> Candidate:
    licence = line.licence
    state = licence.state(at)
    lacks: Reasons = []
    if state == LicenceState.REPLACED:
        lacks += bookings.against_state(licence, at)
    elif state != LicenceState.VALID:
        words = _("Licence %(licence)s can't be used: %(state)s.")
        detail = words % {"licence": licence.reference, "state": str(state.label).lower()}
        lacks.append({"code": ReasonCode.NOT_IN_FORCE, "detail": detail, "state": state.value})
    lacks += [
        *_against_entry(line, goods),
        *_against_destination(licence, asked.destination),
        *_against_parties(asked.receivers, named[line.licence_id]),
        *_against_quantity(line, goods, taken[line.pk]),
    ]
    # The conditions are looked up; what lacks something anyway is not asked about them.
    return Candidate(line, lacks or terms.against_shipment(licence, asked.shipment, at))


def _against_entry(line: LicenceLine, goods: Goods) -> Reasons:
    licensed = normalise_code(line.control_code)
    if not goods.code or licensed in (goods.code, *ancestors(goods.code)):
        return []
    words = _("Line %(line)d is of the entry %(licensed)s, not of %(entry)s.")
    said = {"line": line.number, "licensed": line.control_code, "entry": goods.code}
    return [reason(ReasonCode.OTHER_ENTRY, line.number, words % said)]


def _against_destination(licence: Licence, destination: str) -> Reasons:
    if licence.application.destination == destination:
        return []
    words = _("The licence is for goods to %(licensed)s, not to %(destination)s.")
    said = {"licensed": licence.application.destination, "destination": destination}
    return [{"code": ReasonCode.OTHER_DESTINATION, "detail": words % said}]


def _against_parties(parties: Iterable[str], named: set[str]) -> Reasons:
    words = _("The licence does not name “%(party)s”.")
    return [
        {"code": ReasonCode.OTHER_PARTY, "detail": words % {"party": party}}
        for party in parties
        if comparable(party).spelled not in named
    ]


def _against_quantity(line: LicenceLine, goods: Goods, taken: Decimal) -> Reasons:
    """Return what the balance says, after the items before this one took their part of it."""
    remaining = line.remaining - taken
    if goods.quantity is None:
        if remaining > 0:
            return []
        return [reason(ReasonCode.NOTHING_LEFT, line.number, _("Nothing remains of line %d.") % line.number)]
    amount, reasons = bookings.in_unit_of(line, goods.quantity, goods.unit)
    return reasons or bookings.against_amount(line, amount, remaining)


def _verdict(candidates: Sequence[Candidate], need: Answer) -> Verdict:
    if any(not one.lacks for one in candidates):
        return Verdict.COVERED
    if need.outcome == Outcome.NEEDED:
        return Verdict.NOT_COVERED
    hinted = any(ground.code in HINTS for ground in need.grounds)
    # Goods that this exporter needed a licence for are no goods that need none.
    if need.outcome != Outcome.QUESTIONS or hinted or candidates:
        return Verdict.ASK
    return Verdict.NOT_LISTED


# States that the authority can end, so it is the one to call.
HELD = (LicenceState.SUSPENDED.value, LicenceState.REVOKED.value)


def _actor(verdict: Verdict, items: Iterable[Item]) -> Actor:
    if verdict in (Verdict.COVERED, Verdict.NOT_LISTED):
        return Actor.CUSTOMS
    lacks = [lack for item in items for one in item.candidates for lack in one.lacks]
    if verdict == Verdict.ASK or any(lack.get("state") in HELD for lack in lacks):
        return Actor.AUTHORITY
    return Actor.EXPORTER
