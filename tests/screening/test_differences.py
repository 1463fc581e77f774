"""What one edition of a list says otherwise than the one before."""

from datetime import date, timedelta
from time import perf_counter

import pytest
from django.db import connection

from screening import differences
from screening.differences import ChangeKind, Counts
from screening.importers import PARSERS
from screening.importers.rows import load
from screening.models import ListVersion
from tests.factories import NOON, ListedEntityFactory, ListedNameFactory, ListVersionFactory
from tests.screening.files import un_organisation, un_person, un_text

LATER = NOON + timedelta(days=1)


@pytest.fixture
def versions(load_un, settings):
    """Two editions: 2 is described anew, 3 is dropped, 4 is added, 1 stays as it was."""
    settings.SCREENING_SMALLEST_SHARE = 0
    before = load_un(
        un_person(1, "FANTASIA QUIMERA"), un_person(2, "PEDRO INVENTADO"), un_person(3, "ANA FINGIDA")
    )
    after = load_un(
        text=un_text(
            un_person(1, "FANTASIA QUIMERA"),
            un_person(2, "PEDRO INVENTADO", inside="<COMMENTS1>Made up.</COMMENTS1>"),
            un_organisation(4, "QUIMERA 100% TRADING"),
            dated="2026-02-02",
        ),
        at=LATER,
    )
    before.refresh_from_db()
    return before, after


def found(*args, **options):
    return [(one.kind, one.entity.source_id) for one in differences.between(*args, **options)]


def test_it_counts_who_was_added_removed_and_described_anew(versions):
    assert differences.counts(*versions) == Counts(added=1, removed=1, changed=1)
    assert differences.counts(*versions).total == 3


def test_the_other_way_round_added_is_removed(versions):
    assert differences.counts(*reversed(versions)) == Counts(added=1, removed=1, changed=1)
    assert [kind for kind, key in found(*reversed(versions)) if key == "4"] == [ChangeKind.REMOVED]


def test_a_version_does_not_differ_from_itself(versions):
    assert differences.counts(versions[0], versions[0]).total == 0


def test_the_added_come_first_then_the_removed_then_the_changed(versions):
    assert found(*versions) == [("added", "4"), ("removed", "3"), ("changed", "2")]


def test_a_changed_entry_says_what_changed(versions):
    (changed,) = differences.between(*versions, kinds=[ChangeKind.CHANGED])

    (remarks,) = changed.fields
    assert (remarks.name, remarks.gone) == ("remarks", ())
    assert "Made up." in remarks.come[0]


def test_a_page_is_a_part_of_the_whole(versions):
    assert found(*versions, offset=1, limit=1) == [("removed", "3")]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("inventado", ["2"]),
        ("INVENTADO pedro", ["2"]),
        ("pedro fingida", []),
        ("4", ["4"]),
        ("100%", ["4"]),
        ("p%o", []),
        ("_", []),
    ],
)
def test_an_entry_is_found_by_its_names_and_its_number(versions, text, keys):
    assert [key for _kind, key in found(*versions, text=text)] == keys
    assert differences.counts(*versions, text=text).total == len(keys)


@pytest.fixture
def described(db):
    """Return a function that gives two descriptions of one entry: as it is by default, and with `facts`."""

    def described(names=(), **facts):
        pair = []
        for said, aliases in (({}, ()), (facts, names)):
            entity = ListedEntityFactory(source_id="7", **said)
            for alias in aliases:
                ListedNameFactory(entity=entity, name=alias, kind="alias")
            pair.append(entity)
        return pair

    return described


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("countries", ["CL"]),
        ("dates_of_birth", ["1971"]),
        ("places_of_birth", ["Colón"]),
        ("positions", ["Ministro inventado"]),
        ("programmes", ["Fiction"]),
        ("identifiers", [{"kind": "Passport", "number": "ZZ 1", "country": "CL", "note": ""}]),
        ("addresses", [{"text": "Calle 0", "country": "PA", "note": ""}]),
        ("relations", [{"kind": "owns", "name": "Otra", "source_id": "", "share": "", "note": ""}]),
    ],
)
def test_what_is_new_of_a_field_with_several_values_is_told_value_by_value(described, field, value):
    (change,) = differences.fields(*described(**{field: value}))

    assert (change.name, change.gone, change.come) == (field, (), tuple(value))


def test_a_value_that_was_replaced_is_told_both_ways(described):
    (change,) = differences.fields(*described(kind="vessel"))

    assert (change.name, change.gone, change.come) == ("kind", ("organisation",), ("vessel",))


def test_a_day_of_listing_and_a_ships_facts_are_told(described):
    listed, vessel = differences.fields(*described(listed_on=date(2026, 1, 2), vessel={"flag": "PA"}))

    assert listed.come == (date(2026, 1, 2),)
    assert (vessel.name, vessel.come) == ("vessel", (("flag", "PA"),))


def test_a_further_name_is_told_with_its_kind(described):
    (change,) = differences.fields(*described(names=["La Quimera"]))

    assert (change.name, change.come) == ("names", (("La Quimera", "alias"),))


def test_what_only_stands_in_another_order_is_no_change(db):
    one = ListedEntityFactory(countries=["PA", "CL"])
    two = ListedEntityFactory(countries=["CL", "PA"])

    assert differences.fields(one, two) == ()


def test_a_page_of_25000_entries_is_compared_at_once(db, django_assert_num_queries):
    before, after = (
        ListVersionFactory(source="large", in_force_to=NOON, entities_count=25_000, names_count=25_000),
        ListVersionFactory(source="large", in_force_from=NOON, entities_count=25_000, names_count=25_000),
    )
    with connection.cursor() as cursor:
        for version, shift in ((before, 0), (after, 100)):
            cursor.execute(
                "INSERT INTO screening_listedentity (version_id, source_id, reference, kind, primary_name,"
                " countries, dates_of_birth, places_of_birth, positions, programmes, identifiers, addresses,"
                " relations, vessel, remarks, digest) SELECT %s, n, '', 'person', 'Quimera ' || n,"
                " '{}', '{}', '{}', '{}', '{}', '[]', '[]', '[]', '{}', '', md5((n %% 997 + %s)::text)"
                " FROM generate_series(%s, %s) AS n",
                [version.pk, 0 if shift == 0 else 1, shift + 1, shift + 25_000],
            )
    started = perf_counter()
    with django_assert_num_queries(3):
        rows = differences.between(before, after, limit=50, offset=10_000)
    with django_assert_num_queries(1):
        counted = differences.counts(before, after)

    assert perf_counter() - started < 3
    assert (len(rows), counted.added, counted.removed, counted.changed) == (50, 100, 100, 24_900)


def test_two_real_editions_differ_by_what_their_publisher_changed(db, real_lists):
    editions = [real_lists / f"un_consolidated_{day}.xml" for day in ("2025-04-19", "2026-02-27")]
    for number, edition in enumerate(editions):
        at = NOON + timedelta(days=number)
        load("un-consolidated", PARSERS["un-consolidated"][1], edition, by_name="Prueba", at=at)
    before, after = ListVersion.objects.order_by("in_force_from")

    counted = differences.counts(before, after)

    assert counted.added - counted.removed == after.entities_count - before.entities_count
    assert len(differences.between(before, after, limit=10_000)) == counted.total > 0
