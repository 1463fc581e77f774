"""The API's description of itself: complete, true to the real answers, and readable as a page."""

import json

import jsonschema
import pytest
import time_machine
import yaml
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from licensing.models import ApiScope, Party, PartyRole
from portal.api import docs, examples
from portal.api.errors import KINDS
from portal.api.schema import description
from tests.factories import NOON, LicenceLineFactory
from tests.portal.machines import Machine, message
from tests.portal.of_the_examples import licence_of_the_examples

PROBLEM = "application/problem+json"


@pytest.fixture
def described():
    return description()


@pytest.fixture
def licence(db):
    return licence_of_the_examples()


@pytest.fixture
def machine(db):
    return Machine()


def test_the_description_is_valid_openapi_without_a_warning(described):
    description.cache_clear()
    GENERATOR_STATS.reset()

    validate_schema(description())

    assert not GENERATOR_STATS._warn_cache and not GENERATOR_STATS._error_cache
    assert described["openapi"] == "3.1.0"


def test_anybody_may_read_it_as_json_or_yaml(db, described):
    as_json = Client().get("/api/v1/schema")
    as_yaml = Client().get("/api/v1/schema", headers={"Accept": "application/yaml"})

    assert as_json["Content-Type"].startswith("application/json")
    assert as_json.json() == described == yaml.safe_load(as_yaml.content)


OPEN = {"getKeys": [{}], "issueToken": [{"client": []}, {}]}


