"""The verify page, its answer, and what the device may keep."""

import json
import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone, translation

from licensing import licence_document, schedule, signing
from licensing.models import LicenceStatus
from portal.api.keys import known
from portal.offline import verify_token
from portal.views import verify
from tests.factories import NOON, LicenceLineFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def licence():
    licence = LicenceLineFactory(granted="480", used="77").licence
    licence_document.make(licence.pk, at=NOON)
    return licence


@pytest.fixture
def token(licence):
    return licence.documents.get().token.rpartition("/")[2]


@pytest.fixture
def public():
    return Client(headers={"Cookie": "language=en"})


def text_of(response):
    return response.content.decode()


# --- the answer --------------------------------------------------------------------------------------


def test_the_address_in_the_code_says_what_the_licence_is_worth_now(public, licence, token):
    answer = public.get(f"/V/{token}")

    assert answer.status_code == 200
    for said in ("VALID", licence.reference, licence.holder.name, "480"):
        assert said in text_of(answer)


def test_the_public_never_reads_balances_or_parties(public, licence, token):
    shown = text_of(public.get(f"/V/{token}")).split("<main")[1]
    # The code and the number of the licence and its holder's name may hold any of these by chance.
    for known_to_all in (token, licence.reference, licence.holder.name):
        shown = shown.replace(known_to_all, "")

    for kept in ("77", "403", "Kyoto Glass Works", "JP"):
        assert kept not in shown


def test_a_suspended_licence_is_not_valid_whatever_its_code_says(public, licence, token):
    type(licence).objects.filter(pk=licence.pk).update(**{"status": LicenceStatus.SUSPENDED})

    assert "NOT VALID" in text_of(public.get(f"/V/{token}"))


def test_a_changed_code_is_not_valid_and_says_nothing_else(public, licence, token):
    forged = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]

    answer = public.get(f"/V/{forged}")

    assert answer.status_code == 404
    assert "NOT VALID" in text_of(answer)
    assert licence.reference not in text_of(answer)


def test_the_page_of_the_device_gets_the_same_as_json(public, token):
    answer = public.get(f"/V/{token}", headers={"Accept": "application/json"})

    assert answer.json()["tone"] == "good"
    assert answer.json()["word"] == "VALID"


def test_an_older_paper_says_that_a_newer_one_exists(public, licence, token):
    licence.documents.create(
        edition=2, file=licence.documents.get().file, token="X", kid="0" * 16, made_at=NOON
    )

    assert "A newer edition of this paper exists" in text_of(public.get(f"/V/{token}"))


def test_a_genuine_code_of_a_licence_we_do_not_know_is_asked_about(public):
    content = [1, "PA-L-1999-000001", 1, "X", 1, 99999, int(NOON.timestamp()), 0, bytes(32), 0, []]
    signed, _kid = signing.sign(content, signing.LICENCE, at=NOON)

    assert "ASK" in text_of(public.get(f"/V/{verify_token.text_of(signed)}"))


def test_customs_people_are_led_to_their_own_page(licence, token):
    officer = client_of(UserFactory(customs=True))

    assert f"/customs/{licence.reference}/" in text_of(officer.get(f"/V/{token}"))


# --- without scripts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "https://licencias.example.org/V/", "  "])
def test_without_scripts_the_server_verifies_what_is_handed_in(public, token, before):
    answer = public.post("/verify/", {"token": f"{before}{token} "})

    assert (answer.status_code, answer.url) == (302, f"/V/{token}")


@pytest.mark.parametrize("typed", ["", "PA-L-2026-000123", "https://example.org/check/1/2/", "Á" * 80])
def test_what_is_no_code_gets_an_error_and_stays_in_its_field(public, typed):
    answer = public.post("/verify/", {"token": typed})

    assert answer.status_code == 200
    assert "govuk-error-summary" in text_of(answer)
    assert typed in text_of(answer)


