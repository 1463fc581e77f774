"""The pages on which accounts, organisations and keys are made, through HTTP."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from licensing.actions import accounts
from licensing.country import pack
from licensing.models import ApiKey, ApiScope, Organisation, OrganisationKind, Role, User
from portal.templatetags.portal import moment
from tests.factories import OrganisationFactory, UserFactory
from tests.people import client_of

PERSON = {"name": "Nueva Persona", "email": "nueva@example.org", "language": "es"}
COMPANY = {
    "kind": "exporter",
    "name": "Cía. Nueva",
    "country": "PA",
    "tax_id": "155612345-2-2016",
    "tax_id_check": "12",
}


@pytest.fixture
def desk(administrator):
    return client_of(administrator, "en")


@pytest.fixture
def machine(db):
    return UserFactory(system=True, name="Sistema")


def errors_of(answer):
    assert answer.status_code == 200
    return answer.context["form"].errors


def invite(client, **fields):
    return client.post(reverse("account-new"), {**PERSON, "role": Role.CASE_OFFICER, **fields})


def key_fields(**fields):
    day = pack().legal_day(timezone.now()) + timedelta(days=30)
    return {"name": "Manzanillo", "scopes": [ApiScope.READ_LICENCES], "expires_on": day.isoformat(), **fields}


def make_key(client, account, **fields):
    return client.post(reverse("key-new", args=[account.pk]), key_fields(**fields))


def test_an_invited_person_gets_the_letter(desk, letters_go_at_once):
    answer = invite(desk)

    user = User.objects.get(email="nueva@example.org")
    assert answer.url == reverse("account", args=[user.pk])
    assert [letter.to for letter in mail.outbox] == [["nueva@example.org"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_the_letter_can_be_sent_again(desk, officer, letters_go_at_once):
    desk.post(reverse("account-letter", args=[officer.pk]))

    assert [letter.to for letter in mail.outbox] == [[officer.email]]


def test_a_machine_gets_no_letter(desk, machine, letters_go_at_once):
    invite(desk, role=Role.CUSTOMS_SYSTEM, organisation=machine.organisation_id)

    assert mail.outbox == []
    assert desk.post(reverse("account-letter", args=[machine.pk])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no-address"},
        {"email": ""},
        {"name": ""},
        {"name": "x" * 151},
        {"role": "emperor"},
        {"role": ""},
        {"organisation": "999999"},
        {"role": Role.ADVISER},
        {"language": "xx"},
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(desk, wrong):
    answer = invite(desk, **wrong)

    assert errors_of(answer)
    assert "Nueva Persona" in answer.content.decode() or "name" in wrong
    assert not User.objects.filter(email="nueva@example.org").exists()


def test_a_script_in_a_name_stays_text(desk):
    invite(desk, name="<script>alert(1)</script>")

    html = desk.get(reverse("accounts")).content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_a_companys_administrator_invites_a_colleague_and_cannot_choose_otherwise(db, letters_go_at_once):
    manager = UserFactory(role=Role.EXPORTER_ADMINISTRATOR)
    client, other = client_of(manager), OrganisationFactory()

    invite(client, role=Role.EXPORTER_FILER, organisation=other.pk)
    refused = invite(client, role=Role.ADMINISTRATOR, email="otra@example.org")

    assert User.objects.get(email="nueva@example.org").organisation == manager.organisation
    assert errors_of(refused)
    assert "nueva@example.org" in client.get(reverse("company")).content.decode()


@pytest.mark.parametrize("act", ["account-disable", "account-enable", "account-sessions", "account-letter"])
def test_the_people_of_another_company_do_not_exist_for_a_companys_administrator(officer, act):
    boss = UserFactory(role=Role.EXPORTER_ADMINISTRATOR)
    stranger = UserFactory(exporter=True)
    client = client_of(boss)

    for account in (stranger, officer):
        assert client.get(reverse("account", args=[account.pk])).status_code == 404
        assert client.post(reverse(act, args=[account.pk]), {"reason": "x"}).status_code == 404
        account.refresh_from_db()
        assert account.is_active


def test_keys_are_no_business_of_a_companys_administrator(administrator, machine):
    key, _secret = accounts.make_key(
        machine.pk,
        name="Puerto",
        scopes=[ApiScope.READ_LICENCES],
        expires_at=timezone.now() + timedelta(days=1),
        by=administrator,
        at=timezone.now(),
    )
    client = client_of(UserFactory(role=Role.EXPORTER_ADMINISTRATOR))

    assert client.post(reverse("key-revoke", args=[key.pk])).status_code == 403
    assert client.post(reverse("key-new", args=[machine.pk]), key_fields()).status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None


def test_accounts_are_found_by_words_role_and_state(desk, administrator):
    found = UserFactory(name="Zoila Rosa", exporter=True)
    gone = UserFactory(name="Zoila Gris")
    accounts.disable(gone.pk, by=administrator, at=timezone.now(), reason="x")

    def names(**query):
        return [user.name for user in desk.get(reverse("accounts"), query).context["page"]]

    assert names(q="zoila") == ["Zoila Gris", "Zoila Rosa"]
    assert names(q=f"zoila {found.organisation.name}") == ["Zoila Rosa"]
    assert names(q="zoila", role=Role.CASE_OFFICER) == ["Zoila Gris"]
    assert names(q="zoila", state="active") == ["Zoila Rosa"]
    assert len(names(role="nonsense")) == User.objects.count()


def test_names_are_listed_as_a_dictionary_does(desk):
    for name in ("Zoila", "Óscar", "Ángela", "olga", "Ñato", "Noé", "Bruno"):
        UserFactory(name=f"{name} Q.", exporter=True, organisation__name=f"{name} Q.")
    expected = [f"{name} Q." for name in ("Ángela", "Bruno", "Ñato", "Noé", "olga", "Óscar", "Zoila")]

    for address in ("accounts", "organisations"):
        assert [row.name for row in desk.get(reverse(address), {"q": "Q."}).context["page"]] == expected


def test_the_list_of_accounts_takes_as_many_queries_for_many(desk, django_assert_max_num_queries):
    UserFactory.create_batch(20, exporter=True)

    with django_assert_max_num_queries(12):
        desk.get(reverse("accounts"))


def test_disabling_needs_a_reason(desk, officer):
    answer = desk.post(reverse("account-disable", args=[officer.pk]), {"reason": " "})

    assert errors_of(answer)
    officer.refresh_from_db()
    assert officer.is_active


def test_disabling_and_opening_again_stand_in_the_record(desk, officer, letters_go_at_once):
    desk.post(reverse("account-disable", args=[officer.pk]), {"reason": "De vacaciones largas."})
    assert "De vacaciones largas." in desk.get(reverse("account", args=[officer.pk])).content.decode()

    desk.post(reverse("account-enable", args=[officer.pk]), {"reason": "Volvió."})

    officer.refresh_from_db()
    assert officer.is_active
    assert [letter.to for letter in mail.outbox] == [[officer.email]]


def test_an_own_account_is_not_disabled(desk, administrator):
    answer = desk.post(reverse("account-disable", args=[administrator.pk]), {"reason": "x"})

    assert errors_of(answer)
    assert desk.get("/").status_code == 200


def test_a_new_key_is_shown_once(desk, machine):
    answer = make_key(desk, machine)

    secret = re.search(r"istmo_[\w-]{43}", answer.content.decode())[0]
    key = ApiKey.objects.get(account=machine)
    assert bytes(key.digest) == accounts.digest(secret)
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in desk.get(reverse("account", args=[machine.pk])).content.decode()


def test_loading_the_page_of_a_new_key_again_makes_no_second_key_and_shows_none(desk, machine):
    form = desk.get(reverse("account", args=[machine.pk])).content.decode()
    once = re.search(r'name="once" value="(\w+)"', form)[1]
    secret = re.search(r"istmo_[\w-]{43}", make_key(desk, machine, once=once).content.decode())[0]

    again = make_key(desk, machine, once=once)

    assert again.url == reverse("account", args=[machine.pk])
    page = desk.get(again.url).content.decode()
    assert "This key is made already" in page
    assert secret not in page
    assert ApiKey.objects.count() == 1


def test_a_key_lasts_to_the_end_of_its_last_day_here(desk, machine):
    make_key(desk, machine)

    here = ApiKey.objects.get().expires_at.astimezone(pack().time_zone)
    assert (here.hour, here.minute) == (0, 0)


def test_the_last_day_of_a_key_reads_as_it_was_typed(desk, machine):
    made = make_key(desk, machine, expires_on="2027-03-01").content.decode()

    assert "1 March 2027" in made
    assert "2027-03-01" in desk.get(reverse("account", args=[machine.pk])).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_on": ""},
        {"expires_on": "2020-01-01"},
        {"expires_on": "2999-01-01"},
        {"expires_on": "soon"},
    ],
)
def test_a_key_with_a_mistake_is_not_made(desk, machine, wrong):
    assert errors_of(make_key(desk, machine, **wrong))
    assert not ApiKey.objects.exists()


def test_a_key_for_a_person_is_refused(desk, officer):
    assert errors_of(make_key(desk, officer))


def test_a_revoked_key_is_shown_as_such(desk, machine):
    make_key(desk, machine)
    key = ApiKey.objects.get()

    desk.post(reverse("key-revoke", args=[key.pk]))
    desk.post(reverse("key-revoke", args=[key.pk]))  # twice says so, and is no error

    key.refresh_from_db()
    page = desk.get(reverse("account", args=[machine.pk])).content.decode()
    assert "Revoked" in page
    assert f"by {key.revoked_by}, {moment(key.revoked_at)}" in page


def test_an_organisation_is_registered_and_found(desk):
    answer = desk.post(reverse("organisation-new"), COMPANY)

    assert answer.url == reverse("organisations")
    page = desk.get(reverse("organisations"), {"q": "155612345"}).context["page"]
    assert [row.name for row in page] == ["Cía. Nueva"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tax_id": ""},
        {"tax_id": "12345"},
        {"tax_id": "155612345-2-2016; DROP"},
        {"tax_id_check": ""},
        {"tax_id_check": "1"},
        {"tax_id_check": "AB"},
        {"country": "XX"},
        {"kind": ""},
        {"name": ""},
    ],
)
def test_an_organisation_with_a_mistake_is_not_registered(desk, wrong):
    assert errors_of(desk.post(reverse("organisation-new"), {**COMPANY, **wrong}))
    assert not Organisation.objects.filter(kind=OrganisationKind.EXPORTER).exists()


def test_a_foreign_company_has_a_tax_number_of_its_own_form(desk):
    desk.post(
        reverse("organisation-new"),
        {**COMPANY, "country": "CR", "tax_id": "3-101-123456", "tax_id_check": ""},
    )

    assert Organisation.objects.get(name="Cía. Nueva").tax_id == "3-101-123456"


def test_a_tax_number_is_registered_once(desk):
    desk.post(reverse("organisation-new"), COMPANY)

    assert errors_of(desk.post(reverse("organisation-new"), {**COMPANY, "name": "Otra"}))


def test_a_body_is_registered_under_the_code_of_the_country_pack_once(desk):
    body = {"kind": "body", "name": "Salud", "country": "PA", "body_code": "health"}
    desk.post(reverse("organisation-new"), body)

    assert Organisation.objects.get(name="Salud").body_code == "health"
    assert errors_of(desk.post(reverse("organisation-new"), {**body, "name": "Salud 2"}))


def test_only_a_body_has_a_bodys_code(desk):
    desk.post(reverse("organisation-new"), {**COMPANY, "body_code": "health"})

    assert Organisation.objects.get(name="Cía. Nueva").body_code == ""
