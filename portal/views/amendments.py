"""How a holder has a licence amended: asks for it, says what changes, puts a line back."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from licensing.actions import amendments
from licensing.errors import Refused
from licensing.models import Amendment, Licence
from licensing.permissions import Permission
from portal import amended
from portal.access import needs
from portal.forms.amendments import ChangesForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from portal.views.sections import (
    attempt_unseen,
    found,
    handed_in,
    newest_seen,
    once_of,
    saved,
    sections_of,
    seen_of,
)

LEFT_EMPTY = gettext_lazy(
    "The date of the first shipment is past, so it is left empty. Give that of the next one, if you know it."
)


@needs(Permission.APPLY)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PortalRequest, reference: str) -> HttpResponse:
    licences = Licence.objects.visible_to(request.user).select_related("application")
    licence, now = get_object_or_404(licences, reference=reference), timezone.now()
    form = ChangesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        changes, once = form.cleaned_data["changes"], once_of(request)
        act = partial(amendments.start, licence.pk, changes=changes, by=request.user, at=now, once=once)
        if attempt(form, act):
            return _begun(request, licence)
    context = {
        "licence": licence,
        "form": form,
        "once": once_of(request),
        "against": amendments.against_start(licence, now),
        "open": amendments.open_of(licence),
    }
    return render(request, "licences/amend.html", context)


def _begun(request: PortalRequest, licence: Licence) -> HttpResponse:
    amendment = amendments.open_of(licence)
    if amendment is None:  # withdrawn meanwhile, by a colleague
        return redirect("licence", licence.reference)
    words = _("%(reference)s is a new draft with all that %(licence)s says. Change what is to be changed.")
    messages.success(
        request, words % {"reference": amendment.application.reference, "licence": licence.reference}
    )
    if licence.application.dispatch_on and not amendment.application.dispatch_on:
        messages.info(request, str(LEFT_EMPTY))
    return redirect("form", amendment.application.reference)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def reword(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    amendment = get_object_or_404(Amendment, application=application)
    if closed := handed_in(request, application):
        return closed
    form = ChangesForm(request.POST or None, initial={"changes": amendment.changes})
    if form.is_valid() and attempt_unseen(
        form,
        lambda: amendments.reword(
            application.pk,
            changes=form.cleaned_data["changes"],
            by=request.user,
            at=timezone.now(),
            seen=seen_of(request),
        ),
        lambda: {"changes": Amendment.objects.get(pk=amendment.pk).changes},
    ):
        return saved(request, "form", application)
    context = {
        "application": application,
        "form": form,
        "seen": newest_seen(request, application, form),
        "form_sections": sections_of(application),
        "amended": amended.of_case(application),
    }
    return render(request, "form/amendment.html", context)


@needs(Permission.APPLY)
@require_POST
def put_back(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """Take a line of the licence into the draft again."""
    application = found(request, reference)
    try:
        amendments.put_back(application.pk, pk, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The line is in the application again."))
    return redirect("form-amendment", application.reference)
