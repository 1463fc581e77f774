"""Organisations, accounts and keys: made by those who may, disabled but never deleted, all of it logged."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from licensing.actions import accounts
from licensing.errors import Refused
from licensing.models import (
    Action,
    ApiKey,
    ApiScope,
    Event,
    Organisation,
    OrganisationKind,
    Role,
)
from tests.factories import NOON, OrganisationFactory, UserFactory

KIND_OF = {
    OrganisationKind.EXPORTER: (Role.EXPORTER_FILER, Role.EXPORTER_ADMINISTRATOR),
    OrganisationKind.BODY: (Role.ADVISER,),
    OrganisationKind.CUSTOMS: (Role.CUSTOMS_OFFICER, Role.CUSTOMS_SYSTEM),
    OrganisationKind.AUTHORITY: (Role.CASE_OFFICER, Role.DECIDING_OFFICER, Role.ADMINISTRATOR),
}


def invite(by, **fields):
    facts = {
        "email": "nueva@example.org",
        "name": "Nueva Persona",
        "role": Role.CASE_OFFICER,
        "organisation": None,
        "language": "es",
    }
    return accounts.invite(by=by, at=NOON, **{**facts, **fields})


def make_key(account, by, **fields):
    facts = {"name": "SIGA", "scopes": [ApiScope.READ_LICENCES], "expires_at": NOON + timedelta(days=30)}
    return accounts.make_key(account.pk, by=by, at=NOON, **{**facts, **fields})


@pytest.fixture
def manager(db):
    return UserFactory(role=Role.EXPORTER_ADMINISTRATOR)


@pytest.fixture
def machine(db):
    return UserFactory(system=True)


def test_an_invited_person_has_no_password_and_the_record_says_who_invited(administrator):
    user = invite(administrator)

    assert not user.has_usable_password()
    event = user.events.get()
    assert (event.action, event.by, event.after) == (
        Action.INVITE,
        administrator,
        {"role": "case-officer", "email": "nueva@example.org"},
    )


def test_an_address_has_one_account_whatever_its_case(administrator):
    invite(administrator)

    with pytest.raises(Refused):
        invite(administrator, email="NUEVA@example.org")


@pytest.mark.parametrize(("kind", "roles"), KIND_OF.items())
def test_a_role_acts_for_its_own_kind_of_organisation(administrator, kind, roles):
    organisation = OrganisationFactory(kind=kind)
    accepted = set()
    for number, role in enumerate(Role):
        try:
            invite(administrator, role=role, organisation=organisation, email=f"p{number}@example.org")
        except Refused:
            continue
        accepted.add(role)

    assert accepted == set(roles)


def test_whoever_acts_for_somebody_must_say_for_whom(administrator):
    with pytest.raises(Refused):
        invite(administrator, role=Role.ADVISER)


def test_a_companys_administrator_invites_for_the_company_only(manager):
    user = invite(manager, role=Role.EXPORTER_FILER, organisation=manager.organisation)
    assert user.organisation == manager.organisation

    for role, organisation in (
        (Role.EXPORTER_FILER, OrganisationFactory()),
        (Role.CASE_OFFICER, None),
        (Role.ADMINISTRATOR, None),
        (Role.CASE_OFFICER, manager.organisation),
    ):
        with pytest.raises(Refused):
            invite(manager, role=role, organisation=organisation, email="otra@example.org")


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.EXPORTER_ADMINISTRATOR)]
)
def test_nobody_else_manages_accounts(db, role):
    by, other = UserFactory(role=role), UserFactory(exporter=True)

    with pytest.raises(Refused):
        invite(by)
    with pytest.raises(Refused):
        accounts.disable(other.pk, by=by, at=NOON, reason="x")
    with pytest.raises(Refused):
        accounts.end_sessions(other.pk, by=by, at=NOON)
    with pytest.raises(Refused):
        accounts.register_organisation(by=by, at=NOON, kind="exporter", name="X", country="PA")


def test_disabling_stops_keys_and_says_why(administrator, machine):
    key, _secret = make_key(machine, administrator)

    accounts.disable(machine.pk, by=administrator, at=NOON, reason="Sistema retirado.")

    key.refresh_from_db()
    assert (key.revoked_by, key.revoked_at) == (administrator, NOON)
    assert machine.events.get(action=Action.DISABLE).data == {"reason": "Sistema retirado."}


def test_nobody_disables_themselves_or_twice(administrator, officer):
    with pytest.raises(Refused):
        accounts.disable(administrator.pk, by=administrator, at=NOON, reason="x")
    accounts.disable(officer.pk, by=administrator, at=NOON, reason="x")
    with pytest.raises(Refused):
        accounts.disable(officer.pk, by=administrator, at=NOON, reason="x")


def test_an_account_that_opens_again_begins_anew(administrator, officer, machine):
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={"secret": "x"})
    key, _secret = make_key(machine, administrator)
    for account in (officer, machine):
        accounts.disable(account.pk, by=administrator, at=NOON, reason="x")

        accounts.enable(account.pk, by=administrator, at=NOON, reason="Volvió.")

    officer.refresh_from_db()
    assert officer.is_active
    assert not officer.has_usable_password()
    assert not Authenticator.objects.filter(user=officer).exists()
    assert not ApiKey.objects.live(NOON).filter(pk=key.pk).exists()


def test_a_company_opens_what_it_shut_itself_and_nothing_that_the_authority_shut(administrator):
    boss = UserFactory(exporter=True, role=Role.EXPORTER_ADMINISTRATOR)
    colleague = UserFactory(exporter=True, organisation=boss.organisation)
    accounts.disable(colleague.pk, by=boss, at=NOON, reason="x")
    accounts.enable(colleague.pk, by=boss, at=NOON, reason="x")

    accounts.disable(colleague.pk, by=administrator, at=NOON, reason="Fraude.")

    with pytest.raises(Refused, match="authority|autoridad"):
        accounts.enable(colleague.pk, by=boss, at=NOON, reason="x")
    accounts.enable(colleague.pk, by=administrator, at=NOON, reason="x")


def test_an_open_account_is_not_opened_again(administrator, officer):
    with pytest.raises(Refused):
        accounts.enable(officer.pk, by=administrator, at=NOON, reason="x")


def test_a_secret_is_random_and_only_its_digest_is_kept(administrator, machine):
    (first, one), (_second, two) = make_key(machine, administrator), make_key(machine, administrator)

    assert one != two
    assert len(one) >= 43
    assert bytes(first.digest) == accounts.digest(one)
    assert one not in str(ApiKey.objects.values())
    assert one not in str(list(Event.objects.values()))


def test_only_a_live_system_account_has_keys(administrator, officer, machine):
    with pytest.raises(Refused):
        make_key(officer, administrator)
    accounts.disable(machine.pk, by=administrator, at=NOON, reason="x")
    with pytest.raises(Refused):
        make_key(machine, administrator)


def test_a_key_ends_after_today(administrator, machine):
    with pytest.raises(Refused):
        make_key(machine, administrator, expires_at=NOON)


def test_a_key_is_revoked_once(administrator, machine):
    key, _secret = make_key(machine, administrator)
    accounts.revoke_key(key.pk, by=administrator, at=NOON)

    with pytest.raises(Refused):
        accounts.revoke_key(key.pk, by=administrator, at=NOON)
    assert machine.events.filter(action=Action.REVOKE_KEY).count() == 1


def test_an_organisation_is_registered_once_by_its_tax_number_and_its_body(administrator):
    facts = {"kind": OrganisationKind.BODY, "name": "Ministerio", "country": "PA"}
    accounts.register_organisation(by=administrator, at=NOON, **facts, tax_id="1-2-3", body_code="health")

    for more in ({"tax_id": "1-2-3"}, {"body_code": "health"}):
        with pytest.raises(Refused):
            accounts.register_organisation(by=administrator, at=NOON, **facts, **more)
    assert Organisation.objects.get(name="Ministerio").events.get().action == Action.REGISTER


def test_the_machines_owner_makes_an_administrator_and_the_record_keeps_it(db):
    user = accounts.make_administrator(email="a@example.org", name="A", language="es", at=NOON)

    assert user.role == Role.ADMINISTRATOR
    assert not user.has_usable_password()
    assert user.events.get().by is None
    with pytest.raises(Refused):
        accounts.make_administrator(email="A@example.org", name="A", language="es", at=NOON)


def test_people_end_their_own_sessions(exporter):
    assert accounts.end_sessions(exporter.pk, by=exporter, at=NOON) == 0
    assert not Event.objects.filter(action=Action.END_SESSION).exists()
