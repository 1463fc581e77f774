"""Machines compare parties with the lists: one or many, each by itself, never clean by mistake."""

import json

import jsonschema
import pytest
import time_machine

from licensing.models import ApiScope, ListSearch
from portal.api import examples
from portal.api.schema import description
from tests.factories import (
    NOON,
    CalibrationFactory,
    ListedEntityFactory,
    ListVersionFactory,
)
from tests.portal.machines import Machine

ADDRESS = "/api/v1/screenings"
QUIMERA = {"id": "q", "names": ["Quimera Láser"]}


class Asking(Machine):
    def ask(self, *subjects, raw: bytes | None = None, **more):
        body = raw if raw is not None else json.dumps({"subjects": list(subjects), **more}).encode()
        return self.client.post(ADDRESS, body, content_type="application/json", headers=self.headers)


@pytest.fixture
def machine(db):
    return Asking()


@pytest.fixture
def listed(db):
    return ListedEntityFactory(
        primary_name="Quimera Laser Industrias",
        source_id="D-001",
        version__source="national",
        version__edition="2026-02-01",
        countries=["CL"],
        identifiers=[{"kind": "IMO number", "number": "9074729", "country": "", "note": ""}],
        addresses=[{"text": "Calle 0, Santiago", "country": "CL", "note": ""}],
    )


def result(answer) -> dict:
    assert answer.status_code == 200, answer.content
    [only] = answer.json()["results"]
    return only


