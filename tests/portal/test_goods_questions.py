"""Exporters are asked on the page of the goods why what resembles listed goods is none of them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing import goods_checks
from licensing.models import ApplicationStatus, GoodsLine, SuggestionAnswer
from portal import suggested, warming
from screening.control import catalogue
from tests.factories import ApplicationFactory, GoodsCheckFactory, GoodsLineFactory, ListVersionFactory
from tests.people import client_of
from tests.portal.suggesting import LASER, knowing_lasers

CODES = ("6A005", "2B001")  # what falls behind the likeliest is not named


@pytest.fixture
def in_force(db, monkeypatch):
    edition = catalogue.load(by_name="Prueba", at=timezone.now())
    search = knowing_lasers(edition)
    monkeypatch.setattr(suggested, "suggest", search)
    monkeypatch.setattr(goods_checks, "suggest", search)
    monkeypatch.setattr(goods_checks, "edition_ready", lambda _at: edition)
    return edition


@pytest.fixture
def draft(exporter):
    draft = ApplicationFactory(organisation=exporter.organisation, created_by=exporter, complete=True)
    draft.goods.update(description=LASER, control_code="")
    return draft


@pytest.fixture
def line(draft):
    return draft.goods.get()


@pytest.fixture
def desk(exporter):
    return client_of(exporter, "en")


def goods_of(draft) -> str:
    return reverse("form-goods", args=[draft.reference])


def check_of(draft) -> str:
    return reverse("form-check", args=[draft.reference])


def answer(desk, draft, line, reason="Es de CO2.", **more):
    page = desk.get(goods_of(draft))
    seen = page.context["questions"][0].asked.check.goods_digest if page.context["questions"] else ""
    address = reverse("form-goods-why-not", args=[draft.reference, line.pk])
    return desk.post(address, {"asked_of": seen, "reason": reason, **more}, follow=True)


def test_a_line_that_resembles_listed_goods_is_asked_about(desk, draft, line, in_force):
    page = desk.get(goods_of(draft))

    text = page.content.decode()
    [question] = page.context["questions"]
    assert tuple(entry.code for entry in question.entries) == CODES
    assert "A question about line 1" in text and f'id="question-{line.pk}"' in text
    assert "This description resembles goods that are listed:" in text
    assert reverse("form-goods-line", args=[draft.reference, line.pk]) in text


def test_other_goods_are_not(desk, draft, in_force):
    draft.goods.update(description="Sillas de madera")

    assert desk.get(goods_of(draft)).context["questions"] == []


def test_the_question_comes_when_the_line_is_saved(desk, draft, line, in_force):
    said = {
        "description": LASER,
        "hs_code": "8456.11",
        "listed": "no",
        "quantity": "1",
        "unit": "C62",
        "value": "10",
        "currency": "USD",
        "origin": "DE",
    }

    page = desk.post(reverse("form-goods-new", args=[draft.reference]), said, follow=True)

    assert [one.asked.line.number for one in page.context["questions"]] == [1, 2]


def test_the_reason_is_kept_and_shown(desk, draft, line, exporter, in_force):
    page = answer(desk, draft, line)

    assert page.context["questions"] == []
    assert "Why it is not" in page.content.decode() and "Es de CO2." in page.content.decode()
    rows = line.suggestions.order_by("place")
    assert [(row.code, row.answer, row.reason, row.by) for row in rows] == [
        (code, SuggestionAnswer.REJECTED, "Es de CO2.", exporter) for code in CODES
    ]
    assert "Es de CO2." in desk.get(check_of(draft)).content.decode()


@pytest.mark.parametrize(("reason", "told"), [(" ", "Write in a few words"), ("x" * 501, "Shorten this")])
def test_what_is_wrong_is_told_where_it_is_and_stays_typed(desk, draft, line, in_force, reason, told):
    page = answer(desk, draft, line, reason)

    text = page.content.decode()
    assert text.count(told) == 2 and f'href="#id_reason_{line.pk}"' in text
    assert page.context["questions"][0].form["reason"].value() == reason
    assert not line.suggestions.exists()


def test_goods_changed_meanwhile_are_asked_about_anew_and_nothing_typed_is_lost(desk, draft, line, in_force):
    page = answer(desk, draft, line, asked_of="of before")

    assert "The goods changed meanwhile" in page.content.decode()
    assert page.context["questions"][0].form["reason"].value() == "Es de CO2."
    assert not line.suggestions.exists()


def test_a_line_removed_meanwhile_is_told(desk, draft, line, in_force):
    address = reverse("form-goods-why-not", args=[draft.reference, line.pk])
    line.delete()

    assert "has been removed meanwhile" in desk.post(address, {"reason": "x"}).content.decode()


def test_an_address_opened_by_itself_leads_to_the_goods(desk, draft, line):
    page = desk.get(reverse("form-goods-why-not", args=[draft.reference, line.pk]))

    assert page.url == goods_of(draft)


def test_nobody_answers_for_another_company(desk, in_force):
    foreign = GoodsLineFactory()

    address = reverse("form-goods-why-not", args=[foreign.application.reference, foreign.pk])
    assert desk.post(address, {"reason": "x"}).status_code == 404


def test_the_check_before_filing_names_the_question_with_a_link(desk, draft, line, in_force):
    text = desk.get(check_of(draft)).content.decode()

    assert "Answer the question about line 1: it resembles listed goods." in text
    assert f"{goods_of(draft)}#question-{line.pk}" in text
    assert "why is it not 6A005, 2B001?" in text


def test_filing_waits_for_the_answer_also_of_who_never_saw_the_question(desk, draft, line, in_force):
    submit = reverse("application-submit", args=[draft.reference])

    desk.post(submit, {"declared": "on"})
    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.DRAFT

    answer(desk, draft, line)
    desk.post(submit, {"declared": "on"})
    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.SUBMITTED


def test_without_a_list_it_is_filed_and_the_page_says_what_was_not_done(desk, draft):
    text = desk.get(check_of(draft)).content.decode()
    assert "Line 1 of the goods was not compared with the control list" in text

    desk.post(reverse("application-submit", args=[draft.reference]), {"declared": "on"})

    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.SUBMITTED


def test_the_answer_to_the_authority_waits_for_it_too(desk, draft, line, in_force):
    type(draft).objects.filter(pk=draft.pk).update(
        status=ApplicationStatus.INFORMATION_REQUESTED, submitted_at=timezone.now()
    )

    page = desk.post(reverse("application-answer", args=[draft.reference]), {"text": "Aquí está."})

    assert "Answer the question about line 1" in page.content.decode()


# --- while the line is typed ---


def typed(desk, draft, **said):
    address = reverse("form-goods-suggestions", args=[draft.reference])
    return desk.post(address, {"description": LASER, **said}, headers={"HX-Request": "true"})


def test_whoever_says_not_listed_hears_at_once_what_will_be_asked(desk, draft, in_force):
    page = typed(desk, draft, listed="no")

    assert page.context["will_ask"] == list(CODES)
    assert "say at 6A005, 2B001 why it does not fit" in page.content.decode()


def test_what_is_rejected_with_a_reason_is_not_asked_again(desk, draft, in_force):
    told = {"rejected": ["6A005"], "why-6A005": "Es de CO2.", "listed": "no"}

    assert typed(desk, draft, **told).context["will_ask"] == list(CODES[1:])


@pytest.mark.parametrize("said", [{}, {"listed": "yes"}, {"listed": "yes", "control_code": "6A005"}])
def test_who_has_not_said_so_is_left_in_peace(desk, draft, in_force, said):
    assert typed(desk, draft, **said).context["will_ask"] == []


# --- while the index is built ---


@pytest.fixture
def being_built(monkeypatch):
    monkeypatch.setattr(warming, "is_ready", lambda _at: False)


def test_a_saved_line_says_that_suggestions_are_being_prepared_with_a_link(
    desk, draft, line, in_force, being_built
):
    address = reverse("form-goods-line", args=[draft.reference, line.pk])

    text = desk.get(address).content.decode()

    assert "Suggestions are being prepared." in text
    assert f'<a class="govuk-link" href="{address}">Reload the page</a>' in text
    assert 'http-equiv="refresh"' not in text


def test_what_is_typed_is_not_lost_by_a_link(desk, draft, in_force, being_built):
    address = reverse("form-goods-new", args=[draft.reference])

    text = desk.post(address, {"description": LASER, "suggest": "now"}).content.decode()

    assert "what you typed is kept" in text and LASER in text
    assert "Reload the page" not in text


def test_a_page_that_asks_while_somebody_types_asks_again_by_itself(desk, draft, in_force, being_built):
    assert 'hx-trigger="load delay:3s"' in typed(desk, draft).content.decode()


def test_officers_read_it_too(officer, in_force, being_built):
    case = ApplicationFactory(in_review=True)
    address = reverse("case-goods", args=[case.reference, case.goods.get().pk])

    assert f'href="{address}">Reload the page' in client_of(officer, "en").get(address).content.decode()


def test_what_is_not_ready_is_prepared_from_then_on(db, settings, monkeypatch):
    started = []
    monkeypatch.setattr(warming, "start", started.append)
    settings.PORTAL_ENV = "demo"
    at = timezone.now()
    assert warming.is_ready(at)  # without a list there is nothing to wait for

    catalogue.load(by_name="Prueba", at=at)

    assert not warming.is_ready(at)
    assert started == [at]


def test_one_thread_at_a_time_prepares(monkeypatch):
    done = []
    monkeypatch.setattr(warming.classification, "prepare_all", done.append)
    monkeypatch.setattr(warming.connection, "close", lambda: None)

    with warming._only_one:
        warming.warm(1)
    assert done == []

    warming.warm(2)
    assert done == [2]


# --- what the officer sees ---


@pytest.fixture
def case(in_force):
    ListVersionFactory()
    case = ApplicationFactory(in_review=True, assessed=False)
    case.goods.update(description=LASER, control_code="")
    return case


@pytest.fixture
def officers_desk(officer):
    return client_of(officer, "en")


def pages_of(officers_desk, case) -> list[str]:
    line = case.goods.get()
    addresses = [
        reverse("case", args=[case.reference]),
        reverse("case-goods", args=[case.reference, line.pk]),
    ]
    return [officers_desk.get(address).content.decode() for address in addresses]


def test_the_officer_reads_what_was_asked_and_answered(officers_desk, case, in_force):
    line = case.goods.get()
    GoodsCheckFactory(line=line, edition=in_force, codes=["6A005"])
    row = {"line": line, "edition": in_force, "code": "6A005", "place": 1}
    line.suggestions.create(
        answer=SuggestionAnswer.REJECTED,
        reason="Es de CO2.",
        goods_digest=line.checks.get().goods_digest,
        by=case.created_by,
        at=timezone.now(),
        **row,
    )

    for text in pages_of(officers_desk, case):
        assert "Possibly listed" in text
        assert "The exporter was asked why the goods are not" in text
        assert text.count("Es de CO2.") == 1  # not once more among the answers to suggestions
        assert "Without an answer" not in text


def test_the_officer_sees_a_question_without_an_answer(officers_desk, case, in_force):
    GoodsCheckFactory(line=case.goods.get(), edition=in_force, codes=["6A005"], alarm="0.97")

    for text in pages_of(officers_desk, case):
        assert "Very likely listed" in text and "Without an answer:" in text


def test_the_officer_sees_that_nothing_was_found_and_that_it_clears_nothing(officers_desk, case, in_force):
    GoodsCheckFactory(line=case.goods.get(), edition=in_force, codes=[], alarm="0.1")

    for text in pages_of(officers_desk, case):
        assert "which is no clearance" in text and "was asked why" not in text


def test_the_officer_sees_that_nobody_looked(officers_desk, case):
    for text in pages_of(officers_desk, case):
        assert "Not checked:" in text


def test_what_was_asked_about_other_goods_is_not_shown(officers_desk, case, in_force):
    GoodsCheckFactory(line=case.goods.get(), edition=in_force)
    GoodsLine.objects.update(description="Otro láser")

    for text in pages_of(officers_desk, case):
        assert "Not checked:" in text


def test_more_lines_take_no_more_queries(draft, in_force, django_assert_num_queries):
    for number in range(2, 6):
        GoodsLineFactory(application=draft, number=number, description=LASER, control_code="")
    goods_checks.check(draft, timezone.now())

    with django_assert_num_queries(3):
        assert all(one.is_open for one in goods_checks.asked(draft))
