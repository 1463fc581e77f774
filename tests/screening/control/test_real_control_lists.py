"""The published control lists, where they are kept beside the checkout; none is copied here."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from screening.control import parser_of
from screening.control.drafts import draft_of
from screening.control.editions import compare
from screening.control.load import load, store
from screening.control.neutral import as_json
from screening.control.rows import EditionDraft, NoteRow, ProvisionRow, TextRow
from screening.control.storing import Stamp
from screening.control_models import ControlTable, LicenceRequirement, NoteKind, Substance
from tests.factories import NOON

EU = "eu/eu_annex1_02021R0821-20251115_en.exports-watch.json"
US = "us/ecfr_15cfr774_supp1_2026-06.xml"
NOTES = {"notes": NoteKind.NOTE, "technical_notes": NoteKind.TECHNICAL, "nb": NoteKind.NB}


@pytest.fixture(scope="session")
def real():
    for folder in Path(__file__).resolve().parents:
        if (lists := folder / "shared" / "data" / "control").is_dir():
            return lists
    pytest.skip("No published control lists beside this checkout (shared/data/control)")


@pytest.fixture
def loaded(db, real):
    def load_it(source, name, at=NOON, **options):
        return load(source, parser_of(source), real / name, by_name="Prueba", at=at, **options)

    return load_it


def reference(real, name):
    lines = (real / "parsed" / name).read_text(encoding="utf-8").splitlines()
    return {row["code"]: row for row in map(json.loads, lines)}


def as_draft(rows, list_code, day):
    """Return what somebody else's parser read, in our shape."""
    return EditionDraft(
        list_code,
        day,
        tuple(
            ProvisionRow(
                code,
                texts=(TextRow("en", row["text"]),) if row["text"] else (),
                notes=tuple(
                    NoteRow("en", kind, note) for key, kind in NOTES.items() for note in row[key] if note
                ),
            )
            for code, row in rows.items()
        ),
    )


def test_the_european_list_has_all_its_codes_and_provisions(loaded, real):
    edition = loaded("eu-annex1-json", EU)

    assert (edition.codes_count, edition.provisions_count, edition.headed_count) == (384, 3443, 0)
    codes = set(edition.versions.values_list("code", flat=True))
    assert codes == set(reference(real, "eu_annex1_en_2025-11-15.jsonl"))
    assert edition.valid_from == date(2025, 11, 15)


def test_the_list_of_the_united_states_has_all_its_codes_and_provisions(loaded, real):
    edition = loaded("us-ccl", US, at=NOON + timedelta(days=200), dated=date(2026, 6, 24))

    assert (edition.codes_count, edition.provisions_count) == (638, 5065)
    counted = set(edition.versions.filter(heading="").values_list("code", flat=True))
    assert counted == set(reference(real, "us_ccl_en_2026-06.jsonl"))
    headed = edition.versions.exclude(heading="").order_by("base").values_list("base", flat=True).distinct()
    assert list(headed) == ["6D003", "6E003", "9C610"]  # where another reading lost the paragraphs
    assert edition.headed_count == 34


def test_licence_requirements_name_a_column_of_the_chart_or_say_it_in_prose(loaded):
    edition = loaded("us-ccl", US, at=NOON + timedelta(days=200), dated=date(2026, 6, 24))
    rows = LicenceRequirement.objects.filter(version__edition=edition)

    assert rows.count() == 1574
    assert rows.exclude(columns=[]).count() == 1273
    chips = rows.filter(version__code="3A001", columns=[]).first()
    assert chips.scope_codes[0] == "3A001.z.1.a"
    assert not chips.is_entire


def test_powers_and_substances_of_the_european_list_are_read(loaded):
    edition = loaded("eu-annex1-json", EU)

    dose = edition.versions.get(code="3A001.a.1.a").texts.get()
    assert "5 × 10^3 Gy" in dose.text
    assert list(Substance.objects.filter(cas="676-99-3").values_list("version__code", flat=True)) == [
        "1C350.4"
    ]


def test_from_2021_to_2025_eighteen_codes_were_added_and_none_removed(loaded, real):
    rows = reference(real, "eu_annex1_en_2021-NO.jsonl")
    stamp = Stamp("table", "1" * 64, 1, "Prueba", NOON)
    before = store(as_draft(rows, "eu-dual-use", date(2021, 9, 9)), stamp)
    after = loaded("eu-annex1-json", EU, at=NOON + timedelta(days=1))

    changes = compare(before, after)

    expected = json.loads((real / "parsed" / "eu_edition_diff_2021_2025.json").read_text())
    assert sorted(changes.tops(changes.added)) == sorted(expected["added5"])
    assert len(expected["added5"]) == 18
    assert changes.tops(changes.removed) == ()


def test_the_chart_and_the_groups_of_the_united_states_are_read(loaded):
    at = NOON + timedelta(days=200)
    loaded("us-ccl", US, at=at, dated=date(2026, 6, 24))

    chart = loaded("us-country-chart", "us/country_chart_supp1_part738.json", at=at)
    groups = loaded("us-country-groups", "us/country_groups_supp1_part740.json", at=at)

    assert chart.cells.exclude(column="").values("destination").distinct().count() == 196
    assert groups.members.filter(group="D:5", country="CU").exists()
    cuba = chart.cells.get(country="CU")  # no mark, which is no clearance
    assert (cuba.column, "part 746" in cuba.pointer) == ("", True)
    assert ControlTable.objects.in_force(at).count() == 2


def test_what_is_exported_can_be_imported_again(loaded, tmp_path):
    edition = loaded("eu-annex1-json", EU)

    path = tmp_path / "list.jsonl"
    path.write_text("".join(as_json(draft_of(edition))), encoding="utf-8")
    again = load("table", parser_of("table"), path, by_name="Prueba", at=NOON + timedelta(days=1))

    changes = compare(edition, again)
    assert (again.codes_count, again.provisions_count) == (384, 3443)
    assert not (changes.added or changes.removed or changes.moved or changes.changed)
