"""The decision page: what a deciding officer sees, may do, and is told."""

import pytest
from django.utils import timezone

from licensing.actions import decisions
from licensing.models import Action, ApplicationStatus, Decision, Judgement, Licence, Opinion, Outcome, Role
from tests.factories import (
    NOON,
    ApplicationFactory,
    ConsultationFactory,
    GoodsAssessmentFactory,
    GoodsLineFactory,
    HitJudgementFactory,
    ListVersionFactory,
    RecommendationFactory,
    ScreeningHitFactory,
    UserFactory,
)
from tests.people import client_of
from tests.portal.reading import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def decider(db):
    return UserFactory(decider=True, language="en", name="Iván Solís")


@pytest.fixture
def desk(decider):
    return client_of(decider)


@pytest.fixture
def lists(db):
    return ListVersionFactory(source="demo-un")


@pytest.fixture
def case(lists):
    return recommended(conditions=["Informe de entrega en 30 días."])


def recommended(**said):
    case = ApplicationFactory(in_review=True)
    RecommendationFactory(application=case, **said)
    case.status = ApplicationStatus.RECOMMENDED
    case.save()
    return case


def address(case) -> str:
    return f"/cases/{case.reference}/decision/"


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def acts(response) -> list[str]:
    return [act for act, _label in response.context["form"].fields["act"].choices]


def test_the_page_shows_what_was_recommended_by_whom_and_why(desk, lists):
    officer = UserFactory(name="Marta Ríos")

    html = text(desk.get(address(recommended(by=officer, reasons="Uso civil comprobado."))))

    for fact in ("Recommendation: Approve", "Marta Ríos", "2 March 2026, 12:00", "Uso civil comprobado."):
        assert fact in html


def test_the_page_shows_matches_judgements_and_opinions(desk, case, lists):
    hit = ScreeningHitFactory(party=case.parties.first(), entity__version=lists)
    HitJudgementFactory(hit=hit, reason="Otra fecha de nacimiento.")
    ConsultationFactory(
        application=case,
        opinion=Opinion.CONDITIONS,
        answer="Solo para uso civil.",
        answered_by=UserFactory(),
        answered_at=NOON,
    )

    html = text(desk.get(address(case)))

    for fact in ("Otra fecha de nacimiento.", "No objection with conditions", "Solo para uso civil."):
        assert fact in html


def test_the_page_shows_exactly_what_the_approval_then_issues(desk, case, decider):
    mirror = GoodsLineFactory(application=case, description="Espejo de cobre", quantity="2.5", unit="KGM")
    GoodsAssessmentFactory(line=mirror)
    shown = desk.get(address(case))

    desk.post(address(case), {"act": "approve", "reasons": "De acuerdo."})

    licence = Licence.objects.get()
    assert (shown.context["valid_from"], shown.context["valid_to"]) == (licence.valid_from, licence.valid_to)
    html = text(shown)
    for line in licence.lines.all():
        assert line.description in html
    for condition in licence.conditions:
        assert condition in html
    assert licence.decision.by == decider


def test_the_page_shows_everything_the_licence_is_about(desk, case):
    case.transit_countries, case.port_of_discharge = ["KR"], "Osaka"
    case.save()
    case.parties.update(street="Calle Falsa 12")
    declaration = case.declarations.first()
    declaration.answer, declaration.explanation = True, "Filial en Osaka"
    declaration.save()

    html = text(desk.get(address(case)))

    for fact in (
        case.end_use,
        "Filial en Osaka",
        "South Korea",
        "Osaka",
        "Balboa (PABLB)",
        "Calle Falsa 12",
        "certificado.pdf",
    ):
        assert fact in html


def test_after_the_approval_the_case_leads_to_the_licence(desk, case):
    response = desk.post(address(case), {"act": "approve", "reasons": "De acuerdo."}, follow=True)

    html = words_of(response)
    assert "The application is approved and the licence issued." in html
    assert f"Licence {Licence.objects.get().reference}" in html


def test_only_what_the_table_allows_now_is_offered_and_the_rest_says_why(desk, case):
    response = desk.get(address(case))

    assert acts(response) == [Action.APPROVE, Action.SEND_BACK]
    assert "An approval is recommended. Approve, or send the case back." in text(response)


