"""The signed token in a licence's QR code: what it says, that it fits, and that nobody can make another."""

import hashlib
import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import cbor2
import pytest
import segno
from cryptography.hazmat.primitives.asymmetric import ec

from licensing import documents, licence_document, licence_sheet, licence_token, signing
from licensing.models import Licence, LicenceState
from portal import verdicts
from portal.api import keys
from portal.offline import verify_token
from portal.offline.verify_token import NotGenuine
from tests.factories import NOON, DecisionFactory, LicenceFactory, LicenceLineFactory

pytestmark = pytest.mark.django_db
MUTATIONS = 10_000
SCRIPT = Path(verify_token.__file__)


@pytest.fixture
def licence():
    line = LicenceLineFactory(granted="480", hs_code="845611", control_code="6A005")
    return line.licence


def facts_of(licence):
    return licence_sheet.facts_of(licence_sheet.LICENCES.get(pk=licence.pk))


def token_of(licence, **changes):
    facts = {**facts_of(licence), **changes}
    data = licence_document.as_json(facts)
    address, _kid = licence_token.make(facts, data, edition=1, state=LicenceState.VALID, at=NOON)
    return address


def key_set():
    """The answer of /api/v1/keys, as a port keeps it."""
    return verify_token.read_keys(json.dumps(keys.key_set()))


def code(address):
    return segno.make(address, error="q", micro=False, boost_error=False)


# --- what it says ------------------------------------------------------------------------------------


def test_it_says_what_the_licence_says(licence):
    token = verify_token.verify(token_of(licence), key_set())

    assert (token.number, token.edition, token.holder) == (licence.reference, 1, licence.holder.name)
    assert (token.valid_from, token.valid_to) == (licence.valid_from, licence.valid_to)
    assert (token.issued_at, token.state) == (NOON, "valid")
    line = licence.lines.get()
    (said,) = token.lines
    assert (said.number, said.control_code, said.hs_code) == (1, "6A005", "845611")
    assert (said.quantity, said.unit) == ("480", line.unit)
    assert line.description.startswith(said.description.rstrip("…"))


def test_its_hash_is_of_the_data_inside_the_document(licence):
    licence_document.make(licence.pk, at=NOON)
    document = licence.documents.get()

    token = verify_token.verify(document.token, key_set())

    inside = licence_document.as_json(licence_document.facts_in(documents.read(document.file)))
    assert token.data_sha256 == hashlib.sha256(inside).hexdigest()
    assert document.kid == token.kid


def test_the_states_are_the_same_on_both_sides():
    assert [state.value for state in licence_token.STATES] == list(verify_token.STATES)
    assert set(licence_token.STATES) == set(LicenceState)


def test_the_two_alphabets_are_the_same_and_need_no_escaping():
    assert licence_token.ALPHABET == verify_token.ALPHABET
    assert set(licence_token.ALPHABET) < set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@pytest.mark.parametrize("size", range(8))
def test_text_stands_for_its_bytes(size):
    content = bytes(range(250, 250 - size, -1))

    assert licence_token.text_of(content) == verify_token.text_of(content)
    if size:
        assert verify_token.bytes_in(licence_token.text_of(content)) == content


# --- that it fits ------------------------------------------------------------------------------------

LONG_URL = "https://licencias-de-comercio-estrategico.mici.gob.pa"
LONG_LINE = {
    "control_code": "1C351.d.12",
    "hs_code": "300290123456",
    "quantity": "99999999999999.9999",
    "description": "Ñandú óptico de alta precisión con refrigeración " * 4,
}


@pytest.mark.parametrize("lines", [1, 2, 3, 12, 13, 500])
def test_the_longest_licence_fits_a_code_of_version_fifteen(licence, settings, lines):
    settings.PORTAL_URL = LONG_URL
    facts = facts_of(licence)
    line = {**facts["lines"][0], **LONG_LINE}
    holder = {**facts["holder"], "name": "Compañía Panameña de Óptica y Señalización del Istmo, S. A. " * 3}

    address = token_of(
        licence, holder=holder, lines=[{**line, "number": number} for number in range(1, lines + 1)]
    )

    assert code(address).version <= 15
    assert code(address).error == "Q"
    token = verify_token.verify(address, key_set())
    assert token.line_count == lines
    assert len(token.lines) >= 1
    assert token.holder.endswith("…")


def test_three_plain_lines_all_have_room(licence, settings):
    settings.PORTAL_URL = "https://licencias.mici.gob.pa"
    for number in (2, 3):
        LicenceLineFactory(licence=licence, number=number, hs_code="845710", control_code="2B201")

    token = verify_token.verify(token_of(licence), key_set())

    assert [line.number for line in token.lines] == [1, 2, 3]


