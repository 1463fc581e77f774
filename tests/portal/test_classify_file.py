"""A file of goods is searched for as a whole or not at all, and nothing in the answers clears anything."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from portal.screening_files import goods
from screening.control import catalogue
from tests.portal.suggesting import LASER, knowing_lasers


@pytest.fixture
def loaded(db):
    return catalogue.load(by_name="Prueba", at=timezone.now())


@pytest.fixture
def in_force(loaded, monkeypatch):
    monkeypatch.setattr(goods, "suggest", knowing_lasers(loaded))
    return loaded


def run(source, target, **options) -> str:
    said = StringIO()
    call_command(
        "classify_file",
        str(source),
        str(target),
        stdout=said,
        stderr=StringIO(),
        **{"language": "en", "processes": 1, **options},
    )
    return said.getvalue()


def refused(source, target, **options) -> str:
    with pytest.raises(CommandError) as refusal:
        run(source, target, **options)
    assert not target.exists()
    assert list(target.parent.glob(f".{target.name}*")) == []
    return str(refusal.value)


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "in.jsonl"
    rows = [
        {"id": "a", "text": LASER, "lang": "es", "list": "EU-ANNEX-I", "gold": ["6A005"], "vague": False},
        {"id": "b", "text": "qwrtz", "lang": "en", "list": "EU-ANNEX-I", "path_now": {"x": 1}},
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_each_line_gets_its_entries_alarm_and_time(loaded, questions, tmp_path):
    told = run(questions, tmp_path / "out.jsonl")

    first, second = lines(tmp_path / "out.jsonl")
    assert (first["id"], second["id"]) == ("a", "b")
    assert "6A005" in [one["code"] for one in first["codes"]]
    assert all(one["path"].startswith(one["code"]) and one["score"] <= 1 for one in first["codes"])
    assert 0 <= first["alarm"] <= 1 and first["ms"] > 0
    assert "No line is cleared" in told


def test_no_more_entries_than_asked_for(in_force, questions, tmp_path):
    run(questions, tmp_path / "out.jsonl", limit=2)

    assert len(lines(tmp_path / "out.jsonl")[0]["codes"]) == 2


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_says_in_words_what_was_found_and_what_was_not(in_force, questions, tmp_path, ending):
    target = tmp_path / f"out.{ending}"

    run(questions, target)

    if ending == "csv":
        with target.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    else:
        rows = [
            [str(cell or "") for cell in row]
            for row in load_workbook(target).active.iter_rows(values_only=True)
        ]
    head, *rest = rows
    place = {name: number for number, name in enumerate(head)}
    assert "6A005" in [row[place["Entry"]] for row in rest if row[place["Reference"]] == "a"]
    [nothing] = [row for row in rest if row[place["Reference"]] == "b"]
    assert "No match found" in nothing[place["Result"]]


def test_a_spreadsheet_with_spanish_columns_is_read(in_force, tmp_path):
    book = Workbook()
    book.active.append(["referencia", "texto", "código SA", "CAS"])
    book.active.append(["7", LASER, "8456.11", None])
    book.active.append(["8", None, None, "7783-70-2"])
    book.save(tmp_path / "in.xlsx")

    found = list(goods.read(tmp_path / "in.xlsx", ignore_others=False, default_list="eu-dual-use"))

    assert [(row.line, row.id, row.goods.hs_code, row.goods.cas) for row in found] == [
        (2, "7", "845611", ()),
        (3, "8", "", ("7783-70-2",)),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"id": "a"}, "neither a text nor a CAS number"),
        ({"id": "a", "text": "x" * 4001}, "longer than 4000"),
        ({"id": "a", "text": LASER, "list": "otra"}, "no list we know"),
        ({"id": "a", "text": LASER, "lang": "fr"}, "no language"),
        ({"id": "a", "text": LASER, "hs_code": "abc"}, "no customs code"),
        ({"id": "a", "text": {"es": LASER}}, "holds a text"),
    ],
)
def test_any_mistake_refuses_the_whole_file_and_says_its_line(in_force, questions, tmp_path, row, why):
    with questions.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row))

    said = refused(questions, tmp_path / "out.jsonl")

    assert "Line 3" in said
    assert why in said


def test_a_column_nobody_knows_refuses_a_table(in_force, tmp_path):
    (tmp_path / "in.csv").write_text(f"text;precio\n{LASER};7\n", encoding="utf-8")

    assert "precio" in refused(tmp_path / "in.csv", tmp_path / "out.csv")
    run(tmp_path / "in.csv", tmp_path / "out.csv", ignore_others=True)
    assert (tmp_path / "out.csv").exists()


def test_without_the_list_in_force_nothing_is_written(db, questions, tmp_path):
    assert "not in force" in refused(questions, tmp_path / "out.jsonl")


def test_what_is_there_is_not_written_over_unless_told(in_force, questions, tmp_path):
    target = tmp_path / "out.jsonl"
    target.write_text("mine")

    with pytest.raises(CommandError, match="exists already"):
        run(questions, target)
    assert target.read_text() == "mine"
    run(questions, target, replace=True)
    assert len(lines(target)) == 2


@pytest.mark.django_db(transaction=True)
def test_several_processes_answer_the_same_in_the_same_order(tmp_path):
    catalogue.load(by_name="Prueba", at=timezone.now())
    rows = [{"id": str(number), "text": f"{LASER}, modelo {number}"} for number in range(120)]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")

    run(source, tmp_path / "one.jsonl")
    run(source, tmp_path / "two.jsonl", processes=2)

    one, two = ([{**row, "ms": 0} for row in lines(tmp_path / name)] for name in ("one.jsonl", "two.jsonl"))
    assert one == two


def test_a_table_answers_goods_wholly_in_their_language(in_force, questions, tmp_path):
    run(questions, tmp_path / "out.csv", language="en")

    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        results = {row["Reference"]: (row["Result"], row["Reasons"]) for row in csv.DictReader(file)}

    assert "Palabras en común" in results["a"][1]
    assert results["b"][0].startswith("No match found")


def test_numbers_that_are_wrong_get_a_remark_and_fail_nothing(in_force, tmp_path):
    source = tmp_path / "in.jsonl"
    rows = [
        {"id": "a", "text": LASER, "cas": "7783-70-3", "hs_code": "999999", "lang": "es"},
        {"id": "b", "text": LASER, "cas": "7783-70-2", "hs_code": "845611", "lang": "es"},
    ]
    source.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")

    run(source, tmp_path / "out.jsonl")
    run(source, tmp_path / "out.csv")

    wrong, right = lines(tmp_path / "out.jsonl")
    assert len(wrong["remarks"]) == 2 and right["remarks"] == []
    assert "7783-70-3" in wrong["remarks"][0] and "999999" in wrong["remarks"][1]
    assert "no es" in wrong["remarks"][0]  # in the language of its line
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["Reference"]: row["Remarks"] for row in csv.DictReader(file)}
    assert told["a"] == " ".join(wrong["remarks"]) and told["b"] == ""
