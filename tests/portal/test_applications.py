"""The exporter's list, the application after it was handed in, and what can be done with it as a whole."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from licensing import assessment
from licensing.actions import applications, casework, decisions, drafts, hits
from licensing.models import Action, Application, ApplicationStatus, Event, GoodsLine, Opinion, Outcome
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    DocumentFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    ListVersionFactory,
    ScreeningFactory,
    ScreeningHitFactory,
    UserFactory,
)
from tests.people import client_of

pytestmark = pytest.mark.django_db


def own(exporter, **traits):
    return ApplicationFactory(organisation=exporter.organisation, created_by=exporter, **traits)


def path(name, application, *more):
    return reverse(name, args=[application.reference, *more])


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def client(exporter):
    return client_of(exporter, "en")


def test_the_list_shows_first_what_needs_the_exporter_then_what_moves_then_what_is_over(client, exporter):
    own(exporter, complete=True, status=ApplicationStatus.WITHDRAWN)
    own(exporter, in_review=True)
    waiting = own(exporter, in_review=True, status=ApplicationStatus.INFORMATION_REQUESTED)
    page = text_of(client.get(reverse("applications")))
    assert (
        page.index("Needs you now")
        < page.index(waiting.reference)
        < page.index("Moving")
        < page.index("Closed")
    )
    assert "Láser de corte de 4 kW" in page
    assert "Japan" in page


def test_an_exporter_without_applications_is_told_how_one_comes(client):
    assert "No applications yet" in text_of(client.get(reverse("applications")))


def test_the_list_costs_the_same_queries_with_fifty_rows_as_with_one(
    client, exporter, django_assert_max_num_queries
):
    GoodsLineFactory.create_batch(2, application=own(exporter))
    client.get(reverse("applications"))
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("applications"))
    for application in ApplicationFactory.create_batch(
        49, organisation=exporter.organisation, created_by=exporter
    ):
        GoodsLineFactory(application=application)
    with django_assert_max_num_queries(len(one.captured_queries)):
        page = client.get(reverse("applications"))
    assert "Page 1 of 2" in text_of(page)
    assert "Page 2 of 2" in text_of(client.get(reverse("applications") + "?page=99"))


def test_an_application_is_found_by_the_companys_own_reference(client, exporter):
    sought, other = own(exporter, own_reference="Pedido 77"), own(exporter)
    page = text_of(client.get(reverse("applications"), {"q": "pedido 77"}))
    assert sought.reference in page
    assert other.reference not in page
    assert "Nothing found" in text_of(client.get(reverse("applications"), {"q": "\0<script>"}))


def test_a_button_pressed_twice_begins_one_application(client):
    page = client.get(reverse("application-new"))
    once = {"kind": "export", "once": page.context["once"]}
    answers = [client.post(reverse("application-new"), once) for _press in range(2)]
    assert answers[0].url == answers[1].url
    assert Application.objects.count() == 1
    client.post(reverse("application-new"), {**once, "kind": "transit"})
    assert Application.objects.count() == 2


def test_a_kind_must_be_chosen(client):
    assert "Choose what you will do." in text_of(client.post(reverse("application-new"), {"kind": ""}))
    assert "is not in this list" in text_of(client.post(reverse("application-new"), {"kind": "gift"}))


PAGES = [
    ("application", ()),
    ("application-progress", ()),
    ("application-submit", ()),
    ("application-withdraw", ()),
    ("application-answer", ()),
    ("application-copy", ()),
    ("form", ()),
    ("form-about", ()),
    ("form-goods", ()),
    ("form-goods-new", ()),
    ("form-parties", ()),
    ("form-party-new", ()),
    ("form-route", ()),
    ("form-end-use", ()),
    ("form-documents", ()),
    ("form-check", ()),
]


@pytest.mark.parametrize(("name", "more"), PAGES)
def test_no_page_of_an_application_exists_for_another_company(name, more):
    application = ApplicationFactory(complete=True)
    stranger = client_of(UserFactory(exporter=True))
    assert stranger.get(path(name, application, *more)).status_code == 404
    assert stranger.post(path(name, application, *more)).status_code in (404, 405)


def test_no_part_of_an_application_exists_for_another_company():
    application = ApplicationFactory(complete=True)
    stranger = UserFactory(exporter=True)
    theirs = own(stranger)
    client = client_of(stranger)
    parts = {
        "form-goods-line": application.goods.get().pk,
        "form-party": application.parties.first().pk,
        "form-goods-remove": application.goods.get().pk,
        "document": application.documents.get().pk,
    }
    for name, pk in parts.items():
        assert client.get(path(name, application, pk)).status_code == 404
        assert client.get(path(name, theirs, pk)).status_code == 404
    client.post(path("form-goods-remove", theirs, application.goods.get().pk))
    assert application.goods.count() == 1


def test_officers_see_what_was_handed_in_and_customs_nothing(officer, customs_officer):
    draft, handed_in = ApplicationFactory(complete=True), ApplicationFactory(in_review=True)
    assert client_of(officer).get(path("application", draft)).status_code == 404
    assert client_of(officer).get(path("application", handed_in)).status_code == 200
    assert client_of(officer).get(path("form", handed_in)).status_code == 403
    assert client_of(customs_officer).get(path("application", handed_in)).status_code == 403


def test_a_reference_that_no_text_can_be_does_not_exist(client):
    assert client.get("/applications/PA-%00/").status_code == 404


def test_submitting_needs_the_declaration(client, exporter):
    application = own(exporter, complete=True)
    refused = client.post(path("application-submit", application), {})
    assert "Tick the box to declare this" in text_of(refused)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.DRAFT


def test_a_complete_application_is_submitted_once_however_often_the_button_is_pressed(client, exporter):
    application = own(exporter, complete=True)
    for _press in range(2):
        answer = client.post(path("application-submit", application), {"declared": "on"}, follow=True)
        assert answer.status_code == 200
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SUBMITTED
    assert application.events.filter(action=Action.SUBMIT).count() == 1


def test_an_incomplete_application_says_what_is_missing_instead_of_being_submitted(client, exporter):
    application = own(exporter, complete=True)
    application.goods.all().delete()
    page = client.get(path("form-check", application))
    assert "Add at least one line of goods." in text_of(page)
    assert re.search(r"<button[^>]* disabled", page.content.decode())
    refused = client.post(path("application-submit", application), {"declared": "on"})
    assert "Add at least one line of goods." in text_of(refused)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.DRAFT


def test_the_page_shows_how_far_the_comparison_with_the_lists_is(client, exporter):
    application = own(exporter, complete=True, status=ApplicationStatus.SUBMITTED, submitted_at=NOON)
    latest = assessment.ask(application, at=NOON)
    latest.parties_done = 1
    latest.save()
    fragment = client.get(path("application-progress", application), headers={"hx-request": "true"})
    assert "Comparing the parties and your company with the lists: 1 of 3" in text_of(fragment)
    assert "hx-trigger" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert client.get(path("application-progress", application)).url == path("application", application)
    assert "Look again" in text_of(client.get(path("application", application)))


def test_a_finished_comparison_asks_no_more_and_says_nothing_of_what_it_found(client, exporter):
    application = own(exporter, in_review=True)
    ScreeningHitFactory(party=application.parties.first(), listed_name="Listado Secreto")
    page = client.get(path("application", application))
    assert "All parties and your company have been compared with the lists." in text_of(page)
    assert "hx-get" not in page.content.decode()
    assert "Listado Secreto" not in text_of(page)
    assert "match" not in text_of(page)


def test_a_comparison_that_waits_for_lists_does_not_poll(client, exporter):
    application = own(exporter, in_review=True)
    ScreeningFactory(
        application=application,
        asked_at=NOON + timedelta(days=1),
        finished_at=None,
        failure="no-list-in-force",
    )
    page = client.get(path("application", application))
    assert "as soon as the lists are ready" in text_of(page)
    assert "no-list-in-force" not in page.content.decode()
    assert "hx-get" not in page.content.decode()


INTERNAL = ("Secreto", "secreto")


def test_the_exporter_never_reads_what_is_internal(client, exporter, officer, decider):
    ListVersionFactory()
    application = own(exporter, complete=True)
    applications.submit(application.pk, by=exporter, at=NOON)
    casework.take_on(application.pk, by=officer, at=NOON)
    hit = ScreeningHitFactory(party=application.parties.first())
    hits.judge(hit.pk, judgement="different", reason="Juicio secreto", by=officer, at=NOON)
    body = UserFactory(adviser=True, organisation__name="Organismo Secreto").organisation
    casework.consult(
        application.pk,
        body,
        question="Pregunta secreta, muy secreto",
        due_on=(NOON + timedelta(days=9)).date(),
        by=officer,
        at=NOON,
    )
    consultation = application.consultations.get()
    ConsultationFactory._meta.model.objects.filter(pk=consultation.pk).update(
        opinion=Opinion.OBJECTION, answer="Dictamen secreto", answered_by=officer, answered_at=NOON
    )
    Event.objects.create(
        application=application,
        action=Action.ADVISE,
        by=officer,
        at=NOON,
        after={"opinion": Opinion.OBJECTION, "answer": "Dictamen secreto"},
        data={"body": "Organismo Secreto"},
    )
    ScreeningFactory(application=application, asked_at=NOON + timedelta(hours=1))
    GoodsAssessmentFactory(line=application.goods.get(), reason="Clasificación en secreto")
    casework.recommend(
        application.pk,
        outcome=Outcome.REFUSE,
        reasons="Motivo secreto",
        months=None,
        conditions=[],
        by=officer,
        at=NOON,
    )
    decisions.send_back(application.pk, reasons="Duda en secreto", by=decider, at=NOON)
    casework.recommend(
        application.pk,
        outcome=Outcome.REFUSE,
        reasons="Otro motivo secreto",
        months=None,
        conditions=[],
        by=officer,
        at=NOON + timedelta(hours=2),
    )
    decisions.refuse(
        application.pk, reasons="Falta el certificado.", by=decider, at=NOON + timedelta(hours=3)
    )
    page = text_of(client.get(path("application", application)))
    assert not any(word in page for word in INTERNAL)
    assert officer.name not in page
    assert "Falta el certificado." in page
    assert "asked another public body for its opinion" in page


@pytest.fixture
def asked(exporter, officer):
    application = own(exporter, in_review=True, case_officer=officer)
    casework.request_information(application.pk, question="¿Quién es el banco?", by=officer, at=NOON)
    application.refresh_from_db()
    return application


def test_a_question_of_the_authority_is_shown_and_answered_once(client, asked):
    assert "¿Quién es el banco?" in text_of(client.get(path("application", asked)))
    assert "¿Quién es el banco?" in text_of(client.get(path("application-answer", asked)))
    for _press in range(2):
        answer = client.post(path("application-answer", asked), {"text": "Banco Uno"}, follow=True)
        assert answer.redirect_chain
    asked.refresh_from_db()
    assert asked.status == ApplicationStatus.IN_REVIEW
    assert asked.events.filter(action=Action.ANSWER).count() == 1
    assert "Banco Uno" in text_of(client.get(path("application", asked)))


def test_an_answer_can_be_neither_empty_nor_endless_and_is_kept_while_it_is_wrong(client, asked):
    assert "Write your answer." in text_of(client.post(path("application-answer", asked), {"text": " "}))
    long = "a" * 4001
    page = client.post(path("application-answer", asked), {"text": long})
    assert "Shorten this to 4000 characters or fewer. It has 4001 now." in text_of(page)
    assert long in page.content.decode()


def test_while_a_question_waits_the_application_may_be_corrected_but_nothing_removed(client, asked):
    line = asked.goods.get()
    assert client.get(path("form-goods-line", asked, line.pk)).status_code == 200
    page = client.post(path("form-goods-remove", asked, line.pk))
    assert "What was handed in can be corrected but not removed." in text_of(page)
    assert asked.goods.count() == 1


def test_an_application_is_withdrawn_after_a_question_and_only_once(client, exporter):
    application = own(exporter, in_review=True)
    client.get(path("application-withdraw", application))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.IN_REVIEW
    for _press in range(2):
        assert client.post(path("application-withdraw", application)).status_code == 302
    assert application.events.filter(action=Action.WITHDRAW).count() == 1


@pytest.mark.parametrize(
    "status", [ApplicationStatus.APPROVED, ApplicationStatus.WITHDRAWN, ApplicationStatus.RECOMMENDED]
)
def test_a_withdrawal_that_is_not_possible_is_not_offered_but_explained(client, exporter, status):
    application = own(exporter, in_review=True, status=status)

    answer = client.get(path("application-withdraw", application), follow=True)

    assert answer.redirect_chain == [(path("application", application), 302)]
    assert f"{application.reference} " in str(next(iter(answer.context["messages"])))


def test_what_can_no_longer_be_withdrawn_says_why(client, exporter):
    application = own(exporter, recommended=True)
    page = client.post(path("application-withdraw", application))
    assert "so this is not possible now" in text_of(page)


def test_a_document_is_handed_out_for_saving_only(client, exporter, officer):
    application = own(exporter, in_review=True)
    drafted = own(exporter)
    client.post(
        path("form-documents", drafted),
        {"kind": "contract", "file": pdf("contrato <b>.pdf")},
    )
    kept = drafted.documents.get()
    answer = client.get(path("document", drafted, kept.pk))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert client_of(officer).get(path("document", drafted, kept.pk)).status_code == 404
    assert client.get(path("document", application, kept.pk)).status_code == 404


def pdf(name):

    return SimpleUploadedFile(name, b"%PDF-1.7 " + name.encode())


def test_an_earlier_application_becomes_a_new_draft_without_what_belonged_to_its_shipment(client, exporter):
    source = own(exporter, in_review=True, own_reference="Pedido 1", transit_countries=["US"])
    source.goods.update(serial_numbers=["A1", "A2"])
    DocumentFactory(application=source, kind="technical", name="ficha.pdf")
    once = client.get(path("application-copy", source)).context["once"]
    answers = [client.post(path("application-copy", source), {"once": once}) for _press in range(2)]
    assert answers[0].url == answers[1].url
    copied = Application.objects.exclude(pk=source.pk).get()
    assert (copied.status, copied.own_reference, copied.submitted_at) == (ApplicationStatus.DRAFT, "", None)
    assert (copied.destination, copied.transit_countries) == ("JP", ["US"])
    assert list(copied.goods.values_list("hs_code", "quantity", "serial_numbers")) == [("845611", 10, [])]
    assert set(copied.parties.values_list("name", "role")) == set(source.parties.values_list("name", "role"))
    assert [document.name for document in copied.documents.all()] == ["ficha.pdf"]
    assert not copied.declarations.exists()
    assert source.goods.count() == 1
    assert GoodsLine.objects.count() == 2
    assert copied.events.get().after["copied_from"] == source.reference


def test_nobody_copies_another_companys_application(exporter):
    foreign = ApplicationFactory(in_review=True)
    with pytest.raises(applications.Refused):
        drafts.copy(foreign.pk, by=exporter, at=NOON)
