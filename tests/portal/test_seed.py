"""The demonstration: a world made by the same actions as the pages call, and nowhere else."""

import io
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licensing import documents, judgements
from licensing.actions import accounts
from licensing.country import pack
from licensing.impact import digest
from licensing.judgements import HitState
from licensing.models import (
    Action,
    Amendment,
    ApiKey,
    Application,
    ApplicationStatus,
    Consultation,
    Event,
    GoodsLine,
    Irregularity,
    Job,
    Licence,
    LicenceState,
    LicenceStatus,
    Organisation,
    OutboxJob,
    Role,
    ScreeningHit,
    Usage,
    User,
)
from licensing.permissions import needs_second_factor
from licensing.workflow import refusals
from portal.demonstration import log_ins, people, seed
from portal.demonstration.cases import CASES
from portal.demonstration.paper import paper
from screening.codes import is_known_code, is_known_hs
from screening.control import catalogue
from screening.control.wording import base
from screening.control_models import ControlEdition
from tests.portal.signing_in import code, give_code, give_password
from tests.screening.control.files import jsonl


@pytest.fixture
def demo(settings, db):
    settings.PORTAL_ENV = "demo"


@pytest.fixture
def world(demo):
    call_command("seed_demo", stdout=io.StringIO())


@pytest.mark.parametrize("env", ["production", "test"])
def test_the_public_log_ins_are_made_in_the_demonstration_only(settings, db, env):
    settings.PORTAL_ENV = env

    with pytest.raises(CommandError):
        call_command("seed_demo", stdout=io.StringIO())

    assert not User.objects.exists()
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("env", ["production", "test"])
def test_there_is_no_page_of_codes_elsewhere(settings, client, db, env):
    settings.PORTAL_ENV = env

    assert client.get(reverse("demonstration")).status_code == 404
    with pytest.raises(CommandError):
        call_command("demo_code")


def test_every_role_is_there_and_can_sign_in(world):
    for person in people.PEOPLE:
        cache.clear()
        client = Client()
        give_password(client, person.email, people.PASSWORD)
        if needs_second_factor(User.objects.get(email=person.email)):
            give_code(client, code(people.TOTP_SECRET))
        assert client.get("/").context["user"].email == person.email
    assert {user.role for user in User.objects.all()} == set(Role)


def test_the_code_shown_is_the_one_that_works(world, client):
    html = client.get(reverse("demonstration")).content.decode()
    give_password(client, people.ADMINISTRATOR, people.PASSWORD)

    give_code(client, log_ins.current_code().value)

    assert client.get(reverse("accounts")).status_code == 200
    assert code(people.TOTP_SECRET) in html or code(people.TOTP_SECRET, -1) in html


def test_every_status_and_every_fate_of_a_licence_is_there(world):
    now = timezone.now()

    assert set(Application.objects.values_list("status", flat=True)) == set(ApplicationStatus)
    assert {licence.state(now) for licence in Licence.objects.all()} == {
        LicenceState.VALID,
        LicenceState.EXPIRED,
        LicenceState.EXHAUSTED,
        LicenceState.SUSPENDED,
        LicenceState.REVOKED,
        LicenceState.REPLACED,
    }
    assert set(Usage.objects.values_list("outcome", flat=True)) == set(Usage.Outcome)


def test_one_licence_took_the_place_of_another_and_one_waits_to(world):
    old = Licence.objects.get(status=LicenceStatus.REPLACED)
    (entry,) = Usage.objects.filter(licence=old)
    reported = Usage.objects.filter(licence=old.replacement).order_by("at")
    waiting = Amendment.objects.get(is_open=True)

    assert entry.kind == Usage.Kind.USE
    assert {usage.kind for usage in reported} == {Usage.Kind.USE, Usage.Kind.DEPART}
    assert [usage.at - usage.left_at for usage in reported if usage.left_at] == [timedelta(days=2)]
    assert Irregularity.objects.get().usage == reported.last()
    assert waiting.application.status == ApplicationStatus.RECOMMENDED
    decider = User.objects.get(email="marcela@istmo.example")
    assert refusals(waiting.application, Action.APPROVE, decider, timezone.now()) == []


