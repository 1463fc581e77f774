"""Machines ask which entries may describe goods: one or many, and nothing is ever cleared."""

import json
from decimal import Decimal

import jsonschema
import pytest
import time_machine
from django.utils import timezone

from licensing.models import ApiScope
from portal.api import examples
from portal.api.schema import description
from screening import classification
from screening.classification.answers import (
    Answer,
    Claim,
    Comparison,
    Goods,
    Outcome,
    Reason,
    Step,
    Suggestion,
)
from screening.control import catalogue
from screening.control_models import EntryRegime, EntryVersion
from tests.factories import NOON
from tests.portal.machines import Machine
from tests.portal.suggesting import LASER, knowing_lasers

GOODS = {"id": "a", "description": LASER}


@pytest.fixture
def in_force(db, monkeypatch):
    edition = catalogue.load(by_name="Prueba", at=timezone.now())
    monkeypatch.setattr(classification, "suggest", knowing_lasers(edition))
    return edition


@pytest.fixture
def machine(db):
    return Machine()


def ask(machine, *goods, **more):
    return machine.send("classifications", {"goods": list(goods), **more})


def schema_of(name):
    described = description()
    return {**described["components"]["schemas"][name], "components": described["components"]}


def test_each_of_the_goods_gets_its_own_entries(machine, in_force):
    answer = ask(machine, GOODS, {"id": "b", "description": "qwrtz"}, limit=3)

    assert answer.status_code == 200
    told = answer.json()
    first, second = told["results"]
    assert (first["id"], second["id"]) == ("a", "b")
    assert "6A005" in [one["entry"] for one in first["suggestions"]]
    assert len(first["suggestions"]) == 3
    assert second["suggestions"] == []
    assert told["edition"] == in_force.label
    assert "remain" in told["notice"] and told["catch_all"]
    assert answer["Cache-Control"] == "no-store"
    jsonschema.Draft202012Validator(schema_of("ClassificationOut")).validate(told)


def test_a_key_needs_the_scope(in_force):
    assert ask(Machine(scopes=[ApiScope.SCREEN]), GOODS).status_code == 403
    assert ask(Machine(scopes=[ApiScope.CLASSIFY]), GOODS).status_code == 200


def test_without_the_list_in_force_it_says_that_nothing_was_searched(machine):
    answer = ask(machine, GOODS)

    assert answer.status_code == 503
    assert answer.json()["type"].endswith("#no-control-list-in-force")
    assert answer["Retry-After"]


@pytest.mark.parametrize(
    ("goods", "pointer", "code"),
    [
        ([], "#/goods", "min-length"),
        ([GOODS, GOODS], "#/goods/0/id", "twice"),
        ([{"id": "a"}], "#/goods/0/description", "required"),
        ([{**GOODS, "description": "—"}], "#/goods/0/description", "says-nothing"),
        ([{**GOODS, "hs_code": "ABC"}], "#/goods/0/hs_code", "hs"),
        ([{**GOODS, "hs_code": "000000"}], "#/goods/0/hs_code", "hs"),
        ([{**GOODS, "cas": ["7783-70-3"]}], "#/goods/0/cas/0", "cas"),
        ([{**GOODS, "price": 7}], "#/goods/0/price", "unknown"),
    ],
)
def test_a_wrong_field_is_pointed_at(machine, in_force, goods, pointer, code):
    answer = ask(machine, *goods)

    assert answer.status_code == 422
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_a_list_that_nobody_knows_is_a_wrong_field_that_names_the_known_ones(machine, in_force):
    answer = ask(machine, GOODS, control_list="eu-dualuse")

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/control_list", "control-list")
    assert "eu-dual-use, eu-military, us-ccl" in error["detail"]


def test_a_known_list_that_is_not_in_force_is_no_wrong_field(machine):
    assert ask(machine, GOODS, control_list="us-ccl").status_code == 503


def test_a_description_may_have_several_lines(machine, in_force):
    assert ask(machine, {**GOODS, "description": "Láser\nde corte"}).status_code == 200


@pytest.mark.parametrize("field", ["description", "specifications"])
def test_a_sign_that_nobody_sees_is_refused_without_blaming_line_ends(machine, in_force, field):
    answer = ask(machine, {**GOODS, field: "Láser\nde \0corte"})

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (f"#/goods/0/{field}", "control")
    assert "NUL" in error["detail"]
    assert (
        "line ends are allowed" in error["detail"].lower() or "saltos de línea se permiten" in error["detail"]
    )


def test_each_of_the_goods_counts_towards_the_rate(machine, in_force, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"key": "3/min"}}
    many = [{**GOODS, "id": str(number)} for number in range(4)]

    assert ask(machine, *many).status_code == 429


@time_machine.travel(NOON, tick=False)
def test_the_example_is_a_real_answer(machine, monkeypatch, settings):
    edition = catalogue.load(by_name="Prueba", at=NOON)
    [version] = EntryVersion.objects.filter(edition=edition, code="3A001")
    seen = []

    def found(goods, **_how):
        seen.append(goods)
        return answer_of_the_example(edition.pk, version.pk)

    monkeypatch.setattr(classification, "suggest", found)

    told = machine.send("classifications", examples.GOODS).json()

    expected = json.loads(json.dumps(examples.CLASSIFIED))
    for body in (told, expected):
        [suggestion] = body["results"][0]["suggestions"]
        suggestion["url"] = suggestion["url"].rpartition("/editions/")[0]
        suggestion["regimes"] = suggestion["regimes"][:1]
        body["edition"] = ""
    assert told["results"][0]["suggestions"][0]["url"].startswith(settings.PORTAL_URL)
    expected["results"][0]["suggestions"][0]["url"] = told["results"][0]["suggestions"][0]["url"]
    assert told == expected
    assert seen == [
        Goods(
            "Analogue-to-digital converter",
            "14 bit, 500 MS/s",
            hs_code="854239",
            claimed=("5A002",),
        )
    ]
    assert EntryRegime.objects.filter(version=version).exists()
    jsonschema.Draft202012Validator(schema_of("ClassificationOut")).validate(told)


def answer_of_the_example(edition_id: int, version_id: int) -> Answer:
    comparison = Comparison(
        "3A001.a.5.a",
        3,
        "sample_rate",
        ">",
        Decimal(400),
        "MS/s",
        Outcome.MET,
        stated=Decimal(500),
        condition="resolution of 12 to 14 bit",
    )
    suggestion = Suggestion(
        "3A001.a.5.a",
        "3A001",
        version_id,
        0.91,
        (
            Step("3A001", "Electronic components"),
            Step("3A001.a.5.a", "Fast analogue-to-digital converters"),
        ),
        reasons=(Reason("words", "converters"),),
        comparisons=(comparison,),
        questions=("Is it rated for use below -54 °C?",),
    )
    return Answer(
        edition_id,
        "2025-11-15",
        (suggestion,),
        alarm=0.93,
        may_be_listed=True,
        claims=(Claim("5A002", is_known=True, is_far=True),),
        catch_all=("Do you know that the goods may serve weapons of mass destruction?",),
    )


def test_what_the_description_allows_is_what_we_take():
    validator = jsonschema.Draft202012Validator(schema_of("ClassificationInRequest"))

    assert validator.is_valid(examples.GOODS)
    for wrong in ({"goods": []}, {"goods": [{"id": "a"}]}, {"goods": [GOODS], "limit": 21}):
        assert not validator.is_valid(wrong)


def test_every_field_of_a_message_is_explained():
    for name in ("ClassificationInRequest", "GoodsInRequest"):
        assert all(field.get("description") for field in schema_of(name)["properties"].values())
