"""Officers' queue, the case on one page, the comparison of a party with a listed entity, and the forms."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from licensing.models import (
    Action,
    Application,
    ApplicationStatus,
    Consultation,
    Judgement,
    Opinion,
    Recommendation,
    Role,
    Screening,
)
from portal.findings import edition_of, facts_of
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    HitJudgementFactory,
    ListedEntityFactory,
    ListedNameFactory,
    ListVersionFactory,
    OrganisationFactory,
    PartyFactory,
    RecommendationFactory,
    ScreeningFactory,
    ScreeningHitFactory,
    UserFactory,
)
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return UserFactory(language="en", name="Marta Ríos")


@pytest.fixture
def desk(officer):
    return client_of(officer)


@pytest.fixture
def lists(db):
    return ListVersionFactory(source="demo-un", edition="2026-03-01")


@pytest.fixture
def case(lists):
    return ApplicationFactory(in_review=True)


@pytest.fixture
def hit(case, lists):
    return ScreeningHitFactory(party=case.parties.first(), entity__version=lists)


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def page(desk, case, rest="") -> str:
    return text(desk.get(f"/cases/{case.reference}/{rest}"))


# The queue


def test_the_queue_shows_open_cases_only_the_oldest_first(desk, lists):
    new = ApplicationFactory(in_review=True, submitted_at=NOON + timedelta(days=2))
    old = ApplicationFactory(in_review=True)
    ApplicationFactory(complete=True)
    ApplicationFactory(in_review=True, status=ApplicationStatus.WITHDRAWN)

    rows = desk.get("/queue/").context["rows"]

    assert [row.application for row in rows] == [old, new]


def test_a_row_says_what_the_lists_say_and_who_has_to_act(desk, case, hit):
    ConsultationFactory(application=case, body__name="Ministerio de Salud")

    row = desk.get("/queue/").context["rows"][0]

    assert row.finding.label == "1 to judge"
    assert row.waiting_for == "Ministerio de Salud"
    assert row.goods == case.goods.get().description


@pytest.mark.parametrize(
    ("status", "waiting_for"),
    [
        (ApplicationStatus.SUBMITTED, "An officer to take it on"),
        (ApplicationStatus.RECOMMENDED, "A deciding officer"),
        (ApplicationStatus.INFORMATION_REQUESTED, "Óptica de Prueba"),
        (ApplicationStatus.IN_REVIEW, "Ana Lee"),
    ],
)
def test_every_status_waits_for_somebody(desk, lists, status, waiting_for):
    ApplicationFactory(
        in_review=True,
        status=status,
        organisation__name="Óptica de Prueba",
        case_officer=UserFactory(name="Ana Lee"),
    )

    assert desk.get("/queue/").context["rows"][0].waiting_for == waiting_for


def test_the_age_of_a_case_is_in_working_days(desk, lists):
    ApplicationFactory(in_review=True, submitted_at=timezone.now() - timedelta(days=14))

    assert desk.get("/queue/").context["rows"][0].age == 10


@pytest.mark.parametrize(
    "query", ["q=Compa", "q=Kyoto", "q=6A005", "q=8456", "q=láser+kyoto", "destination=KR"]
)
def test_filters_find_by_exporter_party_goods_and_destination(desk, lists, query):
    wanted = ApplicationFactory(in_review=True, organisation__name="Compañía de Lentes", destination="KR")
    other = ApplicationFactory(submitted_at=NOON, status=ApplicationStatus.IN_REVIEW, destination="CL")

    found = [row.application for row in desk.get(f"/queue/?{query}").context["rows"]]

    assert found == [wanted]
    assert other not in found


def test_filters_find_by_reference_status_and_officer(desk, officer, lists):
    mine = ApplicationFactory(in_review=True, case_officer=officer)
    ApplicationFactory(in_review=True, status=ApplicationStatus.RECOMMENDED)

    for query in ("mine=on", "status=in-review", f"q={mine.reference}"):
        assert [row.application for row in desk.get(f"/queue/?{query}").context["rows"]] == [mine], query


def test_each_filter_in_use_is_a_chip_that_takes_it_away(desk, case):
    response = desk.get("/queue/?q=Kyoto&status=in-review&mine=on")

    chips = {chip["label"]: chip["url"] for chip in response.context["filters"]}
    assert chips == {
        "Search: Kyoto": "?status=in-review&mine=on",
        "Status: In review": "?q=Kyoto&mine=on",
        "Only my cases": "?q=Kyoto&status=in-review",
    }


def test_an_unknown_filter_is_told_at_its_field_and_the_rest_still_counts(desk, case):
    response = desk.get("/queue/?status=lost&q=Kyoto")

    assert "status" in response.context["form"].errors
    assert len(response.context["rows"]) == 1


def test_a_search_for_signs_of_the_query_language_finds_nothing_and_breaks_nothing(desk, case):
    assert desk.get("/queue/", {"q": "%' OR _"}).context["rows"] == []
    assert desk.get("/queue/", {"q": "a\x00b"}).status_code == 200
    assert desk.get("/queue/", {"q": "x" * 101}).context["form"].errors


def test_two_hundred_cases_cost_no_more_queries_than_two(desk, lists, officer):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert desk.get("/queue/").status_code == 200
        return len(seen)

    party = PartyFactory(application=ApplicationFactory(in_review=True, case_officer=officer))
    ScreeningHitFactory(party=party, entity__version=lists)
    ApplicationFactory(in_review=True)
    queries()
    few = queries()
    organisation = OrganisationFactory()
    author = UserFactory(exporter=True, organisation=organisation)
    for _n in range(198):
        case = ApplicationFactory(
            organisation=organisation,
            created_by=author,
            submitted_at=NOON,
            status=ApplicationStatus.IN_REVIEW,
            destination="JP",
        )
        PartyFactory(application=case)
    for case in list(Application.objects.order_by("-pk")[:60]):
        ScreeningFactory(application=case)
        ConsultationFactory(application=case)

    assert queries() <= few
    assert few <= 20
    response = desk.get("/queue/")
    assert len(response.context["rows"]) == 50
    assert response.context["page"].paginator.count == 200
    assert len(desk.get("/queue/?page=4").context["rows"]) == 50


# What the lists say: a machine never clears anybody


def test_without_a_match_the_case_says_in_which_lists_and_when_it_was_looked(desk, case):
    html = page(desk, case)

    assert html.count("No match found") == 1
    assert "Nobody on the lists in force resembles the parties." in html
    assert (
        "Demonstration list of fictional parties, edition of 1 March 2026, published on 1 January 2026"
        in html
    )
    assert "2 March 2026, 12:00" in html
    assert not re.search(r"\bclear(ed)?\b", html)


def test_without_a_list_in_force_the_case_says_that_nothing_can_be_decided(desk):
    case = ApplicationFactory(in_review=True)

    html = page(desk, case)

    assert "No list in force: nothing can be decided." in html
    assert "No match found" not in html


def test_a_list_that_came_in_meanwhile_takes_no_match_found_back(desk, case):
    ListVersionFactory()

    html = page(desk, case)

    assert "The lists, the parties or the thresholds have changed." in html
    assert "No match found" not in html


def test_a_party_changed_meanwhile_takes_no_match_found_back(desk, case):
    case.parties.update(name="Otro Nombre")

    assert "No match found" not in page(desk, case)


def test_a_comparison_that_failed_is_not_a_clean_one(desk, case):
    ScreeningFactory(
        application=case,
        asked_at=timezone.now(),
        finished_at=None,
        parties_done=0,
        failure="no-list-in-force",
    )

    html = page(desk, case)

    assert "The parties have not been compared with the lists in force." in html
    assert "No match found" not in html


def test_a_listed_party_is_said_first(desk, case, hit, officer):
    HitJudgementFactory(hit=hit, judgement=Judgement.SAME)

    assert desk.get("/queue/").context["rows"][0].finding.label == "Listed"


def test_while_the_comparison_runs_the_page_asks_again_and_then_stops(desk, case):
    running = ScreeningFactory(
        application=case, asked_at=timezone.now(), finished_at=None, parties_total=2, parties_done=1
    )
    address = f"/cases/{case.reference}/progress/"

    during = text(desk.get(address, headers={"HX-Request": "true"}))
    Screening.objects.filter(pk=running.pk).update(finished_at=NOON, parties_done=2)
    after = text(desk.get(address, headers={"HX-Request": "true"}))

    assert 'hx-trigger="every 2s"' in during
    assert 'value="1" max="2"' in during
    assert "hx-trigger" not in after
    assert 'hx-swap-oob="true"' in after
    assert "<html" not in after


def test_progress_without_a_script_leads_to_the_case(desk, case):
    assert desk.get(f"/cases/{case.reference}/progress/").url == f"/cases/{case.reference}/"


def test_a_name_written_from_right_to_left_does_not_turn_its_row_round(desk, case, hit):
    hit.listed_name = "علي حسن"
    hit.save()

    for rest in ("", f"hits/{hit.pk}/"):
        ScreeningHitFactory(party=hit.party, entity__version=hit.entity.version, points=80)
        assert f"<bdi>{hit.party_name}</bdi> – <bdi>علي حسن</bdi>" in page(desk, case, rest)


def test_screening_again_is_one_button(desk, case):
    desk.post(f"/cases/{case.reference}/screen/")

    assert Screening.objects.filter(application=case).count() == 2
    assert case.events.filter(action=Action.SCREEN).exists()


# The case page


def test_the_case_page_shows_the_facts_in_their_order(desk, case, hit):
    html = page(desk, case)

    order = ["who", "what", "where-to", "for-what", "documents", "found-title", "said", "missing"]
    places = [html.index(f'id="{name}"') for name in order]
    assert places == sorted(places)
    for fact in ("Kyoto Glass Works", "845611", "6A005", "certificado.pdf", case.end_use):
        assert fact in html


def test_the_case_page_shows_how_to_reach_the_exporter_and_their_own_reference(desk, lists):
    case = ApplicationFactory(
        in_review=True,
        own_reference="Pedido 4711",
        contact_phone="+507 6000 0001",
        organisation__tax_id="155612345-2-2016",
        organisation__tax_id_check="47",
    )

    facts = page(desk, case)

    for fact in ("Pedido 4711", "+507 6000 0001", "155612345-2-2016", ">47<"):
        assert fact in facts


def test_what_people_write_is_shown_as_text_and_never_run(desk, lists):
    case = ApplicationFactory(in_review=True, end_use="<script>alert(1)</script>")
    PartyFactory(application=case, name="<img src=x onerror=alert(1)>")

    html = page(desk, case)

    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_a_case_costs_no_more_queries_with_many_parts(desk, case, lists):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            page(desk, case)
        return len(seen)

    ConsultationFactory(application=case)
    ScreeningHitFactory(party=case.parties.first(), entity__version=lists)
    queries()
    few = queries()
    for _n in range(10):
        party = PartyFactory(application=case)
        ScreeningHitFactory(party=party, entity__version=lists)
        ConsultationFactory(application=case)

    assert queries() <= few


def test_a_button_that_does_not_work_says_why(desk, case, hit):
    html = page(desk, case)

    assert "Judge 1 possible match first." in html
    assert 'disabled aria-describedby="why-recommend"' in html
    assert 'id="why-recommend"' in html


def test_a_button_that_works_leads_to_its_page(desk, case):
    buttons = {button.action: button for button in desk.get(f"/cases/{case.reference}/").context["buttons"]}

    assert set(buttons) == {Action.CONSULT, Action.REQUEST_INFORMATION, Action.RECOMMEND}
    assert not any(button.reasons for button in buttons.values())
    assert desk.get(buttons[Action.RECOMMEND].url).status_code == 200


def test_whoever_recommended_reads_why_they_can_not_decide(lists):
    decider = UserFactory(decider=True, language="en")
    case = ApplicationFactory(in_review=True)
    RecommendationFactory(application=case, by=decider)
    case.status = ApplicationStatus.RECOMMENDED
    case.save()

    html = page(client_of(decider), case)

    assert "You recommended this; somebody else must decide." in html
    assert "An approval is recommended." in html
    assert "Approve, or send the case back" not in html


def test_a_case_is_taken_on_with_one_button(desk, officer, lists):
    case = ApplicationFactory(in_review=True, status=ApplicationStatus.SUBMITTED)

    response = desk.post(f"/cases/{case.reference}/take-on/", follow=True)

    case.refresh_from_db()
    assert case.case_officer == officer
    assert "The case is yours." in text(response)


def test_a_case_that_somebody_else_took_on_meanwhile_says_so(desk, case):
    response = desk.post(f"/cases/{case.reference}/take-on/", follow=True)

    assert "so this is not possible now" in text(response)


# The comparison


@pytest.fixture
def explained(case, lists):
    entity = ListedEntityFactory(
        version=lists, primary_name="Kyoto Glas Works", countries=["JP"], reference="QDe.001"
    )
    ListedNameFactory(entity=entity, name="京都硝子", kind="original-script", script="Cjk")
    reasons = [
        {
            "feature": "similar-name",
            "points": 94.0,
            "detail": "Kyoto Glas Works",
            "tokens": [
                {"ours": "kyoto", "theirs": "kyoto", "how": "same"},
                {"ours": "glass", "theirs": "glas", "how": "similar"},
                {"ours": "works", "theirs": "", "how": "missing"},
            ],
        },
        {"feature": "other-country", "points": -6.0, "detail": "JP / KP", "tokens": []},
    ]
    return ScreeningHitFactory(
        party=case.parties.first(), entity=entity, listed_name="Kyoto Glas Works", reasons=reasons
    )


def test_the_comparison_shows_both_sides_their_words_and_the_evidence(desk, case, explained):
    html = page(desk, case, f"hits/{explained.pk}/")

    assert '<mark class="app-mark-token">Glas</mark>' in html
    assert '<mark class="app-mark-token">Works</mark>' not in html
    assert "Other countries: Japan / North Korea" in html
    assert "-6.0" in html
    assert (
        "Demonstration list of fictional parties, edition of 1 March 2026, published on 1 January 2026"
        in html
    )
    for fact in ("京都硝子", "QDe.001", "similar letters"):
        assert fact in html


def test_addresses_that_a_list_leaves_empty_are_not_shown(desk, case, hit):
    def addresses(*texts):
        hit.entity.addresses = [{"text": text, "country": ""} for text in texts]
        return facts_of(hit.entity).get("Direcciones")

    assert addresses("", "") is None
    assert addresses("", "Kabul", "") == "Kabul"


def test_the_pane_of_the_case_shows_the_first_match_to_judge(desk, case, explained):
    assert desk.get(f"/cases/{case.reference}/").context["comparison"]["hit"] == explained


def test_a_judgement_is_recorded_and_leads_to_the_next(desk, case, hit, lists, officer):
    following = ScreeningHitFactory(party=case.parties.last(), entity__version=lists, points=80)
    address = f"/cases/{case.reference}/hits/{hit.pk}/"

    response = desk.post(address, {"judgement": "different", "reason": "Otra fecha."})

    row = hit.judgements.get()
    assert (row.judgement, row.by) == (Judgement.DIFFERENT, officer)
    assert response.url == f"/cases/{case.reference}/hits/{following.pk}/"


def test_a_judgement_without_a_reason_is_asked_for_it_and_keeps_the_answer(desk, case, hit):
    response = desk.post(f"/cases/{case.reference}/hits/{hit.pk}/", {"judgement": "same", "reason": "  "})

    html = text(response)
    assert "Give the reason for your judgement." in html
    assert 'value="same"' in html
    assert html.count("checked") == 1
    assert not hit.judgements.exists()


def test_earlier_judgements_stay_on_the_page(desk, case, hit):
    for judgement, reason in (("unsure", "Falta la fecha."), ("different", "Otra fecha.")):
        desk.post(f"/cases/{case.reference}/hits/{hit.pk}/", {"judgement": judgement, "reason": reason})

    html = page(desk, case, f"hits/{hit.pk}/")

    assert "Otra fecha. (Before: Not sure. Falta la fecha.)" in html


def test_outside_review_a_match_can_be_read_and_not_judged(desk, lists):
    case = ApplicationFactory(in_review=True, status=ApplicationStatus.SUBMITTED)
    hit = ScreeningHitFactory(party=case.parties.first(), entity__version=lists)
    address = f"/cases/{case.reference}/hits/{hit.pk}/"

    assert "Take on the case, then you can judge this." in text(desk.get(address))
    response = desk.post(address, {"judgement": "same", "reason": "Mismo pasaporte."})

    assert "This is possible only while the case is in review." in text(response)
    assert "Mismo pasaporte." in text(response)
    assert not hit.judgements.exists()


def test_a_match_of_another_case_is_not_found_here(desk, case, hit):
    other = ApplicationFactory(in_review=True)

    assert desk.get(f"/cases/{other.reference}/hits/{hit.pk}/").status_code == 404


# The forms


def in_two_weeks() -> str:
    return (timezone.now() + timedelta(days=14)).date().isoformat()


def test_a_body_is_asked_within_the_working_days_of_the_country(desk, case):
    body = UserFactory(adviser=True).organisation
    address = f"/cases/{case.reference}/consult/"
    due_on = desk.get(address).context["form"]["due_on"].value()

    response = desk.post(address, {"body": body.pk, "question": "¿Objeción?", "due_on": due_on.isoformat()})

    assert response.url == f"/cases/{case.reference}/"
    assert Consultation.objects.get().due_on == due_on


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("due_on", "2026-01-01", "Choose a day after today."),
        ("due_on", "2099-03-31", "Choose a day within a year from today."),
        ("due_on", "mañana", "Write the day as year-month-day, for example 2026-03-31."),
        ("question", " ", "Write the question."),
        ("question", "x" * 2001, "Shorten this to 2000 characters or fewer. It has 2001 now."),
        ("question", "¿\u202eoerroc?", "A hidden character came along here."),
        ("body", "", "Choose the body to ask."),
    ],
)
def test_a_question_with_a_mistake_is_told_at_its_field_and_nothing_is_lost(desk, case, field, value, error):
    body = OrganisationFactory(kind="body")
    given = {"body": body.pk, "question": "¿Objeción al destino?", "due_on": in_two_weeks(), field: value}

    response = desk.post(f"/cases/{case.reference}/consult/", given)

    assert error in str(response.context["form"].errors[field])
    for name, kept in given.items():
        assert response.context["form"][name].value() == str(kept) or name == "body"
    assert not Consultation.objects.exists()


def test_an_exporter_is_not_a_body_to_ask(desk, case):
    response = desk.post(
        f"/cases/{case.reference}/consult/",
        {"body": case.organisation_id, "question": "¿?", "due_on": in_two_weeks()},
    )

    assert "body" in response.context["form"].errors


def test_a_body_asked_twice_is_refused_with_the_words_kept(desk, case):
    waiting = ConsultationFactory(application=case)
    given = {"body": waiting.body_id, "question": "¿Y ahora?", "due_on": in_two_weeks()}

    html = text(desk.post(f"/cases/{case.reference}/consult/", given))

    assert "has already been asked" in html
    assert "¿Y ahora?" in html


def test_a_body_that_nobody_could_answer_for_is_not_to_be_chosen_and_says_why(desk, case):
    UserFactory(adviser=True, organisation__name="Salud")
    disabled = {"disabled_at": NOON, "disabled_by": UserFactory(administrator=True)}
    UserFactory(adviser=True, organisation__name="Ambiente", is_active=False, **disabled)

    html = page(desk, case, "consult/")

    assert re.search(r'<option value="\d+">Salud</option>', html)
    assert re.search(r'<option value="\d+" disabled>Ambiente \(nobody there has an account\)</option>', html)


def test_a_body_without_an_adviser_is_refused_with_what_to_do_and_the_words_kept(desk, case):
    body = OrganisationFactory(kind="body", name="Ministerio de Salud")
    given = {"body": body.pk, "question": "¿Objeción?", "due_on": in_two_weeks()}

    html = text(desk.post(f"/cases/{case.reference}/consult/", given))

    assert "Nobody could answer for Ministerio de Salud" in html
    assert "Have an administrator make one" in html
    assert "¿Objeción?" in html


def test_a_question_is_withdrawn_from_the_case_page_and_stays_there_with_its_reason(desk, case, officer):
    asked = ConsultationFactory(application=case, body__name="Ministerio de Salud")
    address = f"/cases/{case.reference}/questions/{asked.pk}/withdraw/"
    assert address in page(desk, case)
    assert "¿Tiene objeción?" in text(desk.get(address))

    empty = desk.post(address, {"reason": " "})
    desk.post(address, {"reason": "El ministerio no tiene a nadie."})

    assert "reason" in empty.context["form"].errors
    asked.refresh_from_db()
    assert asked.withdrawn_by == officer
    html = page(desk, case)
    assert address not in html
    assert "¿Tiene objeción?" in html
    assert html.count("El ministerio no tiene a nadie.") == 2  # beside the question and in the history
    assert "Withdrawn by Marta Ríos" in html
    assert "Waiting for the opinion" not in html
    assert desk.get("/queue/").context["rows"][0].waiting_for != "Ministerio de Salud"


def test_a_question_of_another_case_is_not_found_here(desk, case):
    other = ConsultationFactory()

    assert desk.get(f"/cases/{case.reference}/questions/{other.pk}/withdraw/").status_code == 404


def test_a_question_that_was_answered_or_whose_case_is_closed_offers_no_withdrawal(desk, case, officer):
    answered = ConsultationFactory(
        application=case, opinion=Opinion.OBJECTION, answered_by=officer, answered_at=NOON
    )
    waiting = ConsultationFactory(application=case)
    assert "<textarea" not in page(desk, case, f"questions/{answered.pk}/withdraw/")

    Application.objects.update(status=ApplicationStatus.WITHDRAWN)

    assert "This case is not open." in page(desk, case, f"questions/{waiting.pk}/withdraw/")
    assert "questions/" not in page(desk, case)


@pytest.mark.parametrize("rest", ["consult/", "request-information/", "recommend/"])
@pytest.mark.parametrize("status", ["submitted", "information-requested", "recommended", "approved"])
def test_a_form_that_can_not_be_sent_now_is_not_offered(desk, lists, rest, status):
    case = ApplicationFactory(in_review=True, status=status)

    html = page(desk, case, rest)

    assert "This is not possible now" in html
    assert "<textarea" not in html


def test_the_exporter_is_asked(desk, case):
    desk.post(f"/cases/{case.reference}/request-information/", {"question": "¿Quién instala?"})

    case.refresh_from_db()
    assert case.status == ApplicationStatus.INFORMATION_REQUESTED


def test_an_approval_is_recommended_with_its_conditions(desk, case, officer):
    given = {
        "outcome": "approve",
        "reasons": "Uso civil.",
        "months": "6",
        "conditions": "Informe de entrega.\n\n Un solo envío. ",
    }

    desk.post(f"/cases/{case.reference}/recommend/", given)

    made = Recommendation.objects.get()
    assert (made.by, made.months) == (officer, 6)
    assert made.conditions == ["Informe de entrega.", "Un solo envío."]


def test_the_usual_months_are_proposed(desk, case):
    assert desk.get(f"/cases/{case.reference}/recommend/").context["form"]["months"].value() == 12


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("months", ""),
        ("months", "25"),
        ("months", "-1"),
        ("months", "1.5"),
        ("reasons", " "),
        ("reasons", "x" * 4001),
        ("outcome", "perhaps"),
        ("conditions", "x" * 1001),
        ("conditions", "Un envío.\n\u202eoerroc"),
        ("reasons", "\u2066Uso civil."),
        ("conditions", "a\n" * 31),
    ],
)
def test_a_recommendation_with_a_mistake_is_told_at_its_field(desk, case, field, value):
    given = {"outcome": "approve", "reasons": "Uso civil.", "months": "12", "conditions": "", field: value}

    response = desk.post(f"/cases/{case.reference}/recommend/", given)

    assert list(response.context["form"].errors) == [field]
    assert response.context["form"][field].value() == value
    assert not Recommendation.objects.exists()


def test_a_recommendation_that_is_held_up_is_refused_with_every_reason_and_the_words_kept(desk, case, hit):
    ConsultationFactory(application=case, body__name="Ministerio de Salud")
    given = {"outcome": "approve", "reasons": "Uso civil comprobado.", "months": "12"}

    html = text(desk.post(f"/cases/{case.reference}/recommend/", given))

    assert "Judge 1 possible match first." in html
    assert "Waiting for the opinion of Ministerio de Salud." in html
    assert "Uso civil comprobado." in html
    assert not Recommendation.objects.exists()


def test_a_form_that_can_not_be_sent_now_says_why_at_once(desk, lists):
    case = ApplicationFactory(in_review=True, status=ApplicationStatus.SUBMITTED)

    assert "so this is not possible now" in page(desk, case, "recommend/")


# Who may not come in

PAGES = [
    "",
    "hits/{hit}/",
    "consult/",
    "questions/{hit}/withdraw/",
    "request-information/",
    "recommend/",
    "progress/",
    "take-on/",
    "screen/",
]


@pytest.mark.parametrize("rest", PAGES)
@pytest.mark.parametrize("role", [role for role in Role.values if "officer" not in role or "customs" in role])
def test_nobody_but_officers_opens_any_page_of_a_case(case, hit, rest, role):
    user = UserFactory(role=role)
    if user.organisation:  # the applicant itself, and a body that was asked
        ConsultationFactory(application=case, body=user.organisation)
    client = client_of(user)
    address = f"/cases/{case.reference}/{rest.format(hit=hit.pk)}"

    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert client.get("/queue/").status_code == 403


def test_the_applicant_itself_can_not_open_its_case(case):
    applicant = UserFactory(exporter=True, organisation=case.organisation)

    assert client_of(applicant).get(f"/cases/{case.reference}/").status_code == 403


def test_a_draft_is_no_case_yet(desk):
    draft = ApplicationFactory(complete=True)

    assert desk.get(f"/cases/{draft.reference}/").status_code == 404


def test_an_opinion_and_its_reasons_stand_on_the_case_page(desk, case):
    adviser = UserFactory(adviser=True)
    ConsultationFactory(
        application=case,
        body=adviser.organisation,
        opinion=Opinion.OBJECTION,
        answer="Riesgo de desvío.",
        answered_by=adviser,
        answered_at=NOON,
    )

    html = page(desk, case)

    assert "Objection" in html
    assert "Riesgo de desvío." in html


def test_who_acts_next_is_said_in_the_history_and_the_bar_only(desk, case, hit):
    desk.post(f"/cases/{case.reference}/hits/{hit.pk}/", {"judgement": "unsure", "reason": "Falta la fecha."})

    assert page(desk, case).count("Next:") == 1


def test_a_day_of_a_list_is_said_in_words_in_the_readers_language():
    version = ListVersionFactory(edition="2026-01-01T05:00:00Z")
    numbered = ListVersionFactory(edition="26/117")
    listed = ListedEntityFactory(version=version, listed_on="2026-03-03")
    listed.refresh_from_db()

    assert edition_of(version) == "edición del 1 de enero de 2026"
    assert edition_of(numbered) == "edición 26/117 del 1 de enero de 2026"
    assert facts_of(listed)["En la lista desde"] == "3 de marzo de 2026"
    with translation.override("en"):
        assert edition_of(version) == "edition of 1 January 2026"


def test_the_queue_and_the_case_say_that_a_party_was_listed_and_then_changed(desk, case, lists):
    gone = ScreeningHitFactory(party=case.parties.first(), entity__version=lists, gone_at=NOON)
    HitJudgementFactory(hit=gone, judgement=Judgement.SAME)
    assert "Listed, then changed" not in text(desk.get("/queue/"))

    gone.party.name = "Quite Another Name"
    gone.party.save()

    assert "Listed, then changed" in text(desk.get("/queue/"))
    assert "An officer found a party to be on a list, and it was changed afterwards." in page(desk, case)
