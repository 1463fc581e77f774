"""Is a licence needed? A rule over entry, destination, end use and end user; each answer says why.

The machine never clears anything: the mildest answer is that the goods are not on the list as far as stated,
with the questions that remain and an expert's check. What differs by country is in the country pack.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from licensing.country import CatchAll, CountryPack, Embargo
from licensing.models import Application, EndUseQuestion, GoodsLine, PartyRole
from screening.codes import normalise_code
from screening.control import general_licences, requirements
from screening.control.general_licences import Covers, GeneralLicence
from screening.control.grounds import Basis, Dated, Ground, Weight
from screening.control.hints import Hints, high_priority_day, hints_for
from screening.control.wording import ancestors, base
from screening.control_models import (
    ControlEdition,
    ControlTable,
    EntryAlias,
    EntryNote,
    EntryVersion,
    LicenceRequirement,
)

MOST_HINTS = 12  # entries named of one customs code
END_USERS = (PartyRole.END_USER, PartyRole.ULTIMATE_END_USER)


class Outcome(StrEnum):
    """The strictest first."""

    NEEDED = "needed"  # a licence is needed
    PERSON = "person"  # somebody at the authority must look
    GENERAL = "general"  # a general licence may serve, if its conditions are met
    QUESTIONS = "questions"  # not on the list as far as stated: questions and an expert's check remain


class Match(StrEnum):
    """Whether a sanctions list names an end user. Only officers are told."""

    NOT_ASKED = ""
    OPEN = "open"  # a likeness that nobody has settled
    SAME = "same"  # an officer judged it to be the listed one


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a transaction. A question that nobody has answered is None, not no."""

    code: str  # of the control list, "" for goods that are on none as far as known
    destination: str  # ISO 3166-1, "" while nobody has said it
    origin: str = ""  # of the goods, ISO 3166-1; "" unknown
    end_user_countries: tuple[str, ...] = ()
    answers: dict[EndUseQuestion, bool | None] = field(default_factory=dict)
    end_user_match: Match = Match.NOT_ASKED
    hs_code: str = ""  # digits

    @property
    def countries(self) -> tuple[str, ...]:
        """Return where the goods go to, the destination first."""
        return tuple(dict.fromkeys(filter(None, (self.destination, *self.end_user_countries))))


