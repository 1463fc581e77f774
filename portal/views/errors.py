"""Pages that say something went wrong, and what was kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.access import open_to_all


@open_to_all
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: the page was open too long, or cookies are off."""
    return render(request, "403_form.html", status=403)
