"""Officers ask the lists about anybody: by name and number, or by address. A search is a link."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from licensing import searches
from licensing.models import ListSearch, SearchWay
from licensing.permissions import Permission
from licensing.searches import Answer, ListNotInForce
from portal import listed
from portal.access import needs
from portal.findings import edition_of
from portal.forms.screenings import AddressSearchForm, NameSearchForm, says
from portal.http import PortalRequest
from portal.templatetags.portal import edition_name
from screening.containing import SHORTEST, names_containing, says_enough
from screening.importers import label_of
from screening.models import ListedEntity, ListVersion
from screening.search import NoListInForce

VERSIONS_SHOWN = 25
PRECHECKS_A_PAGE = 50
MOST_SHOWN = 100  # matches of one search; whoever has more is sought too vaguely
MOST_CONTAINING = 50  # entries that only share words with what was asked


@needs(Permission.SCREEN)
@never_cache
@require_GET
def search(request: PortalRequest) -> HttpResponse:
    """Compare a name or a number with the lists in force."""
    at = timezone.now()
    in_force = _in_force(at)
    asked = {"name", "identifier"} & set(request.GET)
    form = NameSearchForm(request.GET if asked else None, versions=in_force)
    context: dict[str, Any] = {"form": form, "in_force": in_force}
    if in_force and form.is_valid():
        context |= _found(request, form, at)
    return render(request, "screenings/search.html", context)


def _found(request: PortalRequest, form: NameSearchForm, at: datetime) -> dict[str, Any]:
    try:
        answer = searches.ask(
            [form.asked()], way=SearchWay.PAGE, by=request.user, at=at, lists=form.cleaned_data["lists"]
        )
    except (ListNotInForce, NoListInForce):  # it ended between the two questions
        return {"in_force": []}
    matches = answer.matches[0]
    return {
        "searched": _named(answer.versions),
        "count": len(matches),
        "rows": listed.rows(matches[:MOST_SHOWN], answer.thresholds),
        "worth": answer.thresholds.worth,
        "at": at,
        **_containing(form.cleaned_data["name"], answer, at),
    }


def _containing(name: str, answer: Answer, at: datetime) -> dict[str, Any]:
    """Return who is listed with the words asked for but is no match, as a surname alone is not."""
    if not says(name):
        return {}
    if not says_enough(name):
        return {"letters_needed": SHORTEST}
    labels = {version.pk: label_of(version.source) for version in answer.versions}
    matched = {match.entity.pk for match in answer.matches[0]}
    found = names_containing(name, answer.versions, at=at, without=matched, most=MOST_CONTAINING + 1)
    return {
        "containing": [(one, labels[one.entity.version_id]) for one in found[:MOST_CONTAINING]],
        "containing_more": len(found) > MOST_CONTAINING,
    }


@needs(Permission.SCREEN)
@never_cache
@require_GET
def addresses(request: PortalRequest) -> HttpResponse:
    """Find who is listed at an address."""
    at = timezone.now()
    in_force = _in_force(at)
    form = AddressSearchForm(request.GET if "address" in request.GET else None, versions=in_force)
    context: dict[str, Any] = {"form": form, "in_force": in_force}
    if in_force and form.is_valid():
        context |= _residents(request, form.cleaned_data, at)
    return render(request, "screenings/addresses.html", context)


def _residents(request: PortalRequest, typed: dict[str, Any], at: datetime) -> dict[str, Any]:
    try:
        versions, found = searches.ask_address(
            typed["address"], country=typed["country"], by=request.user, at=at, lists=typed["lists"]
        )
    except (ListNotInForce, NoListInForce):
        return {"in_force": []}
    return {
        "searched": _named(versions),
        "count": len(found),
        "most": searches.MOST_AT_AN_ADDRESS,
        "rows": listed.residents(found, versions, typed["address"]),
        "at": at,
    }


@needs(Permission.SCREEN)
@never_cache
@require_GET
def prechecks(request: PortalRequest) -> HttpResponse:
    """Show what exporters asked before they applied, the newest first; or only what needs a look."""
    rows = ListSearch.objects.filter(way=SearchWay.PRECHECK).select_related("by", "organisation")
    look = request.GET.get("look") == "on"
    if look:
        rows = rows.filter(hits_count__gt=0)
    page = Paginator(rows.order_by("-at", "-pk"), PRECHECKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_precheck(row) for row in page],
        "look": look,
        "query": "look=on" if look else "",
    }
    return render(request, "screenings/prechecks.html", context)


def _precheck(row: ListSearch) -> dict[str, Any]:
    [asked] = row.asked
    name, number = next(iter(asked.get("names", ())), ""), next(iter(asked.get("identifiers", ())), "")
    words = {"name": name, "identifier": number}
    return {
        "row": row,
        "name": name or number,
        "query": urlencode({key: word for key, word in words.items() if word}),
    }


@needs(Permission.SEE_LISTS)
@require_GET
def entry(request: PortalRequest, pk: int) -> HttpResponse:
    """Show all that one edition of a list says of somebody. Editions that ended stay readable."""
    entity = get_object_or_404(ListedEntity.objects.select_related("version"), pk=pk)
    context = {
        "entity": entity,
        "of_list": entity.version,
        "list_name": label_of(entity.version.source),
        "edition": edition_of(entity.version),
        "newer": _newer(entity),
        "names": listed.names_of(entity),
        "facts": listed.facts_of(entity),
        "ties": listed.ties_of(entity),
        "named_by": listed.named_by(entity),
        "others": _in_other_versions(entity),
    }
    return render(request, "lists/entry.html", context)


def _in_other_versions(entity: ListedEntity) -> list[tuple[ListedEntity, str, bool]]:
    """Return the same entry in other versions of its list, the edition, and whether it says the same."""
    same = ListedEntity.objects.filter(version__source=entity.version.source, source_id=entity.source_id)
    others = same.exclude(pk=entity.pk).select_related("version").order_by("-version__in_force_from", "-pk")
    return [
        (other, edition_name(other.version), other.digest == entity.digest)
        for other in others[:VERSIONS_SHOWN]
    ]


def _newer(entity: ListedEntity) -> ListedEntity | None:
    """Return what the list in force says of the same, if the edition shown is not in force."""
    if entity.version.in_force_to is None:
        return None
    current = ListedEntity.objects.in_force(timezone.now())
    return current.filter(version__source=entity.version.source, source_id=entity.source_id).first()


def _in_force(at: datetime) -> list[ListVersion]:
    return list(ListVersion.objects.in_force(at).order_by("source"))


def _named(versions: tuple[ListVersion, ...]) -> list[dict[str, str]]:
    return [{"name": label_of(version.source), "edition": edition_of(version)} for version in versions]