@dataclass(frozen=True, slots=True)
class Answer:
    """`grounds` are the chain in the order of the law, `foreign` those of the law of the origin."""

    outcome: Outcome
    grounds: tuple[Ground, ...]
    foreign: tuple[Ground, ...] = ()
    general: tuple[GeneralLicence, ...] = ()  # those that may serve
    open_questions: tuple[EndUseQuestion, ...] = ()
    editions: tuple[ControlEdition, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What an edition says of a code that was asked about."""

    code: str  # as the edition writes it now
    asked: str  # as it was asked about
    is_exact: bool  # else only the code at the top is there


@dataclass(frozen=True, slots=True)
class Law:
    """The editions and tables in force at a moment, as far as they concern what is asked."""

    editions: dict[str, ControlEdition]
    entries: dict[tuple[str, str], Entry]  # by list and code as asked
    rows: dict[str, list[LicenceRequirement]]  # by code at the top
    notes: dict[str, list[EntryNote]]
    chart: requirements.Chart
    hints: dict[str, Hints]  # by customs code


def determine(asked: Asked, law: Law, pack: CountryPack) -> Answer:
    """Answer for one transaction. Asks no database."""
    rules = pack.determining
    own = _of_lists(asked, law, rules.lists)
    is_listed = any(ground.code == "listed" for ground in own)
    embargoes = [one for one in rules.embargoes if one.country in asked.countries]
    destination = _of_destination(asked, pack)
    is_export = asked.destination != pack.code
    beside = [
        *(_of_embargo(one, pack) for one in embargoes),
        *_of_end_users(asked, pack),
        *_of_end_use(asked, rules.catch_all, bool(embargoes)),
        *_of_customs_code(asked, law.hints.get(asked.hs_code, Hints())),
    ]
    open_questions = tuple(
        EndUseQuestion(rule.question) for rule in rules.catch_all if _answer(asked, rule) is None
    )
    general, told = _general(asked, law, rules.general_licences, own, [*beside, *own], embargoes)
    if not is_export:  # whether a general licence serves is asked of exports alone
        general, told = (), []
    grounds = (*own, *told, *destination, *beside) if is_export else (*destination, *own, *beside)
    foreign = tuple(_of_origin(asked, law, rules.follows_goods))
    editions = tuple(law.editions[code] for code in rules.lists if code in law.editions)
    outcome = _outcome(is_listed, grounds, foreign, general)
    return Answer(outcome, grounds, foreign, general, open_questions, editions)


def _outcome(
    is_listed: bool,
    grounds: Iterable[Ground],
    foreign: Iterable[Ground],
    general: Sequence[GeneralLicence],
) -> Outcome:
    """The law of the origin is another state's: what it asks for is for a person to look at here."""
    own = {ground.weight for ground in grounds}
    if Weight.NEEDED in own:
        return Outcome.NEEDED
    if Weight.PERSON in own or any(ground.weight != Weight.FACT for ground in foreign):
        return Outcome.PERSON
    if is_listed:
        return Outcome.GENERAL if general else Outcome.NEEDED
    return Outcome.QUESTIONS


def _of_lists(asked: Asked, law: Law, lists: Collection[str]) -> list[Ground]:
    found = []
    for list_code in lists:
        edition = law.editions.get(list_code)
        if edition is None:
            found.append(Ground("no-list", Weight.PERSON, "", {"list": list_code}))
            continue
        basis = Basis(edition)
        if not asked.code:
            found.append(Ground("states-none", Weight.FACT, basis))
            continue
        entry = law.entries.get((list_code, asked.code))
        if entry is None:
            found.append(Ground("not-in-edition", Weight.PERSON, basis, {"entry": asked.code}))
            continue
        # By itself a fact: a general licence may serve. Without one it needs a licence.
        found.append(Ground("listed", Weight.FACT, basis, {"entry": entry.code}))
        if entry.code != asked.code and entry.is_exact:
            found.append(Ground("moved", Weight.FACT, basis, {"entry": asked.code, "now": entry.code}))
        if not entry.is_exact:
            found.append(
                Ground("paragraph-unknown", Weight.FACT, basis, {"entry": asked.code, "top": entry.code})
            )
    return found


def _of_destination(asked: Asked, pack: CountryPack) -> list[Ground]:
    if not asked.destination:
        return [Ground("no-destination", Weight.PERSON, pack.legal_basis)]
    if asked.destination == pack.code:
        return [Ground("inside", Weight.PERSON, pack.legal_basis, {"country": asked.destination})]
    return []


def _of_embargo(embargo: Embargo, pack: CountryPack) -> Ground:
    details = {"country": embargo.country, "resolutions": embargo.resolutions}
    code = "embargo" if embargo.is_on_all else "embargo-on-groups"
    if embargo.has_programmes:
        return Ground("embargo-and-programmes", Weight.PERSON, pack.legal_basis, details)
    return Ground(code, Weight.FACT, pack.legal_basis, details)


def _of_end_users(asked: Asked, pack: CountryPack) -> list[Ground]:
    if asked.end_user_match is Match.NOT_ASKED:
        return []
    return [Ground(f"end-user-{asked.end_user_match}", Weight.PERSON, pack.legal_basis)]


def _answer(asked: Asked, rule: CatchAll) -> bool | None:
    return asked.answers.get(EndUseQuestion(rule.question))


def _of_end_use(asked: Asked, rules: Iterable[CatchAll], is_embargoed: bool) -> list[Ground]:
    found = []
    for rule in rules:
        answer = _answer(asked, rule)
        details = {"question": rule.question}
        if answer:
            effect = rule.under_embargo if is_embargoed else rule.effect
            weight = Weight.NEEDED if effect == "licence" else Weight.PERSON
            code = "declared-under-embargo" if is_embargoed else "declared"
            found.append(Ground(code, weight, rule.basis, details))
        else:
            code = "open-question" if answer is None else "denied"
            found.append(Ground(code, Weight.FACT, rule.basis, details))
    return found


def _of_customs_code(asked: Asked, hints: Hints) -> list[Ground]:
    """Return what the customs code hints at. Hints decide nothing."""
    said, found = {"hs": asked.hs_code}, []
    for table in dict.fromkeys(table for _entry, table in hints.entries):
        named = [entry for entry, by in hints.entries if by == table and base(entry) != base(asked.code)]
        if named:
            shown = {**said, "entries": ", ".join(named[:MOST_HINTS])}
            found.append(Ground("hs-hint", Weight.FACT, Basis(table), shown))
    if hints.tier:
        day = Dated(_("Common High Priority List"), high_priority_day())
        found.append(Ground("high-priority", Weight.FACT, day, {**said, "tier": hints.tier}))
    found += [
        Ground("measure", Weight.FACT, Basis(table), {**said, "measure": measure})
        for measure, table in hints.measures
    ]
    return found


def _general(
    asked: Asked,
    law: Law,
    files: Iterable[str],
    own: Iterable[Ground],
    all_grounds: Iterable[Ground],
    embargoes: Sequence[Embargo],
) -> tuple[tuple[GeneralLicence, ...], list[Ground]]:
    """Return the general licences that may serve, and why each of them does or does not."""
    listed = next((ground for ground in own if ground.code == "listed"), None)
    if listed is None:
        return (), []
    known = [licence for name in files for licence in general_licences.load(name)]
    known = [licence for licence in known if (licence.list, asked.code) in law.entries]
    if not known:
        return (), [Ground("no-general-licence", Weight.NEEDED, listed.basis)]
    if embargoes:
        where = {"country": embargoes[0].country}
        return (), [Ground("general-embargo", Weight.NEEDED, listed.basis, where)]
    if any(ground.weight == Weight.NEEDED for ground in all_grounds):
        return (), [Ground("general-end-use", Weight.NEEDED, listed.basis)]
    serving, told = _serving(asked, law, known, listed.basis)
    if not serving:
        told.append(Ground("no-general-serves", Weight.NEEDED, listed.basis, {"country": asked.destination}))
    return tuple(serving), told


def _serving(
    asked: Asked, law: Law, known: Iterable[GeneralLicence], basis: object
) -> tuple[list[GeneralLicence], list[Ground]]:
    serving, told = [], []
    for licence in known:
        entry = law.entries[(licence.list, asked.code)]
        code = entry.code if entry.is_exact else asked.code
        covers = licence.covers(code)
        reaches = bool(asked.destination) and all(map(licence.reaches, asked.countries))
        if covers is Covers.NO or not reaches:
            continue
        named = {"licence": licence.code, "entry": code, "country": asked.destination}
        if covers is Covers.YES:
            serving.append(licence)
            told.append(Ground("general-may-serve", Weight.FACT, basis, named))
        else:
            told.append(Ground("general-in-part", Weight.FACT, basis, named))
    return serving, told


def _of_origin(asked: Asked, law: Law, follows: Iterable[tuple[str, str]]) -> list[Ground]:
    """Return what the law of the country of origin asks, where its list is loaded."""
    found = []
    for origin, list_code in follows:
        if origin != asked.origin or not asked.code or asked.destination == origin:
            continue
        edition = law.editions.get(list_code)
        if edition is None:
            found.append(Ground("foreign-not-loaded", Weight.PERSON, "", {"country": origin}))
            continue
        entry = law.entries.get((list_code, asked.code))
        if entry is None:
            details = {"entry": asked.code, "country": origin}
            found.append(Ground("foreign-not-listed", Weight.PERSON, Basis(edition), details))
            continue
        found.append(Ground("foreign-listed", Weight.FACT, Basis(edition), {"entry": entry.code}))
        top = base(entry.code)
        rows, notes = law.rows.get(top, []), law.notes.get(top, [])
        for country in asked.countries:
            found += requirements.grounds(entry.code, edition, rows, notes, law.chart, country)
    return found


def law_at(at: datetime, asked: Sequence[Asked], pack: CountryPack) -> Law:
    """Read what was in force at a moment, for all that is asked, in as many queries as for one."""
    wanted = {*pack.determining.lists, *(code for _origin, code in pack.determining.follows_goods)}
    found = ControlEdition.objects.in_force(at).filter(list__code__in=wanted).select_related("list")
    editions = {edition.list.code: edition for edition in found}
    codes = {one.code for one in asked if one.code}
    entries = {
        (list_code, code): entry
        for list_code, edition in editions.items()
        for code, entry in _entries(edition, codes).items()
    }
    countries = {country for one in asked for country in one.countries}
    tables = ControlTable.objects.in_force(at).filter(list__in=[one.list_id for one in editions.values()])
    chart_edition = editions.get(requirements.CHART_LIST)
    rows, notes = _requirements(chart_edition, entries) if chart_edition else ({}, {})
    return Law(
        editions,
        entries,
        rows,
        notes,
        requirements.chart_for(tables.select_related("list"), countries if chart_edition else ()),
        hints_for({one.hs_code for one in asked}, at),
    )


def _entries(edition: ControlEdition, codes: Collection[str]) -> dict[str, Entry]:
    """Return what of the codes the edition has: itself, under the code it has now, or the one at its top.

    The nearest code above stands for one that is not there, as a catalogue has few paragraphs.
    """
    aliases = EntryAlias.objects.filter(entry__list=edition.list_id).values_list("old_code", "entry__code")
    now = {normalise_code(old): new for old, new in aliases}
    near = {one for code in codes for one in (code, now.get(code, code), *ancestors(code))}
    there = set(EntryVersion.objects.filter(edition=edition, code__in=near).values_list("code", flat=True))
    found = {}
    for code in codes:
        exact = next((one for one in (code, now.get(code, "")) if one in there), None)
        upper = next((one for one in reversed(ancestors(code)) if one in there), None)
        if exact or upper:
            found[code] = Entry(exact or upper or "", code, is_exact=exact is not None)
    return found


Requirements = tuple[dict[str, list[LicenceRequirement]], dict[str, list[EntryNote]]]


def _requirements(edition: ControlEdition, entries: dict[tuple[str, str], Entry]) -> Requirements:
    tops = {base(entry.code) for (code, _asked), entry in entries.items() if code == edition.list.code}
    rows: dict[str, list[LicenceRequirement]] = {}
    of_tops = {"version__edition": edition, "version__code__in": tops}
    for row in LicenceRequirement.objects.filter(**of_tops).select_related("version").order_by("position"):
        rows.setdefault(row.version.code, []).append(row)
    notes: dict[str, list[EntryNote]] = {}
    for note in EntryNote.objects.filter(**of_tops).select_related("version").order_by("position"):
        notes.setdefault(note.version.code, []).append(note)
    return rows, notes


def asked_of(application: Application, lines: Iterable[GoodsLine]) -> list[Asked]:
    """Return what an application says, line by line, as it is stated."""
    answers: dict[EndUseQuestion, bool | None] = {
        EndUseQuestion(one.question): one.answer for one in application.declarations.all()
    }
    parties = application.parties.all()
    users = tuple(party.country for party in parties if party.role in END_USERS and party.country)
    return [
        Asked(
            normalise_code(line.control_code),
            application.destination,
            line.origin,
            users,
            answers,
            hs_code=line.hs_code,
        )
        for line in lines
    ]


def moment_of(application: Application, now: datetime) -> datetime:
    """Return the moment whose editions a case rests on: when it was handed in, for a draft now."""
    return application.submitted_at or now


def of_application(
    application: Application, pack: CountryPack, now: datetime
) -> list[tuple[GoodsLine, Answer]]:
    """Answer for every line of goods, by the editions that the case rests on."""
    lines = list(application.goods.all())
    asked = asked_of(application, lines)
    law = law_at(moment_of(application, now), asked, pack)
    return [(line, determine(one, law, pack)) for line, one in zip(lines, asked, strict=True)]
