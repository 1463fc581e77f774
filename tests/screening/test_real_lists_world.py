"""Files of publishers outside the United States, where they are kept beside the checkout."""

from datetime import date, timedelta

import pytest

from screening.importers import IN_OTHER_ENCODINGS, PARSERS
from screening.importers.rows import load
from screening.matcher import Subject
from screening.models import ListedEntity
from screening.refusals import BadList
from screening.search import find_matches
from tests.factories import NOON
from tests.screening.files import written

LATER = NOON + timedelta(days=30)  # one of the files is newer than the tests' noon


@pytest.fixture
def imported(patient, real_lists, tmp_path):
    """Import a file as it is, or what `mended` makes of its bytes."""

    def import_it(source, name, mended=None, **options):
        path = real_lists / name
        if mended:
            path = written(tmp_path, mended(path.read_bytes()), name)
        return load(
            source,
            PARSERS[source][1],
            path,
            by_name="Prueba",
            at=LATER,
            in_utf_8=source not in IN_OTHER_ENCODINGS,
            **options,
        )

    return import_it


def counts(version):
    of_kind = dict.fromkeys(("person", "organisation", "vessel"), 0)
    for kind in version.entities.values_list("kind", flat=True):
        of_kind[kind] += 1
    return version.published_on, version.entities_count, version.names_count, *of_kind.values()


def in_utf_8(content):
    return content.decode("cp1252").encode()


def unwrapped(content):
    """Undo what a spreadsheet did to the copy of the CSV: whole lines quoted, commas made tabs."""
    rows = in_utf_8(content).decode().splitlines()
    return "\n".join(
        row.strip().removeprefix('"').removesuffix('"').rstrip("\t").replace('""', '"').replace("\t", ",")
        for row in rows
    ).encode()


def test_the_old_xml_of_the_european_union(imported):
    # The copy holds the first 595 entities only.
    version = imported("eu-sanctions", "eu_fsf_2016-02-11.xml")

    assert counts(version) == (date(2016, 2, 11), 595, 2697, 319, 276, 0)
    first = version.entities.get(source_id="1")
    assert (first.primary_name, first.dates_of_birth) == ("Robert Gabriel Mugabe", ["1924-02-21"])
    assert first.identifiers[0]["number"] == "AD001095"


def test_the_csv_of_the_european_union(imported):
    # The copy holds the first 999 rows only.
    version = imported("eu-sanctions", "eu_fsf_2018-07_short.csv", unwrapped)

    assert counts(version) == (date(2018, 7, 4), 93, 743, 61, 32, 0)
    assert version.entities.get(source_id="1").reference == "EU.36.64"


def test_both_forms_of_the_european_list_call_an_entity_the_same(imported, settings):
    settings.SCREENING_SMALLEST_SHARE = 0  # two people let a file in that shrank
    before = imported("eu-sanctions", "eu_fsf_2016-02-11.xml").entities
    after = imported("eu-sanctions", "eu_fsf_2018-07_short.csv", unwrapped).entities

    same = set(before.values_list("source_id", "kind")) & set(after.values_list("source_id", "kind"))
    assert len(same) == 93


def test_the_british_list_of_2018(imported):
    version = imported("uk-conlist", "uk_conlist_2018-04-13.csv")

    assert counts(version) == (date(2018, 4, 13), 2106, 5548, 1426, 657, 23)
    ship = version.entities.get(source_id="13556")
    assert [number["number"] for number in ship.identifiers] == ["8937675", "445539000"]
    assert version.entities.exclude(countries=[]).count() == 1205
    assert version.entities.exclude(dates_of_birth=[]).count() == 1119


@pytest.mark.parametrize(
    ("source", "name", "line"),
    [("eu-sanctions", "eu_fsf_2018-07_short.csv", "13")],
)
def test_files_in_another_encoding_are_refused_with_the_place(imported, source, name, line):
    with pytest.raises(BadList) as refusal:
        imported(source, name)

    assert (refusal.value.code, refusal.value.details["line"]) == ("wrong-encoding", line)


def test_the_swiss_example_is_a_part_of_a_list_and_can_be_read_as_a_whole_one(imported):
    with pytest.raises(BadList, match="amendment"):
        imported("ch-seco", "ch_seco_EXAMPLE.xml")

    version = imported("ch-seco", "ch_seco_EXAMPLE.xml", lambda xml: xml.replace(b"amendment", b"whole-list"))

    assert counts(version) == (date(2024, 1, 17), 3, 3, 3, 0, 0)
    assert {country for entity in version.entities.all() for country in entity.countries} == {
        "CH",
        "GB",
        "US",
    }


def test_the_canadian_list(imported):
    version = imported("ca-sema", "ca_sema_2025.xml")

    assert counts(version) == (date(2025, 3, 20), 4759, 8660, 3334, 1316, 109)
    assert version.entities.filter(countries=["RU"]).count() == 2426
    assert version.entities.filter(identifiers__contains=[{"number": "7612448"}]).count() == 1


def test_the_end_users_of_japan(imported):
    version = imported("jp-end-users", "jp_meti_end_user_list_2025-09-29.json")

    assert counts(version) == (date(2025, 9, 29), 835, 2914, 0, 835, 0)
    assert not version.entities.filter(countries=[]).exists()
    assert version.entities.filter(programmes__contains=["N"]).count() == 465


def test_a_collection_of_opensanctions_as_a_table(imported):
    version = imported("opensanctions", "ua_war_sanctions_2026-03.targets.simple.csv")

    assert counts(version) == (date(2026, 3, 13), 5600, 13330, 1543, 2717, 1340)
    assert ListedEntity.objects.filter(identifiers__contains=[{"kind": "IMO number"}]).count() > 2000
    matches = find_matches(Subject(("Rosalin",), kind="vessel", identifiers=("IMO 9253325",)), at=LATER)
    assert matches[0].entity.source_id == "NK-24cf2zYe7LEKhr2zFck73j"
