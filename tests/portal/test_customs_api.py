"""What customs systems ask and tell us."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from licensing.actions import licences
from licensing.models import Action, Event, LedgerEntry
from licensing.units import plain
from tests.factories import LicenceFactory, LicenceLineFactory, UserFactory
from tests.portal.machines import Machine, message

PROBLEM = "application/problem+json"


@pytest.fixture
def machine(db):
    return Machine()


@pytest.fixture
def line(db):
    return LicenceLineFactory(granted=Decimal("10"))


def kind(response) -> str:
    assert response["Content-Type"] == PROBLEM
    body = response.json()
    assert list(body)[:5] == ["type", "title", "status", "detail", "instance"]
    assert body["status"] == response.status_code
    return body["type"].partition("#")[2]


class TestAskingAboutALicence:
    def test_it_says_everything_the_border_asks(self, machine, line):
        response = machine.licence(line.licence)

        body = response.json()
        assert response.status_code == 200
        assert (body["state"], body["usable"]) == ("valid", True)
        assert body["holder"]["name"] == line.licence.holder.name
        assert body["parties"][0]["name"] == "Kyoto Glass Works"
        assert (body["ends_at"], body["valid_to"]) == ("3000-01-01T05:00:00Z", "2999-12-31")
        [shown] = body["lines"]
        assert (shown["granted"], shown["used"], shown["remaining"]) == ("10", "0", "10")
        assert shown["unit_name"] == {"es": "unidades", "en": "units"}

    @pytest.mark.parametrize("typed", ["{}", "{} ", " {}", "lower", "en dash"])
    def test_capitals_blanks_and_dashes_do_not_matter(self, machine, line, typed):
        number = str(line.licence)
        if typed == "lower":
            number = number.lower()
        elif typed == "en dash":
            number = number.replace("-", "\N{EN DASH}")
        else:
            number = typed.format(number)

        assert machine.licence(number).json()["number"] == str(line.licence)

    @pytest.mark.parametrize("number", ["PA-L-1999-000001", "x", "%00", "a" * 3000, "%F0%9F%9B%83"])
    def test_an_unknown_number_is_not_found(self, machine, number):
        response = machine.licence(number)

        assert (response.status_code, kind(response)) == (404, "not-found")

    def test_the_state_is_that_of_the_moment(self, machine):
        now = timezone.now()
        day = timedelta(days=1)
        expired = LicenceLineFactory(licence__starts_at=now - 2 * day, licence__ends_at=now - day).licence
        coming = LicenceLineFactory(licence__starts_at=now + day, licence__ends_at=now + 2 * day).licence
        used_up = LicenceLineFactory(used=Decimal(10)).licence

        states = {machine.licence(one).json()["state"] for one in (expired, coming, used_up)}

        assert states == {"expired", "not-yet-valid", "exhausted"}
        assert not any(machine.licence(one).json()["usable"] for one in (expired, coming, used_up))

    def test_a_suspension_shows_with_its_commit(self, machine, line, decider):
        assert machine.licence(line.licence).json()["usable"]

        licences.suspend(line.licence.pk, reasons="Denuncia.", by=decider, at=timezone.now())

        body = machine.licence(line.licence).json()
        assert (body["state"], body["usable"]) == ("suspended", False)

    def test_the_version_changes_with_the_balance_and_not_with_the_clock(self, machine, line):
        first = machine.licence(line.licence)

        same = machine.licence(line.licence, **{"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")

        machine.report(line.licence, message())
        changed = machine.licence(line.licence, **{"If-None-Match": first["ETag"]})
        assert changed.status_code == 200
        assert changed.json()["version"] != first.json()["version"]

    def test_it_takes_four_queries_and_one_for_the_key(self, machine, line, django_assert_num_queries):
        LicenceLineFactory.create_batch(5, licence=line.licence)
        machine.licence(line.licence)

        with django_assert_num_queries(4):
            assert len(machine.licence(line.licence).json()["lines"]) == 6


class TestWritingOff:
    def test_what_leaves_is_written_off(self, machine, line):
        response = machine.report(line.licence, message("4"))

        assert response.status_code == 201
        assert response.json()["lines"] == [{"line": 1, "quantity": "4", "unit": "C62", "remaining": "6"}]
        line.refresh_from_db()
        assert (line.used, line.remaining) == (4, 6)
        assert LedgerEntry.objects.get().quantity == 4
        assert Event.objects.get(action=Action.RECORD_USAGE).by == machine.key.account

    def test_what_left_and_what_remains_are_told_in_the_unit_of_the_line(self, machine):
        line = LicenceLineFactory(unit="C62", granted=Decimal(400))

        response = machine.report(line.licence, message("1", unit="DZN"))

        told = {"line": 1, "quantity": "12", "unit": "C62", "remaining": "388"}
        assert response.json()["lines"] == [told]

    def test_a_repeat_counts_once_and_gets_the_same_bytes(self, machine, line):
        first = machine.report(line.licence, message("4"))
        second = machine.report(line.licence, message("4.0"))

        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert second["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first
        line.refresh_from_db()
        assert line.used == 4

    def test_a_repeat_of_a_refusal_is_refused_in_the_same_bytes_whatever_changed(self, machine, line):
        LicenceLineFactory(licence=line.licence)
        asked = message("11", lines=[{"line": 1, "quantity": "11", "unit": "C62"}, *message(line=9)["lines"]])
        first = machine.report(line.licence, asked)
        assert first.status_code == 409
        machine.report(line.licence, message("1", id="other"))

        second = machine.report(str(line.licence).lower(), asked, **{"Accept-Language": "es"})

        assert (second.status_code, second.content) == (409, first.content)
        assert second["Idempotency-Replayed"] == "true"

    def test_an_id_belongs_to_one_message(self, machine, line):
        machine.report(line.licence, message("4"))

        response = machine.report(line.licence, message("5"))

        assert (response.status_code, kind(response)) == (422, "id-reused")
        line.refresh_from_db()
        assert line.used == 4

    def test_two_systems_may_use_the_same_id(self, machine, line):
        assert machine.report(line.licence, message("4")).status_code == 201
        assert Machine().report(line.licence, message("5")).status_code == 201

    def test_never_more_than_remains(self, machine, line):
        machine.report(line.licence, message("4"))

        response = machine.report(line.licence, message("7", id="siga-2"))

        assert (response.status_code, kind(response)) == (409, "refused")
        [reason] = response.json()["reasons"]
        assert (reason["code"], reason["remaining"], reason["unit"]) == ("not-enough", "6", "C62")
        line.refresh_from_db()
        assert line.used == 4

    def test_all_lines_or_none(self, machine, line):
        second = LicenceLineFactory(licence=line.licence, granted=Decimal(1))
        lines = [*message("4")["lines"], *message("2", line=2)["lines"]]

        response = machine.report(line.licence, message(lines=lines))

        assert response.status_code == 409
        assert [reason["line"] for reason in response.json()["reasons"]] == [2]
        line.refresh_from_db(), second.refresh_from_db()
        assert (line.used, second.used) == (0, 0)

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            (message(line=7), "unknown-line"),
            (message(unit="KGM"), "other-unit"),
            (message("0.5"), "too-fine"),
            (message(lines=message()["lines"] * 2), "line-twice"),
        ],
    )
    def test_what_does_not_fit_the_licence_is_refused_with_a_code(self, machine, line, sent, code):
        response = machine.report(line.licence, sent)

        assert response.status_code == 409
        assert [reason["code"] for reason in response.json()["reasons"]] == [code]

    @pytest.mark.parametrize(
        ("unit", "quantity", "detail"),
        [
            ("C62", "0.5", "Line 1 is counted in units without decimals, for example 12."),
            ("DAY", "0.05", "Line 1 is counted in days with at most 1 decimal place."),
        ],
    )
    def test_a_quantity_too_fine_is_told_how_the_line_is_counted(self, machine, unit, quantity, detail):
        line = LicenceLineFactory(unit=unit)

        response = machine.report(line.licence, message(quantity, unit=unit))

        assert response.json()["reasons"][0]["detail"] == detail

    def test_a_licence_not_in_force_refuses_and_says_its_state(self, machine, line, decider):
        licences.suspend(line.licence.pk, reasons="Denuncia.", by=decider, at=timezone.now())

        response = machine.report(line.licence, message())

        assert response.json()["reasons"][0]["state"] == "suspended"
        assert Event.objects.filter(action=Action.REFUSE_USAGE).count() == 1

    def test_an_unknown_licence_is_not_found_and_its_id_stays_free(self, machine, line):
        assert machine.report("PA-L-1999-000001", message()).status_code == 404
        assert machine.report(line.licence, message()).status_code == 201

    @pytest.mark.parametrize("quantity", ["2.5", "2.5000", 2.5, "00002.5"])
    def test_a_quantity_is_exact_in_every_spelling(self, machine, quantity):
        line = LicenceLineFactory(unit="KGM", granted=Decimal("3"))

        response = machine.report(line.licence, message(quantity, unit="KGM"))

        assert response.json()["lines"][0]["remaining"] == "0.5"

    def test_a_number_keeps_all_its_digits(self, machine):
        line = LicenceLineFactory(unit="KGM", granted=Decimal("99999999999999.9999"))
        body = json.dumps(message("Q", unit="KGM")).replace('"Q"', "99999999999999.9998").encode()

        assert machine.report(line.licence, body).json()["lines"][0]["remaining"] == "0.0001"


class TestWrongInput:
    @pytest.mark.parametrize(
        "quantity",
        [
            "",
            "0",
            "-1",
            "1e3",
            "NaN",
            "Infinity",
            "1,5",
            "٣",
            " 4",
            "1.00001",
            "1" * 15,
            True,
            None,
            [],
            -0.0,
        ],
    )
    def test_a_quantity_that_is_none_is_pointed_at(self, machine, line, quantity):
        response = machine.report(line.licence, message(quantity))

        assert (response.status_code, kind(response)) == (422, "wrong-fields")
        assert [error["pointer"] for error in response.json()["errors"]] == ["#/lines/0/quantity"]

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"id": ""}, "#/id"),
            ({"id": "x" * 101}, "#/id"),
            ({"id": "with blank"}, "#/id"),
            ({"id": 5}, "#/id"),
            ({"id": None}, "#/id"),
            ({"declaration": "x" * 61}, "#/declaration"),
            ({"declaration": "a\nb"}, "#/declaration"),
            ({"declaration": "a\0b"}, "#/declaration"),
            ({"declaration": "a\tb"}, "#/declaration"),
            ({"declaration": "a\u202eb"}, "#/declaration"),
            ({"declaration": 12}, "#/declaration"),
            ({"declaration": "   "}, "#/declaration"),
            ({"lines": []}, "#/lines"),
            ({"lines": "1"}, "#/lines"),
            ({"lines": message()["lines"] * 201}, "#/lines"),
            ({"lines": [5]}, "#/lines/0"),
            ({"lines": [{"line": "1", "quantity": "1", "unit": "C62"}]}, "#/lines/0/line"),
            ({"lines": [{"line": 0, "quantity": "1", "unit": "C62"}]}, "#/lines/0/line"),
            ({"lines": [{"line": True, "quantity": "1", "unit": "C62"}]}, "#/lines/0/line"),
            ({"lines": [{"line": 10**30, "quantity": "1", "unit": "C62"}]}, "#/lines/0/line"),
            ({"lines": [{"line": 1, "quantity": "1"}]}, "#/lines/0/unit"),
            ({"lines": [{"line": 1, "quantity": "1", "unit": "C62", "qty~/": 1}]}, "#/lines/0/qty~0~1"),
            ({"Lines": []}, "#/Lines"),
        ],
    )
    def test_a_wrong_field_is_pointed_at(self, machine, line, change, pointer):
        response = machine.report(line.licence, {**message(), **change})

        assert (response.status_code, kind(response)) == (422, "wrong-fields")
        assert pointer in [error["pointer"] for error in response.json()["errors"]]
        assert all(set(error) == {"pointer", "code", "detail"} for error in response.json()["errors"])

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"\xff\xfe",
            b"\xef\xbb\xbf{}",
            b'{"id": NaN}',
            b'{"id": -Infinity}',
            b'{"id": "a", "id": "b"}',
            b'{"id": "\\ud800"}',
            b'{"a": 1e99999999999999999999}',
            b'{"a": ' + b"9" * 5000 + b"}",
            b"[" * 60000,
            b'{"a":' * 600 + b"1" + b"}" * 600,
        ],
    )
    def test_what_can_not_be_read_for_certain_is_malformed(self, machine, line, body):
        response = machine.report(line.licence, body)

        assert (response.status_code, kind(response)) == (400, "malformed")

    @pytest.mark.parametrize("body", [b"[]", b'"text"', b"5", b"null"])
    @pytest.mark.parametrize(
        ("language", "words"), [("en", "Send an object in braces"), ("es", "Envíe un objeto entre llaves")]
    )
    def test_a_message_is_an_object(self, machine, line, body, language, words):
        response = machine.report(line.licence, body, **{"Accept-Language": language})

        assert (response.status_code, kind(response)) == (422, "wrong-fields")
        assert [(error["pointer"], error["detail"][: len(words)]) for error in response.json()["errors"]] == [
            ("#", words)
        ]

    def test_a_huge_body_is_too_large(self, machine, line):
        response = machine.report(line.licence, b'{"id": "' + b"x" * 70_000 + b'"}')

        assert (response.status_code, kind(response)) == (413, "too-large")

    def test_another_media_type_is_not_read(self, machine, line):
        response = machine.client.post(
            f"/api/v1/licences/{line.licence}/usages", {"id": "1"}, headers=machine.headers
        )

        assert (response.status_code, kind(response)) == (415, "unsupported-media-type")

    def test_a_client_that_wants_xml_is_told(self, machine, line):
        response = machine.licence(line.licence, Accept="application/xml")

        assert (response.status_code, kind(response)) == (406, "not-acceptable")

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b'{"id": }', "Esto no es JSON: la línea 1 no se puede leer desde el carácter 8."),
            (b'{"id": ' + b"1" * 5000 + b"}", "Este JSON contiene un número con demasiadas cifras."),
        ],
    )
    def test_what_can_not_be_read_is_told_in_spanish_words_alone(self, line, body, said):
        assert Machine(language="es").report(line.licence, body).json()["detail"] == said

    def test_what_the_framework_refuses_is_told_in_our_words(self, line):
        machine = Machine(language="es")
        path = f"/api/v1/licences/{line.licence}"

        answers = [
            Client().get(path, headers={"Accept-Language": "es"}),
            machine.licence(line.licence, Accept="application/xml"),
            machine.client.delete(path, headers=machine.headers),
            machine.client.post(f"{path}/usages", "x", content_type="text/plain", headers=machine.headers),
        ]

        assert [answer.json()["detail"] for answer in answers] == [
            "Envíe una clave que no esté vencida ni revocada, como se describe en «Keys».",
            "Acepte application/json.",
            "Use un método que figure en el encabezado Allow.",
            "Envíe el encabezado Content-Type: application/json.",
        ]

    def test_another_method_is_not_taken(self, machine, line):
        response = machine.client.delete(f"/api/v1/licences/{line.licence}", headers=machine.headers)

        assert (response.status_code, kind(response)) == (405, "method-not-allowed")
        assert "GET" in response["Allow"]

    def test_errors_speak_the_language_asked_for_and_else_spanish(self, machine, line):
        english = machine.report(line.licence, message("0"))
        machine.headers.pop("Accept-Language")
        default = machine.report(line.licence, message("0"))

        assert english.json()["errors"][0]["detail"] == "Send more than zero."
        assert (english["Content-Language"], default["Content-Language"]) == ("en", "es")


class TestErrorsBeforeAnyView:
    @pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v2/licences/x", "/api/v1/licences/x/"])
    def test_an_address_that_is_none(self, db, path):
        response = Client().get(path, headers={"Accept-Language": "en"})

        assert (response.status_code, kind(response)) == (404, "not-found")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert int(response["Content-Length"]) == len(response.content)

    def test_a_host_that_is_not_ours(self, db):
        response = Client().get("/api/v1/schema", headers={"Host": "evil.example"})

        assert (response.status_code, kind(response)) == (400, "malformed")

    @pytest.mark.urls("tests.portal.broken_urls")
    def test_a_bug_of_ours(self, db):
        response = Client(raise_request_exception=False).get("/api/bug")

        assert (response.status_code, kind(response)) == (500, "server-error")
        assert b"ZeroDivision" not in response.content

    @pytest.mark.urls("tests.portal.broken_urls")
    def test_pages_keep_their_own_errors(self, db):
        response = Client().get("/no-such-page")

        assert response.status_code == 404
        assert response["Content-Type"].startswith("text/html")


def test_the_ledger_and_the_balance_agree(machine, line):
    for number, quantity in enumerate(["1", "2", "3", "9"]):
        machine.report(line.licence, message(quantity, id=f"siga-{number}"))

    line.refresh_from_db()
    assert line.used == sum(entry.quantity for entry in line.entries.all()) == 6
    assert plain(line.remaining) == machine.licence(line.licence).json()["lines"][0]["remaining"] == "4"


def test_a_licence_without_lines_is_used_up(machine):
    assert machine.licence(LicenceFactory()).json()["state"] == "exhausted"


def test_a_person_may_not_report_by_the_api(line):
    assert Machine(account=UserFactory()).report(line.licence, message()).status_code == 403
