"""What an application still lacks, section by section: the task list and the guard of submission read it."""

from collections.abc import Callable
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from licensing import goods_checks, routes
from licensing.models import (
    Application,
    ApplicationKind,
    DocumentKind,
    EndUseQuestion,
    PartyRole,
    TransportMode,
)


class Section(StrEnum):
    ABOUT = "about"
    GOODS = "goods"
    PARTIES = "parties"
    ROUTE = "route"
    END_USE = "end-use"
    DOCUMENTS = "documents"


LABELS: dict[Section, Promise] = {
    Section.ABOUT: _("About the application"),
    Section.GOODS: _("Goods"),
    Section.PARTIES: _("Parties"),
    Section.ROUTE: _("Route"),
    Section.END_USE: _("End use"),
    Section.DOCUMENTS: _("Documents"),
}

Missing = list[Promise | str]


def about(application: Application) -> Missing:
    missing: Missing = []
    if not application.contact_name:
        missing.append(_("Say who we can ask about this application."))
    if not application.contact_email:
        missing.append(_("Give an e-mail address for questions."))
    return missing


def goods(application: Application) -> Missing:
    asked = goods_checks.asked(application)
    if not asked:
        return [_("Add at least one line of goods.")]
    waiting = [str(one.line.number) for one in asked if one.is_open]
    if not waiting:
        return []
    words = ngettext(
        "Answer the question about line %(lines)s: it resembles listed goods.",
        "Answer the questions about the lines %(lines)s: they resemble listed goods.",
        len(waiting),
    )
    return [words % {"lines": ", ".join(waiting)}]


def parties(application: Application) -> Missing:
    roles = {party.role for party in application.parties.all()}
    missing: Missing = []
    if PartyRole.CONSIGNEE not in roles:
        missing.append(_("Add the consignee."))
    if not roles & {PartyRole.END_USER, PartyRole.ULTIMATE_END_USER}:
        missing.append(_("Add the end user."))
    if application.kind == ApplicationKind.BROKERING and PartyRole.BROKER not in roles:
        missing.append(_("Add the broker."))
    return missing


def route(application: Application) -> Missing:
    missing: Missing = []
    if not application.dispatched_from:
        missing.append(_("Say from which country the goods leave."))
    if not application.destination:
        missing.append(_("Say to which country the goods go."))
    if not application.transport_mode:
        missing.append(_("Choose a means of transport."))
    moves = application.transport_mode not in ("", TransportMode.ELECTRONIC)
    if moves and application.kind != ApplicationKind.BROKERING and not application.port_of_loading:
        missing.append(_("Choose where the goods leave the country."))
    if not routes.is_possible(
        application.kind,
        application.dispatched_from,
        application.destination,
        application.transit_countries,
    ):
        missing.append(_("Correct the countries: the route does not fit the kind of transaction."))
    return missing


def end_use(application: Application) -> Missing:
    missing: Missing = []
    if not application.end_use:
        missing.append(_("Describe the end use."))
    answered = {declaration.question for declaration in application.declarations.all()}
    if answered != set(EndUseQuestion.values):
        missing.append(_("Answer every question about the end use."))
    return missing


def documents(application: Application) -> Missing:
    kinds = {document.kind for document in application.documents.all()}
    if DocumentKind.END_USER_CERTIFICATE not in kinds:
        return [_("Add the end-user certificate.")]
    return []


SECTIONS: dict[Section, Callable[[Application], Missing]] = {
    Section.ABOUT: about,
    Section.GOODS: goods,
    Section.PARTIES: parties,
    Section.ROUTE: route,
    Section.END_USE: end_use,
    Section.DOCUMENTS: documents,
}


def missing(application: Application) -> dict[Section, Missing]:
    """Return, for every section in order, what is missing; an empty list means complete."""
    return {section: check(application) for section, check in SECTIONS.items()}
