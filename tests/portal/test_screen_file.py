"""A file of parties is compared as a whole or not at all, and what comes out is safe to open."""

import csv
import json
import os
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from licensing.models import Band, ListSearch
from portal.management.commands import screen_file
from portal.screening_files import comparing, reading, spreading, writing
from portal.screening_files.tables import BadFile
from screening.models import EntityKind
from screening.reasons import SENTENCES
from tests.factories import CalibrationFactory, ListedEntityFactory, ListVersionFactory

HEAD = "id,nombre,otros nombres,tipo,país,nacimiento,identificadores\n"
TABLE = (
    HEAD
    + "7,Quimera Laser Industrias S.A.,,organización,CL,,\n"
    + "8,Panadería Modelo,El Buen Pan; Chiriquí Pan,empresa,Panamá,,155-1-2016\n"
    + "9,Fantasía Quimera,,persona,UY,3/5/1971,ZZ 1\n"
)


@pytest.fixture
def listed(db):
    return ListedEntityFactory(
        primary_name="Quimera Laser Industrias", version__source="national", version__edition="7"
    )


@pytest.fixture
def parties(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def run(source, target, **options) -> str:
    said = StringIO()
    call_command(
        "screen_file",
        str(source),
        str(target),
        stdout=said,
        stderr=StringIO(),
        processes=1,
        **{"language": "en", **options},
    )
    return said.getvalue()


def refused(source, target, **options) -> str:
    with pytest.raises(CommandError) as refusal:
        run(source, target, **options)
    assert not target.exists()
    assert list(target.parent.glob(f".{target.name}*")) == []
    return str(refusal.value)


def table(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_party_has_its_lines_with_points_names_reasons_and_list(listed, parties, tmp_path):
    run(parties, tmp_path / "out.csv")

    rows = table(tmp_path / "out.csv")
    assert [(row["Line"], row["Reference"], row["Result"]) for row in rows] == [
        ("2", "7", "Possible match"),
        ("3", "8", "No similar name"),
        ("4", "9", "No similar name"),
    ]
    assert float(rows[0]["Points"]) >= 70 and rows[0]["Band"]
    assert rows[0]["Listed name"] == "Quimera Laser Industrias"
    assert (rows[0]["List"], rows[0]["Edition"]) == ("National list", "7")
    assert "The name is" in rows[0]["Reasons"] and "(+" in rows[0]["Reasons"]
    assert rows[1]["Points"] == ""


def test_answers_are_in_the_language_asked_for(listed, parties, tmp_path):
    said = run(parties, tmp_path / "out.csv", language="es")

    assert "Lista nacional" in said
    assert "Puntos" in table(tmp_path / "out.csv")[0]


def test_it_ends_with_a_summary(listed, parties, tmp_path):
    said = run(parties, tmp_path / "out.csv")

    assert "3 parties compared" in said and "1 with possible matches, 1 in all" in said
    assert "National list: edition 7" in said


def test_it_is_written_down(listed, parties, tmp_path):
    run(parties, tmp_path / "out.csv", by="Ana")

    written = ListSearch.objects.get()
    assert (written.way, written.by, written.hits_count) == ("file", None, 1)
    [asked] = written.asked
    assert (asked["file"], asked["parties"], asked["asked_by"]) == ("in.csv", 3, "Ana")
    assert asked["sha256"] == screen_file.digest_of(parties)


def test_jsonl_in_and_out_keeps_everything(listed, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(
        '{"id": 1, "name": "Химера", "other_names": ["Quimera Laser Industrias"], "kind": "organisation"}\n'
        "\n"
        '{"nombre": "Panadería Modelo", "país": ["PA", "CR"], "nacimiento": null}\n',
        encoding="utf-8",
    )

    run(source, tmp_path / "out.jsonl")

    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert (first["line"], first["id"], first["names"]) == (1, "1", ["Химера", "Quimera Laser Industrias"])
    assert first["hits"][0]["matched_name"] == "Quimera Laser Industrias"
    assert (second["line"], second["countries"], second["hits"]) == (3, ["PA", "CR"], [])


@pytest.mark.parametrize("language", ["es", "en"])
def test_jsonl_holds_the_same_codes_in_every_language(listed, tmp_path, language):
    source = tmp_path / "in.jsonl"
    source.write_text('{"name": "Quimera Laser Industrias", "country": "CL"}\n', encoding="utf-8")

    run(source, tmp_path / "out.jsonl", language=language)

    [hit] = json.loads((tmp_path / "out.jsonl").read_text())["hits"]
    assert hit["band"] in Band.values and hit["kind"] in EntityKind.values
    assert (hit["countries"], hit["list"]) == (listed.countries, listed.version.source)
    assert {reason["code"] for reason in hit["reasons"]} <= set(SENTENCES)
    assert round(sum(reason["points"] for reason in hit["reasons"]), 1) == hit["points"]


def spreadsheet(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_xlsx_in_and_out(listed, tmp_path):
    source = spreadsheet(
        tmp_path / "in.xlsx",
        ["id", "name", "born", "identifiers", None],
        [7, "Quimera Laser Industrias", date(1971, 5, 3), 9074729.0],
        [None, None, None, None],
        ["=2+2", "Panadería Modelo"],
    )

    run(source, tmp_path / "out.xlsx")

    book = load_workbook(tmp_path / "out.xlsx")
    rows = list(book.active.iter_rows())
    assert [row[0].value for row in rows] == ["Line", 2, 4]
    assert rows[1][4].value >= 70
    assert [row.asked.dates_of_birth for row in reading.read(source)] == [("1971-05-03",), ()]
    assert [row.asked.identifiers for row in reading.read(source)] == [("9074729",), ()]


def test_a_table_of_semicolons_as_spanish_spreadsheets_write_it(listed, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text('\ufeffnombre;alias\nQuimera;"Uno;Dos|Tres"\n', encoding="utf-8")

    [row] = reading.read(source)

    assert row.asked.names == ("Quimera", "Uno", "Dos", "Tres")


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_of_a_csv_can_become_a_formula(start):
    assert writing.no_formula(start) == f"'{start}"


def test_numbers_stay_numbers():
    assert writing.no_formula(-22.0) == -22.0


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_others_wrote_comes_out_as_text(listed, tmp_path, ending):
    ListedEntityFactory(version=listed.version, primary_name="=HYPERLINK(Quimera Laser)", programmes=["@X"])
    source = tmp_path / "in.csv"
    source.write_text("id,name\n=cmd|' /C calc'!A0,Hyperlink Quimera Laser\n", encoding="utf-8")

    run(source, tmp_path / f"out.{ending}")

    if ending == "csv":
        cells = [cell for row in table(tmp_path / "out.csv") for cell in row.values()]
    else:
        rows = load_workbook(tmp_path / "out.xlsx").active.iter_rows()
        assert all(cell.data_type in ("s", "n", "inlineStr") for row in rows for cell in row)
        cells = []
    assert not any(str(cell).startswith(("=", "@", "+")) for cell in cells)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,born\nAna,1971\nEva,mayo\n", "Line 3: “mayo” is no date"),
        ("name,country\nAna,Atlantis\n", "Line 2: “Atlantis” is no country"),
        ("name,kind\nAna,ship\n", "Line 2: “ship” is no kind"),
        ("name,identifiers\n,12\n", "Line 2: there is neither a name nor an identifier"),
        ("name,kind\n---,person\n", "Line 2: there is neither a name nor an identifier"),
        ("name\nAna,person\n", "Line 2: it has 2 cells, but there are 1 columns"),
        ("name,colour\nAna,red\n", "Line 1: unknown column: colour. Known are: id,"),
        ("kind\nperson\n", "one of them is “name” or “nombre”"),
        ("name,nombre\nAna,Ana\n", "names a column twice: name"),
        ("name\n", "names nobody"),
        ("", "one of them is “name” or “nombre”"),
        ('name\n"Ana\n', "Line 2"),
        (b"name\nAna\nMar\xeda\n", "Line 3 is not in UTF-8"),
        (f"name\n{'x' * 401}\n", "Line 2: “name” is longer than any real one"),
    ],
)
def test_a_malformed_table_is_refused_whole_with_its_line(listed, tmp_path, text, why):
    source = tmp_path / "in.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())

    assert why in refused(source, tmp_path / "out.csv")
    assert not ListSearch.objects.exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"name": "Ana"}\n{"name": \n', "Line 2: this is not JSON"),
        ('["Ana"]\n', "Line 1: a line holds one object"),
        ('{"name": {"es": "Ana"}}\n', "Line 1: “name” holds a text"),
        ('{"name": "Ana", "colour": "red"}\n', "Line 1: unknown column: colour"),
    ],
)
def test_a_malformed_line_of_json_is_refused(listed, tmp_path, text, why):
    source = tmp_path / "in.jsonl"
    source.write_text(text)

    assert why in refused(source, tmp_path / "out.csv")


def test_the_first_twenty_mistakes_are_told_at_once(listed, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("name,country\n" + "Ana,Atlantis\n" * 50)

    with pytest.raises(BadFile) as refusal:
        reading.check(source)

    assert len(refusal.value.errors) == 21


def test_a_mistake_after_a_name_of_two_lines_is_told_with_its_own_line(listed, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text('name,country\n"Ana\nMaría",PA\nEva,Atlantis\n')

    assert "Line 4:" in refused(source, tmp_path / "out.csv")


def test_other_columns_can_be_passed_over(listed, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("name,colour\nQuimera Laser Industrias,red\n")

    assert "1 with a possible match" in run(source, tmp_path / "out.csv", ignore_others=True)


@pytest.mark.parametrize("name", ["in.xls", "in.txt", "in"])
def test_other_formats_are_refused(listed, tmp_path, name):
    (tmp_path / name).write_text("name\nAna\n")

    assert "ends in .csv, .xlsx or .jsonl" in refused(tmp_path / name, tmp_path / "out.csv")
    assert "ends in .csv, .xlsx or .jsonl" in refused(tmp_path / name, tmp_path / "out.pdf")


def test_a_file_that_is_no_spreadsheet_is_refused(listed, tmp_path):
    (tmp_path / "in.xlsx").write_text("name\nAna\n")

    assert "is not a spreadsheet" in refused(tmp_path / "in.xlsx", tmp_path / "out.csv")


def test_a_file_that_is_not_there_is_refused(listed, tmp_path):
    assert "in.csv" in refused(tmp_path / "in.csv", tmp_path / "out.csv")
    assert "no folder" in refused(tmp_path / "in.csv", tmp_path / "nowhere" / "out.csv")


def test_without_a_list_nobody_is_compared(db, parties, tmp_path):
    assert "No list is in force" in refused(parties, tmp_path / "out.csv")


def test_what_is_there_is_not_written_over_unless_asked(listed, parties, tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("precious")

    with pytest.raises(CommandError, match="exists already"):
        run(parties, target)
    assert target.read_text() == "precious"
    run(parties, target, replace=True)
    assert "Quimera" in target.read_text(encoding="utf-8-sig")


def test_answers_can_be_read_by_their_owner_only(listed, parties, tmp_path):
    run(parties, tmp_path / "out.csv")

    assert os.stat(tmp_path / "out.csv").st_mode & 0o777 == 0o600


def test_another_edition_meanwhile_leaves_nothing_behind(listed, parties, tmp_path, monkeypatch):
    whole = comparing.compare_chunk

    def with_another_list(*args, **options):
        ListVersionFactory(source="foreign-denials")
        return whole(*args, **options)

    monkeypatch.setattr(comparing, "compare_chunk", with_another_list)

    assert "Another edition" in refused(parties, tmp_path / "out.csv")
    assert not ListSearch.objects.exists()


def test_the_points_in_force_count(listed, parties, tmp_path):
    parties.write_text("name\nQuimera Lasser\nPanadería Modelo\n")
    assert "1 with possible matches" in run(parties, tmp_path / "before.csv")
    CalibrationFactory(worth=99, medium_from=99, high_from=99)

    assert "0 with possible matches" in run(parties, tmp_path / "out.csv")


@pytest.mark.django_db(transaction=True)
def test_several_processes_find_the_same_in_the_same_order(tmp_path):
    ListedEntityFactory(primary_name="Quimera Laser Industrias", version__source="national")
    names = ["Quimera Laser Industrias" if number % 3 == 0 else f"Modelo {number}" for number in range(450)]
    source = tmp_path / "in.csv"
    source.write_text("name\n" + "\n".join(names) + "\n")

    run(source, tmp_path / "one.csv")
    call_command(
        "screen_file", str(source), str(tmp_path / "two.csv"), stdout=StringIO(), processes=2, language="en"
    )

    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_small_files_need_one_process_only():
    assert spreading.processes_for(10, 1000) == 1
    assert spreading.processes_for(10**6, 1000) >= 1
