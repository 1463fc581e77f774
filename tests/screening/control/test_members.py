"""A file in our own form that says what nobody reads, or in another shape, is refused with the place."""

import pytest

from screening.control.neutral import parse
from screening.refusals import BadList
from tests.screening.control.files import jsonl, table

TOY = {"code": "1E001", "official": {"es": "Reloj"}}
THRESHOLD = {"parameter": "axes", "comparator": ">", "value": "3"}
REQUIREMENT = {
    "reason": "NS", "scope": "x", "scope_codes": [], "is_entire": True, "columns": [], "prose": "",
}  # fmt: skip


def refused(tmp_path, content):
    path = tmp_path / "list"
    path.write_bytes(content)
    with pytest.raises(BadList) as refusal:
        parse(path)
    return refusal.value


@pytest.mark.parametrize(
    ("more", "code", "member"),
    [
        ({"oficial": {"es": "Reloj"}}, "unknown-member", "oficial"),
        ({"thresholds": [THRESHOLD, {**THRESHOLD, "unidad": "1"}]}, "unknown-member", "thresholds.2.unidad"),
        ({"thresholds": [{"parameter": "axes", "value": "3"}]}, "member-missing", "thresholds.1.comparator"),
        ({"thresholds": [{**THRESHOLD, "value": True}]}, "member-no-number", "thresholds.1.value"),
        ({"thresholds": [{**THRESHOLD, "group": "1"}]}, "member-no-number", "thresholds.1.group"),
        ({"thresholds": {}}, "member-no-array", "thresholds"),
        ({"official": "Reloj"}, "member-no-object", "official"),
        ({"official": {"es": 7}}, "member-no-text", "official.es"),
        ({"keywords": {"es": ["reloj", 7]}}, "member-no-text", "keywords.es.2"),
        ({"official": {"Spanish": "Reloj"}}, "member-no-language", "official.Spanish"),
        ({"notes": [{"language": "es", "kind": "note"}]}, "member-missing", "notes.1.text"),
        ({"notes": ["No incluye"]}, "member-no-object", "notes.1"),
        ({"cas": "7783-70-2"}, "member-no-array", "cas"),
        ({"aliases": [1]}, "member-no-text", "aliases.1"),
        ({"heading": None}, "member-no-text", "heading"),
        ({"requirements": [{**REQUIREMENT, "is_entire": 1}]}, "member-no-truth", "requirements.1.is_entire"),
    ],
)
def test_a_member_that_is_unknown_missing_or_of_another_shape_is_named(tmp_path, more, code, member):
    said = refused(tmp_path, jsonl({"code": "1E002"}, {**TOY, **more}))

    assert (said.code, said.details["member"], said.details["line"]) == (code, member, "3")


def test_the_refusal_says_which_members_the_form_has(tmp_path):
    said = refused(tmp_path, jsonl({**TOY, "oficial": {"es": "Reloj"}}))

    assert "official" in said.details["known"]


@pytest.mark.parametrize(
    ("head", "code", "member"),
    [
        ({"vigencia": "2026-01-01"}, "unknown-member", "vigencia"),
        ({"name": 7}, "member-no-text", "name"),
        (
            {"catch_all": [{"code": "a", "basis": "b", "pregunta": {}}]},
            "unknown-member",
            "catch_all.1.pregunta",
        ),
    ],
)
def test_the_head_is_read_as_strictly(tmp_path, head, code, member):
    said = refused(tmp_path, jsonl(TOY, **head))

    assert (said.code, said.details["member"], said.details["line"]) == (code, member, "1")


def test_a_value_that_is_no_number_is_told_as_it_was_written(tmp_path):
    said = refused(tmp_path, jsonl({**TOY, "thresholds": [{**THRESHOLD, "value": "rápido"}]}))

    assert (said.code, said.details["what"]) == ("wrong-value", "rápido")


def test_a_value_may_be_written_as_a_number(tmp_path):
    path = tmp_path / "list"
    path.write_bytes(jsonl({**TOY, "thresholds": [{**THRESHOLD, "value": 1.3}]}))

    assert str(parse(path).rows[0].thresholds[0].value) == "1.3"


def test_the_last_line_may_lack_its_end_where_it_is_whole(tmp_path):
    path = tmp_path / "list"
    path.write_bytes(jsonl(TOY, {"code": "1E002"}).rstrip())

    assert [row.code for row in parse(path).rows] == ["1E001", "1E002"]


@pytest.mark.parametrize("lost", [1, 2, 15])
def test_a_last_line_that_is_not_whole_was_cut_off(tmp_path, lost):
    assert refused(tmp_path, jsonl(TOY).rstrip()[:-lost]).code == "cut-off"


def test_a_table_without_a_last_line_end_is_told_to_add_one(tmp_path):
    said = refused(tmp_path, table("1E001,A,B,,,,,,").rstrip())

    assert (said.code, said.details["line"]) == ("no-line-end", "6")
