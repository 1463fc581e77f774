"""Where customs' books and ours differ: which comparisons there were, and one of them in full."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from licensing.actions.reconciliations import DIFFERING, MISSING_HERE, MISSING_THERE, OTHER_DAY
from licensing.models import Licence, Reconciliation
from licensing.permissions import Permission
from portal.access import needs
from portal.http import PortalRequest

ROWS_A_PAGE = 50
# What to think of a kind of difference, and how urgent it is.
WORDS = {
    MISSING_HERE: (_("Only in their book"), "bad"),
    MISSING_THERE: (_("Only in our book"), "bad"),
    DIFFERING: (_("Other quantities"), "bad"),
    OTHER_DAY: (_("Recorded here on another day"), "plain"),
}


@needs(Permission.REVIEW)
@require_safe
def index(request: PortalRequest) -> HttpResponse:
    rows = Reconciliation.objects.select_related("system").defer("differences").order_by("-at", "-pk")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "reconciliations/index.html", {"page": page})


@needs(Permission.REVIEW)
@require_safe
def show(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Reconciliation.objects.select_related("system", "by"), pk=pk)
    told = [{**one, "label": WORDS[one["kind"]][0], "tone": WORDS[one["kind"]][1]} for one in row.differences]
    page = Paginator(told, ROWS_A_PAGE).get_page(request.GET.get("page"))
    # Their book may name what we never issued.
    known = Licence.objects.filter(reference__in=[one["licence"] for one in page]).values_list(
        "reference", flat=True
    )
    return render(request, "reconciliations/show.html", {"row": row, "page": page, "known": set(known)})