def errors(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_a_hit_says_points_names_reasons_and_the_entry(machine, listed):
    [hit] = result(machine.ask({**QUIMERA, "countries": ["CL"]}))["hits"]

    assert hit["points"] >= 70 and hit["band"] in ("low", "medium", "high")
    assert (hit["matched_name"], hit["listed_name"]) == ("Quimera Láser", "Quimera Laser Industrias")
    assert [reason["code"] for reason in hit["reasons"]] == ["similar-name", "common-words", "same-country"]
    assert hit["reasons"][2]["sentence"] == "The same country: Chile"
    assert round(sum(reason["points"] for reason in hit["reasons"]), 1) == hit["points"]
    assert hit["entry"]["source_id"] == "D-001" and hit["entry"]["list"] == "national"
    assert hit["entry"]["names"][0]["name"] == "Quimera Laser Industrias"


def test_the_sentences_are_in_the_language_asked_for(db, listed):
    [hit] = result(Asking(language="es").ask({**QUIMERA, "countries": ["CL"]}))["hits"]

    assert hit["reasons"][2]["sentence"] == "El mismo país: Chile"


def test_the_answer_names_the_editions_it_rests_on(machine, listed):
    [of] = machine.ask(QUIMERA).json()["lists"]

    assert (of["key"], of["edition"], of["sha256"]) == ("national", "2026-02-01", listed.version.sha256)


def test_each_of_a_batch_is_answered_under_its_own_id(machine, listed):
    subjects = [{"id": f"s-{number}", "names": ["Panadería Modelo"]} for number in range(999)]

    answer = machine.ask(*subjects, QUIMERA).json()

    assert [one["id"] for one in answer["results"]] == [*(f"s-{number}" for number in range(999)), "q"]
    assert [one["hits_total"] for one in answer["results"]] == [0] * 999 + [1]
    assert ListSearch.objects.count() == 1


def test_a_number_alone_finds_its_ship(machine, listed):
    [hit] = result(machine.ask({"id": "1", "identifiers": ["IMO 9074729"]}))["hits"]

    assert hit["points"] == 95 and hit["reasons"][0]["code"] == "same-number"


def test_who_is_listed_at_the_address_is_named_beside_the_hits(machine, listed):
    told = result(machine.ask({"id": "1", "names": ["Panadería Modelo"], "address": "calle 0 santiago"}))

    assert told["hits"] == []
    assert [entry["source_id"] for entry in told["at_address"]] == ["D-001"]


def test_only_the_lists_asked_for_answer(machine, listed):
    ListVersionFactory(source="foreign-denials")

    answer = machine.ask(QUIMERA, lists=["foreign-denials"]).json()

    assert [one["key"] for one in answer["lists"]] == ["foreign-denials"]
    assert answer["results"][0]["hits_total"] == 0


def test_fifty_hits_are_told_and_all_are_counted(machine, listed):
    for _number in range(51):
        ListedEntityFactory(version=listed.version, primary_name="Quimera Laser")

    told = result(machine.ask(QUIMERA))

    assert (len(told["hits"]), told["hits_total"]) == (50, 52)


def test_the_question_is_written_down_with_the_account_of_the_key(machine, listed):
    machine.ask(QUIMERA)

    written = ListSearch.objects.get()
    assert (written.way, written.by) == ("api", machine.key.account)
    assert written.asked == [{"names": ["Quimera Láser"]}]
    assert written.list_versions == [listed.version_id]


def test_no_list_in_force_is_an_error_and_no_clean_answer(machine):
    answer = machine.ask(QUIMERA)

    assert answer.status_code == 503
    assert answer.json()["type"].endswith("#no-list-in-force")
    assert int(answer["Retry-After"]) > 0


def test_a_list_that_is_not_in_force_is_pointed_at(machine, listed):
    assert errors(machine.ask(QUIMERA, lists=["national", "ofac-sdn"])) == [("#/lists/1", "not-in-force")]
    assert not ListSearch.objects.exists()


def test_nobody_asks_below_the_points_in_force(machine, listed):
    CalibrationFactory(worth=75, medium_from=80, high_from=90)

    assert errors(machine.ask(QUIMERA, min_points=74.9)) == [("#/min_points", "below-the-points-in-force")]
    assert machine.ask(QUIMERA, min_points=75).json()["min_points"] == 75


def test_more_points_give_fewer_hits(machine, listed):
    assert result(machine.ask(QUIMERA, min_points=99))["hits"] == []


@pytest.mark.parametrize(
    ("subject", "pointer", "code"),
    [
        ({"id": ""}, "/id", "blank"),
        ({"id": 7}, "/id", "invalid"),
        ({"names": []}, "/names", "required"),
        ({"names": None}, "/names", "null"),
        ({"names": "Ana"}, "/names", "not-a-list"),
        ({"names": ["---"]}, "/names/0", "says-nothing"),
        ({"names": ["Ana", "Ana\u202e"]}, "/names/1", "control"),
        ({"names": ["x" * 401]}, "/names/0", "max-length"),
        ({"names": ["x"] * 21}, "/names", "max-length"),
        ({"names": [], "identifiers": ["12"]}, "/identifiers", "too-short"),
        ({"kind": "ship"}, "/kind", "invalid-choice"),
        ({"countries": ["XX"]}, "/countries/0", "country"),
        ({"countries": ["pa"]}, "/countries/0", "country"),
        ({"dates_of_birth": ["3/5/1971"]}, "/dates_of_birth/0", "date"),
        ({"address": "--"}, "/address", "says-nothing"),
        ({"nombre": "Ana"}, "/nombre", "unknown"),
    ],
)
def test_each_mistake_is_pointed_at_in_its_subject(machine, listed, subject, pointer, code):
    wrong = {"id": "2", "names": ["Ana"], **subject}

    assert errors(machine.ask(QUIMERA, wrong)) == [(f"#/subjects/1{pointer}", code)]


def test_two_subjects_cannot_have_one_id(machine, listed):
    assert errors(machine.ask(QUIMERA, {**QUIMERA, "id": "2"}, QUIMERA)) == [
        ("#/subjects/0/id", "twice"),
        ("#/subjects/2/id", "twice"),
    ]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"subjects": []}, "#/subjects", "min-length"),
        ({}, "#/subjects", "required"),
        ({"subjects": [QUIMERA] * 1001}, "#/subjects", "max-length"),
        ({"subjects": [QUIMERA], "min_points": "80"}, "#/min_points", "invalid"),
        ({"subjects": [QUIMERA], "min_points": True}, "#/min_points", "invalid"),
        ({"subjects": [QUIMERA], "min_points": 101}, "#/min_points", "invalid"),
        ({"subjects": [QUIMERA], "list": ["national"]}, "#/list", "unknown"),
        ([QUIMERA], "#", "invalid"),
    ],
)
def test_the_message_as_a_whole_is_checked(machine, listed, body, pointer, code):
    assert (pointer, code) in errors(machine.ask(raw=json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[" * 5000 + b"]" * 5000, 400),
        (b"[" * 9000 + b"]" * 9000, 400),
        (b'{"subjects": "' + b"x" * 1_048_577 + b'"}', 413),
    ],
)
def test_what_is_no_message_is_refused(machine, listed, raw, status):
    assert machine.ask(raw=raw).status_code == status


