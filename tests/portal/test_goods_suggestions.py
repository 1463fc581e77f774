"""An exporter sees which entries may describe the goods while describing them, and answers for each."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.models import ApplicationStatus, GoodsLine
from portal import suggested
from portal.forms.goods import WeighedSuggestions
from portal.views import goods as goods_views
from screening.classification.answers import (
    Answer,
    Claim,
    Comparison,
    Goods,
    Outcome,
    Precedent,
)
from screening.control import catalogue
from tests.factories import (
    ApplicationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
)
from tests.people import client_of
from tests.portal.suggesting import LASER, knowing_lasers

LINE = {
    "description": LASER,
    "hs_code": "8456.11",
    "listed": "yes",
    "control_code": "6A005",
    "quantity": "1",
    "unit": "C62",
    "value": "10",
    "currency": "USD",
    "origin": "DE",
}


@pytest.fixture
def loaded(db):
    return catalogue.load(by_name="Prueba", at=timezone.now())


@pytest.fixture
def in_force(loaded, monkeypatch):
    monkeypatch.setattr(suggested, "suggest", knowing_lasers(loaded))
    return loaded


@pytest.fixture
def draft(exporter):
    return ApplicationFactory(organisation=exporter.organisation, created_by=exporter)


@pytest.fixture
def desk(exporter):
    return client_of(exporter, "en")


def page_of(draft) -> str:
    return reverse("form-goods-new", args=[draft.reference])


def suggestions_of(draft) -> str:
    return reverse("form-goods-suggestions", args=[draft.reference])


def typed(desk, draft, **changed):
    return desk.post(suggestions_of(draft), {**LINE, **changed}, headers={"HX-Request": "true"})


def codes(page) -> list[str]:
    return [row.suggestion.code for row in page.context["shown"].rows]


def laser_of(desk, draft) -> str:
    """Return the provision of 6A005 that is suggested for the laser."""
    return next(code for code in codes(typed(desk, draft)) if code.startswith("6A005"))


# --- what is shown ---


def test_a_new_line_says_what_will_appear(desk, draft, in_force):
    page = desk.get(page_of(draft))

    assert "the entries that may fit appear here" in page.content.decode()
    assert page.context["shown"] is None


def test_what_is_typed_brings_entries_with_path_edition_and_reasons(desk, draft, loaded):
    page = typed(desk, draft)

    [row] = [row for row in page.context["shown"].rows if row.suggestion.base == "6A005"]
    text = page.content.decode()
    assert loaded.label in text
    assert row.url in text
    assert row.reasons and all(reason in text.replace("&#x27;", "'") for reason in row.reasons)
    assert "expert’s check remain" in text
    assert "<html" not in text


def test_it_is_the_same_without_javascript(desk, draft, in_force):
    page = desk.post(page_of(draft), {**LINE, "suggest": "now"})

    assert codes(page) == codes(typed(desk, draft))
    assert LASER in page.content.decode()
    assert not GoodsLine.objects.exists()


def test_an_address_never_holds_what_was_typed(desk, draft, in_force):
    assert desk.get(suggestions_of(draft), {"description": LASER}).status_code == 405
    page = desk.get(page_of(draft), {"description": LASER})
    assert LASER not in page.content.decode()


def test_two_letters_say_nothing_yet(desk, draft, in_force):
    assert typed(desk, draft, description="lá", control_code="").context["shown"] is None


def test_without_a_list_the_form_still_works(desk, draft):
    assert "No control list is in force" in typed(desk, draft).content.decode()

    desk.post(page_of(draft), LINE)
    assert GoodsLine.objects.get().description == LASER


def test_too_many_searches_wait_and_the_form_still_works(desk, draft, in_force, monkeypatch):
    monkeypatch.setattr(goods_views, "RATE", "0/m")

    assert "Wait a minute" in typed(desk, draft).content.decode()
    desk.post(page_of(draft), LINE)
    assert GoodsLine.objects.exists()


def test_nobody_elses_application_is_searched_for(desk, in_force):
    foreign = ApplicationFactory()

    assert typed(desk, foreign).status_code == 404


def test_what_was_handed_in_gets_no_suggestions_page(desk, exporter, in_force):
    case = ApplicationFactory(
        organisation=exporter.organisation, in_review=True, status=ApplicationStatus.IN_REVIEW
    )

    assert desk.get(page_of(case)).status_code == 302


# --- answers ---


def offered(desk, draft, **changed) -> dict:
    return {**LINE, **changed, "offered": typed(desk, draft, **changed).context["offered"]}


def test_using_an_entry_fills_it_in_and_saves_nothing_yet(desk, draft, in_force):
    laser = laser_of(desk, draft)
    sent = {**offered(desk, draft, control_code=""), "listed": "no", "quantity": "many"}

    page = desk.post(page_of(draft), {**sent, "use": laser})

    form = page.context["form"]
    assert (form["control_code"].value(), form["listed"].value()) == (laser, "yes")
    assert form["quantity"].value() == "many"
    [row] = [row for row in page.context["shown"].rows if row.suggestion.code == laser]
    assert row.weighed.answer == "accepted"
    assert not GoodsLine.objects.exists()


def test_rejecting_takes_a_reason(desk, draft, in_force):
    laser = laser_of(desk, draft)
    sent = offered(desk, draft)

    without = desk.post(page_of(draft), {**sent, "reject": laser})
    [row] = [row for row in without.context["shown"].rows if row.suggestion.code == laser]
    assert row.lacks_reason and row.weighed is None
    assert "Write in a few words why" in without.content.decode()

    told = desk.post(page_of(draft), {**sent, "reject": laser, f"why-{laser}": "Es de 400 W."})
    [row] = [row for row in told.context["shown"].rows if row.suggestion.code == laser]
    assert (row.weighed.answer, row.weighed.reason) == ("rejected", "Es de 400 W.")


def test_a_reason_holds_no_sign_that_nobody_sees(desk, draft, in_force):
    laser = laser_of(desk, draft)
    sent = {**offered(desk, draft), "rejected": [laser], f"why-{laser}": "Es\0 de\u202e 400 W."}

    desk.post(page_of(draft), sent)

    assert GoodsLine.objects.get().suggestions.get(code=laser).reason == "Es de 400 W."


def test_an_answer_can_be_taken_back(desk, draft, in_force):
    laser = laser_of(desk, draft)
    sent = {**offered(desk, draft), "accepted": [laser], "undo": laser}

    page = desk.post(page_of(draft), sent)

    assert not any(row.weighed for row in page.context["shown"].rows)


def test_saving_the_line_keeps_what_was_suggested_and_answered(desk, draft, exporter, in_force):
    laser = laser_of(desk, draft)
    sent = offered(desk, draft)
    other = next(code for code in codes(typed(desk, draft)) if code != laser)

    desk.post(
        page_of(draft), {**sent, "accepted": [laser], "rejected": [other], f"why-{other}": "No es eso."}
    )

    line = GoodsLine.objects.get()
    rows = {row.code: row for row in line.suggestions.all()}
    assert list(rows) and all(row.edition == in_force and row.by == exporter for row in rows.values())
    assert rows[laser].answer == "accepted"
    assert (rows[other].answer, rows[other].reason) == ("rejected", "No es eso.")
    assert {row.answer for code, row in rows.items() if code not in (laser, other)} == {"none"}


def test_the_answers_come_back_with_the_line(desk, draft, in_force):
    laser = laser_of(desk, draft)
    desk.post(page_of(draft), {**offered(desk, draft), "accepted": [laser]})
    line = GoodsLine.objects.get()

    page = desk.get(reverse("form-goods-line", args=[draft.reference, line.pk]))

    assert [row.suggestion.code for row in page.context["shown"].rows if row.weighed] == [laser]


def test_what_was_suggested_cannot_be_made_up(desk, draft, in_force):
    laser = laser_of(desk, draft)
    forged = offered(desk, draft)["offered"][:-3] + "abc"

    desk.post(page_of(draft), {**LINE, "offered": forged, "accepted": [laser]})

    assert not GoodsLine.objects.get().suggestions.exists()


def test_an_answer_about_what_was_not_suggested_is_not_kept(desk, draft, in_force):
    desk.post(page_of(draft), {**offered(desk, draft), "accepted": ["0A001"]})

    assert not GoodsLine.objects.get().suggestions.filter(code="0A001").exists()


def test_answers_about_other_goods_are_asked_for_anew_and_nothing_typed_is_lost(desk, draft, in_force):
    laser = laser_of(desk, draft)
    other = next(code for code in codes(typed(desk, draft)) if code != laser)
    answers = {"accepted": [laser], "rejected": [other], f"why-{other}": "No es eso."}
    sent = {**offered(desk, draft), **answers, "description": "Láser de bolsillo"}

    page = desk.post(page_of(draft), sent)

    text = page.content.decode()
    assert not GoodsLine.objects.exists()
    assert "The goods changed" in text and "Láser de bolsillo" in text and "No es eso." in text
    assert not any(row.weighed for row in page.context["shown"].rows)

    desk.post(page_of(draft), {**sent, "offered": page.context["offered"]})
    line = GoodsLine.objects.get()
    assert line.description == "Láser de bolsillo"
    assert line.suggestions.get(code=laser).answer == "accepted"


@pytest.mark.parametrize(
    "changed",
    [{"description": "Láser de bolsillo"}, {"control_code": ""}, {"model": "X"}],
)
@pytest.mark.parametrize("button", ["use", "reject"])
def test_no_answer_counts_for_goods_that_changed(desk, draft, in_force, changed, button):
    laser = laser_of(desk, draft)
    sent = {**offered(desk, draft), f"why-{laser}": "No es eso.", **changed, button: laser}

    page = desk.post(page_of(draft), sent)

    assert not any(row.weighed for row in page.context["shown"].rows)
    assert "The goods changed" in page.content.decode()
    assert page.context["form"]["control_code"].value() == sent["control_code"]


def test_a_corrected_line_does_not_keep_the_answers_of_before(desk, draft, in_force):
    laser = laser_of(desk, draft)
    desk.post(page_of(draft), {**offered(desk, draft), "accepted": [laser]})
    GoodsLine.objects.update(description="Láser de bolsillo")
    line = GoodsLine.objects.get()

    page = desk.get(reverse("form-goods-line", args=[draft.reference, line.pk]))

    assert not any(row.weighed for row in page.context["shown"].rows)
    assert "The goods changed" in page.content.decode()


def test_enter_saves_the_line_rather_than_taking_an_entry(desk, draft, in_force):
    """The first button of a form is what Enter presses."""
    page = desk.post(page_of(draft), {**LINE, "suggest": "now"}).content.decode()

    assert page.index("Save line") < page.index('name="use"')


# --- the own library ---


def test_past_goods_are_those_of_the_own_company(desk, draft, exporter, in_force, monkeypatch):
    own = ApplicationFactory(
        organisation=exporter.organisation, in_review=True, status=ApplicationStatus.APPROVED
    )
    foreign = ApplicationFactory(in_review=True, status=ApplicationStatus.APPROVED)
    for case in (own, foreign):
        GoodsAssessmentFactory(line=GoodsLineFactory(application=case, description=LASER))
    asked = []

    def remembered(goods, *, precedents, **how):
        asked.extend(precedents)
        keys = tuple(one.key for one in precedents)
        return knowing_lasers(in_force, precedents=keys)(goods, **how)

    monkeypatch.setattr(suggested, "suggest", remembered)

    text = typed(desk, draft).content.decode()

    assert asked and all(isinstance(one, Precedent) for one in asked)
    assert {one.key.partition("/")[0] for one in asked} == {own.reference}
    assert own.reference in text and "Similar goods of your company" in text
    assert foreign.reference not in text


# --- words ---


@pytest.fixture
def found(monkeypatch, in_force):
    def give(**more):
        monkeypatch.setattr(suggested, "suggest", knowing_lasers(in_force, **more))

    return give


def test_matched_words_are_marked_and_nothing_else_becomes_markup(desk, draft, found):
    found()

    text = typed(desk, draft).content.decode()

    assert '<mark class="app-mark-token">Láseres</mark> &lt;b&gt;' in text


def test_signs_around_a_word_are_not_marked():
    assert suggested.marked("fibra, diodo", frozenset({"fibra,"})) == (
        '<mark class="app-mark-token">fibra</mark>, diodo'
    )


def test_a_long_title_is_shortened_at_a_word():
    shown = suggested.marked("palabra " * 60, frozenset())

    assert len(shown) <= suggested.LONGEST_TITLE + 2
    assert shown.endswith("palabra …")


def test_values_are_compared_and_what_is_missing_is_asked_for(desk, draft, found):
    power = Comparison("6A005", 1, "power", ">", Decimal(1000), "W", Outcome.MET, Decimal(4000), "4 kW")
    wave = Comparison("6A005", 1, "wavelength", "<", Decimal(1550), "nm", Outcome.NOT_KNOWN)
    found(comparisons=(power, wave))

    page = typed(desk, draft)

    row = page.context["shown"].rows[0]
    assert [str(one.label) for one in row.compared] == ["Reached", "Not stated: what is it?"]
    assert row.compared[0].stated == "4 kW"
    assert len(row.asked_for) == 1
    assert "Add to the description:" in page.content.decode()


def test_a_claim_unlike_everything_found_is_a_question_and_no_refusal(desk, draft, in_force, monkeypatch):
    claim = Claim("5A002", is_known=True, is_far=True)
    answer = replace(knowing_lasers(in_force)(Goods(LASER)), claims=(claim,))
    monkeypatch.setattr(suggested, "suggest", lambda *_goods, **_how: answer)

    assert "5A002 is unlike everything found" in typed(desk, draft).content.decode()
    desk.post(page_of(draft), {**LINE, "control_code": "5A002"})
    assert GoodsLine.objects.get().control_code == "5A002"


def test_an_unknown_claim_is_asked_about(desk, draft, in_force):
    assert "Which entry do you mean?" in typed(desk, draft, control_code="6A999").content.decode()


def test_questions_of_notes_are_shown_as_questions(desk, draft, found):
    found(questions=("¿Es para uso médico?",))

    assert "¿Es para uso médico?" in typed(desk, draft).content.decode()


def test_where_nothing_is_found_it_clears_nothing(desk, draft, in_force, monkeypatch):
    nothing = Answer(in_force.pk, in_force.label, (), 0.0, False, catch_all=("¿Sospecha algo?",))
    monkeypatch.setattr(suggested, "suggest", lambda *_goods, **_how: nothing)

    text = typed(desk, draft).content.decode()

    assert "No match found" in text
    assert "the catch-all questions and an expert’s check remain" in text
    assert "¿Sospecha algo?" in text


def test_the_offer_is_read_back_as_it_was_signed():
    signed = WeighedSuggestions.signed(7, ["6A005", "5A002"], Goods(LASER))

    weighed = WeighedSuggestions({"offered": signed}, ["5A002"], [], Goods(LASER))

    offer = weighed.offer()
    assert offer.edition_id == 7
    assert [(one.code, one.place, one.answer) for one in offer.weighed] == [
        ("6A005", 1, "none"),
        ("5A002", 2, "accepted"),
    ]


def test_officers_do_not_fill_in_forms(in_force, officer):
    assert client_of(officer).post(suggestions_of(ApplicationFactory())).status_code == 403
