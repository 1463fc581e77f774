"""The control lists as everybody may read them: the tree, the search, an entry, what changed."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from licensing import permissions
from licensing.impact import Kind, claimed_under, counted, digest
from licensing.models import EditionNotice, EditionSearch
from licensing.new_editions import is_ours
from licensing.permissions import Permission
from portal.access import for_everybody, needs
from portal.control_pages import EntryPage, Line, address, lines_of, titles_of, tree
from screening.codes import normalise_code
from screening.control.editions import Changes, compare
from screening.control.finding import find
from screening.control.lists import name_of
from screening.control.wording import above
from screening.control_models import ControlEdition, ControlList, EntryText, EntryVersion, TextRole

MOST_FOUND = 100
ROWS_A_PAGE = 25
KINDS: dict[Kind, Promise] = {
    Kind.LICENCE: _("Under live licences"),
    Kind.CASE: _("In open applications"),
    Kind.LIBRARY: _("In product libraries"),
    Kind.POSSIBLE: _("Under no code so far"),
}
LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list with its edition in force."""

    name: str
    edition: ControlEdition


@dataclass(frozen=True, slots=True)
class ChangedText:
    code: str
    url: str
    before: str
    after: str


@for_everybody
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    editions = ControlEdition.objects.in_force(timezone.now()).select_related("list").order_by("list__code")
    return render(
        request, "control/index.html", {"shelves": [Shelf(str(name_of(one.list)), one) for one in editions]}
    )


@for_everybody
@require_safe
def show(request: HttpRequest, list_code: str) -> HttpResponse:
    """Show the tree of the edition in force, or what was found in it."""
    edition = _in_force(list_code)
    asked = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    context = {
        "edition": edition,
        "name": name_of(edition.list),
        "q": asked,
        "editions": _editions(edition.list),
    }
    if not asked:
        return render(request, "control/list.html", {**context, "categories": tree(edition, _language())})
    codes = find(edition, asked)
    versions = {version.code: version for version in edition.versions.filter(code__in=codes[:MOST_FOUND])}
    found = lines_of(edition, [versions[code] for code in codes[:MOST_FOUND]], _language())
    return render(request, "control/list.html", {**context, "found": found, "count": len(codes)})


@for_everybody
@require_safe
def current(_request: HttpRequest, list_code: str, code: str) -> HttpResponse:
    """Lead from a code to its lasting address in the edition in force."""
    edition = _in_force(list_code)
    version = _version(edition, code)
    return redirect(address(edition, version.code))


@for_everybody
@require_safe
def entry(request: HttpRequest, list_code: str, pk: int, code: str) -> HttpResponse:
    edition = get_object_or_404(ControlEdition.objects.select_related("list"), pk=pk, list__code=list_code)
    version = _version(edition, code)
    if version.code != code:
        return redirect(address(edition, version.code), permanent=True)
    page, language = EntryPage(edition, version), _language()
    titles = titles_of([version, *page.path], language)
    context = {
        "edition": edition,
        "name": name_of(edition.list),
        "provision": version,
        "lacks_language": language not in page.languages,
        "title": titles.get(version.pk, ""),
        "path": [(one.code, titles.get(one.pk, ""), address(edition, one.code)) for one in page.path],
        "page": page,
        "rows": page.rows,
        "parts": page.parts(language),
        "shows_all": request.GET.get("show") == "all",
        "regimes": [regime.get_regime_display() for regime in page.top.regimes.all()],
        "keywords": page.keywords(language),
        "questions": page.questions(language),
        "catch_all": edition.catch_all_rules.filter(language=language).order_by("position"),
        "lasting": request.build_absolute_uri(address(edition, code)),
        "file": edition.files.order_by("pk").first(),
    }
    return render(request, "control/entry.html", context)


