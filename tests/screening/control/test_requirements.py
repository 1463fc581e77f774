"""What the country chart asks for, and that nothing in it ever clears anything."""

import pytest

from screening.control.grounds import Weight
from screening.control.requirements import Chart, Fits, Place, chart_for, fits, grounds
from screening.control_models import (
    ChartCell,
    ControlEdition,
    ControlList,
    ControlTable,
    EntryNote,
    LicenceRequirement,
    TableKind,
)

LIST = ControlList(code="us-ccl", jurisdiction="US", name="Toys")
EDITION = ControlEdition(list=LIST, label="2026-01-15")
CHART = ControlTable(list=LIST, kind=TableKind.COUNTRY_CHART, label="2026-01-01")
GROUPS = ControlTable(list=LIST, kind=TableKind.COUNTRY_GROUPS, label="2026-01-01")


def row(scope="NS applies to entire entry", columns=("NS 1",), prose="NS Column 1.", codes=(), entire=None):
    is_entire = scope.endswith("entire entry") if entire is None else entire
    return LicenceRequirement(
        reason=scope[:2],
        scope=scope,
        scope_codes=list(codes),
        is_entire=is_entire,
        columns=list(columns),
        prose=prose,
    )


def place(**facts):
    return Place("CL", **{"is_in_chart": True, **facts})


def asked(*rows, at=None, code="3A001.b", notes=(), chart=CHART):
    found = Chart(chart, GROUPS, {"CL": at or place()})
    return grounds(code, EDITION, list(rows), list(notes), found, "CL")


def weights(found):
    return {ground.code: ground.weight for ground in found}


def test_a_mark_in_the_column_of_a_row_calls_for_a_licence():
    found = weights(asked(row(), at=place(columns=frozenset({"NS 1"}))))

    assert found == {"us-mark": Weight.NEEDED}


@pytest.mark.parametrize(
    "at",
    [
        place(),
        place(columns=frozenset({"MT 1"})),
        place(is_in_chart=False),
        place(pointer="See part 746"),
        place(footnotes=(6,)),
    ],
)
def test_an_empty_cell_never_clears_and_leaves_it_to_a_person(at):
    found = weights(asked(row(), at=at))

    assert found["us-no-mark"] == Weight.FACT
    assert found["us-nothing-found"] == Weight.PERSON


def test_a_destination_without_a_row_or_with_other_law_is_for_a_person():
    assert weights(asked(row(), at=place(is_in_chart=False)))["us-not-in-chart"] == Weight.PERSON
    assert weights(asked(row(), at=place(pointer="See part 746")))["us-points-elsewhere"] == Weight.PERSON
    assert weights(asked(row(), at=place(footnotes=(2, 6))))["us-footnotes"] == Weight.PERSON


def test_without_the_chart_nothing_is_looked_up():
    assert weights(asked(row(), chart=None))["us-no-chart"] == Weight.PERSON


def test_an_entry_without_rows_points_to_other_law():
    assert weights(asked())["us-no-row"] == Weight.PERSON


def test_prose_is_for_a_person_and_worldwide_calls_for_a_licence():
    prose = row("RS applies to 3A001.b", (), "Macau or D:5.", ("3A001.b",))
    everywhere = row("RS applies to 3A001.b", (), "To or within any destination worldwide.", ("3A001.b",))
    save = row("RS applies to 3A001.b", (), "All destinations, except Canada.", ("3A001.b",))

    assert weights(asked(prose))["us-prose"] == Weight.PERSON
    assert weights(asked(everywhere))["us-worldwide"] == Weight.NEEDED
    assert weights(asked(save))["us-prose"] == Weight.PERSON


def test_words_beside_a_column_are_read_as_well():
    found = weights(asked(row(prose="NS Column 1. See § 742.4 for special provisions.")))

    assert found["us-prose"] == Weight.PERSON


def test_a_note_on_licences_is_read_by_a_person():
    note = EntryNote(kind="licence", text="A licence is required for toys.")
    other = EntryNote(kind="technical", text="A toy is a toy.")

    assert [one.details for one in asked(row(), notes=(note, other)) if one.code == "us-note"] == [
        {"text": "A licence is required for toys."}
    ]


def test_the_groups_of_the_destination_are_told():
    found = asked(row(), at=place(groups=("D:1", "D:5")))

    assert next(one.details["groups"] for one in found if one.code == "us-groups") == "D:1, D:5"


@pytest.mark.parametrize(
    ("code", "scope", "codes", "expected"),
    [
        ("3A001.b", "NS applies to entire entry", (), Fits.YES),
        ("3A001.b.2", "MT applies to 3A001.b", ("3A001.b",), Fits.YES),
        ("3A001.b", "MT applies to 3A001.a.1, .c, and .d", ("3A001.a.1", "3A001.c", "3A001.d"), Fits.NO),
        ("3A001", "MT applies to 3A001.b", ("3A001.b",), Fits.PERHAPS),  # narrower than what was asked
        ("3A001.b", "MT applies to 3A001.a when made for missiles", ("3A001.a",), Fits.PERHAPS),
        ("3A001.b", "MT applies to 3A001.a, b", ("3A001.a",), Fits.PERHAPS),  # a code was not understood
        ("3A001.b", "MT applies to 3A001.a through .d", ("3A001.a", "3A001.d"), Fits.PERHAPS),
        ("3A001.b", "MT applies to 3A001.a to .d", ("3A001.a", "3A001.d"), Fits.PERHAPS),
        ("3A001.b", "MT applies to technology for toys", (), Fits.PERHAPS),
        ("3A001.b", "NS applies to entire entry, except 3A001.y", ("3A001.y",), Fits.YES),
        ("3A001.y.1", "NS applies to entire entry except 3A001.y", ("3A001.y",), Fits.NO),
        ("3A001", "NS applies to entire entry except 3A001.y", ("3A001.y",), Fits.PERHAPS),
        ("3A001.b", "NS applies to 3A001.a and .c, except drums", ("3A001.a", "3A001.c"), Fits.PERHAPS),
        ("3A001.b", "", (), Fits.PERHAPS),
    ],
)
def test_only_a_scope_that_is_codes_and_nothing_else_leaves_a_row_out(code, scope, codes, expected):
    assert fits(code, row(scope, codes=codes, entire=scope == "NS applies to entire entry")) is expected


def test_a_mark_in_a_row_that_may_not_be_for_the_goods_is_for_a_person():
    found = asked(row("MT applies to toys that fly"), at=place(columns=frozenset({"NS 1"})))

    assert weights(found)["us-mark-perhaps"] == Weight.PERSON
    assert "us-mark" not in weights(found)


def test_hong_kong_is_read_in_the_row_of_china(db):
    ccl = ControlList.objects.create(code="us-ccl", jurisdiction="US", name="Toys")
    at = {
        "list": ccl,
        "published_on": "2026-01-01",
        "size": 1,
        "rows_count": 1,
        "in_force_from": "2026-01-01T00:00Z",
    }
    table = ControlTable.objects.create(
        **at,
        kind=TableKind.COUNTRY_CHART,
        label="x",
        imported_at="2026-01-01T00:00Z",
        imported_by_name="Prueba",
    )
    ChartCell.objects.create(table=table, destination="China", country="CN", column="NS 1", footnotes=[3])

    found = chart_for([table], ["HK", "MO"])

    assert found.places["HK"].columns == {"NS 1"}
    assert found.places["HK"].footnotes == (3,)
    assert not found.places["MO"].is_in_chart
