"""A private key where a public one is asked for: said to be one, and neither kept nor shown again."""

import html

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.urls import reverse

from licensing import signing
from licensing.actions import keys
from licensing.errors import Refused
from licensing.models import Event, SigningKey
from portal.forms.fields import today
from tests.factories import NOON, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db

PAGE = reverse("signing-key-new")
TOLD = {
    "en": "This is a private key. Whoever has seen it can sign licences as the authority",
    "es": "Esta es una llave privada. Quien la haya visto puede firmar licencias como la autoridad",
}


def pem(key, form=PrivateFormat.PKCS8, encryption=None):
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode()


def inside(text):
    return "".join(text.strip().splitlines()[1:-1])


OURS, LONG = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 3072)
LOCKED = pem(OURS, encryption=BestAvailableEncryption(b"secret"))
PRIVATE = {
    "PKCS 8": pem(OURS),
    "SEC 1": pem(OURS, PrivateFormat.TraditionalOpenSSL),
    "with a password": LOCKED,
    "longer than the field": pem(LONG),
    "without its first and last line": inside(pem(OURS)),
    "with a password, without its first and last line": inside(LOCKED),
    "as JSON": '{"kty": "EC", "crv": "P-256", "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}',
}


def asks(key):
    return {
        "name": "Signing key",
        "public_key": key,
        "first": today().isoformat(),
        "last": today().isoformat(),
        "reason": "The first one.",
    }


@pytest.fixture
def administrator():
    return UserFactory(administrator=True)


@pytest.mark.parametrize("language", TOLD)
@pytest.mark.parametrize("private", PRIVATE.values(), ids=PRIVATE.keys())
def test_it_is_told_to_be_exposed_and_not_shown_again(administrator, private, language):
    response = client_of(administrator, language).post(PAGE, asks(private))

    page = html.unescape(response.content.decode())
    assert TOLD[language] in page
    assert inside(private)[:40] not in page if len(private.splitlines()) > 1 else private[:40] not in page
    assert "The first one." in page, "what else was typed is kept"
    assert not SigningKey.objects.exists()
    assert not Event.objects.filter(data__icontains=private[30:60]).exists()


@pytest.mark.parametrize("private", PRIVATE.values(), ids=PRIVATE.keys())
def test_nothing_brings_one_in_past_the_page(administrator, private):
    with pytest.raises(Refused, match=r"private key|llave privada"):
        keys.propose(
            name="Key",
            public_key=private,
            starts_at=NOON,
            ends_at=NOON,
            reason="Why not",
            by=administrator,
            at=NOON,
        )


def test_a_public_key_is_not_taken_for_a_private_one(administrator):
    public = OURS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert not signing.is_private(public)
    assert not signing.is_private(inside(public))

    assert client_of(administrator).post(PAGE, asks(public)).status_code == 302


@pytest.mark.parametrize("nonsense", ["", "x", "not a key", "AAAA", "ñandú", "-----BEGIN PUBLIC KEY-----"])
def test_nonsense_is_no_private_key(nonsense):
    assert not signing.is_private(nonsense)
