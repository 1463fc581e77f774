"""Anybody may describe goods and see which entries may be meant; nothing is kept, and nothing is cleared."""

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from portal import suggested
from portal.views import self_check
from screening.classification.answers import Answer
from screening.control import catalogue
from tests.factories import ApplicationFactory, GoodsAssessmentFactory, GoodsLineFactory
from tests.portal.suggesting import LASER, knowing_lasers

ADDRESS = reverse("self-check")


@pytest.fixture
def in_force(db, monkeypatch):
    edition = catalogue.load(by_name="Prueba", at=timezone.now())
    monkeypatch.setattr(suggested, "suggest", knowing_lasers(edition))
    return edition


def test_it_suggests_entries_and_asks_what_no_list_asks(client, in_force):
    page = client.post(ADDRESS, {"description": LASER})

    assert "6A005" in [row.suggestion.base for row in page.context["shown"].rows]
    for question in page.context["shown"].answer.catch_all:
        assert question in page.content.decode()


def test_where_nothing_is_found_it_clears_nothing(client, in_force):
    client.cookies["language"] = "en"
    page = client.post(ADDRESS, {"description": "qwrtz"}).content.decode()

    assert "No match found" in page
    assert "It is no clearance" in page
    assert "expert’s check remain" in page


def test_nothing_is_stored(client, in_force):
    def rows() -> dict[str, int]:
        return {model.__name__: model.objects.count() for model in apps.get_models() if model._meta.managed}

    before = rows()
    client.post(ADDRESS, {"description": LASER})

    assert rows() == before


def test_past_cases_are_shown_to_nobody(client, in_force):
    case = ApplicationFactory(in_review=True, status="approved")
    GoodsAssessmentFactory(line=GoodsLineFactory(application=case, description=LASER))

    page = client.post(ADDRESS, {"description": LASER})

    assert case.reference not in page.content.decode()
    assert not any(row.precedents for row in page.context["shown"].rows)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"description": ""}, "description"),
        ({"description": LASER, "hs_code": "99"}, "hs_code"),
        ({"description": LASER, "cas": "7783-70-3"}, "cas"),
    ],
)
def test_what_is_wrong_is_told_and_kept(client, in_force, typed, field):
    page = client.post(ADDRESS, typed)

    assert field in page.context["form"].errors
    assert typed[field] in page.content.decode()


def test_a_number_of_a_substance_is_searched_for(client, in_force):
    page = client.post(ADDRESS, {"description": "gas", "cas": "7783-70-2, 75-44-5"})

    assert page.context["form"].goods().cas == ("7783-70-2", "75-44-5")


def test_too_many_searches_wait(client, in_force):
    allowed = int(self_check.RATE.partition("/")[0])
    statuses = [client.post(ADDRESS, {"description": LASER}).status_code for _ in range(2 * allowed + 1)]

    assert statuses[0] == 200
    assert statuses[-1] == 429
    last = client.post(ADDRESS, {"description": LASER})
    assert LASER in last.content.decode()
    assert last["Retry-After"]


def test_without_a_list_it_says_so(client, db):
    page = client.post(ADDRESS, {"description": LASER})

    assert page.status_code == 503
    assert LASER in page.content.decode()


def test_words_come_in_the_body_only(client, in_force):
    page = client.get(ADDRESS, {"description": LASER})

    assert LASER not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_one_chooses_among_the_lists_in_force(client, in_force, monkeypatch):
    assert "list_code" not in client.get(ADDRESS).context["form"].fields
    military = catalogue.load(by_name="Prueba", at=timezone.now(), folder=catalogue.FOLDER / "eu-military")
    asked = []

    def suggest(goods, *, list_code, **_how):
        asked.append(list_code)
        return Answer(military.pk, military.label, (), 0.0, False)

    monkeypatch.setattr(suggested, "suggest", suggest)

    page = client.post(ADDRESS, {"description": LASER, "list_code": "eu-military"})

    assert asked == ["eu-military"]
    assert "catálogo 2020" in page.content.decode()
    for wrong in ("", "us-ccl"):
        assert (
            "list_code"
            in client.post(ADDRESS, {"description": LASER, "list_code": wrong}).context["form"].errors
        )


@pytest.mark.parametrize(
    ("typed", "code", "is_exact"),
    [
        ("6A005", "6A005", True),
        ("6a005.", "6A005", True),
        (" 6A 005 ", "6A005", True),
        ("6A005.zz.99", "6A005", False),
    ],
)
def test_a_code_typed_alone_leads_to_its_entry(client, in_force, typed, code, is_exact):
    page = client.post(ADDRESS, {"description": typed})

    assert reverse("control-entry", args=["eu-dual-use", in_force.pk, code]) in page.content.decode()
    assert page.context["entry"].is_exact is is_exact
    assert "No se encontr" not in page.content.decode()


@pytest.mark.parametrize("typed", ["9Z999", "LASER", f"{LASER} 6A005", "6A005 6A003"])
def test_what_is_no_code_alone_is_searched_for(client, in_force, typed):
    assert client.post(ADDRESS, {"description": typed}).context["state"] == "answered"
