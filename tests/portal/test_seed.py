"""The demonstration: a world made by the same actions as the pages call, and nowhere else."""

import io
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from licensing.impact import digest
from licensing.models import ApiKey, Application, GoodsLine, User
from portal.demonstration import people, seed
from portal.demonstration.cases import CASES
from portal.demonstration.paper import paper
from screening.codes import is_known_code, is_known_hs
from screening.control import catalogue
from screening.control.wording import base
from screening.control_models import ControlEdition
from tests.screening.control.files import jsonl


@pytest.fixture
def demo(settings, db):
    settings.PORTAL_ENV = "demo"


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