def test_the_code_uses_the_mode_that_takes_least_room(licence):
    assert code(token_of(licence)).mode == "alphanumeric"


def test_a_draft_bears_no_token(licence):
    sheet = licence_sheet.sheet_of(facts_of(licence))

    assert not sheet["is_signed"]
    assert sheet["qr"] == segno.make(facts_of(licence)["check_url"], error="q", micro=False).svg_data_uri(
        border=0, scale=4
    )


def test_only_licences_are_signed():
    decision = DecisionFactory()

    with pytest.raises(Licence.DoesNotExist):
        licence_document.make(decision.pk + 1_000_000, at=NOON)


# --- that nobody can make another --------------------------------------------------------------------


def test_it_is_signed_as_the_standard_says(licence):
    """Read by another CBOR library, checked by hand against RFC 9052."""
    content = verify_token.bytes_in(token_of(licence))

    tag = cbor2.loads(content)
    protected, unprotected, payload, signature = tag.value

    assert (tag.tag, unprotected, len(signature)) == (18, {}, 64)
    assert cbor2.loads(protected)[1] == -7
    signed = cbor2.dumps(["Signature1", protected, b"istmo-licence-1", payload])
    (key,) = signing.public_keys()
    der = verify_token.encode_dss_signature(
        int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    )
    key.key.verify(der, signed, ec.ECDSA(verify_token.SHA256()))


def test_ten_thousand_changed_tokens_are_all_refused(licence):
    address, known = token_of(licence), key_set()
    start, chance, refused = address.rindex("/") + 1, random.Random(2026), 0
    token = address[start:]

    for changed in changes(token, chance, MUTATIONS):
        with pytest.raises(NotGenuine):
            verify_token.verify(changed, known)
        refused += 1

    assert refused == MUTATIONS
    verify_token.verify(token, known)


def changes(token, chance, count):
    """Yield tokens that differ: a character, several, cut, longer, swapped, a bit of the bytes."""
    content = verify_token.bytes_in(token)
    made = 0
    while made < count:
        at = chance.randrange(len(token))
        letter = chance.choice(verify_token.ALPHABET)
        bit = bytearray(content)
        bit[chance.randrange(len(bit))] ^= 1 << chance.randrange(8)
        other = chance.randrange(len(token))
        low, high = sorted((at, other))
        swapped = token[:low] + token[high : high + 1] + token[low + 1 : high] + token[low : low + 1]
        one = chance.choice(
            [
                token[:at] + letter + token[at + 1 :],
                token[:at] + letter * 3 + token[at + 3 :],
                token[:at],
                token + letter,
                swapped + token[high + 1 :],
                token[:at] + token[at + 1 :],
                token.lower(),
                verify_token.text_of(bytes(bit)),
            ]
        )
        if one != token:
            made += 1
            yield one


def test_the_other_signature_that_arithmetic_allows_is_refused(licence):
    content = verify_token.bytes_in(token_of(licence))
    s = verify_token.ORDER - int.from_bytes(content[-32:], "big")

    with pytest.raises(NotGenuine, match="wrong-signature"):
        verify_token.verify(verify_token.text_of(content[:-32] + s.to_bytes(32, "big")), key_set())


def test_another_key_cannot_sign(licence):
    facts = facts_of(licence)
    content = [1, facts["reference"], 1, "X", 20000, 30000, int(NOON.timestamp()), 0, bytes(32), 0, []]
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = verify_token.text_of(signing.sign_with(stranger, content, signing.LICENCE))

    with pytest.raises(NotGenuine, match="unknown-key"):
        verify_token.verify(forged, key_set())


def test_a_snapshot_never_passes_for_a_licence(licence):
    facts = facts_of(licence)
    content = [1, facts["reference"], 1, "X", 20000, 30000, int(NOON.timestamp()), 0, bytes(32), 0, []]
    signed, _kid = signing.sign(content, signing.SNAPSHOT, at=NOON)

    with pytest.raises(NotGenuine, match="wrong-signature"):
        verify_token.verify(verify_token.text_of(signed), key_set())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xd2\x84",
        b"\xd2\x84\x43\xa1\x01\x26\xa0\x41\x00\x58\x40" + bytes(64),
        b"\xd2\x9f\xff",
        b"\xd2\x84" + b"\x81" * 300,
        b"\xd2\x84\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    ],
)
def test_what_is_no_token_is_refused(content):
    with pytest.raises(NotGenuine):
        verify_token.verify(verify_token.text_of(content), {})


@pytest.mark.parametrize(
    "text", ["", "A", "AAAA", ":::", "aaa", "AA ", "Á12", "A" * 2000, "https://x/check/1/2/"]
)
def test_what_is_no_text_of_a_token_is_refused(text):
    with pytest.raises(NotGenuine, match="unreadable"):
        verify_token.verify(text, {})


