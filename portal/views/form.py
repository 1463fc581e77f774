"""The application form: a list of sections, one group of questions a page, the check before submitting."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from licensing import goods_checks
from licensing.actions import drafts
from licensing.completeness import Section
from licensing.documents import Upload
from licensing.models import Application, ApplicationStatus, Document, DocumentKind, GoodsLine, Party
from licensing.permissions import Permission
from portal import amended, determined
from portal.access import needs
from portal.forms import end_use as end_use_form
from portal.forms import parties as parties_form
from portal.forms import route as route_form
from portal.forms.applications import AboutForm, SubmitForm
from portal.forms.documents import DocumentForm
from portal.forms.refusals import attempt
from portal.http import PortalRequest
from portal.views.sections import (
    anew,
    attempt_unseen,
    found,
    handed_in,
    once_of,
    questions,
    remove,
    row_of,
    saved,
    sections_of,
    seen_of,
    show_page,
    totals,
)


@needs(Permission.APPLY)
@require_GET
def tasks(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    sections = sections_of(application)
    context = {
        "application": application,
        "tasks": sections,
        "done": sum(not section["missing"] for section in sections),
        "is_draft": application.status == ApplicationStatus.DRAFT,
        "amended": amended.of_case(application),
    }
    return render(request, "form/tasks.html", context)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def about(request: PortalRequest, reference: str) -> HttpResponse:
    def initial(application: Application) -> dict[str, Any]:
        return {name: getattr(application, name) for name in AboutForm.base_fields}

    def save(application: Application, form: AboutForm) -> None:
        kept = {name: value for name, value in form.cleaned_data.items() if name != "kind" or value}
        drafts.save(application.pk, by=request.user, at=timezone.now(), seen=seen_of(request), **kept)

    return questions(request, reference, Section.ABOUT, AboutForm, initial, save)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def route(request: PortalRequest, reference: str) -> HttpResponse:
    def save(application: Application, form: route_form.RouteForm) -> None:
        drafts.save(application.pk, by=request.user, at=timezone.now(), seen=seen_of(request), **form.facts())

    return questions(request, reference, Section.ROUTE, route_form.RouteForm, route_form.shown, save, "route")


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def end_use(request: PortalRequest, reference: str) -> HttpResponse:
    def save(application: Application, form: end_use_form.EndUseForm) -> None:
        said = form.cleaned_data["end_use"]
        drafts.declare(
            application.pk,
            end_use=said,
            answers=form.answers(),
            by=request.user,
            at=timezone.now(),
            seen=seen_of(request),
        )

    return questions(
        request, reference, Section.END_USE, end_use_form.EndUseForm, end_use_form.shown, save, "end_use"
    )


@needs(Permission.APPLY)
@require_GET
def parties(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    return show_page(
        request, application, Section.PARTIES, "parties", parties=application.parties.order_by("pk")
    )


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def party(request: PortalRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    row = row_of(request, application.parties, pk)
    form = parties_form.PartyForm(request.POST or None, initial=parties_form.shown(row) if row else {})
    if form.is_valid() and attempt_unseen(
        form,
        lambda: drafts.put_party(
            application.pk,
            pk,
            by=request.user,
            at=timezone.now(),
            once=once_of(request),
            seen=seen_of(request),
            **form.cleaned_data,
        ),
        lambda: parties_form.shown(application.parties.get(pk=row.pk)),
    ):
        return saved(request, "form-parties", application)
    return show_page(
        request,
        application,
        Section.PARTIES,
        "party",
        form=form,
        below=row.name if row else _("New party"),
        send_to=anew("form-party-new", application, pk, row),
    )


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def documents(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    if closed := handed_in(request, application):
        return closed
    onward = request.POST.get("then") == "on"
    if onward and not request.FILES:
        return redirect("form-check", application.reference)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if form.is_valid() and attempt(form, partial(_add_document, request, application, form), "file"):
        return saved(request, "form-check" if onward else "form-documents", application)
    kept = application.documents.select_related("file").order_by("pk")
    return show_page(request, application, Section.DOCUMENTS, "documents", form=form, documents=kept)


def _add_document(request: PortalRequest, application: Application, form: DocumentForm) -> None:
    file = form.cleaned_data["file"]
    drafts.add_document(
        application.pk,
        Upload(file.name, file.size, file.file),
        kind=DocumentKind(form.cleaned_data["kind"]),
        by=request.user,
        at=timezone.now(),
        once=once_of(request),
    )


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def goods_remove(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    question = _("Do you want to remove this line of goods?")
    return remove(request, reference, GoodsLine, pk, drafts.drop_goods, Section.GOODS, question)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def party_remove(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    question = _("Do you want to remove this party?")
    return remove(request, reference, Party, pk, drafts.drop_party, Section.PARTIES, question)


@needs(Permission.APPLY)
@require_http_methods(["GET", "POST"])
def document_remove(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    question = _("Do you want to remove this document?")
    return remove(request, reference, Document, pk, drafts.drop_document, Section.DOCUMENTS, question)


@needs(Permission.APPLY)
@require_GET
def check_answers(request: PortalRequest, reference: str) -> HttpResponse:
    application = found(request, reference)
    return handed_in(request, application) or render_check(request, application, SubmitForm())


def render_check(request: PortalRequest, application: Application, form: SubmitForm) -> HttpResponse:
    """Everything typed, as the authority will read it, with what is missing and the declaration."""
    goods_checks.check(application, timezone.now())
    asked = goods_checks.asked(application)
    context = {
        "application": application,
        "form": form,
        "incomplete": [section for section in sections_of(application) if section["missing"]],
        "asked": asked,
        "open_questions": [one for one in asked if one.is_open],
        "unchecked": [one.line.number for one in asked if one.check is None],
        "is_draft": application.status == ApplicationStatus.DRAFT,
        "totals": totals(application.goods.all()),
        "determined": determined.of_application(application, timezone.now()),
        "editions": determined.editions_of(application, timezone.now()),
        "amended": amended.of_case(application),
        "change": True,
    }
    return render(request, "form/check.html", context)
