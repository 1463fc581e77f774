"""Customs asks by the token of a QR code, of the portal and of the border's own application."""

import pytest
import time_machine
from django.utils import timezone

from licensing import licence_document, signing
from licensing.actions import licences
from licensing.models import ApiScope, KeyDecision, KeyRevocation, SigningKey
from portal.api import examples
from portal.api.schema import description
from tests.factories import NOON, LicenceLineFactory, UserFactory
from tests.portal.machines import Machine
from tests.portal.of_the_examples import licence_of_the_examples
from tests.portal.test_border import ask, border, border_with  # noqa: F401
from tests.portal.test_coverage import conforms

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/licence-tokens/{token}"


@pytest.fixture
def licence():
    return LicenceLineFactory(granted="480").licence


def token_of(licence):
    licence_document.make(licence.pk, at=NOON)
    return licence.documents.order_by("edition").last().token.rpartition("/")[2]


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def both(border, machine):  # noqa: F811
    """Return what asks both applications and gives the one answer they share, but for its moment."""

    def ask_both(token, **headers):
        address = PATH.format(token=token)
        ordinary = machine.get(address, **headers)
        lean = ask(border, address, **{**machine.headers, **headers})
        assert ordinary.status_code == lean.status_code
        assert ordinary["Content-Language"] == lean["Content-Language"]
        first, second = ordinary.json(), lean.json()
        assert list(first) == list(second)
        assert {**first, "as_of": ""} == {**second, "as_of": ""}
        return second

    return ask_both


def forged(token):
    return token[:40] + ("A" if token[40] != "A" else "B") + token[41:]


def test_a_genuine_token_says_what_the_licence_is_worth_now(both, machine, licence):
    answer = both(token_of(licence))

    assert (answer["verdict"], answer["usable"], answer["genuine"]) == ("valid", True, True)
    assert (answer["flaw"], answer["outdated"]) == ("", False)
    assert (answer["token"]["number"], answer["token"]["edition"]) == (str(licence), 1)
    now = machine.licence(licence).json()
    assert answer["licence"] == {name: said for name, said in now.items() if name not in ("as_of", "version")}


def test_a_suspension_counts_whatever_the_token_says(both, licence, decider):
    token = token_of(licence)
    licences.suspend(licence.pk, reasons="Denuncia.", by=decider, at=timezone.now())

    answer = both(token)

    assert (answer["verdict"], answer["usable"], answer["genuine"]) == ("suspended", False, True)
    assert answer["token"]["state"] == "valid"


def test_a_changed_token_is_not_genuine_and_tells_nothing(both, licence):
    answer = both(forged(token_of(licence)))

    assert (answer["verdict"], answer["usable"], answer["genuine"]) == ("not-genuine", False, False)
    assert answer["flaw"] in ("unreadable", "wrong-signature", "unknown-key")
    assert answer["token"] is None and answer["licence"] is None


def test_what_is_no_token_is_unreadable(both):
    for text in ("x", "%FF", "%00", "A" * 2000):
        assert both(text)["flaw"] == "unreadable"


def test_a_token_of_a_licence_that_is_not_here_is_unknown(both, licence):
    answer = both(token_of_another(licence))

    assert (answer["verdict"], answer["genuine"], answer["usable"]) == ("unknown", True, False)
    assert answer["token"]["number"] == "PA-L-1999-000001" and answer["licence"] is None


def token_of_another(licence):
    """Return a token that is signed as ours are, of a licence that is not in the books."""
    facts = licence_document.licence_sheet.facts_of(
        licence_document.licence_sheet.LICENCES.get(pk=licence.pk)
    )
    address, _kid = licence_document.licence_token.make(
        {**facts, "reference": "PA-L-1999-000001"}, b"", edition=1, state="valid", at=NOON
    )
    return address.rpartition("/")[2]


def test_an_older_paper_is_outdated(both, licence):
    token = token_of(licence)
    licence.documents.create(edition=2, file=licence.documents.get().file, made_at=NOON)

    answer = both(token)

    assert answer["outdated"] and answer["usable"]
    assert "There is a newer edition of this paper." in answer["sentence"]


def test_the_words_are_in_the_readers_language(both, licence):
    token = token_of(licence)

    assert both(token, **{"Accept-Language": "es"})["sentence"].startswith("VÁLIDA")
    assert both(token, **{"Accept-Language": "en"})["sentence"].startswith("VALID")


def test_what_has_not_changed_is_not_sent_again(border, machine, licence):  # noqa: F811
    address = PATH.format(token=token_of(licence))
    first = machine.get(address)

    seen = {"If-None-Match": first["ETag"]}

    assert machine.get(address, **seen).status_code == 304
    assert ask(border, address, **machine.headers, **seen).status_code == 304


def test_a_key_needs_the_scope_and_a_stranger_learns_nothing(border, licence):  # noqa: F811
    address = PATH.format(token=token_of(licence))
    for headers, status in (
        ({}, 401),
        ({"X-Api-Key": "istmo_wrong"}, 401),
        (Machine(scopes=[ApiScope.WRITE_USAGES]).headers, 403),
    ):
        assert Machine().client.get(address, headers=headers).status_code == status
        assert ask(border, address, **headers).status_code == status


def test_what_a_revoked_key_signed_is_not_genuine(both, licence, monkeypatch):
    token = token_of(licence)
    two_people_revoke(both(token)["token"]["kid"])
    monkeypatch.setattr(signing, "demonstration_key", lambda: None)  # as in production

    answer = both(token)

    assert (answer["flaw"], answer["usable"]) == ("key-revoked", False)


def two_people_revoke(kid):
    """Put the demonstration key on the record, as two people bring in and revoke a key."""
    first, second = UserFactory(administrator=True), UserFactory(administrator=True)
    own = signing.demonstration_key()
    key = SigningKey.objects.create(
        kid=kid,
        name="x",
        public_key=signing.der_of(own.key),
        starts_at=own.starts_at,
        ends_at=own.ends_at,
        reason="x",
        by=first,
        at=NOON,
    )
    said = {"outcome": "approve", "reason": "x", "asked_by": first, "by": second, "at": NOON}
    KeyDecision.objects.create(key=key, **said)
    revocation = KeyRevocation.objects.create(key=key, reason="x", by=first, at=NOON)
    KeyDecision.objects.create(revocation=revocation, **said)


@time_machine.travel(NOON, tick=False)
def test_the_examples_are_real_answers_as_described():
    machine, licence = Machine(), licence_of_the_examples()
    for token, example in (token_of(licence), examples.TOKEN), ("A7K$*2", examples.NO_TOKEN):
        response = machine.get(PATH.format(token=token))
        answer = response.json()
        assert list(answer) == list(example)
        if answer["token"]:  # its key and its digest are of this machine
            answer["token"].update({name: example["token"][name] for name in ("data_sha256", "kid")})
        assert {**answer, "version": ""} == {**example, "version": ""}
        assert conforms(response, PATH, "get")
    assert PATH in description()["paths"]
