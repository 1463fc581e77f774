"""The official files of the United States, where they are kept beside the checkout; none is copied here."""

import io
import zipfile
from collections import Counter
from datetime import date
from itertools import islice

import pytest

from screening.importers import PARSERS, ofac_csv, ofac_enhanced, ofac_xml, us_csl
from screening.importers.files import unpacked
from screening.importers.rows import load
from screening.matcher import Subject
from screening.models import ListedEntity, ListedName, ListVersion
from screening.refusals import BadList
from screening.search import find_matches
from tests.factories import NOON

SDN_2021 = [f"ofac_2021-04_{table}.csv" for table in ("sdn", "alt", "add")]
CSL_2022 = "us_csl_2022-04.consolidated.csv.gz"
CSL_2023 = "us_csl_sample_2023-11.watchman.csv"
CSL_2026 = "us_csl_2026-07-31.compact.json"
ENHANCED = "us_ofac_cons_enhanced_2025-01-14.zip"
LEGACY = "ofac_consolidated_nonsdn_2025-03-28.xml"


@pytest.fixture
def loaded(patient):
    def load_it(source, path, **options):
        return load(source, PARSERS[source][1], path, by_name="Prueba", **{"at": NOON, **options})

    return load_it


@pytest.fixture
def sdn_2021(real_lists, tmp_path):
    path = tmp_path / "sdn.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in SDN_2021:
            archive.write(real_lists / name, name)
    return path


def rows_of(parser, path):
    with path.open("rb") as file:
        return {row.source_id: row for row in parser.parse(unpacked(file))[1]}


def counted(version, field):
    return Counter(version.entities.values_list(field, flat=True))


def test_the_old_tables_are_read_to_the_last_entry(loaded, sdn_2021):
    version = loaded("ofac-sdn", sdn_2021, dated=date(2021, 4, 8))

    assert (version.entities_count, version.names_count) == (8890, 23040)
    assert version.published_on == date(2021, 4, 8)
    assert counted(version, "kind") == {"person": 4566, "organisation": 3644, "vessel": 403, "aircraft": 277}
    names = ListedName.objects.filter(entity__version=version)
    assert names.filter(kind="weak-alias").count() == 2414
    assert names.filter(kind="former").count() == 366
    assert not ListedName.objects.filter(name__contains="-0-").exists()


def test_the_old_tables_say_the_numbers_and_facts_of_every_ship(sdn_2021):
    ships = [row for row in rows_of(ofac_csv, sdn_2021).values() if row.kind == "vessel"]

    assert sum(any(item.kind == "IMO number" for item in ship.identifiers) for ship in ships) == 397
    assert sum("flag" in dict(ship.vessel) for ship in ships) == 385
    assert sum("tonnage" in dict(ship.vessel) for ship in ships) == 69


def test_the_enhanced_form_is_read_to_the_last_entry(loaded, real_lists):
    version = loaded("ofac-consolidated", real_lists / ENHANCED)

    assert (version.entities_count, version.names_count) == (443, 1623)
    assert version.published_on == date(2025, 1, 10)
    assert ListedName.objects.filter(kind="original-script").count() == 44
    assert ListedEntity.objects.exclude(relations=[]).count() == 283


def test_the_enhanced_and_the_legacy_form_say_the_same(real_lists):
    enhanced = rows_of(ofac_enhanced, real_lists / ENHANCED)
    legacy = rows_of(ofac_xml, real_lists / LEGACY)

    assert enhanced.keys() == legacy.keys()
    for field in ("kind", "countries", "dates_of_birth", "places_of_birth", "positions"):
        assert {key: getattr(row, field) for key, row in enhanced.items()} == {
            key: getattr(row, field) for key, row in legacy.items()
        }, field
    assert {key: latin_names(row) for key, row in enhanced.items() if key != "9647"} == {
        key: latin_names(row) for key, row in legacy.items() if key != "9647"
    }
    assert {key: numbers(row) for key, row in enhanced.items()} == {
        key: numbers(row) for key, row in legacy.items()
    }


def latin_names(row):
    return {name.name for name in row.names if name.name.isascii()}


def all_names(row):
    return {name.name for name in row.names}


def ties(row):
    return {tie.name for tie in row.relations}


