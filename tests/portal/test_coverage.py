"""Customs asks by the goods before it, and by the holder of licences: machines and officers."""

from decimal import Decimal

import jsonschema
import pytest
import time_machine

from licensing.models import ApiScope, LicenceStatus
from portal.api import coverage, examples
from portal.api.schema import description
from screening.control import parser_of
from screening.control.load import load
from tests.factories import NOON, LicenceLineFactory
from tests.licensing.test_terms import issued
from tests.people import client_of
from tests.portal.machines import Machine
from tests.portal.of_the_examples import licence_of_the_examples
from tests.screening.control.files import eu_json

API = "/api/v1/coverage"
HELD = "/api/v1/licences"
PAGE = "/customs/goods/"


@pytest.fixture
def listed(db, tmp_path):
    path = tmp_path / "list"
    path.write_bytes(eu_json({"6A005": "6A005 Lasers that cut"}))
    return load("eu-annex1-json", parser_of("eu-annex1-json"), path, by_name="Prueba", at=NOON)


@pytest.fixture
def licence(listed):
    return licence_of_the_examples()


@pytest.fixture
def machine(db):
    return Machine()


def conforms(answer, path, method):
    described = description()
    [content] = described["paths"][path][method]["responses"]["200"]["content"].values()
    schema = {**content["schema"], "components": described["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer.json())
    return True


def errors(answer):
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


# --- by the goods ---


@time_machine.travel(NOON, tick=False)
def test_the_example_is_a_real_answer_as_described(machine, licence):
    answer = machine.send("coverage", examples.CONSIGNMENT)

    assert answer.json() == examples.COVERED
    assert list(answer.json()) == list(examples.COVERED)
    assert conforms(answer, API, "post")


@time_machine.travel(NOON, tick=False)
def test_it_says_what_is_missing_and_who_acts_in_the_language_asked_for(licence):
    type(licence).objects.update(status=LicenceStatus.SUSPENDED)

    answer = Machine(language="es").send("coverage", examples.CONSIGNMENT)

    body = answer.json()
    assert (body["verdict"], body["acts"]) == ("not-covered", "authority")
    assert body["sentence"].startswith("SIN COBERTURA")
    [item] = body["items"]
    assert [lack["code"] for lack in item["licences"][0]["lacks"]] == ["not-in-force"]
    assert conforms(answer, API, "post")


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("said", "verdict", "lacks"),
    [
        ({"consignee": "Osaka Shadow Trading"}, "not-covered", ["other-party"]),
        (
            {"consignee": "Osaka Shadow Trading", "parties": ["OSAKA Shadow Trading"]},
            "not-covered",
            ["other-party"],
        ),
        (
            {"consignee": "Kyoto Glass Works", "parties": ["Osaka Shadow Trading"]},
            "not-covered",
            ["other-party"],
        ),
        ({"consignee": "KYOTO glass works"}, "covered", []),
        ({}, "covered", []),
    ],
)
def test_the_consignee_is_one_of_those_whom_the_licence_must_name(machine, licence, said, verdict, lacks):
    asked = {name: value for name, value in examples.CONSIGNMENT.items() if name != "parties"}

    answer = machine.send("coverage", {**asked, **said}).json()

    [item] = answer["items"]
    assert answer["verdict"] == verdict
    assert [lack["code"] for one in item["licences"] for lack in one["lacks"]] == lacks


@time_machine.travel(NOON, tick=False)
def test_no_more_candidates_are_shown_than_somebody_reads_the_best_first(machine, licence):
    lines = LicenceLineFactory.create_batch(
        coverage.MOST_CANDIDATES, licence__holder=licence.holder, used=Decimal(10)
    )
    assert len(lines) == coverage.MOST_CANDIDATES

    [item] = machine.send("coverage", examples.CONSIGNMENT).json()["items"]

    assert len(item["licences"]) == coverage.MOST_CANDIDATES
    assert item["licences"][0]["licence"] == licence.reference


@pytest.mark.parametrize("path", [API, f"{HELD}?holder=155612345-2-2016"])
def test_a_key_without_the_scope_is_told_nothing(licence, path):
    machine = Machine(scopes=[one for one in ApiScope.values if one != ApiScope.READ_LICENCES])

    answer = machine.send("coverage", examples.CONSIGNMENT) if path == API else machine.get(path)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#not-allowed")
    assert licence.reference not in answer.content.decode()


def test_nobody_without_a_key_is_told_anything(client, licence):
    for answer in (client.get(f"{HELD}?holder=155612345-2-2016"), client.post(API, {})):
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"holder": "..."}, [("#/holder", "says-nothing")]),
        ({"destination": "XX"}, [("#/destination", "country")]),
        ({"goods": []}, [("#/goods", "min-length")]),
        ({"goods": [{"item": 1}]}, [("#/goods/0/hs_code", "required")]),
        ({"goods": [{"item": 1, "hs_code": "999999"}]}, [("#/goods/0/hs_code", "hs")]),
        ({"goods": [{"item": 1, "hs_code": "845611", "quantity": "1"}]}, [("#/goods/0/unit", "required")]),
        ({"goods": [{"item": 1, "hs_code": "845611", "unit": "ZZZ"}]}, [("#/goods/0/unit", "unit")]),
        ({"goods": [{"item": 1, "hs_code": "845611"}] * 2}, [("#/goods", "item-twice")]),
        ({"parties": [" . "]}, [("#/parties/0", "says-nothing")]),
        ({"licence": "PA-L-2026-000123"}, [("#/licence", "unknown")]),
    ],
)
def test_what_is_wrong_in_a_message_is_told_field_by_field(machine, change, expected):
    assert errors(machine.send("coverage", {**examples.CONSIGNMENT, **change})) == expected


