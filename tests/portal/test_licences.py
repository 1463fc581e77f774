import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing import documents, licence_document
from licensing.actions import licences
from licensing.models import Event, Job, LicenceStatus, OutboxJob
from tests.factories import NOON, LicenceFactory, LicenceLineFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def licence():
    licence = LicenceFactory(conditions=["Comunicar cada envío."])
    LicenceLineFactory(licence=licence, granted=Decimal(10), used=Decimal(3))
    return licence


@pytest.fixture
def holder(licence):
    return UserFactory(exporter=True, organisation=licence.holder)


def page_of(user, name, *args, language="en", **kwargs):
    return client_of(user, language).get(reverse(name, args=args), **kwargs)


def html_of(response) -> str:
    return response.content.decode()


# --- who sees what ----------------------------------------------------------------------------------


def test_holders_see_their_own_licences_only(licence, holder):
    other = LicenceFactory()

    listed = html_of(page_of(holder, "licences"))

    assert licence.reference in listed
    assert other.reference not in listed
    for name in ("licence", "licence-document"):
        assert page_of(holder, name, other.reference).status_code == 404


def test_officers_and_customs_see_all(licence, officer, customs_officer):
    for user in (officer, customs_officer):
        assert licence.reference in html_of(page_of(user, "licences"))
        assert page_of(user, "licence", licence.reference).status_code == 200


@pytest.mark.parametrize("role", ["adviser", "administrator"])
def test_others_see_none(licence, role):
    user = UserFactory(**{role: True})
    for name, args in (
        ("licences", []),
        ("licence", [licence.reference]),
        ("licence-document", [licence.reference]),
    ):
        assert page_of(user, name, *args).status_code == 403


def test_the_public_is_asked_to_sign_in(client, licence):
    assert client.get(reverse("licence-document", args=[licence.reference])).status_code == 302


# --- the list ---------------------------------------------------------------------------------------


def test_the_list_says_state_goods_and_what_remains(licence, holder):
    listed = html_of(page_of(holder, "licences"))

    assert "In force" in listed
    assert "7 of 10\xa0units" in listed
    assert "2999-12-31" in listed


def test_the_list_is_searched_by_number_and_by_holder(licence, officer):
    other = LicenceFactory()
    client = client_of(officer)

    by_number = html_of(client.get(reverse("licences"), {"q": licence.reference}))
    by_holder = html_of(client.get(reverse("licences"), {"q": licence.holder.name}))

    for found in (by_number, by_holder):
        assert reverse("licence", args=[licence.reference]) in found
        assert reverse("licence", args=[other.reference]) not in found


def test_an_empty_list_says_how_something_comes(exporter, officer):
    assert "as soon as one of your applications is approved" in html_of(page_of(exporter, "licences"))
    assert "No licence found" in html_of(page_of(officer, "licences", data={"q": "nada\0"}))


def test_the_list_asks_the_database_as_often_for_many_as_for_few(officer, django_assert_max_num_queries):
    for _ in range(8):
        licence = LicenceFactory()
        for _ in range(3):
            LicenceLineFactory(licence=licence)
    client = client_of(officer)

    with django_assert_max_num_queries(14):
        client.get(reverse("licences"))


# --- one licence ------------------------------------------------------------------------------------


def test_the_page_says_state_period_lines_conditions_and_history(licence, holder, decider):
    licences.suspend(licence.pk, reasons="Posible desvío.", by=decider, at=timezone.now())

    shown = html_of(page_of(holder, "licence", licence.reference))

    assert "Suspended" in shown
    assert "Nothing may leave until it is reinstated" in shown
    assert "31 December 2999" in shown
    assert "7 of 10\xa0units" in shown
    assert "Comunicar cada envío." in shown
    assert "Posible desvío." in shown
    assert decider.name not in shown


def test_officers_read_who_changed_it(licence, officer, decider):
    licences.suspend(licence.pk, reasons="Posible desvío.", by=decider, at=timezone.now())

    assert decider.name in html_of(page_of(officer, "licence", licence.reference))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_from": date(2999, 1, 1)}, "It will be in force from 1 January 2999"),
        (
            {"valid_from": date(2020, 1, 1), "valid_to": date(2020, 12, 31)},
            "It expired at the end of 31 December 2020",
        ),
    ],
)
def test_the_page_explains_every_state(officer, changes, words):
    licence = LicenceFactory(**changes)

    assert words in html_of(page_of(officer, "licence", licence.reference))


def test_a_used_up_licence_says_so(licence, holder):
    licence.lines.update(used=Decimal(10))

    shown = html_of(page_of(holder, "licence", licence.reference))

    assert "Everything it allowed has left." in shown
    assert "Used up: 10\xa0units" in shown


