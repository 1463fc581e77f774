"""Numbers of forms for when the portal can't be asked: a port takes some, and sees which came back."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from licensing.actions import forms
from licensing.models import FormBlock
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.customs import BlockForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest

BLOCKS_SHOWN = 20


@needs(Permission.REPORT_USAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: PortalRequest) -> HttpResponse:
    form = BlockForm(request.POST if request.method == "POST" else None)
    made: list[FormBlock] = []
    if form.is_valid() and attempt(form, lambda: made.append(_take(request, form))):
        return redirect("port-form-block", made[0].pk)
    blocks = _visible(request).order_by("-pk")[:BLOCKS_SHOWN]
    rows = [{"block": block, "reported": len(forms.reported(block))} for block in blocks]
    return render(request, "customs/forms.html", {"form": form, "rows": rows})


def _take(request: PortalRequest, form: BlockForm) -> FormBlock:
    given: dict[str, Any] = form.cleaned_data
    return forms.take(given["port"], given["count"], by=request.user, at=timezone.now())


@needs(Permission.REPORT_USAGE)
@require_safe
def show(request: PortalRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(_visible(request), pk=pk)
    back = forms.reported(block)
    numbers = [{"number": number, "is_back": number in back} for number in block.numbers]
    return render(request, "customs/form_block.html", {"form_block": block, "numbers": numbers})


def _visible(request: PortalRequest) -> Any:
    return FormBlock.objects.filter(system=request.user.organisation).select_related("by")