@pytest.mark.parametrize("weekday", [0, 6])
def test_the_world_can_be_made_on_any_day(demo, weekday):
    now = timezone.now()
    at = now - timedelta(days=(now.weekday() - weekday) % 7)

    seed.make_world(at=at, tell=lambda _line: None)

    assert Application.objects.count() == len(CASES)


def test_the_world_can_begin_under_an_older_edition_which_a_newer_one_changes(demo, tmp_path):
    listed = sorted(
        {base(goods.control_code) for case in CASES for goods in case.goods if goods.control_code}
    )
    path = tmp_path / "older.jsonl"
    rows = [{"code": code, "official": {"en": f"Goods of {code}"}} for code in listed]
    path.write_bytes(jsonl(*rows, list=catalogue.LIST, valid_from="2021-09-09"))
    call_command("seed_demo", dual_use=path, stdout=io.StringIO())
    rows[0]["official"] = {"en": "Other goods"}
    path.write_bytes(jsonl(*rows, list=catalogue.LIST, valid_from="2025-11-15"))
    call_command("import_control_list", "table", path, stdout=io.StringIO())

    before, after = ControlEdition.objects.filter(list__code=catalogue.LIST).order_by("in_force_from")
    found = digest(before, after, timezone.now())

    assert (before.label, before.is_catalogue) == ("2021-09-09", False)
    assert before.catch_all_rules.exists()
    goods = GoodsLine.objects.filter(application__in=Application.objects.watched(timezone.now()))
    assert {one.goods for one in found.touched} == set(goods.filter(control_code__startswith=listed[0]))
    assert found.touched


def test_the_world_is_not_made_where_the_list_came_into_force_after_its_first_day(demo, tmp_path):
    path = tmp_path / "list.jsonl"
    row = {"code": "6A005", "official": {"en": "Lasers"}}
    path.write_bytes(jsonl(row, list=catalogue.LIST))
    call_command("import_control_list", "table", path, stdout=io.StringIO())

    with pytest.raises(CommandError, match="eu-dual-use came into force here on"):
        call_command("seed_demo", stdout=io.StringIO())


def test_another_list_is_no_edition_to_begin_with(demo, tmp_path):
    path = tmp_path / "list.jsonl"
    path.write_bytes(jsonl({"code": "6A005", "official": {"en": "Lasers"}}))

    with pytest.raises(CommandError, match="not of eu-dual-use"):
        call_command("seed_demo", dual_use=path, stdout=io.StringIO())


def test_goods_have_codes_that_exist():
    for case in CASES:
        for goods in case.goods:
            assert is_known_code(goods.control_code), goods
            assert is_known_hs(goods.hs_code), goods


def test_every_address_is_one_nobody_can_have():
    addresses = [person.email for person in (*people.PEOPLE, people.CUSTOMS_SYSTEM)]

    assert all(address.endswith(".example") for address in [*addresses, people.ADMINISTRATOR])


def test_paper_bears_any_text():
    content = paper("Título (con) \\ barras", ["Ñandú ✓ 漢字 " * 30, ""])

    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []


def test_the_code_command_prints_the_code(world, capsys):
    call_command("demo_code", people.ADMINISTRATOR)

    assert log_ins.current_code().value in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("demo_code", "nobody@istmo.example")


def test_prepare_migrates_collects_and_writes_the_log_ins(demo, settings, tmp_path, monkeypatch):
    built = tmp_path / "built"
    built.mkdir()
    (built / "portal.css").write_text("a{}")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [built], tmp_path / "static"
    monkeypatch.setattr("portal.management.commands.prepare.ACCOUNTS", tmp_path / "accounts.txt")
    monkeypatch.setattr("portal.management.commands.prepare.call_command", without_migrating)

    call_command("prepare", stdout=io.StringIO())

    assert people.ADMINISTRATOR in (tmp_path / "accounts.txt").read_text()
    assert (tmp_path / "static" / "portal.css").exists()