def test_whoever_writes_off_at_the_border_does_not_get_the_code(licence, customs_officer, holder):
    code = re.sub("(....)(?=.)", r"\1 ", licence.check_code)
    assert code in html_of(page_of(holder, "licence", licence.reference))
    for_customs = html_of(page_of(customs_officer, "licence", licence.reference))
    assert code not in for_customs
    assert licence.check_code not in for_customs


# --- the document -----------------------------------------------------------------------------------


def test_while_it_is_made_the_page_asks_again_and_works_without_script(licence, holder):
    shown = html_of(page_of(holder, "licence", licence.reference))

    assert 'hx-trigger="every 2s"' in shown
    assert "The document is being made" in shown
    assert "Load again" in shown


def test_what_htmx_asks_for_is_the_part_alone_and_stops_when_it_is_there(licence, holder):
    licence_document.make(licence.pk, at=NOON)

    part = html_of(page_of(holder, "licence", licence.reference, headers={"HX-Request": "true"}))

    assert "<html" not in part
    assert "hx-trigger" not in part
    assert reverse("licence-document", args=[licence.reference]) in part


def test_a_document_that_fails_is_said_to_take_longer(licence, holder):
    OutboxJob.objects.create(
        job=Job.RENDER_LICENCE,
        arguments={"licence_id": licence.pk},
        created_at=NOON,
        due_at=NOON,
        tries=1,
        failure="NoSeal",
    )

    shown = html_of(page_of(holder, "licence", licence.reference))

    assert "takes longer than usual" in shown
    assert "NoSeal" not in shown


def test_the_document_is_handed_out_for_saving_and_kept_by_nobody_between(licence, holder):
    licence_document.make(licence.pk, at=NOON)

    sealed = documents.read(licence.documents.get().file)

    response = page_of(holder, "licence-document", licence.reference)

    assert b"".join(response.streaming_content) == sealed
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{licence.reference}.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_before_it_is_made_there_is_nothing_to_hand_out(licence, holder):
    assert page_of(holder, "licence-document", licence.reference).status_code == 404


# --- stopping it ------------------------------------------------------------------------------------


def test_a_deciding_officer_suspends(licence, decider):
    client = client_of(decider)

    response = client.post(
        reverse("licence-change", args=[licence.reference, "suspend"]), {"reasons": "Desvío."}
    )

    assert response.url == reverse("licence", args=[licence.reference])
    licence.refresh_from_db()
    assert licence.status == LicenceStatus.SUSPENDED
    assert Event.objects.get(licence=licence, action="suspend").data == {"reasons": "Desvío."}


def test_without_reasons_the_form_comes_back(licence, decider):
    client = client_of(decider, "en")

    response = client.post(reverse("licence-change", args=[licence.reference, "suspend"]), {"reasons": "  "})

    assert "Give the reasons." in html_of(response)
    licence.refresh_from_db()
    assert licence.status == LicenceStatus.ACTIVE


def test_the_same_person_is_told_why_they_cannot_reinstate_and_keeps_what_they_wrote(licence, decider):
    licences.suspend(licence.pk, reasons="Desvío.", by=decider, at=timezone.now() - timedelta(hours=1))
    client = client_of(decider, "en")
    address = reverse("licence-change", args=[licence.reference, "reinstate"])

    page = html_of(client.get(reverse("licence", args=[licence.reference])))
    asked = html_of(client.get(address))
    posted = html_of(client.post(address, {"reasons": "Ya aclarado por escrito."}))

    why = "You suspended this licence; somebody else must do this."
    assert why in page
    assert "disabled" in page
    assert why in asked
    assert "<textarea" not in asked
    assert why in posted
    assert "Ya aclarado por escrito." in posted
    licence.refresh_from_db()
    assert licence.status == LicenceStatus.SUSPENDED


def test_another_deciding_officer_revokes_what_was_suspended(licence, decider):
    licences.suspend(licence.pk, reasons="Desvío.", by=decider, at=timezone.now() - timedelta(hours=1))
    client = client_of(UserFactory(decider=True))

    client.post(reverse("licence-change", args=[licence.reference, "revoke"]), {"reasons": "Comprobado."})

    licence.refresh_from_db()
    assert licence.status == LicenceStatus.REVOKED


def test_what_the_state_rules_out_is_said(licence, decider):
    response = page_of(decider, "licence-change", licence.reference, "revoke")

    assert "t be done to a licence in this state." in html_of(response)


def test_case_officers_and_holders_change_nothing(licence, officer, holder):
    for user in (officer, holder):
        address = reverse("licence-change", args=[licence.reference, "suspend"])
        assert client_of(user).post(address, {"reasons": "Yo."}).status_code == 403
        assert address not in html_of(page_of(user, "licence", licence.reference))


@pytest.mark.parametrize("action", ["approve", "submit", "nothing"])
def test_other_actions_have_no_page_here(licence, decider, action):
    assert page_of(decider, "licence-change", licence.reference, action).status_code == 404
