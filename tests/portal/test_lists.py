"""The page of lists: what is in force, how fresh, and how imports went."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

import screening
from licensing.country import pack
from licensing.models import Role
from screening import imports
from screening.models import ImportRun
from tests.factories import ListVersionFactory, UserFactory
from tests.people import client_of

LIST = Path(screening.__file__).parent / "demonstration" / "un_fictional.xml"


@pytest.fixture
def reader(administrator):
    return client_of(administrator, "en")


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.DECIDING_OFFICER, Role.ADMINISTRATOR])
def test_officers_and_administrators_see_it(db, role):
    assert client_of(UserFactory(role=role)).get(reverse("lists")).status_code == 200


def test_it_shows_what_is_in_force(reader):
    at = timezone.now()
    imports.carry_out(imports.ask("demo-un", LIST, by_name="Ana", at=at).pk, at=at)

    html = reader.get(reverse("lists")).content.decode()

    assert "Demonstration list of fictional parties" in html
    assert "2026-01-15" in html
    assert re.search(r"\d+ days old", html)
    assert "Imported" in html


def shown(reader, **facts) -> str:
    today = pack().legal_day(timezone.now())
    facts["published_on"] = today - timedelta(days=facts.pop("days"))
    ListVersionFactory(source="demo-un", imported_at=timezone.now(), **facts)
    return reader.get(reverse("lists")).content.decode()


@pytest.mark.parametrize(
    ("days", "label", "tone"),
    [
        (0, "Today", "good"),
        (1, "1 day old", "good"),
        (30, "30 days old", "good"),
        (31, "31 days old", "attention"),
    ],
)
def test_a_list_is_as_old_as_its_publishers_edition_however_late_it_came_in(reader, days, label, tone):
    html = shown(reader, days=days)

    assert re.search(rf'app-chip--{tone}"[^<]*>(<[^>]*>)*\s*{label}', html)


@pytest.mark.parametrize(
    ("language", "label", "why"),
    [
        ("en", "3,653 days old", "never checked at its publisher"),
        ("es", "3,653 días", "nunca verificada en la fuente"),
    ],
)
def test_an_old_edition_loaded_today_is_not_shown_as_checked(administrator, language, label, why):
    published_on = pack().legal_day(timezone.now()) - timedelta(days=3653)
    ListVersionFactory(source="un-consolidated", published_on=published_on, imported_at=timezone.now())

    html = client_of(administrator, language).get(reverse("lists")).content.decode()

    assert re.search(rf'app-chip--attention"[^<]*>(<[^>]*>)*\s*{label}', html)
    assert why in html


def test_a_list_of_our_own_is_not_said_to_have_a_publisher_to_look_at(reader):
    ListVersionFactory(source="national")

    assert "never checked" not in reader.get(reverse("lists")).content.decode()


def test_how_old_a_list_is_reads_well_in_spanish(administrator):
    html = shown(client_of(administrator, "es"), days=313)

    assert 'data-label="Antigüedad"' in html
    assert ">313 días<" in html


def test_an_edition_that_is_a_moment_is_shown_as_its_day(reader):
    html = shown(reader, days=3, edition="2026-03-01T08:00:15.123Z")

    assert '<span class="app-code">2026-03-01</span>' in html


def test_an_edition_that_is_a_number_is_shown_as_it_is(reader):
    assert '<span class="app-code">612</span>' in shown(reader, days=3, edition="612")


def test_it_says_why_a_file_was_refused(reader, tmp_path):
    broken = tmp_path / "broken.xml"
    broken.write_bytes(LIST.read_bytes()[:5000])
    at = timezone.now()
    imports.carry_out(imports.ask("demo-un", broken, by_name="Ana", at=at).pk, at=at)

    html = reader.get(reverse("lists")).content.decode()

    assert "Refused" in html
    assert "The file ends too early" in html
    assert "No list is in force" in html


def test_it_shows_progress_and_asks_again_while_an_import_runs(reader):
    ImportRun.objects.create(
        source="demo-un",
        path="x",
        file_name="x.xml",
        by_name="Ana",
        state="running",
        done=30,
        total=120,
        asked_at=timezone.now(),
    )

    html = reader.get(reverse("lists")).content.decode()
    part = reader.get(reverse("lists"), headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 2s"' in html
    assert 'value="25"' in part
    assert "<html" not in part


def test_it_stops_asking_when_none_runs(reader):
    assert "hx-trigger" not in reader.get(reverse("lists")).content.decode()


def test_a_list_no_importer_knows_is_shown_by_its_key(reader):
    ListVersionFactory(source="old-source")

    assert "old-source" in reader.get(reverse("lists")).content.decode()


def test_a_name_in_a_file_is_shown_as_text(reader):
    ImportRun.objects.create(
        source="demo-un",
        path="x",
        file_name="<script>alert(1)</script>.xml",
        by_name="Ana",
        asked_at=timezone.now(),
    )

    assert "<script>alert(1)" not in reader.get(reverse("lists")).content.decode()