# --- by the holder ---


@time_machine.travel(NOON, tick=False)
def test_the_example_of_a_holders_licences_has_the_shape_of_a_real_answer(machine, licence):
    answer = machine.get(f"{HELD}?holder=155612345-2-2016&state=valid")

    assert {**answer.json(), "next": "123"} == examples.HELD
    assert list(answer.json()) == list(examples.HELD)
    assert conforms(answer, HELD, "get")


@time_machine.travel(NOON, tick=False)
def test_all_are_read_page_by_page_each_once(machine, licence, monkeypatch):
    monkeypatch.setattr(coverage, "MOST_LICENCES", 2)
    rest = LicenceLineFactory.create_batch(4, licence__holder=licence.holder)
    LicenceLineFactory()  # somebody else's

    read, after, more = [], "0", True
    while more:
        body = machine.get(f"{HELD}?holder=optica%20del%20istmo&after={after}").json()
        read += [one["number"] for one in body["licences"]]
        after, more = body["next"], body["more"]

    assert read == [licence.reference, *(line.licence.reference for line in rest)]
    assert machine.get(f"{HELD}?holder=155612345-2-2016&after={after}").json()["licences"] == []


@time_machine.travel(NOON, tick=False)
def test_only_those_in_the_state_asked_for_are_listed(machine, licence):
    used_up = LicenceLineFactory(licence__holder=licence.holder, used=Decimal(10)).licence

    answer = machine.get(f"{HELD}?holder=155612345-2-2016&state=exhausted").json()

    assert [(one["number"], one["state"]) for one in answer["licences"]] == [(str(used_up), "exhausted")]


def test_an_unknown_company_has_none_and_is_said_to_be_unknown(machine):
    answer = machine.get(f"{HELD}?holder=nadie")

    assert (answer.json()["holder"], answer.json()["licences"]) == (None, [])
    assert conforms(answer, HELD, "get")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [("#/holder", "required")]),
        ("holder=a&state=lost", [("#/state", "invalid-choice")]),
        ("holder=a&after=x", [("#/after", "invalid")]),
        (f"holder=a&after={10**19 - 1}", [("#/after", "invalid")]),
        ("holder=a&page=2", [("#/page", "unknown")]),
    ],
)
def test_what_is_wrong_in_a_question_is_told(machine, query, expected):
    assert errors(machine.get(f"{HELD}?{query}")) == expected


# --- the page ---

TYPED = {
    "holder": "155612345-2-2016",
    "hs_code": "8456.11",
    "code": "6A005",
    "destination": "JP",
    "quantity": "4",
    "unit": "C62",
    "parties": "Kyoto Glass Works",
}


def page(user, language="es", **typed):
    answer = client_of(user, language).post(PAGE, {**TYPED, **typed})
    assert answer.status_code == 200
    return answer.content.decode()


@time_machine.travel(NOON)
def test_an_officer_reads_the_verdict_the_licences_and_why(licence, customs_officer):
    html = page(customs_officer)

    assert "CUBIERTO" in html
    assert f"/customs/{licence.reference}/" in html
    assert "Se necesita una licencia" in html


@time_machine.travel(NOON)
def test_an_officer_reads_what_is_missing(licence, customs_officer):
    html = page(customs_officer, "en", quantity="7", parties="Osaka Shadow Trading")

    assert "NOT COVERED" in html
    assert "The licence does not name “Osaka Shadow Trading”" in html
    assert "what remains is 6" in html


def test_an_officer_says_what_the_conditions_of_a_licence_ask_for(listed, customs_officer):
    holder = issued(ports=("PABLB",), named_consignee=True).holder.name
    said = {"holder": holder, "code": "", "parties": "Kyoto Glass Works"}

    assert "Say through which port it leaves" in page(customs_officer, "en", **said)
    assert "A licence in force covers every item" in page(customs_officer, "en", **said, port="PABLB")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"holder": " "}, "Type the exporter"),
        ({"hs_code": "", "code": ""}, "Type the customs code, the entry of the list, or both"),
        ({"unit": ""}, "Choose the unit in which the quantity is counted"),
        ({"quantity": "0"}, "Write more than zero, or leave it empty"),
        ({"quantity": "some"}, "Write the number in digits"),
        ({"parties": "..."}, "Write a name in each line"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(customs_officer, typed, told):
    html = page(customs_officer, "en", **typed)

    assert told in html
    assert "app-verdict" not in html
    assert 'value="4"' in html or "quantity" in typed


def test_nobody_reads_it_who_may_not_see_licences(licence, exporter, administrator, client):
    for user in (exporter, administrator):
        assert client_of(user).get(PAGE).status_code == 403
        answer = client_of(user).post(PAGE, TYPED)
        assert answer.status_code == 403 and licence.reference not in answer.content.decode()
    assert client.get(PAGE).status_code == 302


def test_customs_finds_the_way_to_it(customs_officer):
    for start in ("/", "/customs/"):
        assert PAGE in client_of(customs_officer).get(start).content.decode()
