"""Keys bound to client certificates: whose word counts, what is refused, and how one is bound."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licensing.actions import accounts
from licensing.errors import Refused
from licensing.models import AccessToken, Action, ApiKey, Event
from portal.border.application import Border
from portal.border.lookup import Lookup
from portal.border.shares import Shares
from portal.credentials import is_trusted, sha256_of
from portal.settings import networks, plain_header
from tests.factories import LicenceLineFactory
from tests.people import client_of
from tests.portal.machines import Machine
from tests.portal.test_border import MANY, ask

pytestmark = pytest.mark.django_db(transaction=True)

PROXY, NO_PROXY = "127.0.0.1", "192.0.2.9"
NONE = "This key is bound to a client certificate, and the request came without one."
ANOTHER = "This key is bound to another client certificate than the one that was shown."


def certificate():
    """Return a fresh certificate that signs itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().issuer_name(name).subject_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(start).not_valid_after(start + timedelta(days=9999))
    return made.sign(key, SHA256())


@pytest.fixture(scope="module")
def own():
    return certificate()


@pytest.fixture(scope="module")
def foreign():
    return certificate()


def pem(certificate):
    return certificate.public_bytes(Encoding.PEM).decode()


def named(certificate):
    return certificate.fingerprint(SHA256()).hex()


@pytest.fixture
def machine(own):
    return Machine(certificate_sha256=named(own))


@pytest.fixture
def licence():
    return LicenceLineFactory().licence


@pytest.fixture(autouse=True)
def proxy(settings):
    settings.TRUSTED_PROXIES = [PROXY]


@pytest.fixture(params=["portal", "border"])
def asked(request):
    """Return what asks one of the two applications about a licence."""
    if request.param == "portal":
        yield lambda licence, headers: Client().get(f"/api/v1/licences/{licence}", headers=headers)
        return
    border = Border(
        Lookup(connection.settings_dict), Shares(MANY, MANY), Shares(MANY, MANY), trusts_proxy=False
    )
    yield lambda licence, headers: ask(border, f"/api/v1/licences/{licence}", **headers)
    if kept := getattr(border.lookup.own, "statements", None):
        kept.own.close()


WAYS = {
    "sha256": named,
    "in capitals with colons": lambda one: one.fingerprint(SHA256()).hex(":").upper(),
    "as nginx sends it": lambda one: quote(pem(one)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_bound_key_opens_with_its_certificate(asked, machine, licence, own, way):
    answer = asked(licence, {**machine.headers, "ClientCertificate": WAYS[way](own)})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (lambda own, foreign: None, NONE),
        (lambda own, foreign: "", NONE),
        (lambda own, foreign: "no certificate", NONE),
        (lambda own, foreign: quote(pem(own)[:200]), NONE),
        (lambda own, foreign: f"{named(own)},{named(own)}", NONE),
        (lambda own, foreign: named(foreign), ANOTHER),
        (lambda own, foreign: quote(pem(foreign)), ANOTHER),
    ],
)
def test_a_bound_key_is_refused_without_it_and_says_why(asked, machine, licence, own, foreign, shown, why):
    header = shown(own, foreign)
    headers = {**machine.headers, **({} if header is None else {"ClientCertificate": header})}

    answer = asked(licence, headers)

    assert answer.status_code == 401
    assert answer.json()["detail"] == why
    assert answer["WWW-Authenticate"] == 'Bearer realm="Istmo API", error="invalid_token"'
    machine.key.refresh_from_db()
    assert machine.key.last_used_at is None


@pytest.mark.parametrize("trusted", [[], [NO_PROXY], ["10.0.0.0/8", "fd00::/8"]])
def test_nobody_else_is_believed(asked, machine, licence, own, settings, trusted):
    settings.TRUSTED_PROXIES = trusted

    answer = asked(licence, {**machine.headers, "ClientCertificate": named(own)})

    assert (answer.status_code, answer.json()["detail"]) == (401, NONE)


def test_another_header_does_not_count(asked, machine, licence, own, settings):
    settings.CLIENT_CERTIFICATE_HEADER = "Proof"

    assert asked(licence, {**machine.headers, "ClientCertificate": named(own)}).status_code == 401
    assert asked(licence, {**machine.headers, "Proof": named(own)}).status_code == 200


@pytest.mark.parametrize("spelt", ["Client_Certificate", "Client-Certificate", "X_Client_Cert"])
def test_no_other_spelling_reads_the_same(asked, machine, licence, own, spelt):
    assert asked(licence, {**machine.headers, spelt: named(own)}).status_code == 401


@pytest.mark.parametrize("name", ["X-Client-Cert", "X_Client_Cert", "", "Client Certificate", "Proof\n"])
def test_a_name_that_could_be_spelt_otherwise_stops_the_start(monkeypatch, name):
    monkeypatch.setenv("CLIENT_CERTIFICATE_HEADER", name)

    with pytest.raises(ImproperlyConfigured, match="CLIENT_CERTIFICATE_HEADER"):
        plain_header("CLIENT_CERTIFICATE_HEADER", "ClientCertificate")