def test_every_operation_but_those_about_keys_needs_a_token_or_a_key_in_one_of_two_headers(described):
    scopes = set()
    for methods in described["paths"].values():
        for operation in methods.values():
            if operation["operationId"] in OPEN:
                assert operation["security"] == OPEN[operation["operationId"]]
                continue
            by_token, *by_key = operation["security"]
            assert by_key == [{"bearer": []}, {"header": []}]
            [scope] = by_token["oauth2"]
            assert f"`{scope}`" in operation["description"]
            scopes.add(scope)
    assert set(described["components"]["securitySchemes"]) == {"bearer", "header", "oauth2", "client"}
    flow = described["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == set(ApiScope.values) == scopes
    assert flow["tokenUrl"].endswith("/api/v1/oauth/token")


def test_every_operation_says_what_it_does_and_how_it_can_fail(described):
    for methods in described["paths"].values():
        for method, operation in methods.items():
            assert operation["summary"] and operation["description"]
            expected = {"401", "403", "404", "405", "406", "429", "500", "503"}
            with_questions = ("listChanges", "listLicences", "listDetentions")
            expected |= {"422"} if operation["operationId"] in with_questions else set()
            expected |= {"400", "409", "413", "415", "422"} if method == "post" else set()
            without = ("screen", "classify", "determineLicence", "findCoverage")
            expected -= {"404", "409"} if operation["operationId"] in without else set()
            expected -= {"401", "403", "404"} if operation["operationId"] == "getKeys" else set()
            # OAuth has answers of its own: 400 for all that is wrong with the form, 401 for the client.
            if operation["operationId"] == "issueToken":
                expected -= {"403", "404", "409", "415", "422"}
            assert expected <= set(operation["responses"])


def test_every_field_and_parameter_of_a_message_is_explained(described):
    for name in (
        "UsageInRequest",
        "UsedLineInRequest",
        "DeclarationInRequest",
        "DepartedInRequest",
        "DetentionInRequest",
        "DetentionNoteInRequest",
        "PhotoInRequest",
        "DeclaredInRequest",
        "PostingInRequest",
        "ReleaseInRequest",
        "PartInRequest",
        "BatchInRequest",
        "CoverageInRequest",
        "ConsignedInRequest",
    ):
        fields = described["components"]["schemas"][name]["properties"]
        assert all(field.get("description") or field["type"] == "array" for field in fields.values())


def resolved(described, schema):
    """Return `schema` with what its references point at."""
    return {**schema, "components": described["components"]}


def body_schema(described, method, status, path):
    operation = described["paths"][path][method]
    [content] = operation["responses"][str(status)]["content"].values()
    return resolved(described, content["schema"])


OF_A_LICENCE = "/api/v1/licences/{number}"


def matches(described, method, response, path=""):
    path = path or (OF_A_LICENCE if method == "get" else f"{OF_A_LICENCE}/usages")
    schema = body_schema(described, method, response.status_code, path)
    jsonschema.Draft202012Validator(schema).validate(response.json())
    return True


@time_machine.travel(NOON, tick=False)
def test_the_example_of_a_licence_is_a_real_answer(machine, licence, described):
    assert Party.objects.filter(application=licence.application, role=PartyRole.END_USER).exists()

    response = machine.licence(licence)

    assert {**response.json(), "version": ""} == {**examples.LICENCE, "version": ""}
    assert list(response.json()) == list(examples.LICENCE)
    assert len(response.json()["version"]) == len(examples.LICENCE["version"])
    assert matches(described, "get", response)


@time_machine.travel(NOON, tick=False)
def test_the_example_of_a_message_gets_the_example_of_an_answer(machine, licence, described):
    response = machine.report(licence, examples.MESSAGE)

    assert response.json() == examples.RECORDED
    assert list(response.json()) == list(examples.RECORDED)
    assert matches(described, "post", response)


# In this order, each message finds what the ones before it left.
MOVEMENTS = [
    ("reservations", examples.RESERVATION, examples.RESERVED),
    ("adjustments", examples.ADJUSTMENT, examples.ADJUSTED),
    ("postings", examples.POSTING, examples.POSTED),
    ("releases", examples.RELEASE, examples.RELEASED),
    ("departures", examples.DEPARTURE, examples.DEPARTED),
    ("batches", examples.BATCH, examples.BATCHED),
]


@time_machine.travel(NOON, tick=False)
def test_the_examples_of_movements_are_real_answers_one_after_the_other(machine, licence, described):
    for path, sent, answered in MOVEMENTS:
        response = machine.send(path, sent)

        assert response.json() == answered, path
        assert list(response.json()) == list(answered)
        assert matches(described, "post", response, f"/api/v1/{path}")


@pytest.mark.django_db(transaction=True)
def test_the_example_of_changes_has_the_shape_of_a_real_answer(described):
    machine = Machine()
    LicenceLineFactory()

    response = machine.get("/api/v1/changes")

    assert list(response.json()) == list(examples.CHANGED)
    assert list(response.json()["changes"][0]) == list(examples.CHANGED["changes"][0])
    assert matches(described, "get", response, "/api/v1/changes")


def provoke(machine, licence, code):
    """Return the answer of the real API that should read like the example of `code`."""
    match code:
        case "malformed":
            return machine.report(licence, b'{"id": "a", "id": "b"}')
        case "not-authenticated":
            return machine.report(licence, message(), Authorization="Bearer istmo_revoked")
        case "not-allowed":
            return Machine(scopes=[ApiScope.READ_LICENCES]).report(licence, message())
        case "not-found":
            return machine.report("PA-L-2026-999999", message())
        case "refused":
            return machine.report(licence, message("7"))
        case "wrong-fields":
            return machine.report(licence, message("seven"))
        case "id-reused":
            machine.report(licence, message("1"))
            return machine.report(licence, message("2"))


@pytest.mark.parametrize("code", sorted(examples.PROBLEMS))
def test_the_example_of_a_problem_is_a_real_answer(machine, licence, described, code):
    response = provoke(machine, licence, code)

    body = response.json()
    assert response["Content-Type"] == PROBLEM
    assert body["type"].endswith(f"#{code}")
    assert {key: body[key] for key in examples.PROBLEMS[code]} == examples.PROBLEMS[code]
    assert matches(described, "post", response)


def test_what_we_refuse_the_description_forbids_and_what_we_take_it_allows(described):
    schema = resolved(described, described["components"]["schemas"]["UsageInRequest"])
    validator = jsonschema.Draft202012Validator(schema)

    assert validator.is_valid(examples.MESSAGE)
    for wrong in (
        message("0.00001"),
        message("1e3"),
        message(True),
        message(id="with blank"),
        message(lines=[]),
    ):
        assert not validator.is_valid(wrong)


class TestPage:
    @pytest.fixture
    def page(self, db):
        return Client().get(reverse("api-docs"))

    def test_it_is_open_to_all_and_has_no_script_of_its_own(self, page):
        assert page.status_code == 200
        assert "<script>" not in page.content.decode()

    def test_it_shows_every_operation_with_a_command_to_try_it(self, page):
        text = page.content.decode()

        for operation in docs.operations():
            assert operation["summary"] in text
            assert f'id="{operation["id"]}"' in text
        assert text.count("curl &#x27;") + text.count("curl http") == len(list(docs.operations()))

    def test_the_type_of_every_problem_leads_to_its_place_on_the_page(self, page):
        for code in KINDS:
            assert f'id="{code}"' in page.content.decode()

    def test_its_frame_speaks_the_readers_language(self, db):
        page = Client().get(reverse("api-docs"), headers={"Accept-Language": "en"})

        assert "Interface for customs systems" in page.content.decode()
        assert '<html lang="en"' in page.content.decode()

    def test_the_fields_of_inner_objects_are_named_by_their_path(self):
        [post] = [one for one in docs.operations() if one["id"] == "recordUsage"]

        assert [field["name"] for field in post["fields"]] == [
            "id",
            "declaration",
            "port",
            "regime",
            "consignee",
            "lines",
            "lines[].line",
            "lines[].quantity",
            "lines[].unit",
        ]

    def test_a_field_that_holds_one_of_several_objects_is_called_an_object_once(self, page):
        [batch] = [one for one in docs.operations() if one["id"] == "sendBatch"]
        fields = {field["name"]: field["type"] for field in batch["answers"][0]["fields"]}

        assert fields["answers[].body"] == "object"

    def test_it_tells_no_secret(self, page):
        assert not any(word in page.content.decode() for word in ("password", "SECRET"))
        json.dumps(description())
