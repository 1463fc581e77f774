"""The public check: is this paper a licence of ours, and is it in force?

Whoever has the paper has its code. Without the right one we say the same thing in the same time, whether or
not the number exists, and never what remains or who else takes part.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from licensing import permissions
from licensing.models import Licence
from licensing.permissions import Permission
from licensing.references import read_check_code, read_licence_number
from portal.access import open_to_all
from portal.forms.check import CheckForm
from portal.limits import client_address, seconds_to_wait
from portal.verdicts import public_verdict

RATE = "10/m"  # for each network address
NO_CODE = "-" * 16  # nobody can type it


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    form = CheckForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect("check-licence", form.cleaned_data["number"], form.cleaned_data["code"])
    return unlisted(render(request, "check/ask.html", {"form": form}))


@open_to_all
@never_cache
@require_safe
def show(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    if wait := seconds_to_wait("check", client_address(request), RATE):
        response = render(request, "check/too_many.html", {"seconds": wait}, status=429)
        response.headers["Retry-After"] = str(wait)
        return unlisted(response)
    licence = genuine(reference, code)
    if licence is None:
        form = CheckForm(initial={"number": reference, "code": code})
        return unlisted(render(request, "check/ask.html", {"form": form, "unknown": True}, status=404))
    now = timezone.now()
    context = {
        "licence": licence,
        "verdict": public_verdict(licence, now),
        "now": now,
        "may_see_more": request.user.is_authenticated
        and permissions.has(request.user, Permission.SEE_LICENCES),
    }
    return unlisted(render(request, "check/licence.html", context))


def genuine(reference: str, code: str) -> Licence | None:
    """Return the licence if the code is its own."""
    licence = (
        Licence.objects.select_related("holder").filter(reference=read_licence_number(reference)).first()
    )
    right = constant_time_compare(licence.check_code if licence else NO_CODE, read_check_code(code))
    return licence if right else None


def unlisted(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
