"""Is a licence needed? As the public, exporters, officers and machines are told."""

import json
from datetime import timedelta

import jsonschema
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from licensing.models import ApiScope, EndUseQuestion, PartyRole
from portal.api import examples
from portal.api.schema import description
from screening.control import parser_of
from screening.control.load import load
from screening.control_models import CatchAllRule, ControlEdition
from tests.factories import (
    NOON,
    ApplicationFactory,
    GoodsLineFactory,
    HitJudgementFactory,
    PartyFactory,
    ScreeningHitFactory,
)
from tests.people import client_of
from tests.portal.machines import Machine
from tests.screening.control.files import eu_json

PAGE = "/licence-needed/"
API = "/api/v1/licence-requirements"
ALL_NO = dict.fromkeys(EndUseQuestion.values, "no")


@pytest.fixture
def take(db, tmp_path):
    def take_it(source, content, at=NOON, **options):
        path = tmp_path / "list"
        path.write_bytes(content)
        return load(source, parser_of(source), path, by_name="Prueba", at=at, **options)

    return take_it


@pytest.fixture
def listed(take):
    return take("eu-annex1-json", eu_json())


def page(**query):
    answer = Client().get(PAGE, query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- the public page ---


@pytest.mark.parametrize(
    ("language", "citation"),
    [
        ("es", "Reglamento (UE) 2021/821, artículo 4(1)(a)"),
        ("en", "Regulation (EU) 2021/821, article 4(1)(a)"),
    ],
)
def test_what_is_asked_whatever_the_list_says_cites_the_law_in_the_readers_language(
    listed, language, citation
):
    CatchAllRule.objects.create(
        edition=ControlEdition.objects.get(),
        position=1,
        code="weapons",
        basis="Regulation (EU) 2021/821, article 4(1)(a)",
        language=language,
        question="¿Armas?",
    )
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    asked = {"code": "3a001.a", "destination": "JP", **ALL_NO}
    assert f"({citation})" in client.get(PAGE, asked).content.decode()


def test_everybody_may_ask_and_is_told_that_it_is_no_decision(listed):
    html = page(code="3a001.a", destination="JP", **ALL_NO)

    assert "Se necesita una licencia" in html
    assert "Esto no es una decisión" in html
    assert "2026-01-15" in html  # the edition it rests on


def test_goods_on_no_list_are_not_freed(listed):
    html = page(code="", destination="JP")

    assert "No está en la lista según lo indicado" in html
    assert "Eso no libera nada" in html
    assert "Aún sin respuesta" in html


def test_a_first_visit_only_asks(listed):
    html = page()

    assert "govuk-error-summary" not in html
    assert "app-chain" not in html


def test_a_link_from_an_entry_fills_it_in_and_asks_the_rest(listed):
    html = page(code="3A001.a")

    assert 'value="3A001.a"' in html
    assert "govuk-error-summary" not in html


def test_what_is_wrong_is_told_and_what_was_typed_stays(listed):
    html = page(code="3A001 <b>", destination="")

    assert "no está escrito como una entrada" in html
    assert "Elija el país donde quedan los bienes" in html
    assert "3A001 &lt;b&gt;" in html
    assert "app-chain" not in html


def test_a_yes_needs_no_list(db):
    html = page(code="", destination="JP", **{**ALL_NO, "wmd": "yes"})

    assert "Se necesita una licencia" in html


# --- cases and drafts ---


@pytest.fixture
def case(listed):
    case = ApplicationFactory(complete=True, status="in-review", submitted_at=NOON, case_officer=None)
    case.goods.update(control_code="3A001.a")
    return case


def test_officers_see_for_each_line_whether_a_licence_is_needed_and_why(case, officer):
    GoodsLineFactory(application=case, control_code="")

    html = client_of(officer).get(reverse("case", args=[case.reference])).content.decode()

    assert "Se necesita una licencia" in html
    assert "No está en la lista según lo indicado" in html
    assert "Lista de doble uso de la Unión Europea, 2026-01-15" in html


def test_a_case_says_when_a_newer_edition_is_in_force(case, take, officer):
    new = eu_json({"1E001": "1E001 B"}, valid_from="2026-02-01")
    take("eu-annex1-json", new, at=NOON + timedelta(days=1), agreed_by_name="Otra persona")

    html = client_of(officer).get(reverse("case", args=[case.reference])).content.decode()

    assert "Se necesita una licencia" in html  # as when it was handed in
    assert "Este caso conserva la edición con la que se presentó" in html


def test_officers_alone_are_told_of_a_match_of_the_end_user(case, officer):
    end_user = case.parties.get(role=PartyRole.END_USER)
    HitJudgementFactory(hit=ScreeningHitFactory(party=end_user), judgement="same")
    told = "figura en una lista de sanciones"

    assert told in client_of(officer).get(reverse("case", args=[case.reference])).content.decode()
    case.status, case.submitted_at = "draft", None
    case.save()
    own = client_of(case.created_by).get(reverse("form-check", args=[case.reference])).content.decode()
    assert "Se necesita una licencia" in own and told not in own


def test_exporters_read_it_before_they_hand_in(listed):
    draft = ApplicationFactory(complete=True)
    draft.goods.update(control_code="")
    PartyFactory(application=draft, role=PartyRole.END_USER, country="KP")

    html = client_of(draft.created_by).get(reverse("form-check", args=[draft.reference])).content.decode()

    assert "No es una decisión" in html
    assert "Alguien de la autoridad debe verlo" in html
    assert "1718 (2006)" in html


# --- machines ---


class Asking(Machine):
    def ask(self, raw: bytes | None = None, **body):
        sent = raw if raw is not None else json.dumps(body).encode()
        return self.client.post(API, sent, content_type="application/json", headers=self.headers)


@pytest.fixture
def machine(db):
    return Asking()


def errors(answer):
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


@time_machine.travel(NOON, tick=False)
def test_the_example_is_a_real_answer_as_described(machine, listed):
    answer = machine.ask(**examples.DETERMINATION)

    assert answer.status_code == 200
    assert answer.json() == examples.DETERMINED
    described = description()
    [content] = described["paths"][API]["post"]["responses"]["200"]["content"].values()
    schema = {**content["schema"], "components": described["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer.json())


def test_it_answers_in_the_language_asked_for(listed):
    answer = Asking(language="es").ask(destination="JP").json()

    assert answer["outcome"] == "questions"
    assert "Eso no libera nada" in answer["sentence"]
    assert answer["open_questions"] == EndUseQuestion.values


def test_a_key_without_the_scope_is_turned_away(db):
    answer = Asking(scopes=[ApiScope.SCREEN]).ask(destination="JP")

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#not-allowed")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("#/destination", "required")]),
        ({"destination": "XX"}, [("#/destination", "country")]),
        ({"destination": "JP", "entry": "1.00E+01"}, [("#/entry", "entry")]),
        ({"destination": "JP", "entry": ""}, [("#/entry", "blank")]),
        ({"destination": "JP", "end_use": {"wmd": "no"}}, [("#/end_use/wmd", "invalid")]),
        ({"destination": "JP", "end_use": {"war": True}}, [("#/end_use/war", "unknown")]),
        ({"destination": "JP", "quantity": 1}, [("#/quantity", "unknown")]),
        ({"destination": "JP", "end_user_countries": ["ZZ"]}, [("#/end_user_countries/0", "country")]),
    ],
)
def test_what_is_wrong_in_a_message_is_told_field_by_field(machine, listed, body, expected):
    assert errors(machine.ask(**body)) == expected


def test_a_message_that_is_no_json_is_refused(machine):
    assert machine.ask(raw=b"{").status_code == 400
    assert machine.client.get(API, headers=machine.headers).status_code == 405


def test_without_a_list_the_answer_is_for_a_person(machine):
    answer = machine.ask(destination="JP", entry="3A001").json()

    assert answer["outcome"] == "person"
    assert answer["editions"] == []


def test_goods_of_high_priority_are_marked_for_exporters_and_officers(case, officer):
    case.goods.update(hs_code="8542310000")
    told = "Alta prioridad, nivel 1"

    assert told in client_of(officer).get(reverse("case", args=[case.reference])).content.decode()
    own = client_of(case.created_by).get(reverse("application", args=[case.reference])).content.decode()
    assert told in own
