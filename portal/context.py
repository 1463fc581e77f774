"""What every page shows: whose portal this is, and where this person can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing import permissions
from licensing.country import pack
from licensing.permissions import Permission

# What each kind of user came for, at most six of them: address, label, permission.
SECTIONS: tuple[tuple[str, Promise, Permission], ...] = (
    ("applications", _("Applications"), Permission.APPLY),
    ("licences", _("Licences"), Permission.APPLY),
    ("precheck", _("Pre-check"), Permission.APPLY),
    ("company", _("Company"), Permission.MANAGE_COMPANY),
    ("queue", _("Cases"), Permission.REVIEW),
    ("alerts", _("Alerts"), Permission.REVIEW),
    ("consultations", _("Questions to us"), Permission.ADVISE),
    ("licences", _("Licences"), Permission.REVIEW),
    ("detentions", _("Detained goods"), Permission.REVIEW),
    ("licence-search", _("Check a licence"), Permission.REPORT_USAGE),
    ("detentions", _("Detained goods"), Permission.REPORT_USAGE),
    ("accounts", _("Accounts"), Permission.MANAGE_ACCOUNTS),
    ("calibration", _("Thresholds"), Permission.CALIBRATE),
    ("screening", _("Search the lists"), Permission.SCREEN),
    ("lists", _("Lists"), Permission.SEE_LISTS),
    ("signing-keys", _("Signing keys"), Permission.MANAGE_KEYS),
)


def page(request: HttpRequest) -> dict[str, Any]:
    return {
        "product_name": settings.PRODUCT_NAME,
        "version": settings.VERSION,
        "country": pack(),
        "demonstration": settings.PORTAL_ENV == "demo",
        "sections": sections(request),
    }


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [
        {"url": reverse(name), "label": label, "current": request.path.startswith(reverse(name))}
        for name, label, permission in SECTIONS
        if permissions.has(user, permission)
    ]
