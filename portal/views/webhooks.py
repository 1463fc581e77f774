"""Which addresses of customs are told what happens to licences, and what did not get through."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from licensing.actions import webhooks
from licensing.errors import Refused
from licensing.models import WebhookEndpoint, WebhookMessage
from licensing.permissions import Permission
from portal.access import needs
from portal.forms.refusals import attempt
from portal.forms.webhooks import EndpointForm
from portal.http import PortalRequest

ROWS = 50


@needs(Permission.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: PortalRequest) -> HttpResponse:
    """Show the addresses and what was given up. A new address's secret is shown in answer, this once."""
    form = EndpointForm(request.POST if request.method == "POST" else None)
    made: dict[str, object] = {}
    if form.is_valid() and attempt(form, partial(_add, request, form, made), "address"):
        return render(request, "administration/webhook_made.html", made)
    endpoints = WebhookEndpoint.objects.select_related("organisation").annotate(
        open_count=Count("messages", filter=Q(messages__delivered_at=None, messages__dead_at=None)),
        dead_count=Count("messages", filter=Q(messages__dead_at__isnull=False)),
    )
    about = ("endpoint__organisation", "news__licence", "news__detention")
    dead = WebhookMessage.objects.dead().select_related(*about)
    context = {
        "form": form,
        "endpoints": endpoints.order_by("disabled_at", "pk"),
        "page": Paginator(dead.order_by("-dead_at", "-pk"), ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "administration/webhooks.html", context)


def _add(request: PortalRequest, form: EndpointForm, made: dict[str, object]) -> None:
    given = form.cleaned_data
    endpoint, secret = webhooks.add(
        given["organisation"], given["address"], by=request.user, at=timezone.now()
    )
    made.update(endpoint=endpoint, secret=secret)


@needs(Permission.MANAGE_ACCOUNTS)
@require_POST
def disable(request: PortalRequest, pk: int) -> HttpResponse:
    get_object_or_404(WebhookEndpoint, pk=pk)
    return _done(
        request,
        partial(webhooks.disable, pk, by=request.user, at=timezone.now()),
        _("This address is told nothing more."),
    )


@needs(Permission.MANAGE_ACCOUNTS)
@require_POST
def send_again(request: PortalRequest, pk: int) -> HttpResponse:
    get_object_or_404(WebhookMessage, pk=pk)
    return _done(
        request,
        partial(webhooks.send_again, pk, by=request.user, at=timezone.now()),
        _("The message is on its way again."),
    )


def _done(request: PortalRequest, act: "partial[None]", said: str) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("webhooks")
