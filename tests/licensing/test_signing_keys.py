"""Keys come and go by two people, and the database knows both."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import translation

from licensing import licence_document, notifications, signing
from licensing.actions import keys
from licensing.errors import Refused
from licensing.models import Action, Event, Job, KeyDecision, KeyRevocation, OutboxJob, SigningKey
from portal.api.keys import known
from portal.offline import verify_token
from tests.factories import NOON, LicenceLineFactory, UserFactory

pytestmark = pytest.mark.django_db
WHY = "La llave vieja termina en marzo."
YEAR = timedelta(days=365)
LATER = NOON + timedelta(days=1)


@pytest.fixture
def first():
    return UserFactory(administrator=True, name="Ana Primera")


@pytest.fixture
def second():
    return UserFactory(administrator=True, name="Luis Segundo")


def pem_of(private):
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def private():
    return load_pem_private_key(signing.new_key_pem(), None)


@pytest.fixture
def propose(first):
    def propose(private, **changes):
        given = {"name": "Llave 2026", "starts_at": NOON, "ends_at": NOON + YEAR, "reason": WHY, **changes}
        return keys.propose(public_key=pem_of(private), by=first, at=NOON, **given)

    return propose


@pytest.fixture
def trusted(propose, private, second):
    key = propose(private)
    keys.decide(key, agrees=True, reason="Comparada.", by=second, at=NOON)
    return key


@pytest.fixture
def in_use(settings, tmp_path, private):
    """The private half, where the worker finds it."""
    file = tmp_path / "key.pem"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.SIGNING_KEY_FILES = [str(file)]


def test_a_key_signs_only_once_a_second_person_agreed(propose, private, second, in_use):
    key = propose(private)
    with pytest.raises(signing.NoKey):
        signing.sign([], signing.LICENCE, at=NOON)

    keys.decide(key, agrees=True, reason="Comparada.", by=second, at=NOON)

    assert signing.sign([], signing.LICENCE, at=NOON)[1] == key.kid
    assert key.kid in known()


def test_nobody_agrees_to_their_own_key(propose, private, first):
    key = propose(private)

    with pytest.raises(Refused):
        keys.decide(key, agrees=True, reason=WHY, by=first, at=LATER)

    assert key.kid not in known()


def test_who_asked_may_withdraw_and_ask_again(propose, private, first):
    key = propose(private)

    decision = keys.decide(key, agrees=False, reason="Mal copiada.", by=first, at=LATER)

    assert decision.is_withdrawal
    assert propose(private).kid == key.kid


def test_a_key_is_asked_for_once(propose, private):
    propose(private)

    with pytest.raises(Refused):
        propose(private)


def test_what_is_decided_stays_decided(trusted, second):
    with pytest.raises(Refused):
        keys.decide(trusted, agrees=False, reason="Otra cosa.", by=second, at=LATER)


@pytest.mark.parametrize("role", ["customs", "decider", "exporter"])
def test_only_administrators_ask(role, private):
    with pytest.raises(Refused):
        keys.propose(
            name="X",
            public_key=pem_of(private),
            starts_at=NOON,
            ends_at=NOON + YEAR,
            reason=WHY,
            by=UserFactory(**{role: True}),
            at=NOON,
        )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "nonsense",
        pem_of(ec.generate_private_key(ec.SECP384R1())),
        signing.new_key_pem().decode(),
    ],
    ids=["nothing", "nonsense", "another curve", "a private key"],
)
def test_only_a_public_key_of_our_curve_is_taken(written, first):
    with pytest.raises(Refused):
        keys.propose(
            name="X",
            public_key=written,
            starts_at=NOON,
            ends_at=NOON + YEAR,
            reason=WHY,
            by=first,
            at=NOON,
        )
    assert not SigningKey.objects.exists()


def test_a_key_that_is_over_signs_nothing_and_what_it_signed_stays_genuine(trusted, in_use):
    line = LicenceLineFactory()
    licence_document.make(line.licence_id, at=NOON)
    with pytest.raises(signing.NoKey):
        signing.sign([], signing.LICENCE, at=NOON + YEAR)

    token = line.licence.documents.get().token

    assert verify_token.verify(token, known()).kid == trusted.kid


def test_what_a_key_signs_outside_its_time_is_not_believed(trusted, private):
    early = int((NOON - timedelta(seconds=1)).timestamp())
    content = [1, "PA-L-2026-1", 1, "X", 1, 2, early, 0, bytes(32), 0, []]
    forged = verify_token.text_of(signing.sign_with(private, content, signing.LICENCE))

    with pytest.raises(verify_token.NotGenuine, match="key-not-valid-then"):
        verify_token.verify(forged, known())


def test_of_two_keys_the_one_that_starts_last_signs(trusted, propose, second, settings, tmp_path, private):
    newer = load_pem_private_key(signing.new_key_pem(), None)
    key = propose(newer, name="Llave 2027", starts_at=LATER)
    keys.decide(key, agrees=True, reason="Comparada.", by=second, at=NOON)
    files = []
    for number, one in enumerate((private, newer)):
        files.append(tmp_path / f"{number}.pem")
        files[-1].write_bytes(one.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.SIGNING_KEY_FILES = [str(file) for file in files]

    assert signing.sign([], signing.LICENCE, at=NOON)[1] == trusted.kid
    assert signing.sign([], signing.LICENCE, at=LATER)[1] == key.kid


# --- revoked -----------------------------------------------------------------------------------------


def test_a_key_is_revoked_by_two_people(trusted, first, second):
    asked = keys.ask_to_revoke(trusted.pk, reason="Copiada.", by=second, at=LATER)
    with pytest.raises(Refused):
        keys.decide(asked, agrees=True, reason="Sí.", by=second, at=LATER)
    assert not known()[trusted.kid].is_revoked

    keys.decide(asked, agrees=True, reason="Sí.", by=first, at=LATER)

    assert known()[trusted.kid].is_revoked
    with pytest.raises(Refused):
        keys.ask_to_revoke(trusted.pk, reason="Otra vez.", by=second, at=LATER)


def test_a_revocation_is_asked_for_once(trusted, first, second):
    keys.ask_to_revoke(trusted.pk, reason="Copiada.", by=second, at=LATER)

    with pytest.raises(Refused):
        keys.ask_to_revoke(trusted.pk, reason="Copiada.", by=first, at=LATER)


def test_what_a_revoked_key_signed_counts_no_more_and_is_made_anew(trusted, first, second, in_use, settings):
    line = LicenceLineFactory()
    licence_document.make(line.licence_id, at=NOON)
    old = line.licence.documents.get()
    asked = keys.ask_to_revoke(trusted.pk, reason="Copiada.", by=first, at=LATER)
    keys.decide(asked, agrees=True, reason="Sí.", by=second, at=LATER)

    with pytest.raises(verify_token.NotGenuine, match="key-revoked"):
        verify_token.verify(old.token, known())
    job = OutboxJob.objects.get(job=Job.RENDER_LICENCE)
    assert job.arguments == {"licence_id": line.licence_id}
    settings.SIGNING_KEY_FILES = []  # the demonstration's own key
    licence_document.make(line.licence_id, at=LATER)
    new = line.licence.documents.order_by("edition").last()
    assert (new.edition, verify_token.verify(new.token, known()).edition) == (2, 2)


# --- what the database itself refuses ----------------------------------------------------------------


def test_the_database_refuses_one_person_for_both(propose, private, first):
    key = propose(private)

    with pytest.raises(IntegrityError, match="two_people_change_a_signing_key"), transaction.atomic():
        KeyDecision.objects.create(key=key, outcome="approve", reason="x", asked_by=first, by=first, at=LATER)


def test_the_database_knows_who_asked(propose, private, second):
    key = propose(private)

    with pytest.raises(IntegrityError, match="the first person is who asked"), transaction.atomic():
        KeyDecision.objects.create(
            key=key, outcome="approve", reason="x", asked_by=UserFactory(), by=second, at=LATER
        )


def test_the_database_trusts_one_key_of_an_id(trusted, private, first, second):
    twin = SigningKey.objects.create(
        kid=trusted.kid,
        name="Gemela",
        public_key=b"x",
        starts_at=NOON,
        ends_at=LATER,
        reason="x",
        by=first,
        at=NOON,
    )

    with pytest.raises(IntegrityError, match="the only one of its id"), transaction.atomic():
        KeyDecision.objects.create(
            key=twin, outcome="approve", reason="x", asked_by=first, by=second, at=LATER
        )


@pytest.mark.parametrize("model", [SigningKey, KeyRevocation, KeyDecision])
def test_no_row_can_be_changed_or_deleted(model, trusted, first, second):
    asked = keys.ask_to_revoke(trusted.pk, reason="Copiada.", by=first, at=LATER)
    keys.decide(asked, agrees=True, reason="Sí.", by=second, at=LATER)

    table = connection.ops.quote_name(model._meta.db_table)
    for statement in (f"UPDATE {table} SET reason = 'x'", f"DELETE FROM {table}"):
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            connection.cursor().execute(statement)


# --- who hears of it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_everybody_who_may_agree_gets_a_letter_and_who_asked_hears_the_end(trusted, first, second, language):
    asked = keys.ask_to_revoke(trusted.pk, reason="Copiada & vendida.", by=first, at=LATER)
    keys.decide(asked, agrees=False, reason="No es verdad.", by=second, at=LATER)
    reader = UserFactory(administrator=True, language=language)

    events = list(Event.objects.filter(signing_key=trusted).order_by("pk"))

    assert [event.action for event in events] == [
        Action.ASK_KEY_CHANGE,
        Action.APPROVE_KEY_CHANGE,
        Action.ASK_KEY_CHANGE,
        Action.DECLINE_KEY_CHANGE,
    ]
    jobs = OutboxJob.objects.filter(job=Job.NOTIFY)
    told = {(job.arguments["event_id"], job.arguments["user_id"]) for job in jobs}
    assert (events[2].pk, second.pk) in told
    assert (events[2].pk, first.pk) not in told
    assert (events[3].pk, first.pk) in told
    with translation.override(language):
        for event in events:
            notifications.send(event, reader)
    for letter, event in zip(mail.outbox, events, strict=True):
        assert event.data["reason"] in letter.body
        assert trusted.kid in letter.body
        assert "/administration/signing-keys/" in letter.body
        assert "\n" not in letter.subject


# --- the command -------------------------------------------------------------------------------------


def test_the_command_makes_a_key_and_prints_only_its_public_half(tmp_path, capsys, settings):
    settings.SIGNING_KEY_PASSWORD = "una-clave-larga"
    file = tmp_path / "key.pem"

    call_command("signing_key", str(file))

    printed = capsys.readouterr().out
    assert "BEGIN PUBLIC KEY" in printed and "PRIVATE" not in printed
    assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    call_command("signing_key", str(file))
    assert capsys.readouterr().out == printed
    assert file.read_bytes() == before
