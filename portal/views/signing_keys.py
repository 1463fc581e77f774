"""Which keys sign licences: two administrators bring one in, and two revoke one."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from licensing import signing
from licensing.actions import keys
from licensing.country import pack
from licensing.models import KeyRevocation, ListOutcome, SigningKey
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.lists import WithdrawForm
from portal.forms.refusals import attempt
from portal.forms.signing_keys import DecideForm, ProposeForm, RevokeForm
from portal.http import PortalRequest


@needs(Permission.MANAGE_KEYS)
@require_safe
def index(request: PortalRequest) -> HttpResponse:
    waiting = SigningKey.objects.filter(decision=None).select_related("by")
    revocations = KeyRevocation.objects.filter(decision=None).select_related("by", "key")
    rows = SigningKey.objects.agreed().select_related("by", "decision__by").order_by("-starts_at", "-pk")
    context = {
        "rows": rows,
        "waiting": waiting.order_by("at"),
        "revocations": revocations.order_by("at"),
        "own": signing.demonstration_key(),
        "now": timezone.now(),
    }
    return render(request, "administration/signing_keys.html", context)


@needs(Permission.MANAGE_KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: PortalRequest) -> HttpResponse:
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and attempt(form, partial(_propose, request, form)):
        messages.success(request, _("Asked for. Another administrator must agree; all of them get a letter."))
        return redirect("signing-keys")
    return render(request, "administration/signing_key_new.html", {"form": form})


def _propose(request: PortalRequest, form: ProposeForm) -> None:
    given, country = form.cleaned_data, pack()
    keys.propose(
        name=given["name"],
        public_key=given["public_key"],
        starts_at=country.start_of(given["first"]),
        ends_at=country.end_of(given["last"]),
        reason=given["reason"],
        by=request.user,
        at=timezone.now(),
    )


@needs(Permission.MANAGE_KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: PortalRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(SigningKey.objects.agreed(), pk=pk)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and attempt(
        form,
        lambda: keys.ask_to_revoke(
            pk, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        ),
    ):
        messages.success(request, _("Asked for. Another administrator must agree; all of them get a letter."))
        return redirect("signing-keys")
    return render(request, "administration/signing_key_revoke.html", {"form": form, "key": key})


@needs(Permission.MANAGE_KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide_key(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SigningKey.objects.select_related("by", "decision__by"), pk=pk)
    return _decide(request, row, row)


@needs(Permission.MANAGE_KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide_revocation(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(KeyRevocation.objects.select_related("by", "key", "decision__by"), pk=pk)
    return _decide(request, row, row.key)


def _decide(request: PortalRequest, row: SigningKey | KeyRevocation, key: SigningKey) -> HttpResponse:
    """Show a request with what became of it; another administrator decides, who asked may withdraw it."""
    decision, own = getattr(row, "decision", None), row.by == request.user
    data = request.POST if request.method == "POST" else None
    form = None if decision else (WithdrawForm(data) if own else DecideForm(data))
    if form and form.is_valid():
        agrees = form.cleaned_data.get("outcome") == ListOutcome.APPROVE
        reason = form.cleaned_data["reason"]
        act = partial(keys.decide, row, agrees=agrees, reason=reason, by=request.user, at=timezone.now())
        if attempt(form, act):
            messages.success(request, _("Agreed to.") if agrees else _("Declined. Everything stays."))
            return redirect("signing-keys")
    context = {
        "form": form,
        "row": row,
        "key": key,
        "pem": signing.pem_of(key),
        "decision": decision,
        "own": own,
        "is_revocation": isinstance(row, KeyRevocation),
    }
    return render(request, "administration/signing_key.html", context)