def test_the_code_may_be_pasted_as_the_number_on_the_customs_pages(licence, token):
    officer = client_of(UserFactory(customs=True))

    answer = officer.get("/customs/", {"number": f"HTTPS://X.EXAMPLE/V/{token}"})

    assert (answer.status_code, answer.url) == (302, f"/customs/{licence.reference}/")


def test_a_forged_code_pasted_there_is_named_as_such(licence, token):
    officer = client_of(UserFactory(customs=True, language="en"))

    answer = officer.get("/customs/", {"number": token[:-3] + "000"})

    assert "was not signed by us" in text_of(answer)


# --- what the device keeps ---------------------------------------------------------------------------


def test_the_page_brings_keys_and_words_and_nothing_of_who_is_signed_in():
    user = UserFactory(customs=True, name="Nidia Secreta", language="en")

    page = text_of(client_of(user).get("/verify/"))

    facts = json.loads(re.search(r'id="verify-facts" type="application/json">(.*?)</script>', page)[1])
    assert {key["kid"] for key in facts["keys"]} == set(known())
    assert "Nidia Secreta" not in page
    assert set(verify_token.STATES) < set(facts["verdicts"])


def test_every_reason_of_the_verifier_has_its_words():
    with open(verify_token.__file__, encoding="utf-8") as file:
        source = file.read()
    reasons = set(re.findall(r'NotGenuine\("([\w-]+)"\)', source))
    reasons |= set(re.findall(r'Verdict\("[\w-]+", "([\w-]+)"\)', source))

    assert reasons <= set(verify.facts()["verdicts"])