@for_everybody
@require_safe
def changes(request: HttpRequest, list_code: str) -> HttpResponse:
    """Show what differs between two editions, without a choice between the newest two."""
    control_list = get_object_or_404(ControlList, code=list_code)
    editions = _editions(control_list)
    context: dict[str, Any] = {
        "name": name_of(control_list),
        "list_code": list_code,
        "editions": editions,
    }
    chosen = _chosen(request, editions)
    if chosen is None:
        return render(request, "control/changes.html", context)
    before, after = chosen
    found = compare(before, after)
    page = Paginator(found.changed, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context |= {
        "before": before,
        "after": after,
        "added": _lines(after, _outermost(found.added, before, after)),
        "removed": _lines(before, _outermost(found.removed, before, after)),
        "moved": [(old, new, address(after, new)) for old, new in found.moved],
        "page": page,
        "changed": _texts(before, after, list(page)),
        "counts": _counts(found),
        "query": f"from={before.pk}&to={after.pk}",
        "may_see_impact": request.user.is_authenticated and permissions.has(request.user, Permission.REVIEW),
    }
    return render(request, "control/changes.html", context)


@needs(Permission.REVIEW)
@require_safe
def impact(request: HttpRequest, list_code: str) -> HttpResponse:
    """Show whose goods the changes between two editions touch, without a choice between the newest two."""
    control_list = get_object_or_404(ControlList, code=list_code)
    editions = _editions(control_list)
    context: dict[str, Any] = {"name": name_of(control_list), "list_code": list_code, "editions": editions}
    if chosen := _chosen(request, editions):
        before, after = chosen
        found = digest(before, after, timezone.now())
        kinds = [(kind, KINDS[kind], len(found.of(kind))) for kind in Kind]
        kind = _kind(request, kinds)
        page = Paginator(found.of(kind), ROWS_A_PAGE).get_page(request.GET.get("page"))
        editions_asked = f"from={before.pk}&to={after.pk}"
        context |= {
            "before": before,
            "after": after,
            "page": page,
            "kinds": kinds,
            "kind": kind,
            "kind_label": KINDS[kind],
            "found": found,
            "changed": counted(found.changed),
            "possible": counted(found.possible),
            "goods_search": EditionSearch.objects.filter(edition=after, previous=before).first(),
            # Between a catalogue of ours and an official text only the codes can be compared.
            "claimed": claimed_under(after, timezone.now())
            if before.is_catalogue != after.is_catalogue
            else None,
            "notice": EditionNotice.objects.filter(edition=after, previous=before).first(),
            "is_ours": is_ours(after),
            "editions_asked": editions_asked,
            "query": f"{editions_asked}&kind={kind}",
        }
    return render(request, "control/impact.html", context)


def _kind(request: HttpRequest, kinds: list[tuple[Kind, Promise, int]]) -> Kind:
    """Return the kind asked for, else the first of which there is something."""
    asked = request.GET.get("kind", "")
    if asked in list(Kind):
        return Kind(asked)
    return next((kind for kind, _label, count in kinds if count), Kind.LICENCE)


def _version(edition: ControlEdition, code: str) -> EntryVersion:
    """Return what the edition says under a code, however it is spelled: "6a005" is 6A005. Raises Http404."""
    versions = edition.versions.select_related("entry")
    if exact := versions.filter(code=code).first():
        return exact
    spelled = Q(code__iexact=code.strip()) | Q(code=normalise_code(code))
    found = list(versions.filter(spelled)[:2])
    if len(found) != 1:
        raise Http404(f"{edition} does not have {code}")
    return found[0]


def _in_force(list_code: str) -> ControlEdition:
    editions = ControlEdition.objects.in_force(timezone.now()).select_related("list")
    return get_object_or_404(editions, list__code=list_code)


def _editions(control_list: ControlList) -> list[ControlEdition]:
    editions = ControlEdition.objects.filter(list=control_list).select_related("list")
    return list(editions.order_by("-in_force_from", "-pk"))


def _language() -> str:
    return (get_language() or "es")[:2]


def _chosen(
    request: HttpRequest, editions: list[ControlEdition]
) -> tuple[ControlEdition, ControlEdition] | None:
    """Return the editions of the address, the older first. Raises Http404 for others than of this list."""
    if len(editions) < 2:
        return None
    known = {str(edition.pk): edition for edition in editions}
    asked = request.GET.get("from", str(editions[1].pk)), request.GET.get("to", str(editions[0].pk))
    if not set(asked) <= set(known):
        raise Http404
    before, after = sorted((known[pk] for pk in asked), key=lambda edition: edition.in_force_from)
    return before, after


def _outermost(codes: tuple[str, ...], before: ControlEdition, after: ControlEdition) -> tuple[str, ...]:
    """Return those codes that stand below none of the others; beside a catalogue, which has few paragraphs,
    those at the top."""
    every = set(codes)
    if before.is_catalogue != after.is_catalogue:
        return tuple(code for code in codes if not above(code))
    return tuple(code for code in codes if above(code) not in every)


def _lines(edition: ControlEdition, codes: tuple[str, ...]) -> list[Line]:
    return lines_of(edition, edition.versions.filter(code__in=codes).order_by("position"), _language())


def _counts(found: Changes) -> dict[str, tuple[int, int]]:
    """Return how many codes and how many provisions in all were added, removed, changed."""
    kinds = {"added": found.added, "removed": found.removed, "changed": found.changed}
    return {kind: (len(found.tops(codes)), len(codes)) for kind, codes in kinds.items()}


def _texts(before: ControlEdition, after: ControlEdition, codes: list[str]) -> list[ChangedText]:
    sides = [_said(edition, codes) for edition in (before, after)]
    return [
        ChangedText(code, address(after, code), sides[0].get(code, ""), sides[1].get(code, ""))
        for code in codes
    ]


def _said(edition: ControlEdition, codes: list[str]) -> dict[str, str]:
    texts = EntryText.objects.filter(version__edition=edition, version__code__in=codes)
    official = texts.filter(role=TextRole.OFFICIAL).select_related("version")
    return {text.version.code: text.text for text in official.order_by("language")}
