"""What the pages of the application form share."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Model, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from licensing import completeness
from licensing.completeness import LABELS, Section
from licensing.edits import Overtaken
from licensing.errors import Refused
from licensing.models import WITH_EXPORTER, Application, ApplicationStatus, Event
from portal.forms.conflicts import Conflict, differences
from portal.forms.fields import PageForm
from portal.forms.refusals import add_reasons, attempt
from portal.http import PortalRequest
from portal.templatetags.portal import ATTENTION, GOOD, clock_time

PAGES = {
    Section.ABOUT: "form-about",
    Section.GOODS: "form-goods",
    Section.PARTIES: "form-parties",
    Section.ROUTE: "form-route",
    Section.END_USE: "form-end-use",
    Section.DOCUMENTS: "form-documents",
}
LEAVE = "tasks"  # the button that saves a page as far as it is


def found(request: PortalRequest, reference: str) -> Application:
    """Return the application if this user may see it; anything else does not exist for them."""
    visible = Application.objects.visible_to(request.user).select_related("organisation")
    # In the same statement: what the page shows is no older than the changes that it says it knows of.
    changes = Event.objects.filter(application=OuterRef("pk")).order_by("-pk").values("pk")
    visible = visible.annotate(newest_change=Coalesce(Subquery(changes[:1]), 0))
    return get_object_or_404(visible, reference=reference)


def seen_of(request: PortalRequest) -> int | None:
    """Return the newest change that the page just sent knew of; None if it does not say."""
    sent = request.POST.get("seen", "")
    return int(sent) if sent.isdecimal() and sent.isascii() and len(sent) <= 18 else None


def once_of(request: PortalRequest) -> str:
    """Return the random word of this page: a new one, or that of the page just sent."""
    sent = request.POST.get("once", "")
    return sent if sent.isalnum() and len(sent) <= 40 else uuid4().hex


def sections_of(application: Application) -> list[dict[str, Any]]:
    """Return every section with its page, whether it is complete and what is missing."""
    return [
        {
            "id": f"section-{section}",
            "title": LABELS[section],
            "url": reverse(PAGES[section], args=[application.reference]),
            "missing": lacking,
            "label": _("To do") if lacking else _("Complete"),
            "tone": ATTENTION if lacking else GOOD,
        }
        for section, lacking in completeness.missing(application).items()
    ]


def show_page(
    request: PortalRequest, application: Application, section: Section, template: str, **context: Any
) -> HttpResponse:
    following = list(PAGES)[list(PAGES).index(section) + 1 :]
    return render(
        request,
        f"form/{template}.html",
        {
            "application": application,
            "title": LABELS[section],
            "section_url": reverse(PAGES[section], args=[application.reference]),
            "form_sections": sections_of(application),
            "once": once_of(request),
            "seen": newest_seen(request, application, context.get("form")),
            "next_url": reverse(
                PAGES[following[0]] if following else "form-check", args=[application.reference]
            ),
            "is_draft": application.status == ApplicationStatus.DRAFT,
            **context,
        },
    )


def newest_seen(request: PortalRequest, application: Application, form: Any) -> int:
    """Return the newest change that whoever reads the page now knows of."""
    if isinstance(form, PageForm) and form.overtaken:
        return form.overtaken.event.pk
    known = seen_of(request)
    return application.newest_change if known is None else known  # type: ignore[attr-defined]


def attempt_unseen(form: PageForm, act: Callable[[], object], stored: Callable[[], dict[str, Any]]) -> bool:
    """Do as `attempt` does. If it would undo what somebody changed since the page was opened, the form keeps
    what was typed and holds what is stored now beside it."""
    try:
        return attempt(form, act)
    except Overtaken as overtaken:
        add_reasons(form, overtaken)
        form.overtaken = Conflict(overtaken.event, differences(form, stored()))
        return False


def handed_in(request: PortalRequest, application: Application) -> HttpResponse | None:
    """Lead whoever opens the form of what can no longer be changed to the application itself."""
    if request.method != "GET" or application.status in WITH_EXPORTER:
        return None
    messages.info(
        request, _("%(reference)s has been submitted and can't be changed.") % {"reference": application}
    )
    return redirect("application", application.reference)


def onward(request: PortalRequest, application: Application, section: Section) -> HttpResponse:
    """Go to the next section; or to the list of sections, if asked to or if only corrections are due."""
    messages.success(request, _("Saved at %(time)s.") % {"time": clock_time(timezone.now())})
    if request.POST.get("then") == LEAVE or application.status != ApplicationStatus.DRAFT:
        return redirect("form", application.reference)
    following = list(PAGES)[list(PAGES).index(section) + 1]
    return redirect(PAGES[following], application.reference)


def row_of(request: PortalRequest, rows: Any, pk: int | None) -> Any:
    """Return the row that a page is about; None for a new one, and for one that was removed while somebody
    typed: what they typed is not answered with "not found"."""
    if pk is None or (request.method == "POST" and not rows.filter(pk=pk).exists()):
        return None
    return get_object_or_404(rows, pk=pk)


def anew(page: str, application: Application, pk: int | None, row: Model | None) -> str:
    """Return where what was typed about a row goes that is gone: it is added again. "" for any other."""
    return reverse(page, args=[application.reference]) if pk and row is None else ""


def saved(request: PortalRequest, page: str, application: Application) -> HttpResponse:
    messages.success(request, _("Saved at %(time)s.") % {"time": clock_time(timezone.now())})
    return redirect(page, application.reference)


def totals(lines: Any) -> dict[str, Decimal]:
    """Return what the goods are worth together, by currency."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.value
    return sums


Drop = Callable[..., None]


def remove(
    request: PortalRequest,
    reference: str,
    model: type[Model],
    pk: int,
    drop: Drop,
    section: Section,
    question: str,
) -> HttpResponse:
    """Ask once, then take the row out. Pressed twice, or gone already, it leads back to the list."""
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    reasons: tuple[str | Promise, ...] = ()
    if request.method == "POST":
        try:
            drop(application.pk, pk, by=request.user, at=timezone.now())
        except Refused as refused:
            reasons = refused.reasons
        if not reasons:
            return redirect(PAGES[section], application.reference)
    row = get_object_or_404(model, application=application, pk=pk)
    context = {
        "application": application,
        "row": row,
        "question": question,
        "title": LABELS[section],
        "back_url": reverse(PAGES[section], args=[application.reference]),
        "reasons": reasons,
    }
    return render(request, "form/remove.html", context)


def questions(
    request: PortalRequest,
    reference: str,
    section: Section,
    make_form: type[PageForm],
    initial: Callable[[Application], dict[str, Any]],
    save: Callable[[Application, Any], object],
    template: str = "section",
) -> HttpResponse:
    """A page of questions about the application itself: save what was typed, or show it with messages."""
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    unfinished = request.POST.get("then") == LEAVE

    def stored() -> dict[str, Any]:
        application.refresh_from_db()
        return initial(application)

    form = make_form(request.POST or None, initial=initial(application), unfinished=unfinished)
    if form.is_valid() and attempt_unseen(form, partial(save, application, form), stored):
        return onward(request, application, section)
    return show_page(request, application, section, template, form=form)
