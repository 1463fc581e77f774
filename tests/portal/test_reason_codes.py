"""Every code that a refusal can bear is in the description of the interface, by the code's own list."""

import ast
from pathlib import Path

import pytest

import licensing
from licensing.errors import ReasonCode
from portal.api.schema import description
from tests.portal.machines import Machine

HERE = Path(licensing.__file__).parent
# Their reasons are what the interface answers with.
GIVING = [
    "bookings.py",
    "coverage.py",
    "documents.py",
    "terms.py",
    *(f"actions/{name}.py" for name in ("customs", "departures", "ledger", "messages", "reserving")),
    *(f"actions/{name}.py" for name in ("asked_corrections", "detentions", "reconciliations")),
]


def codes_in(tree):
    """Yield the expression of each code that a reason of this source is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = {
                key.value: value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            }
            if {"code", "detail"} <= set(keys):
                yield keys["code"]
        called = getattr(node, "func", None)
        if getattr(called, "id", getattr(called, "attr", "")) == "reason":
            yield node.args[0]
        if getattr(called, "id", "") == "Refused":  # its other codes are kinds of problems
            yield from (one.value for one in node.keywords if isinstance(one.value, ast.Attribute))


def listed(expression):
    """Return the code if the expression is a member of the list; the parameter of `reason` passes it on."""
    if isinstance(expression, ast.Name) and expression.id == "code":
        return None
    assert isinstance(expression, ast.Attribute) and expression.value.id == "ReasonCode", ast.unparse(
        expression
    )
    return ReasonCode[expression.attr]


def given():
    trees = [ast.parse((HERE / name).read_text()) for name in GIVING]
    return {code for tree in trees for one in codes_in(tree) if (code := listed(one))}


def test_a_reason_takes_its_code_from_the_list_and_the_list_has_no_other():
    assert given() == set(ReasonCode)


@pytest.mark.parametrize("schema", ["ReasonOut", "LackOut"])
def test_the_description_names_every_code(schema):
    schemas = description()["components"]["schemas"]

    assert schemas[schema]["properties"]["code"]["$ref"].endswith("/ReasonCode")
    assert schemas["ReasonCode"]["enum"] == [code.value for code in ReasonCode]


@pytest.mark.django_db
def test_a_refusal_that_writes_nothing_off_does_not_speak_of_write_offs():
    answer = Machine().send("reconciliations", {"day": "2999-01-01", "lines": []})

    assert answer.status_code == 409
    assert answer.json()["title"] == "The request is refused"
    assert "written off" not in answer.content.decode()


@pytest.mark.django_db
def test_a_block_of_forms_is_answered_with_its_id():
    answer = Machine().send("form-blocks", {"port": "PABLB", "count": 1}).json()

    assert answer["block"] == f"PABLB-F{answer['id']:05d}"


@pytest.mark.django_db
def test_the_public_keys_are_described_and_open_to_all(client):
    [content] = description()["paths"]["/api/v1/keys"]["get"]["responses"]["200"]["content"].values()

    assert content["schema"]["$ref"].endswith("/KeySetOut")
    assert client.get("/api/v1/keys").status_code == 200