def test_the_name_is_plain_unless_another_is_given(monkeypatch):
    monkeypatch.delenv("CLIENT_CERTIFICATE_HEADER", raising=False)
    assert plain_header("CLIENT_CERTIFICATE_HEADER", "ClientCertificate") == "ClientCertificate"

    monkeypatch.setenv("CLIENT_CERTIFICATE_HEADER", "Proof2")
    assert plain_header("CLIENT_CERTIFICATE_HEADER", "ClientCertificate") == "Proof2"


def test_a_key_that_is_not_bound_needs_none(asked, licence, own):
    machine = Machine()

    assert asked(licence, machine.headers).status_code == 200
    assert asked(licence, {**machine.headers, "ClientCertificate": named(own)}).status_code == 200


class TestTokens:
    def test_a_token_is_issued_to_who_shows_the_certificate(self, machine, own, foreign):
        without = machine.token()
        other = machine.token(headers={"ClientCertificate": named(foreign)})
        assert not AccessToken.objects.exists()
        right = machine.token(headers={"ClientCertificate": named(own)})

        assert [one.status_code for one in (without, other, right)] == [401, 401, 200]
        assert (without.json()["error"], without.json()["detail"]) == ("invalid_client", NONE)
        assert other.json()["detail"] == ANOTHER

    def test_a_token_is_bound_as_its_key_is(self, asked, machine, licence, own, foreign):
        issued = machine.token(headers={"ClientCertificate": named(own)}).json()
        headers = {**machine.headers, "Authorization": f"Bearer {issued['access_token']}"}

        shown = [
            asked(licence, {**headers, **({"ClientCertificate": named(one)} if one else {})})
            for one in (None, foreign, own)
        ]

        assert [one.status_code for one in shown] == [401, 401, 200]
        assert [one.json()["detail"] for one in shown[:2]] == [NONE, ANOTHER]

    def test_a_token_follows_when_its_key_is_bound_later(self, asked, licence, own, administrator):
        machine = Machine()
        headers = machine.by_token()
        assert asked(licence, headers).status_code == 200

        accounts.bind_key(machine.key.pk, certificate_sha256=named(own), by=administrator, at=timezone.now())

        assert asked(licence, headers).status_code == 401
        assert asked(licence, {**headers, "ClientCertificate": named(own)}).status_code == 200

    def test_the_server_says_that_it_can_bind_them(self, settings):
        def said():
            return Client().get("/.well-known/oauth-authorization-server").json()

        assert said()["tls_client_certificate_bound_access_tokens"] is True
        settings.TRUSTED_PROXIES = []
        assert said()["tls_client_certificate_bound_access_tokens"] is False


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_is_said_in_the_callers_language(asked, licence, own, language):
    machine = Machine(language, certificate_sha256=named(own))

    detail = asked(licence, machine.headers).json()["detail"]

    assert (detail == NONE) is (language == "en")


class TestWhoIsTrusted:
    @pytest.mark.parametrize(
        ("peer", "expected"),
        [
            ("172.30.77.2", True),
            ("::ffff:172.30.77.2", True),
            ("172.30.77.3", False),
            ("10.0.0.9", True),
            ("10.0.0.16", False),
            ("fd00::1", True),
            ("", False),
            ("unix:", False),
            ("172.30.77.2, 10.0.0.9", False),
        ],
    )
    def test_it_is_a_matter_of_networks(self, settings, peer, expected):
        settings.TRUSTED_PROXIES = ["172.30.77.2", "10.0.0.0/28", "fd00::/8"]

        assert is_trusted(peer) is expected

    def test_what_is_no_network_stops_the_start(self, monkeypatch):
        monkeypatch.setenv("SOME_NETWORKS", " 10.0.0.0/8 ,fd00::/8,,192.0.2.1")
        assert networks("SOME_NETWORKS") == ["10.0.0.0/8", "fd00::/8", "192.0.2.1/32"]

        for wrong in ("10.0.0.1/8", "proxy", "10.0.0.0/33"):
            monkeypatch.setenv("SOME_NETWORKS", wrong)
            with pytest.raises(ImproperlyConfigured, match="SOME_NETWORKS"):
                networks("SOME_NETWORKS")


@pytest.mark.parametrize(
    "wrong", ["", "abc", "0" * 63, "0" * 65, "g" * 64, "-----BEGIN CERTIFICATE-----\nno"]
)
def test_what_names_no_certificate_is_none(wrong):
    with pytest.raises(ValueError):
        sha256_of(wrong)


def test_the_database_takes_nothing_but_a_sha256(machine):
    for wrong in ("A" * 64, "0" * 63, "g" * 64):
        with pytest.raises(IntegrityError, match="named_by_its_sha256"), transaction.atomic():
            ApiKey.objects.filter(pk=machine.key.pk).update(certificate_sha256=wrong)


