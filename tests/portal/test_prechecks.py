"""An exporter's pre-check tells one of two things, and nothing else."""

import time

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.models import ListSearch, Role
from portal.views import prechecks
from tests.factories import ListedEntityFactory, UserFactory
from tests.people import client_of

PAGE = reverse("precheck")


@pytest.fixture(autouse=True)
def at_once(monkeypatch, request):
    """Only the test of time waits."""
    if "takes" not in request.node.name:
        monkeypatch.setattr(prechecks, "SECONDS_OF_AN_ANSWER", 0)


@pytest.fixture
def asking(exporter):
    return client_of(exporter, "en")


@pytest.fixture
def listed(db):
    return ListedEntityFactory(
        primary_name="Quimera Láser Industrias",
        version__source="national",
        programmes=["PROGRAMA-7"],
        identifiers=[{"kind": "Passport", "number": "ZZ-778899", "country": "", "note": ""}],
    )


def told(client, name="Quimera Laser Industrias", **typed) -> str:
    return client.post(PAGE, {"name": name, **typed}).content.decode()


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.ADMINISTRATOR, Role.CUSTOMS_OFFICER, Role.ADVISER])
def test_it_is_for_exporters(db, role):
    assert client_of(UserFactory(role=role)).get(PAGE).status_code == 403


def test_nobody_alike_is_no_clearance(asking, listed):
    html = told(asking, "Panadería Modelo")

    assert "No similar name was found" in html
    assert "This is no clearance and no licence" in html


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Quimera Laser Industrias"},
        {"name": "Panadería Modelo", "other_names": "QUIMERA LASER INDUSTRIAS\nOtra"},
        {"name": "Panadería Modelo", "identifier": "zz 778899"},
    ],
)
def test_somebody_alike_needs_a_closer_look(asking, listed, typed):
    html = told(asking, **typed)

    assert "This party needs a closer look before you apply" in html
    assert reverse("application-new") in html


def test_it_tells_nothing_of_any_list(asking, listed):
    html = without_tokens(told(asking))

    for secret in ("Láser", "PROGRAMA-7", "National list", "778899", "points", "edition"):
        assert secret not in html, secret


def test_likelier_and_less_likely_read_the_same(asking, listed):
    ListedEntityFactory(version=listed.version, primary_name="Quimera Laser Industrias")
    one, other = (
        told(asking, name).replace(name, "NAME")
        for name in ("Quimera Laser Industrias", "Quimera Lasser Industria")
    )

    assert without_tokens(one) == without_tokens(other)


def without_tokens(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrf" not in line.lower())


def test_every_check_is_written_down_with_its_organisation(asking, exporter, listed):
    told(asking, identifier="R-77777")

    written = ListSearch.objects.get()
    assert (written.way, written.by, written.organisation) == ("precheck", exporter, exporter.organisation)
    assert written.asked == [{"names": ["Quimera Laser Industrias"], "identifiers": ["R-77777"]}]
    assert written.hits_count == 1


def test_an_organisation_has_so_many_checks_an_hour(asking, exporter, listed, monkeypatch):
    monkeypatch.setattr(prechecks, "CHECKS_AN_HOUR", 2)
    colleague = client_of(UserFactory(exporter=True, organisation=exporter.organisation), "en")
    stranger = client_of(UserFactory(exporter=True), "en")
    told(asking), told(colleague)

    refused = colleague.post(PAGE, {"name": "Quimera <Tres>"})

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert "Too many checks" in refused.content.decode()
    assert 'value="Quimera &lt;Tres&gt;"' in refused.content.decode()
    assert "closer look" in told(stranger)
    assert ListSearch.objects.count() == 3


def test_without_a_list_nothing_is_said_of_the_party(asking):
    answer = asking.post(PAGE, {"name": "Quimera Laser"})

    assert answer.status_code == 503
    html = answer.content.decode()
    assert "The check can’t be made at the moment" in html
    assert "No similar name was found" not in html
    assert 'value="Quimera Laser"' in html


@pytest.mark.parametrize("name", ["", "---", "Ana\u202e"])
def test_a_name_is_needed(asking, listed, name):
    answer = asking.post(PAGE, {"name": name})

    assert "govuk-error-summary" in answer.content.decode()
    assert not ListSearch.objects.exists()


@pytest.mark.parametrize("name", ["Quimera Laser Industrias", "Panadería Modelo"])
def test_every_answer_takes_its_time(asking, listed, monkeypatch, name):
    monkeypatch.setattr(prechecks, "SECONDS_OF_AN_ANSWER", 0.3)
    started = time.monotonic()

    told(asking, name)

    assert time.monotonic() - started >= 0.3


def test_the_day_of_the_lists_is_said(asking, listed):
    assert str(timezone.now().year) in told(asking, "Panadería Modelo")


OFFICERS_PAGE = reverse("screening-prechecks")


def test_officers_see_what_was_asked_and_can_ask_it_themselves(asking, listed, exporter):
    told(asking)
    told(asking, "Panadería Modelo")

    html = client_of(UserFactory(), "en").get(OFFICERS_PAGE).content.decode()

    assert exporter.organisation.name in html
    assert f"{reverse('screening')}?name=Quimera+Laser+Industrias" in html
    assert "Closer look" in html
    assert "No similar name" in html


def test_officers_can_keep_to_what_needs_a_look(asking, listed):
    told(asking)
    told(asking, "Panadería Modelo")

    html = client_of(UserFactory(), "en").get(OFFICERS_PAGE, {"look": "on"}).content.decode()

    assert "Quimera Laser Industrias" in html
    assert "Panadería Modelo" not in html


def test_exporters_do_not_see_what_others_asked(asking):
    assert asking.get(OFFICERS_PAGE).status_code == 403


def test_the_column_of_answers_is_no_call_to_answer(asking, listed, officer):
    asking.post(PAGE, {"name": "Zanahoria Quimera"})

    html = client_of(officer, "es").get(OFFICERS_PAGE).content.decode()

    assert 'data-label="Respuesta"' in html
    assert "Responder" not in html
