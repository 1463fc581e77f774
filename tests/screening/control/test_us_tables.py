"""The country chart and groups of the United States, in XML and JSON."""

import json
from datetime import date

import pytest

from screening.control import parser_of
from screening.control.rows import MarkRow
from screening.control_models import ChartCell, ControlTable, CountryGroupMember
from screening.refusals import BadList
from tests.screening.control.files import ccl
from tests.screening.control.files_us import chart, groups

DAY = {"dated": date(2026, 1, 15)}


@pytest.fixture
def taken(take):
    take("us-ccl", ccl(), **DAY)
    return take


def test_a_chart_gives_every_destination_its_marks_and_footnotes(taken):
    table = taken("us-country-chart", chart())

    marks = {}
    for cell in ChartCell.objects.filter(table=table):
        marks.setdefault((cell.destination, cell.country), []).append((cell.column, cell.footnotes))
    assert marks["Chile", "CL"] == [("CB 1", []), ("NS 1", [])]
    assert marks["China", "CN"][0] == ("CB 1", [3, 6])
    assert len(marks["China", "CN"]) == 4
    assert table.published_on == date(2026, 1, 15)  # the file says its day


def test_a_destination_without_marks_keeps_where_the_law_speaks_of_it(taken):
    table = taken("us-country-chart", chart())

    cuba, canada = (table.cells.get(destination=name) for name in ("Cuba", "Canada"))
    assert (cuba.column, cuba.pointer) == ("", "See part 746 of the EAR.")
    assert (canada.column, canada.footnotes, bool(canada.pointer)) == ("", [10], True)


def test_groups_are_columns_of_a_table_or_names_alone(taken):
    table = taken("us-country-groups", groups(), **DAY)

    members = CountryGroupMember.objects.filter(table=table).order_by("pk")
    assert [(one.group, one.country) for one in members] == [
        ("A:1", "AR"),
        ("A:1", "IN"),
        ("A:2", "IN"),
        ("B", "CL"),
        ("B", "GH"),
        ("B", "PE"),
        ("D:5", "CU"),
    ]
    assert members[0].label == "Toy states"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (chart()[:900], "cut-off"),
        (chart().replace(b"</TR>", b"</TD>", 1), "not-xml"),
        (chart(part="740"), "wrong-root"),
        (chart(columns=("A", "B", "C", "D")), "not-this-xml"),
        (chart([("Chile", "", ()), ("Chile", "", ())]), "twice"),
        (chart([("", "", ())]), "cell-empty"),
        (chart().replace(b"<TD>X</TD>", b"<TD>Y</TD>", 1), "cell-kind"),
        (chart().replace(b"<TD>X</TD>", b"", 1), "columns-differ"),
        (chart().replace(b"<DIV5", b"<!DOCTYPE a [<!ENTITY b 'c'>]><DIV5"), "forbidden-xml"),
        (b"", "empty-file"),
    ],
)
def test_a_broken_chart_is_refused_and_the_one_in_force_stays(taken, content, code):
    before = taken("us-country-chart", chart([("Peru", "", ("CB 1",))]))

    with pytest.raises(BadList) as refused:
        taken("us-country-chart", content)

    assert refused.value.code == code
    assert ControlTable.objects.get(in_force_to=None) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (groups()[:600], "cut-off"),
        (groups("<HD1>Country Group A</HD1>"), "not-this-xml"),
        (groups().replace(b"<TD>X</TD>", b"<TD>no</TD>", 1), "cell-kind"),
        (groups().replace(b"<TD>X</TD><TD></TD>", b"<TD>X</TD>", 1), "columns-differ"),
        (chart(), "wrong-root"),
    ],
)
def test_broken_groups_are_refused(taken, content, code):
    with pytest.raises(BadList) as refused:
        taken("us-country-groups", content, **DAY)

    assert refused.value.code == code
    assert not ControlTable.objects.exists()


def test_far_fewer_destinations_need_two_people(taken):
    taken("us-country-chart", chart([(name, "", ("CB 1",)) for name in ("Chile", "Peru", "Ghana", "Cuba")]))

    with pytest.raises(BadList) as refused:
        taken("us-country-chart", chart([("Chile", "", ("CB 1",))]))

    assert refused.value.code == "fewer-rows"


def test_the_published_chart_reads_the_same_from_both_forms(published, tmp_path):
    source = published / "us" / "country_chart_supp1_part738.json"
    content = json.loads(source.read_text())
    columns = tuple(content["columns"])
    rows = [
        (name.replace("&", "&amp;"), " ".join(map(str, one["footnotes"])), tuple(one["marks"]))
        for name, one in content["countries"].items()
    ]
    rows += [
        (name, " ".join(map(str, one["footnotes"])), one["pointer"])
        for name, one in content["embargoed"].items()
    ]
    path = tmp_path / "chart.xml"
    path.write_bytes(chart(rows, columns=columns))

    from_json, from_xml = (parser_of("us-country-chart")(one) for one in (source, path))

    assert len(from_xml.rows) == 200
    assert sum(len(one.columns) for one in from_xml.rows if isinstance(one, MarkRow)) == sum(
        len(one["marks"]) for one in content["countries"].values()
    )
    assert {one.destination: (set(one.columns), one.footnotes) for one in from_xml.rows} == {
        one.destination: (set(one.columns), one.footnotes) for one in from_json.rows
    }