def test_the_proxy_says_it_in_place_of_the_client():
    """nginx passes no header of the level above on where a part of it sets one of its own."""
    written = (settings.BASE_DIR / "portal/deploy/nginx.conf").read_text(encoding="utf-8")
    servers = re.compile(r"^    server \{$.*?^    \}$", flags=re.MULTILINE | re.DOTALL)
    above, parts = servers.sub("", written), servers.findall(written)
    assert len(parts) == 3

    assert "proxy_set_header ClientCertificate $ssl_client_escaped_cert;" in above
    assert "underscores_in_headers off;" in above
    assert not any("proxy_set_header" in part for part in parts)
    composed = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8"))
    proxy = composed["services"]["proxy"]["networks"]["edge"]["ipv4_address"]
    for service in ("web", "border"):
        assert composed["services"][service]["environment"]["TRUSTED_PROXIES"] == proxy


class TestPages:
    @pytest.fixture
    def desk(self, administrator):
        return client_of(administrator)

    @pytest.fixture
    def key(self):
        return Machine().key

    def bind(self, desk, key, **sent):
        return desk.post(reverse("key-certificate", args=[key.pk]), sent, follow=True)

    @pytest.mark.parametrize("way", [pem, named])
    def test_a_key_is_bound_by_a_pasted_certificate_or_its_fingerprint(self, desk, key, own, way):
        page = self.bind(desk, key, certificate=way(own))

        key.refresh_from_db()
        assert key.certificate_sha256 == named(own)
        assert named(own)[:8] in page.content.decode()
        event = Event.objects.get(action=Action.BIND_KEY)
        assert (event.before, event.after) == ({}, {"certificate_sha256": named(own)})
        assert event.data == {"key": key.prefix}

    def test_the_binding_is_removed_again(self, desk, machine, own):
        shown = desk.get(reverse("key-certificate", args=[machine.key.pk])).content.decode()
        assert named(own) in shown

        self.bind(desk, machine.key, remove="1")
        self.bind(desk, machine.key, remove="1")  # twice says so, and is no error

        machine.key.refresh_from_db()
        assert machine.key.certificate_sha256 == ""
        event = Event.objects.get(action=Action.BIND_KEY)
        assert (event.before, event.after) == ({"certificate_sha256": named(own)}, {})

    def test_a_new_key_can_be_bound_at_once(self, desk, own):
        account = Machine().key.account
        form = {
            "name": "SIGA, Balboa",
            "scopes": ["licences:read"],
            "expires_on": (timezone.now() + timedelta(days=30)).date().isoformat(),
            "certificate": pem(own),
        }

        page = desk.post(reverse("key-new", args=[account.pk]), form).content.decode()

        key = ApiKey.objects.get(name="SIGA, Balboa")
        assert key.certificate_sha256 == named(own)
        assert named(own) in page
        event = Event.objects.get(action=Action.MAKE_KEY)
        assert event.after["certificate_sha256"] == named(own)

    @pytest.mark.parametrize("wrong", ["", "SHA-1", "-----BEGIN CERTIFICATE-----"])
    def test_what_is_no_certificate_stays_in_the_form_with_the_reason(self, desk, key, wrong):
        page = self.bind(desk, key, certificate=wrong)

        key.refresh_from_db()
        assert key.certificate_sha256 == ""
        assert page.context["form"].errors["certificate"]
        assert wrong in page.content.decode()

    def test_the_same_certificate_twice_says_so(self, desk, machine, own):
        page = self.bind(desk, machine.key, certificate=pem(own))

        assert page.context["form"].errors
        assert not Event.objects.filter(action=Action.BIND_KEY).exists()

    def test_a_revoked_key_is_bound_no_more(self, desk, key, own, administrator):
        accounts.revoke_key(key.pk, by=administrator, at=timezone.now())

        assert self.bind(desk, key, certificate=pem(own)).status_code == 404
        with pytest.raises(Refused):
            accounts.bind_key(key.pk, certificate_sha256=named(own), by=administrator, at=timezone.now())

    def test_only_administrators_bind_keys(self, key, own, officer):
        answer = client_of(officer).post(reverse("key-certificate", args=[key.pk]), {"certificate": pem(own)})

        assert answer.status_code == 403
        with pytest.raises(Refused):
            accounts.bind_key(key.pk, certificate_sha256=named(own), by=officer, at=timezone.now())

    def test_it_warns_while_no_proxy_is_believed(self, desk, key, settings):
        pages = [reverse("key-certificate", args=[key.pk]), reverse("account", args=[key.account_id])]
        assert not any("TRUSTED_PROXIES" in desk.get(page).content.decode() for page in pages)

        settings.TRUSTED_PROXIES = []

        assert all("TRUSTED_PROXIES" in desk.get(page).content.decode() for page in pages)
