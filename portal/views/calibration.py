"""The thresholds of screening: what they did so far, what others would have done, and storing others."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from licensing import calibration, consequences
from licensing.actions import calibrations
from licensing.models import Action, Event
from licensing.permissions import Permission
from portal import histogram
from portal.access import needs
from portal.forms.calibration import SaveForm, ThresholdsForm, initial
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from portal.timeline import sentences

VERSIONS_SHOWN = 20


@needs(Permission.CALIBRATE)
@require_http_methods(["GET", "POST"])
def show(request: PortalRequest) -> HttpResponse:
    """Show the thresholds in force; with others in the address their consequences; posted, store them."""
    at = timezone.now()
    saving = SaveForm(request.POST) if request.method == "POST" else None
    if saving and saving.is_valid() and attempt(saving, lambda: _save(request, saving.cleaned_data)):
        messages.success(request, _("The thresholds are stored. Open cases are screened again."))
        return redirect("calibration")
    now = calibration.in_force(at)
    proposal = request.POST if saving else request.GET
    form = ThresholdsForm(proposal or None, initial=initial(now))
    proposed = form.thresholds() if form.is_valid() else None
    groups = consequences.past_hits()
    events = Event.objects.filter(action=Action.CALIBRATE).newest_first()[:VERSIONS_SHOWN]
    context = {
        "form": form,
        "now": now,
        "consequences": consequences.of(proposed, now, groups, at) if proposed else None,
        "saving": (saving or SaveForm(initial={**initial(proposed), "seen": now.number}))
        if proposed
        else None,
        "seen": now.number,
        "histogram": histogram.draw(groups, proposed or now, now),
        "history": sentences(events, for_exporter=False),
    }
    return render(request, "administration/calibration.html", context)


def _save(request: PortalRequest, given: dict[str, Any]) -> None:
    calibrations.save(**given, by=request.user, at=timezone.now())
