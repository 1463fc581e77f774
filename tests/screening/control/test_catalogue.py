"""The catalogue that comes with the portal: loaded, searched, kept when the official list arrives."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from screening.codes import control_codes
from screening.control import catalogue
from screening.control.editions import in_force
from screening.control.finding import find
from screening.control_models import ControlEdition, EntryNote, EntryText, HsCorrelation
from screening.refusals import BadList
from tests.factories import NOON
from tests.screening.control.files import eu_json

ENTRY = """
[[entry]]
code = "3A001"
regimes = ["WA", "WA-S"]
title.en = "Fast circuits made up"
title.es = "Circuitos rápidos inventados"
keywords.en = ["ticker", "tock chip"]
keywords.es = ["reloj de cuarzo", "pulsador eléctrico"]
hs = ["854231"]
cas = ["7783-70-2"]
questions.en = ["Does it tick?"]
questions.es = ["¿Hace tictac?"]
"""
THRESHOLD = """
[[threshold]]
code = "3A001.a.5"
parameter = "sample_rate"
comparator = ">"
value = 1300000000
unit = "1/s"
reviewed_by = "Prueba"
reviewed_for = "2025-11-15"
"""


@pytest.fixture
def folder(tmp_path):
    head = (catalogue.FOLDER / "list.toml").read_text(encoding="utf-8")
    (tmp_path / "list.toml").write_text(head, encoding="utf-8")
    (tmp_path / "category_3.toml").write_text(ENTRY, encoding="utf-8")
    (tmp_path / "thresholds.toml").write_text(THRESHOLD, encoding="utf-8")
    return tmp_path


@pytest.fixture
def loaded(db, folder):
    return catalogue.load(by_name="Prueba", at=NOON, folder=folder)


def test_every_code_has_its_place_and_its_regime(loaded):
    tops = loaded.versions.filter(depth=0)

    assert sorted(tops.values_list("code", flat=True)) == sorted(control_codes())
    assert loaded.codes_count == 384
    assert not tops.filter(regimes=None).exists()
    assert loaded.is_catalogue


def test_an_entry_says_what_its_file_says(loaded):
    version = loaded.versions.get(code="3A001")

    assert set(version.regimes.values_list("regime", flat=True)) == {"WA", "WA-S"}
    assert version.substances.get().cas == "7783-70-2"
    assert HsCorrelation.objects.get(entry=version.entry).hs_code == "854231"
    assert loaded.versions.get(code="3A001.a.5").thresholds.get().reviewed_for == "2025-11-15"
    assert loaded.catch_all_rules.filter(language="es").count() == 5


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("RELOJ cuarzo", ["3A001"]),
        ("pulsador electrico", ["3A001"]),
        ("3a001", ["3A001"]),
        ("7783-70-2", ["3A001"]),
        ("8542.31", ["3A001"]),
        ("nada parecido", []),
        ("", []),
        ("\0", []),
    ],
)
def test_it_is_found_by_words_without_accents_by_code_and_by_number(loaded, asked, found):
    assert find(loaded, asked) == found


def test_our_words_go_over_to_the_official_edition(loaded, take):
    official = take("eu-annex1-json", eu_json(), at=NOON + timedelta(days=1), agreed_by_name="Otra persona")

    version = official.versions.get(code="3A001")
    roles = EntryText.objects.filter(version=version).values_list("language", "role")
    assert set(roles) == {
        ("en", "official"),
        ("en", "own-title"),
        ("es", "own-title"),
        ("en", "keywords"),
        ("es", "keywords"),
    }
    assert EntryNote.objects.filter(version=version, kind="question").count() == 2
    assert set(version.regimes.values_list("regime", flat=True)) == {"WA", "WA-S"}
    assert official.catch_all_rules.count() == 10
    assert find(official, "reloj") == ["3A001"]


def test_the_catalogue_never_replaces_an_official_edition(take, folder):
    official = take("eu-annex1-json", eu_json())

    with pytest.raises(BadList) as refused:
        catalogue.load(by_name="Prueba", at=NOON, folder=folder)

    assert refused.value.code == "official-in-force"
    assert in_force("eu-dual-use", NOON) == official


def test_loading_it_again_changes_nothing(loaded, folder):
    assert catalogue.load(by_name="Prueba", at=NOON, folder=folder) == loaded
    assert ControlEdition.objects.count() == 1


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (ENTRY.replace("3A001", "3A999"), "no-such-code"),
        (ENTRY.replace('"WA"', '"XX"'), "wrong-value"),
        (ENTRY.replace("title.es", "titel.es"), "wrong-value"),
        (ENTRY.replace("7783-70-2", "7783-70-3"), "no-cas-number"),
        (ENTRY[:60], "not-toml"),
    ],
)
def test_a_broken_catalogue_is_refused(db, folder, entry, code):
    (folder / "category_3.toml").write_text(entry, encoding="utf-8")

    with pytest.raises(BadList) as refused:
        catalogue.load(by_name="Prueba", at=NOON, folder=folder)

    assert refused.value.code == code
    assert not ControlEdition.objects.exists()


def test_the_catalogue_that_comes_along_is_whole(db):
    out = StringIO()
    call_command("load_catalogue", stdout=out)

    assert "384" in out.getvalue()


def test_an_official_edition_that_comes_first_has_our_words_and_questions_too(db, tmp_path):
    path = tmp_path / "list.json"
    path.write_bytes(eu_json({"3A001": "3A001 A\n3A001.a One"}))
    call_command("import_control_list", "eu-annex1-json", path, stdout=StringIO())
    first = in_force(catalogue.LIST, timezone.now())
    path.write_bytes(eu_json({"3A001": "3A001 A", "3A504": "3A504 B"}, valid_from="2026-02-01"))
    call_command("import_control_list", "eu-annex1-json", path, stdout=StringIO())

    second = in_force(catalogue.LIST, timezone.now())

    for edition, code in ((first, "3A001"), (second, "3A001"), (second, "3A504")):
        texts = edition.versions.get(code=code).texts
        assert set(texts.values_list("language", "role")) >= {("es", "own-title"), ("en", "official")}
        assert edition.catch_all_rules.filter(language="es").count() == first.catch_all_rules.count() / 2 > 0


def test_the_commands_say_what_they_did_and_why_not(db, tmp_path):
    path, out = tmp_path / "list.json", StringIO()
    path.write_bytes(eu_json())

    call_command("import_control_list", "eu-annex1-json", path, stdout=out)

    assert "6" in out.getvalue()
    path.write_bytes(eu_json()[:300])
    with pytest.raises(CommandError, match="list.json"):
        call_command("import_control_list", "eu-annex1-json", path)
    with pytest.raises(CommandError, match="us-ccl"):
        call_command("import_control_list", "nowhere", path)
    target = tmp_path / "out.csv"
    call_command("export_control_list", "eu-dual-use", target)
    assert target.read_text(encoding="utf-8").startswith("# list: eu-dual-use\n")
    with pytest.raises(CommandError):
        call_command("export_control_list", "other", target)
