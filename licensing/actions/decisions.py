"""What deciding officers do: the second of two people."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import amendments, notifications, outbox, references, terms
from licensing.actions import replacing
from licensing.classification import codes_that_count
from licensing.country import months_after, pack
from licensing.errors import Refused
from licensing.models import (
    Action,
    Application,
    Decision,
    GoodsLine,
    Job,
    Licence,
    LicenceLine,
    Outcome,
    Recommendation,
    Terms,
    User,
)
from licensing.workflow import perform


@transaction.atomic
def send_back(application_id: int, *, reasons: str, by: User, at: datetime) -> Application:
    application = Application.objects.lock(application_id)
    _check_reasons(reasons)
    event = perform(application, Action.SEND_BACK, by=by, at=at, reasons=reasons.strip())
    notifications.announce(event)
    return application


@transaction.atomic
def refuse(application_id: int, *, reasons: str, by: User, at: datetime) -> Decision:
    application = Application.objects.lock(application_id)
    _check_reasons(reasons)
    event = perform(application, Action.REFUSE, by=by, at=at, reasons=reasons.strip())
    decision = _decide(application, Outcome.REFUSE, reasons, by, at)
    notifications.announce(event)
    return decision


@transaction.atomic
def approve(application_id: int, *, reasons: str, by: User, at: datetime) -> Licence:
    """Approve what was recommended and issue the licence for everything the application asks for. Where it
    amends a licence, the new one takes the place of that.

    The licence holds from today, for the months recommended, to the end of its last legal day.
    Raises Refused if it can't be approved now, or not by `by`.
    """
    application = Application.objects.lock(application_id)
    amended = replacing.lock_amended(application)
    _check_reasons(reasons)
    said: dict[str, Any] = {"reasons": reasons.strip()}
    if amended:
        said["replaces"] = amended.reference
    event = perform(application, Action.APPROVE, by=by, at=at, **said)
    decision = _decide(application, Outcome.APPROVE, reasons, by, at)
    licence = _issue(application, decision, at)
    if amended:
        replacing.replace(amended, licence, at=at)
    outbox.put(Job.RENDER_LICENCE, at=at, licence_id=licence.pk)
    notifications.announce(event)
    return licence


def _decide(application: Application, outcome: Outcome, reasons: str, by: User, at: datetime) -> Decision:
    recommendation: Recommendation = application.recommendations.latest()
    return Decision.objects.create(
        application=application,
        recommendation=recommendation,
        outcome=outcome,
        reasons=reasons.strip(),
        recommended_by=recommendation.by,
        by=by,
        at=at,
    )


def _issue(application: Application, decision: Decision, at: datetime) -> Licence:
    country = pack()
    first, last = period(decision.recommendation.months or 0, at)
    set_terms = terms.of(decision.recommendation)
    amendment = amendments.of(application)
    licence = Licence.objects.create(
        application=application,
        decision=decision,
        holder=application.organisation,
        reference=references.licence_reference(at),
        check_code=references.new_check_code(),
        valid_from=first,
        valid_to=last,
        starts_at=country.start_of(first),
        ends_at=country.end_of(last),
        conditions=[*decision.recommendation.conditions, *_in_words(set_terms)],
        issued_at=at,
        replaces=amendment.licence if amendment else None,
    )
    lines = list(application.goods.all())
    codes = codes_that_count(lines)
    continued = replacing.continued(amendment) if amendment else {}
    LicenceLine.objects.bulk_create(
        granting(licence, goods, set_terms, codes=codes[goods.pk], continues=continued.get(goods.pk))
        for goods in lines
    )
    return licence


def _in_words(set_terms: Terms | None) -> list[str]:
    """Return the conditions that are data as the licence prints them, in both languages."""
    sentences = terms.in_words_of_both(set_terms) if set_terms else []
    return [f"{sentence.es}\n{sentence.en}" for sentence in sentences]


def granting(
    licence: Licence,
    goods: GoodsLine,
    set_terms: Terms | None = None,
    *,
    codes: tuple[str, ...] | None = None,
    continues: LicenceLine | None = None,
) -> LicenceLine:
    """Return the line, not yet stored, by which `licence` grants all that was asked for. `codes` are the
    entries that officers found; without them, the exporter's. `continues` is the line of the licence it
    replaces whose account it carries on."""
    return LicenceLine(
        licence=licence,
        goods=goods,
        number=goods.number,
        description=goods.description,
        hs_code=goods.hs_code,
        control_code=goods.control_code if codes is None else ", ".join(codes),
        unit=goods.unit,
        granted=goods.quantity,
        value=goods.value,
        currency=goods.currency,
        quantity_tolerance=set_terms.quantity_tolerance if set_terms else Decimal(0),
        value_tolerance=set_terms.value_tolerance if set_terms else Decimal(0),
        continues=continues,
    )


def period(months: int, at: datetime) -> tuple[date, date]:
    """Return the first and the last legal day of a licence issued at `at` for so many months."""
    first = pack().legal_day(at)
    return first, months_after(first, months) - timedelta(days=1)


def _check_reasons(reasons: str) -> None:
    if not reasons.strip():
        raise Refused(_("Give the reasons."))
