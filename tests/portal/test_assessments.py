"""Officers assess each line of goods beside what may describe it, what the exporter said, past decisions."""

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.models import Action, ApplicationStatus, SuggestionAnswer
from portal import suggested
from screening.control import catalogue
from tests.factories import (
    ApplicationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    GoodsSuggestionFactory,
    ListVersionFactory,
    RecommendationFactory,
)
from tests.people import client_of
from tests.portal.suggesting import LASER, knowing_lasers


@pytest.fixture
def in_force(db, monkeypatch):
    ListVersionFactory()
    edition = catalogue.load(by_name="Prueba", at=timezone.now())
    monkeypatch.setattr(suggested, "suggest", knowing_lasers(edition))
    return edition


@pytest.fixture
def case(in_force):
    return ApplicationFactory(in_review=True, assessed=False)


@pytest.fixture
def line(case):
    return case.goods.get()


@pytest.fixture
def desk(officer):
    return client_of(officer, "en")


def page_of(line) -> str:
    return reverse("case-goods", args=[line.application.reference, line.pk])


def filled_in(desk, line, **changed) -> dict:
    form = desk.get(page_of(line)).context["form"]
    return {
        "seen": form["seen"].value(),
        "edition": form["edition"].value(),
        "listed": "yes",
        "codes": "6a005",
        "reason": "Láser de más de 1 kW.",
        **changed,
    }


def test_the_page_shows_what_the_exporter_says_and_what_may_describe_it(desk, line, in_force):
    GoodsSuggestionFactory(line=line, edition=in_force, answer=SuggestionAnswer.ACCEPTED)
    GoodsSuggestionFactory(
        line=line, edition=in_force, code="5A002", answer=SuggestionAnswer.REJECTED, reason="No cifra."
    )

    page = desk.get(page_of(line))

    text = page.content.decode()
    assert "accepted the suggestion 6A005" in text
    assert "rejected the suggestion 5A002: No cifra." in text
    assert "6A005" in [row.suggestion.base for row in page.context["shown"].rows]
    assert page.context["form"]["codes"].value() == "6A005"


def test_an_assessment_is_recorded_and_shown_on_the_case(desk, case, line, officer):
    desk.post(page_of(line), filled_in(desk, line))

    row = line.assessments.get()
    assert (row.codes, row.by, row.reason) == (["6A005"], officer, "Láser de más de 1 kW.")
    text = desk.get(reverse("case", args=[case.reference])).content.decode()
    assert "Láser de más de 1 kW." in text
    assert "Wassenaar" in text
    assert officer.name in text


def test_not_listed_is_shown_as_that(desk, case, line):
    desk.post(page_of(line), filled_in(desk, line, listed="no", codes=""))

    assert line.assessments.get().codes == []
    assert "Not listed" in desk.get(reverse("case", args=[case.reference])).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"listed": ""}, "listed"),
        ({"codes": ""}, "codes"),
        ({"listed": "no"}, "codes"),
        ({"reason": " "}, "reason"),
        ({"edition": "0"}, "edition"),
        ({"codes": "6A999"}, "__all__"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(desk, line, changed, field):
    page = desk.post(page_of(line), filled_in(desk, line, **changed))

    assert field in page.context["form"].errors
    assert not line.assessments.exists()
    if "reason" not in changed:
        assert "Láser de más de 1 kW." in page.content.decode()


def test_a_suggestion_is_taken_over_beside_what_was_typed(desk, line):
    sent = filled_in(desk, line, codes="5A002", reason="A medias", listed="no")

    page = desk.post(page_of(line), {**sent, "use": "6A005"})

    form = page.context["form"]
    assert form["codes"].value() == "5A002, 6A005"
    assert (form["reason"].value(), form["listed"].value()) == ("A medias", "yes")
    assert not line.assessments.exists()


def test_past_decisions_of_anybody_are_shown_to_officers(desk, line, in_force, monkeypatch):
    past = ApplicationFactory(in_review=True, status=ApplicationStatus.APPROVED, assessed=False)
    before = GoodsAssessmentFactory(line=GoodsLineFactory(application=past, description=LASER))

    def remembered(goods, *, precedents, **how):
        keys = tuple(one.key for one in precedents)
        return knowing_lasers(in_force, precedents=keys)(goods, **how)

    monkeypatch.setattr(suggested, "suggest", remembered)

    text = desk.get(page_of(line)).content.decode()

    assert "Similar goods in past cases" in text
    assert past.reference in text
    assert before.by.name in text


def test_the_case_says_which_line_waits_and_why_it_cannot_be_recommended(desk, case, line):
    text = desk.get(reverse("case", args=[case.reference])).content.decode()

    assert "Not assessed" in text
    assert "Assess line 1 of the goods first." in text
    assert page_of(line) in text


def test_a_corrected_line_is_shown_as_waiting(desk, case, line):
    desk.post(page_of(line), filled_in(desk, line))
    line.description = "Láser de 400 W"
    line.save()

    assert "corrected the line" in desk.get(reverse("case", args=[case.reference])).content.decode()


def test_before_the_case_is_taken_on_there_is_no_form(desk, case, line):
    case.status = ApplicationStatus.SUBMITTED
    case.save()

    text = desk.get(page_of(line)).content.decode()

    assert "Take it on first" in text
    assert "Record the assessment" not in text
    assert 'name="use"' not in text


def test_who_decides_sees_what_was_assessed(decider, in_force):
    case = ApplicationFactory(in_review=True, assessed=False, status=ApplicationStatus.RECOMMENDED)
    GoodsAssessmentFactory(line=case.goods.get(), edition=in_force, reason="Potencia de 4 kW.")
    RecommendationFactory(application=case)

    text = client_of(decider, "en").get(reverse("case-decide", args=[case.reference])).content.decode()

    assert "Potencia de 4 kW." in text
    assert "6A005" in text


def test_the_history_tells_officers_the_entries_and_exporters_only_that_it_was_done(desk, case, line):
    desk.post(page_of(line), filled_in(desk, line))
    event = case.events.get(action=Action.ASSESS_GOODS)
    assert event.data["line"] == 1

    officers = desk.get(reverse("case", args=[case.reference])).content.decode()
    assert "assessed line 1 of the goods: 6A005" in officers
    exporters = (
        client_of(case.created_by, "en").get(reverse("application", args=[case.reference])).content.decode()
    )
    assert "The authority assessed line 1 of the goods." in exporters
    assert "Láser de más de 1 kW." not in exporters


def test_exporters_do_not_assess(line):
    assert client_of(line.application.created_by).get(page_of(line)).status_code == 403


def test_the_edition_is_named_in_the_readers_words(officer, line):
    desk = client_of(officer, "es")

    [(_pk, label)] = desk.get(page_of(line)).context["form"].fields["edition"].choices
    assert label.endswith(", catálogo 2025-11-15")
    said = desk.post(page_of(line), filled_in(desk, line, codes="9Z999")).content.decode()
    assert "La edición catálogo 2025-11-15 no tiene la entrada 9Z999" in said