# --- the script alone --------------------------------------------------------------------------------


def test_the_script_needs_nothing_of_the_portal(licence, tmp_path):
    copy = tmp_path / "verify_token.py"
    copy.write_bytes(SCRIPT.read_bytes())
    (tmp_path / "keys.json").write_text(json.dumps(keys.key_set()), encoding="utf-8")

    def run(token, day):
        done = subprocess.run(
            [sys.executable, "-I", str(copy), "--keys", "keys.json", "--today", day.isoformat(), token],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)

    address = token_of(licence)
    status, said = run(address, licence.valid_to)
    assert (status, said["answer"], said["because"]) == (3, "ask", "no-snapshot")
    assert said["number"] == licence.reference
    assert run(address, licence.valid_to + timedelta(days=1))[1]["because"] == "expired"
    assert run(address[:-3] + "000", date(2026, 3, 2)) == (
        1,
        {"answer": "not-valid", "because": "wrong-signature"},
    )


# --- what the document bears -------------------------------------------------------------------------


def test_the_same_facts_are_signed_once(licence):
    licence_document.make(licence.pk, at=NOON)
    licence_document.make(licence.pk, at=NOON + timedelta(days=1))

    assert licence.documents.count() == 1


def test_no_document_is_made_while_nothing_may_sign(licence, settings, tmp_path):
    settings.SIGNING_KEY_FILES = [str(tmp_path / "key.pem")]
    (tmp_path / "key.pem").write_bytes(signing.new_key_pem())

    with pytest.raises(signing.NoKey):
        licence_document.make(licence.pk, at=NOON)

    assert not licence.documents.exists()


def test_production_signs_nothing_with_a_key_of_its_own(licence, settings):
    settings.PRODUCTION = True

    with pytest.raises(signing.NoKey):
        signing.sign([], signing.LICENCE, at=NOON)
    assert signing.public_keys() == []


def test_a_licence_without_lines_fits_too():
    licence = LicenceFactory()

    assert verify_token.verify(token_of(licence), key_set()).lines == ()


# --- copied badly --------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoilt", ["breaks", "blanks", "small", "bare"])
def test_a_token_that_was_copied_badly_is_tidied(licence, spoilt):
    address = token_of(licence)
    written = {
        "breaks": "\r\n".join(address[at : at + 60] for at in range(0, len(address), 60)),
        "blanks": f"  {address[:90]} {address[90:]}\t",
        "small": address.replace("HTTP", "Http").replace("/V/", "/v/"),
        "bare": address.rpartition("/")[2].lower(),
    }[spoilt]

    assert verify_token.verify(verify_token.tidied(written), key_set()).number == licence.reference


def test_a_damaged_snapshot_says_nothing_against_a_licence(licence, tmp_path, capsys):
    (tmp_path / "keys.json").write_text(json.dumps(keys.key_set()), encoding="utf-8")
    (tmp_path / "snapshot.cose").write_bytes(b"half of it")
    files = ["--keys", str(tmp_path / "keys.json"), "--snapshot", str(tmp_path / "snapshot.cose")]

    def run(token, day):
        status = verify_token.main([*files, "--today", day.isoformat(), token])
        said = json.loads(capsys.readouterr().out)
        return status, said["answer"], said["because"]

    address = token_of(licence)
    assert run(address, licence.valid_to) == (3, "ask", "snapshot-not-genuine")
    assert run(address, licence.valid_to + timedelta(days=1)) == (1, "not-valid", "expired")
    assert run(address[:-3] + "000", licence.valid_to) == (1, "not-valid", "wrong-signature")


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"keys": [{"kid": "1"}]}', '{"keys": 5}'])
def test_keys_that_cannot_be_read_are_no_verdict_on_a_licence(licence, tmp_path, capsys, content):
    if content is not None:
        (tmp_path / "keys.json").write_text(content, encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        verify_token.main(["--keys", str(tmp_path / "keys.json"), token_of(licence)])

    assert ended.value.code == 2
    assert not capsys.readouterr().out


def test_a_code_that_cannot_be_read_is_for_somebody_to_ask_about_as_on_the_page(tmp_path, capsys):
    (tmp_path / "keys.json").write_text(json.dumps(keys.key_set()), encoding="utf-8")

    status = verify_token.main(["--keys", str(tmp_path / "keys.json"), "HALF A CODE"])

    assert (status, json.loads(capsys.readouterr().out)) == (3, {"answer": "ask", "because": "unreadable"})
    asked = {code for code, (kind, _why, _step) in verdicts.NOT_OURS.items() if kind == "ask"}
    assert set(verify_token.OUR_FAULT_PERHAPS) == asked