def numbers(row):
    return {(item.kind, item.number) for item in row.identifiers}


def test_the_screening_list_of_2022_is_read_to_the_last_row(loaded, real_lists):
    version = loaded("us-csl", real_lists / CSL_2022)

    assert (version.entities_count, version.names_count) == (14159, 34490)  # 14,160 rows, one of them twice
    assert version.published_on == date(2022, 5, 16)  # when it was packed
    assert counted(version, "kind") == {
        "person": 5286,
        "organisation": 4532,
        "other": 3625,
        "vessel": 433,
        "aircraft": 283,
    }
    assert version.entities.filter(source_id__startswith="SDN:").count() == 10026
    assert version.entities.filter(programmes__0="Entity List (EL)").count() == 2001
    assert version.entities.filter(identifiers__contains=[{"kind": "IMO number"}]).count() == 439


def test_the_same_entries_read_alike_in_the_screening_list_and_in_the_old_tables(real_lists, sdn_2021):
    old = rows_of(ofac_csv, sdn_2021)
    new = rows_of(us_csl, real_lists / CSL_2022)
    both = {key: (row, new[f"SDN:{key}"]) for key, row in old.items() if f"SDN:{key}" in new}

    assert len(both) == 8406
    for said in (all_names, numbers, ties, lambda row: row.vessel, lambda row: set(row.dates_of_birth)):
        assert sum(said(a) == said(b) for a, b in both.values()) > 0.98 * len(both)  # a year lies between


def test_the_screening_list_that_was_cut_off_is_refused_with_the_place(loaded, real_lists):
    with pytest.raises(BadList) as refusal:
        loaded("us-csl", real_lists / CSL_2023)

    assert (refusal.value.code, refusal.value.details) == ("cut-off", {"line": "4233"})
    assert not ListVersion.objects.exists()


def test_the_screening_list_that_was_cut_off_reads_well_up_to_there(real_lists):
    with (real_lists / CSL_2023).open("rb") as file:
        rows = list(islice(us_csl.parse(unpacked(file))[1], 4226))

    assert sum(len(row.names) for row in rows) == 10620
    assert sum(row.source_id.startswith("SDN:") for row in rows) == 1737
    passports = [item for row in rows for item in row.identifiers if item.kind == "Passport"]
    assert len(passports) == 325
    assert all(len(item.number) < 40 for item in passports)


def test_the_compact_screening_list_of_2026_is_read_to_the_last_entry(real_lists):
    with (real_lists / CSL_2026).open("rb") as file:
        publication, rows = us_csl.parse(file)
        rows = list(rows)

    assert publication.published_on == date(2026, 7, 31)
    assert len(rows) == len({row.source_id for row in rows}) == 25921
    assert sum(len(row.names) for row in rows) == 57636
    assert Counter(row.kind.value for row in rows) == {
        "person": 7591,
        "organisation": 10206,
        "other": 6256,
        "vessel": 1524,
        "aircraft": 344,
    }
    assert sum("Licence requirement: " in row.remarks for row in rows) == 3490


def test_the_denied_persons_list_is_read_to_the_last_line(loaded, real_lists):
    version = loaded("us-dpl", real_lists / "us_bis_dpl.txt")

    assert (version.entities_count, version.names_count) == (547, 557)  # 665 lines, one for each address
    assert version.published_on == date(2023, 11, 16)
    assert sum(len(entity.addresses) for entity in version.entities.all()) == 663  # two are given twice


def test_listed_names_find_their_own_entry_first(loaded, real_lists):
    loaded("us-dpl", real_lists / "us_bis_dpl.txt")

    for name, entity in ListedName.objects.order_by("pk").values_list("name", "entity_id")[::40]:
        matches = find_matches(Subject((name,)), at=NOON)
        like_the_first = [m.entity.pk for m in matches if m.score.points >= matches[0].score.points - 5]
        assert entity in like_the_first, name


def test_a_real_list_with_one_byte_lost_on_the_way_is_refused(real_lists):
    data = (real_lists / CSL_2022).read_bytes()

    with pytest.raises(BadList) as refusal:
        for _row in us_csl.parse(unpacked(io.BytesIO(data[:-1])))[1]:
            pass

    assert refusal.value.code == "archive-cut-off"
