"""Exceptions with lists that two people decide at once, and editions that say the same."""

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.actions import lists
from licensing.errors import Refused
from licensing.models import Event, ListDecision, ListOutcome
from portal.timeline import sentences
from tests.factories import ListedEntityFactory, ListVersionFactory, UserFactory
from tests.people import client_of

UN = "un-consolidated"


@pytest.fixture
def versions(db):
    """An edition that ended, one in force that says something else, and an older one that says the same."""
    at = timezone.now()
    made = []
    for number, (said, ended) in enumerate([("same", True), ("other", True), ("same", False)]):
        start = at.replace(year=at.year - 3 + number)
        version = ListVersionFactory(
            source=UN,
            in_force_from=start,
            in_force_to=start.replace(year=start.year + 1) if ended else None,
            entities_count=1,
            names_count=1,
        )
        ListedEntityFactory(version=version, source_id="1", digest=f"{said:0<64}")
        made.append(version)
    return made


@pytest.fixture
def request_row(versions):
    asker = UserFactory(administrator=True, name="Ana Pide")
    return lists.ask_to_put_back(versions[1].pk, reason="Incompleta.", by=asker, at=timezone.now())


def page(client, row, **answers):
    return client.post(reverse("list-request", args=[row.pk]), answers).content.decode()


def test_whoever_decides_second_reads_who_was_first_and_keeps_their_words(administrator, request_row):
    first = UserFactory(administrator=True, name="Bruno Primero")
    lists.decline(request_row.pk, reason="No conviene.", by=first, at=timezone.now())

    html = page(client_of(administrator, "en"), request_row, outcome="approve", reason="Bien pensado.")

    assert "Bruno Primero decided this on " in html and "What you just sent is not recorded." in html
    assert "No conviene." in html and "Bien pensado." in html
    assert ListDecision.objects.get().outcome == ListOutcome.DECLINE


def test_a_second_press_in_another_tab_is_called_the_own(administrator, request_row):
    client = client_of(administrator, "en")
    assert page(client, request_row, outcome="decline", reason="Uno.") == ""

    assert "You decided this already, on " in page(client, request_row, outcome="approve", reason="Dos.")


def test_reading_what_was_decided_is_no_mistake(administrator, request_row):
    lists.decline(request_row.pk, reason="No.", by=administrator, at=timezone.now())

    html = client_of(administrator, "en").get(reverse("list-request", args=[request_row.pk])).content.decode()

    assert "There is a problem" not in html and "not recorded" not in html


def test_an_edition_that_says_the_same_is_not_offered_and_not_taken(administrator, versions):
    html = client_of(administrator, "en").get(reverse("list", args=[UN])).content.decode()

    assert reverse("list-put-back", args=[UN, versions[1].pk]) in html
    assert reverse("list-put-back", args=[UN, versions[0].pk]) not in html
    with pytest.raises(Refused):
        lists.ask_to_put_back(versions[0].pk, reason="x", by=administrator, at=timezone.now())


def test_a_withdrawal_is_told_as_one(request_row):
    lists.decline(request_row.pk, reason="Me equivoqué.", by=request_row.by, at=timezone.now())

    told = [entry.text for entry in sentences(Event.objects.newest_first(), for_exporter=False)]

    assert told[0].startswith("Ana Pide retiró la solicitud de excepción")
    assert not any("rechaz" in text or "declin" in text for text in told)


def test_the_message_after_a_withdrawal_says_so(request_row):
    client = client_of(request_row.by, "en")
    client.post(reverse("list-request", args=[request_row.pk]), {"reason": "Me equivoqué."})

    assert "Withdrawn. The list in force stays." in client.get(reverse("list", args=[UN])).content.decode()


def test_a_nul_is_refused_once(db):
    exporter = client_of(UserFactory(exporter=True), "en")
    answer = exporter.post(reverse("precheck"), {"name": "Qui\0mera", "kind": "organisation"})

    assert [len(errors) for errors in answer.context["form"].errors.as_data().values()] == [1]
