"""The public check: only with the paper in hand, and only what the paper says."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from licensing.actions import licences
from tests.factories import LicenceLineFactory
from tests.people import client_of


@pytest.fixture
def licence(db):
    line = LicenceLineFactory(
        licence__check_code="0123456789ABCDEF", granted=Decimal("1234"), used=Decimal("777")
    )
    return line.licence


@pytest.fixture
def public(db):
    return Client(headers={"Cookie": "language=en"})


def shown(client, number, code="0123456789ABCDEF"):
    return client.get(f"/check/{number}/{code}/")


def test_the_address_of_the_qr_code_shows_what_the_paper_says(public, licence):
    response = shown(public, licence)

    text = response.content.decode()
    assert response.status_code == 200
    assert "It is genuine and in force until" in text
    for said in (licence.reference, licence.holder.name, "Láser de corte de 4 kW", "1,234"):
        assert said in text


def test_it_never_tells_balances_or_parties(public, licence):
    text = shown(public, licence).content.decode().split("<main")[1]
    # The number and the holder's name may hold any of these by chance.
    text = text.replace(licence.reference, "").replace(licence.holder.name, "")

    for kept in ("777", "457", "Kyoto Glass Works", "JP", "Japan", licence.check_code):
        assert kept not in text


@pytest.mark.parametrize(
    "code",
    [
        "0123456789abcdef",
        "0123-4567-89AB-CDEF",
        "0123 4567 89ab cdef",
        "oi23456789ABCDEF",
        "OL23456789ABCDEF",
    ],
)
def test_the_code_may_be_typed_in_any_way(public, licence, code):
    response = public.post("/check/", {"number": f" {str(licence).lower()} ", "code": code})

    assert response.status_code == 302
    assert response.url == f"/check/{licence}/0123456789ABCDEF/"


def test_the_whole_address_may_be_pasted_as_the_number(public, licence):
    address = f"https://licencias.example/check/{licence}/0123456789ABCDEF/"

    response = public.post("/check/", {"number": address, "code": "0123456789ABCDEF"})

    assert response.url == f"/check/{licence}/0123456789ABCDEF/"


def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(public, licence):
    def answer(number, code):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = shown(public, number, code)
        text = response.content.decode()
        for typed in (str(number), code):
            text = text.replace(f'value="{typed}"', "")
        same_token = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
        return response.status_code, same_token.split("<main")[1], len(queries)

    wrong = answer(licence, "0123456789ABCDEG")
    unknown = answer("PA-L-2026-999999", "0123456789ABCDEF")

    assert wrong == unknown
    assert wrong[0] == 404
    assert licence.holder.name not in wrong[1]


def test_a_suspended_licence_is_not_in_force(public, licence, decider):
    licences.suspend(licence.pk, reasons="Denuncia.", by=decider, at=timezone.now())

    assert "NOT VALID" in shown(public, licence).content.decode()


def test_an_expired_licence_is_not_in_force(public):
    now = timezone.now()
    licence = LicenceLineFactory(
        licence__starts_at=now - timedelta(days=2), licence__ends_at=now - timedelta(days=1)
    ).licence

    text = shown(public, licence, licence.check_code).content.decode()

    assert "NOT VALID" in text
    assert "It expired" in text


def test_guessing_is_stopped_after_ten_a_minute_and_for_that_address_only(public, licence):
    statuses = [shown(public, licence, f"{number:016}").status_code for number in range(12)]

    assert statuses[:10] == [404] * 10
    assert 429 in statuses[10:]
    stopped = shown(public, licence)
    assert stopped.status_code == 429
    assert 0 < int(stopped["Retry-After"]) <= 60
    assert licence.holder.name not in stopped.content.decode()
    assert Client(REMOTE_ADDR="203.0.113.9").get(f"/check/{licence}/0123456789ABCDEF/").status_code == 200


def test_an_invented_forwarding_header_does_not_make_a_new_visitor(public, licence):
    for number in range(12):
        response = public.get(f"/check/{licence}/x/", headers={"X-Forwarded-For": f"198.51.100.{number}"})

    assert response.status_code == 429


def test_behind_our_proxy_the_visitor_is_who_the_proxy_saw(public, licence, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(12):
        seen = {"X-Forwarded-For": f"1.1.1.{number}, 198.51.100.7"}
        response = public.get(f"/check/{licence}/x/", headers=seen)
    assert response.status_code == 429

    other = public.get(f"/check/{licence}/x/", headers={"X-Forwarded-For": "198.51.100.8"})
    assert other.status_code == 404


def test_checking_goes_on_without_redis(public, licence, settings, tmp_path):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody.sock"}
    }

    assert shown(public, licence).status_code == 200


@pytest.mark.parametrize("path", ["/check/", "/check/PA-L-2026-000001/x/", "right"])
def test_no_page_is_kept_or_listed(public, licence, path):
    path = f"/check/{licence}/0123456789ABCDEF/" if path == "right" else path

    response = public.get(path)

    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": "", "code": "0123456789ABCDEF"}, "Type the number printed"),
        ({"number": "¿qué?", "code": "0123456789ABCDEF"}, "Type letters, digits and hyphens"),
        ({"number": "../../etc", "code": "0123456789ABCDEF"}, "Type letters, digits and hyphens"),
        ({"number": "PA-L-2026-000001\0", "code": "0123456789ABCDEF"}, "hidden character"),
        ({"number": "PA-L-2026-000001", "code": "0123"}, "You typed 4"),
        ({"number": "PA-L-2026-000001", "code": "x" * 101}, "Shorten this"),
    ],
)
def test_wrong_input_is_explained_at_its_field_and_kept(public, typed, said):
    response = public.post("/check/", typed)

    text = response.content.decode()
    assert response.status_code == 200
    assert said in text
    kept = next(value for value in typed.values() if value)
    assert kept.replace("\0", "") in text or "\0" in kept


@pytest.mark.parametrize(
    "path", ["/check/%00/%00/", "/check/\N{EM DASH}/ñ/", f"/check/{'x' * 2000}/{'y' * 2000}/"]
)
def test_strange_addresses_are_unknown_licences(public, path):
    assert public.get(path).status_code == 404


def test_customs_officers_are_led_on_to_their_own_page(licence, customs_officer):
    assert f'href="/customs/{licence}/"' in shown(client_of(customs_officer), licence).content.decode()
    assert f'href="/customs/{licence}/"' not in shown(Client(), licence).content.decode()