def test_a_full_message_of_a_thousand_is_not_too_large(machine, listed):
    subjects = [
        {
            "id": f"registro-{number:06d}",
            "names": ["Panadería y Repostería Modelo de Chiriquí, S. A."] * 2,
            "kind": "organisation",
            "countries": ["PA", "CR"],
            "dates_of_birth": ["1971-05-03"],
            "identifiers": ["155612345-2-2016"],
            "address": "Vía España 12, Ciudad de Panamá",
        }
        for number in range(1000)
    ]

    assert machine.ask(*subjects).status_code == 200


@pytest.mark.parametrize("scopes", [[ApiScope.READ_LICENCES], [ApiScope.WRITE_USAGES]])
def test_a_key_must_carry_the_scope(db, listed, scopes):
    answer = Asking(scopes=scopes).ask(QUIMERA)

    assert answer.status_code == 403
    assert "screenings:read" in answer.json()["detail"]
    assert not ListSearch.objects.exists()


def test_without_a_key_nobody_is_answered(machine, listed):
    machine.headers = {}

    assert machine.ask(QUIMERA).status_code == 401


def test_every_subject_counts_towards_the_rate(machine, listed, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"key": "5/m"}}
    three = [{"id": str(number), "names": ["Ana Modelo"]} for number in range(3)]

    first, second = machine.ask(*three), machine.ask(*three)

    assert (first.status_code, second.status_code) == (200, 429)
    assert int(second["Retry-After"]) > 0
    assert ListSearch.objects.count() == 1


def test_an_answer_costs_few_queries(machine, listed, django_assert_max_num_queries):
    machine.ask(QUIMERA)

    with django_assert_max_num_queries(3):  # lists, thresholds, record; the key is not counted
        machine.ask({"id": "1", "names": ["Panadería Modelo"]})
    with django_assert_max_num_queries(5):  # and entities with their names
        machine.ask(QUIMERA)


@time_machine.travel(NOON, tick=False)
def test_the_example_is_a_real_answer(machine, settings):
    version = ListVersionFactory(
        source="national",
        edition="2026-02-01",
        published_on="2026-02-01",
        in_force_from="2026-02-02T14:00:00Z",
        sha256="0" * 64,
    )
    entry = ListedEntityFactory(
        version=version,
        source_id="D-001",
        primary_name="Quimera Laser Zanvex",
        countries=["CL"],
        programmes=["Resolución 7/2026"],
        addresses=[{"text": "Calle 0, Santiago", "country": "CL", "note": ""}],
        listed_on="2026-01-15",
    )

    answer = machine.ask(raw=json.dumps(examples.SUBJECTS).encode())

    told = json.loads(answer.content)
    url = told["results"][0]["hits"][0]["entry"].pop("url")
    expected = json.loads(json.dumps(examples.SCREENED))
    del expected["results"][0]["hits"][0]["entry"]["url"]
    assert url == f"{settings.PORTAL_URL}/lists/entries/{entry.pk}/"
    assert told == expected
    assert keys(told) == keys(expected)
    jsonschema.Draft202012Validator(schema_of("ScreeningOut")).validate(json.loads(answer.content))


def schema_of(name):
    described = description()
    return {**described["components"]["schemas"][name], "components": described["components"]}


def test_what_the_description_allows_is_what_we_take():
    validator = jsonschema.Draft202012Validator(schema_of("ScreeningInRequest"))

    assert validator.is_valid(examples.SUBJECTS)
    for wrong in (
        {"subjects": []},
        {"subjects": [{"names": ["Ana"]}]},
        {"subjects": [QUIMERA], "min_points": 101},
    ):
        assert not validator.is_valid(wrong)


def test_every_field_of_a_message_is_explained():
    for name in ("ScreeningInRequest", "SubjectInRequest"):
        assert all(field.get("description") for field in schema_of(name)["properties"].values())


def keys(value):
    """Return the names of members in their order, all the way down."""
    if isinstance(value, dict):
        return [(name, keys(inner)) for name, inner in value.items()]
    return [keys(inner) for inner in value] if isinstance(value, list) else None