def test_a_refusal_is_recorded_and_issues_nothing(desk, lists):
    case = recommended(outcome=Outcome.REFUSE, months=None)
    response = desk.get(address(case))
    assert acts(response) == [Action.REFUSE, Action.SEND_BACK]
    assert "What will be issued" not in text(response)

    desk.post(address(case), {"act": "refuse", "reasons": "Riesgo de desvío."})

    assert Decision.objects.get().reasons == "Riesgo de desvío."
    assert not Licence.objects.exists()


def test_a_case_is_sent_back(desk, case):
    desk.post(address(case), {"act": "send-back", "reasons": "Falta el contrato."})

    case.refresh_from_db()
    assert case.status == ApplicationStatus.IN_REVIEW


def test_whoever_recommended_is_offered_neither_and_reads_why(desk, decider, lists):
    case = recommended(by=decider)

    response = desk.get(address(case))

    assert acts(response) == [Action.SEND_BACK]
    assert "You recommended this; somebody else must decide." in text(response)
    assert "The decision falls to another deciding officer." in text(response)


def test_the_decision_page_says_who_recommended_and_to_whom_the_decision_falls(desk, case):
    who = case.recommendations.get().by

    html = text(desk.get(address(case)))

    assert f"Recommended by {who}, 2 March 2026, 12:00." in html
    assert f"The decision falls to you or another deciding officer, but not to {who}." in html
    assert "somebody else must decide" not in html


def test_whoever_recommended_is_refused_also_when_they_send_the_form_anyway(desk, decider, lists):
    case = recommended(by=decider)

    response = desk.post(address(case), {"act": "approve", "reasons": "De acuerdo."})

    assert "act" in response.context["form"].errors
    assert "De acuerdo." in text(response)
    assert not Decision.objects.exists()


def test_a_match_that_waits_takes_the_approval_away_and_says_so(desk, case, lists):
    ScreeningHitFactory(party=case.parties.first(), entity__version=lists)

    response = desk.get(address(case))

    assert Action.APPROVE not in acts(response)
    assert "Judge 1 possible match first." in text(response)


def test_a_listed_party_takes_the_approval_away_and_says_who(desk, case, lists):
    hit = ScreeningHitFactory(party=case.parties.first(), entity__version=lists)
    HitJudgementFactory(hit=hit, judgement=Judgement.SAME)

    response = desk.get(address(case))

    assert Action.APPROVE not in acts(response)
    assert f"{hit.party_name} is on a list, so this can only be refused." in text(response)


def test_without_a_list_in_force_nothing_but_sending_back_is_offered(desk):
    response = desk.get(address(recommended()))

    assert acts(response) == [Action.SEND_BACK]
    assert "No list in force: nothing can be decided." in text(response)


@pytest.mark.parametrize(
    ("field", "value"), [("reasons", "  "), ("reasons", "x" * 4001), ("act", ""), ("act", "revoke")]
)
def test_a_decision_with_a_mistake_is_told_at_its_field_and_nothing_is_lost(desk, case, field, value):
    given = {"act": "approve", "reasons": "De acuerdo.", field: value}

    form = desk.post(address(case), given).context["form"]

    assert list(form.errors) == [field]
    assert form["reasons"].value() == given["reasons"]
    assert not Decision.objects.exists()


def test_the_button_of_the_case_page_chooses_the_act_beforehand(desk, case):
    buttons = {button.action: button for button in desk.get(f"/cases/{case.reference}/").context["buttons"]}

    form = desk.get(buttons[Action.SEND_BACK].url).context["form"]

    assert form["act"].value() == Action.SEND_BACK


def test_a_case_that_somebody_else_decided_meanwhile_says_so(desk, case):
    decisions.approve(case.pk, reasons="Sí.", by=UserFactory(decider=True), at=timezone.now())

    response = desk.post(address(case), {"act": "approve", "reasons": "De acuerdo."}, follow=True)

    assert "This case does not wait for a decision." in text(response)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.DECIDING_OFFICER])
def test_nobody_but_deciding_officers_opens_the_page(case, role):
    client = client_of(UserFactory(role=role))

    assert client.get(address(case)).status_code == 403
    assert client.post(address(case), {"act": "approve", "reasons": "Sí."}).status_code == 403
    assert not Decision.objects.exists()