def test_the_worker_may_serve_both_addresses_and_keeps_files_that_exist(public):
    answer = public.get("/verify/worker.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert [name for name in verify.FILES if not finders.find(name)] == []
    for address in (verify.kept()["page"], *verify.kept()["pages"]):
        assert public.get(address).status_code == 200, address


def test_the_policy_of_the_page_stays_strict(public):
    policy = public.get("/verify/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    for loose in ("unsafe", "blob:", "script-src", "worker-src", "wasm"):
        assert loose not in policy


def test_the_list_of_states_is_for_customs_and_officers_alone(public, licence):
    schedule.make_snapshot()

    assert public.get("/verify/snapshot").status_code == 302
    assert client_of(UserFactory(exporter=True)).get("/verify/snapshot").status_code == 403
    content = client_of(UserFactory(customs=True)).get("/verify/snapshot").content
    snapshot = verify_token.verify_snapshot(content, known())
    assert licence.reference in snapshot.licences
    assert snapshot.expires_at > timezone.now() + timedelta(hours=23)


def test_without_a_list_the_device_is_told_that_there_is_none():
    assert client_of(UserFactory(customs=True)).get("/verify/snapshot").status_code == 204


# --- when nothing works ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_procedure_names_the_telephone_and_is_linked_from_the_customs_pages(language, settings, licence):
    settings.DUTY_TELEPHONE = "+507 500-0000"
    officer = client_of(UserFactory(customs=True, language=language))

    page = text_of(officer.get("/verify/without-network/"))

    assert "+507 500-0000" in page
    for address in ("/customs/", f"/customs/{licence.reference}/", "/verify/"):
        assert "/verify/without-network/" in text_of(officer.get(address)), address


# --- signing keys ------------------------------------------------------------------------------------


def test_two_administrators_bring_a_key_in_and_revoke_it_on_the_pages():
    first, second = (client_of(UserFactory(administrator=True, language="en")) for _one in range(2))
    key = load_pem_private_key(signing.new_key_pem(), None).public_key()
    day = timezone.now().date() + timedelta(days=1)
    typed = {
        "name": "Key 2027",
        "public_key": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "first": day.isoformat(),
        "last": (day + timedelta(days=300)).isoformat(),
        "reason": "The old one ends.",
    }
    index = "/administration/signing-keys/"

    assert first.post(f"{index}new/", typed).url == index
    address = re.search(rf"{index}\d+/", text_of(second.get(index)))[0]
    first.post(address, {"outcome": "approve", "reason": "I agree with myself."})
    assert signing.kid_of(key) not in known()  # whoever asked can only withdraw, which this was

    assert first.post(f"{index}new/", typed).url == index
    address = re.findall(rf"{index}\d+/", text_of(second.get(index)))[0]
    assert second.post(address, {"outcome": "approve", "reason": "Compared."}).url == index
    assert not known()[signing.kid_of(key)].is_revoked

    assert second.post(f"{address}revoke/", {"reason": "Copied."}).url == index
    revocation = re.search(rf"{index}revocations/\d+/", text_of(first.get(index)))[0]
    assert first.post(revocation, {"outcome": "approve", "reason": "Yes."}).url == index
    assert known()[signing.kid_of(key)].is_revoked
    assert "Revoked" in text_of(first.get(index))
    assert "Copied." in text_of(first.get(revocation))


def test_nothing_typed_about_a_key_is_lost():
    client = client_of(UserFactory(administrator=True, language="en"))

    page = text_of(
        client.post(
            "/administration/signing-keys/new/",
            {"name": "Key 2027", "public_key": "nonsense", "reason": "Because."},
        )
    )

    for typed in ("Key 2027", "nonsense", "Because."):
        assert typed in page
    assert "Write the day." in page


def test_signing_keys_are_for_administrators_alone():
    assert client_of(UserFactory(customs=True)).get("/administration/signing-keys/").status_code == 403


# --- codes that were copied badly --------------------------------------------------------------------


def spoilt(token):
    lines = "\n".join(token[at : at + 50] for at in range(0, len(token), 50))
    return [lines, f"https://x.example/v/{token}", f" {token[:9]} {token[9:]} ", token.lower()]


@pytest.mark.parametrize("way", range(4))
def test_line_breaks_blanks_and_small_letters_do_not_make_a_licence_bad(public, licence, token, way):
    written = spoilt(token)[way]
    officer = client_of(UserFactory(customs=True))

    assert public.post("/verify/", {"token": written}).url == f"/V/{token}"
    assert officer.get("/customs/", {"number": written}).url == f"/customs/{licence.reference}/"


def test_an_address_in_small_letters_is_answered_too(public, licence, token):
    assert licence.reference in text_of(public.get(f"/v/{token.lower()}"))


def test_what_can_not_be_read_asks_for_another_scan_and_is_not_red(public, token):
    answer = text_of(public.get(f"/V/{token[:-5]}"))

    assert "could not be read. Scan it again" in answer
    assert "NOT VALID" not in answer


def test_the_sheet_asks_for_procedure_consignee_and_conditions(public):
    page = text_of(public.get("/verify/without-network/"))

    for row in (
        "Customs procedure",
        "Consignee, as the papers say",
        "Conditions of the licence, and whether",
    ):
        assert f'<th scope="row">{row}' in page


def test_the_sheet_has_room_for_six_lines_and_says_how_to_go_on(public):
    page = text_of(public.get("/verify/without-network/"))

    goods = page.partition("What leaves</caption>")[2].partition("</table>")[0]
    assert goods.count("<td></td>") == 6 * 4
    for column in ("Item of the declaration", "Line of the licence", "Quantity", "Unit"):
        assert f'<th scope="col">{column}' in goods
    assert "Go on on a second form with the next number" in page


def test_what_the_page_tells_to_ask_by_itself_is_asked_by_telephone():
    """As the written procedure says of ASK: nothing leaves before the authority answers."""
    with translation.override("en"):
        verdicts = verify.facts()["verdicts"]

    asking = [code for code, one in verdicts.items() if one["tone"] == "ask"]
    assert "some-used-up" in asking
    assert all("by telephone" in verdicts[code]["next"] for code in asking)