def without_migrating(name, *arguments, **options):
    """Migrations reconnect as the owner, which a test inside a transaction can't."""
    if name != "migrate":
        call_command(name, *arguments, **options)


def test_an_administrators_account_is_made_from_the_terminal_without_a_password(db, capsys, client):
    call_command("create_administrator", "jefa@example.org", "Jefa", "--language", "en")

    user = User.objects.get(email="jefa@example.org")
    link = capsys.readouterr().out.splitlines()[-1]
    assert not user.has_usable_password()
    assert client.get(Path("/", *link.split("/")[3:]).as_posix() + "/", follow=True).status_code == 200
    with pytest.raises(CommandError):
        call_command("create_administrator", "JEFA@example.org", "Jefa")


def test_a_fresh_portal_has_no_accounts(db):
    assert not User.objects.exists()


# Making the world takes a second or two, so these look at several sides of one.


def test_people_organisations_and_the_key_are_as_published(world):
    having = {row.user.email for row in Authenticator.objects.select_related("user")}

    assert having == {user.email for user in User.objects.all() if needs_second_factor(user)}

    key = ApiKey.objects.live(timezone.now()).get(digest=accounts.digest(people.API_KEY))

    assert key.account.role == Role.CUSTOMS_SYSTEM
    assert not key.account.has_usable_password()

    rows = Organisation.objects.exclude(tax_id="")

    assert rows.count() == len(people.EXPORTERS)
    assert set(Organisation.objects.exclude(body_code="").values_list("body_code", flat=True)) == {
        body.code for body in pack().bodies
    }

    text = log_ins.as_text()

    assert all(person.email in text for person in people.PEOPLE)
    assert people.PASSWORD in text
    assert reverse("account_login") == log_ins.SIGN_IN
    assert reverse("demonstration") == log_ins.CODES


def test_cases_are_plausible(world):
    today = pack().legal_day(timezone.now())

    assert Consultation.objects.waiting().filter(due_on__lt=today).exists()
    assert Consultation.objects.waiting().filter(due_on__gte=today).exists()
    assert Consultation.objects.exclude(answered_at=None).exists()

    hits = ScreeningHit.objects.filter(gone_at=None).select_related("party")
    unsettled = [one for one in judgements.of_hits(hits, timezone.now()) if not one.is_settled]
    (hit,) = [one.hit for one in unsettled if one.state == HitState.OPEN]

    assert hit.party.application.status == ApplicationStatus.IN_REVIEW
    assert hit.entity.primary_name.casefold() != hit.listed_name.casefold()
    assert hit.source == "demo-un"
    lucia = User.objects.get(email="lucia@istmo.example")
    assert any(one.waits_for(lucia) for one in unsettled if one.state == HitState.UNCONFIRMED)

    now = timezone.now()
    applications = list(Application.objects.order_by("created_at", "reference"))

    assert not Event.objects.filter(at__gt=now).exists()
    assert [row.reference for row in applications] == sorted(row.reference for row in applications)
    for application in applications:
        moments = list(application.events.order_by("pk").values_list("at", flat=True))
        assert moments == sorted(moments)


def test_nothing_is_left_lying_about_and_a_second_time_changes_nothing(world):
    assert set(OutboxJob.objects.filter(done_at=None).values_list("job", flat=True)) == {Job.RENDER_LICENCE}

    document = Application.objects.exclude(documents=None).first().documents.get()

    with pikepdf.open(io.BytesIO(documents.read(document.file))) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.check_pdf_syntax() == []

    before = Event.objects.count()

    call_command("seed_demo", stdout=io.StringIO())

    assert Event.objects.count() == before
