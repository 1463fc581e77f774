"""Our own form as a spreadsheet, goods by customs code, and what a spreadsheet must not have done to them."""

import gzip
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from openpyxl import Workbook

from screening.codes import is_known_hs
from screening.control.editions import compare, in_force
from screening.control.hints import high_priority, high_priority_day, hints_for, tier_of
from screening.control_models import ControlEdition, ControlTable, WatchedGoods
from screening.refusals import BadList
from tests.factories import NOON
from tests.screening.control.files import correlation, eu_json, jsonl

HEAD = ("# list: pa-national", "# name: Lista, nacional", "# valid_from: 2026-01-15", "# codes: 2")
ROWS = (("code", "text_es", "hs"), ("1E001", "Tecnología", "854231"), ("2B001", "Torno"))


def book(*rows, head=HEAD):
    made = Workbook()
    for row in (*((line,) for line in head), *rows):
        made.active.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def refusal(take, *args, **options):
    with pytest.raises(BadList) as refused:
        take(*args, **options)
    return refused.value.code


def test_a_list_comes_as_a_spreadsheet_of_text(take):
    edition = take("table", book(*ROWS))

    assert list(edition.versions.values_list("code", flat=True)) == ["1E001", "2B001"]
    assert edition.list.name == "Lista, nacional"
    assert edition.versions.get(code="1E001").entry.correlations.get().hs_code == "854231"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((("code", "text_es"), (10.0, "Tecnología"), ("2B001", "Torno")), "cell-is-number"),  # was 1E001
        ((("code", "text_es"), ("1.00E+01", "Tecnología"), ("2B001", "Torno")), "code-is-number"),
        ((("code", "hs"), ("1E001", 854231), ("2B001", "")), "cell-is-number"),
        ((("code", "text_es"), ("1E001", "Tecnología")), "count-differs"),
        ((("code", "text_es"), ("1E001", "Tecnología"), ("2B001", "Torno", "x")), "columns-differ"),
        ((("code", "price"), ("1E001", "1"), ("2B001", "2")), "unknown-column"),
        ((("text_es",), ("A",), ("B",)), "no-column"),
    ],
)
def test_a_spreadsheet_that_mangled_the_codes_is_refused_and_the_list_in_force_stays(take, rows, code):
    before = take("table", book(*ROWS))

    assert refusal(take, "table", book(*rows)) == code
    assert in_force("pa-national", NOON) == before
    assert ControlEdition.objects.count() == 1


def test_half_a_spreadsheet_and_one_without_a_head_are_refused(take):
    whole = book(*ROWS)

    assert refusal(take, "table", whole[: len(whole) // 2]) in ("bad-archive", "not-utf-8", "no-text")
    assert refusal(take, "table", book(*ROWS, head=())) == "head-lacks"


def test_what_is_exported_as_a_spreadsheet_is_imported_as_it_was(take, tmp_path):
    row = {"code": "1E001", "official": {"es": "=1+1; «a, b»\nc"}, "cas": ["7783-70-2"], "hs": ["8542"]}
    edition = take("table", jsonl(row, name="Lista, «propia»"), at=timezone.now())
    path = tmp_path / "out.xlsx"

    call_command("export_control_list", "pa-national", path)
    again = take("table", path.read_bytes(), at=timezone.now())

    assert again != edition
    assert again.list.name == edition.list.name
    changes = compare(edition, again)
    assert not (changes.added or changes.removed or changes.changed)


# --- two people where much fell away ---

MANY = eu_json({f"3A00{n}": f"3A00{n} Toy" for n in range(1, 10)})
FEW = eu_json({"3A001": "3A001 Toy"})


def test_whoever_imports_is_not_the_second_person(take):
    take("eu-annex1-json", MANY)

    assert refusal(take, "eu-annex1-json", FEW) == "fewer-codes"
    assert refusal(take, "eu-annex1-json", FEW, agreed_by_name=" Prueba ") == "one-person"
    let_in = take("eu-annex1-json", FEW, agreed_by_name="Otra persona")
    assert (let_in.imported_by_name, let_in.agreed_by_name) == ("Prueba", "Otra persona")


def test_the_database_refuses_that_one_person_agrees_with_himself(take):
    kept = take("eu-annex1-json", MANY)
    fields = {
        field.attname: getattr(kept, field.attname)
        for field in ControlEdition._meta.concrete_fields
        if field.name not in ("id", "in_force_to")
    }
    own = {**fields, "in_force_to": NOON, "agreed_by_name": kept.imported_by_name}

    with pytest.raises(IntegrityError, match="did_not_import_it"), transaction.atomic():
        ControlEdition.objects.create(**own)


# --- goods by customs code ---

GOODS_HEAD = ("# list: toy-measures", "# name: Toys", "# published_on: 2026-02-01", "# rows: 2")
GOODS = (("hs", "measure", "tier"), ("8542.31", "annex I", "1"), ("8471", "annex II", ""))


def goods(*rows, head=GOODS_HEAD):
    return "".join(f"{line}\n" for line in (*head, *(",".join(row) for row in rows))).encode()


@pytest.mark.parametrize("content", [goods(*GOODS), book(*GOODS, head=GOODS_HEAD)], ids=["csv", "xlsx"])
def test_goods_under_measures_come_as_a_table_of_customs_codes(take, content):
    table = take("watched-goods", content)

    found = WatchedGoods.objects.filter(table=table).values_list("hs_code", "measure", "tier")
    assert sorted(found) == [("8471", "annex II", ""), ("854231", "annex I", "1")]
    assert (table.list.name, table.rows_count) == ("Toys", 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (goods(*GOODS)[:-1], "no-line-end"),
        (goods(*GOODS[:2]), "count-differs"),
        (goods(GOODS[0], ("12", "annex I", ""), GOODS[2]), "no-customs-code"),
        (goods(GOODS[0], ("8542.31", "", ""), GOODS[2]), "cell-empty"),
        (goods(GOODS[0], ("8542.31", "annex I", "1"), ("854231", "annex I", "2")), "twice"),
        (goods(("hs", "measure", "price"), *GOODS[1:]), "unknown-column"),
        (goods(*GOODS, head=("# name: Toys",)), "head-lacks"),
        (goods(*GOODS, head=(*GOODS_HEAD[:2], "# published_on: 1/2/2026", "# rows: 2")), "head-lacks"),
        (goods(*GOODS, head=(*GOODS_HEAD[:3], "# rows: two")), "head-lacks"),
        (book(GOODS[0], (854231, "annex I", "1"), GOODS[2], head=GOODS_HEAD), "cell-is-number"),
        (b'[{"annex": "II"}]', "no-text-under"),
        (b'[{"annex": "II", "cn": "1"}]', "no-customs-code"),
        (b'[{"annex": "II", "cn": "85423', "json-cut-off"),
    ],
)
def test_a_broken_table_of_goods_is_refused_and_the_one_in_force_stays(take, content, code):
    before = take("watched-goods", goods(*GOODS))

    assert refusal(take, "watched-goods", content) == code
    assert ControlTable.objects.get(in_force_to=None) == before


def test_the_published_annexes_are_read_whole(take, published):
    content = (published / "eu" / "eu_833_cn_codes_2022.json").read_bytes()

    table = take("watched-goods", content, dated=NOON.date())

    assert table.rows_count == 1055  # of 1,075 rows, of which 20 say the same as another
    assert table.watched.filter(measure="annex XXIII").count() > 300


def test_the_fifty_codes_of_high_priority_have_their_tiers(published):
    assert len(high_priority()) == 50
    assert all(is_known_hs(code) for code in high_priority())
    assert set(high_priority().values()) == {"1", "2", "3A", "3B", "4A", "4B"}
    assert (tier_of("8542310000"), tier_of("854233"), tier_of("010121")) == ("1", "1", "")
    assert high_priority_day().year == 2024
    lines = (published / "hs" / "chpl_50_hs6_2024-02-23.csv").read_text().splitlines()[1:]
    assert {line.split(",")[1]: line.split(",")[0] for line in lines} == high_priority()


def test_a_customs_code_hints_at_entries_and_measures(take, django_assert_num_queries):
    take("eu-annex1-json", eu_json())
    take(
        "eu-correlation",
        correlation(("8542 31 00", None, "3A001.a"), ("8471", None, "1E001")),
        dated=NOON.date(),
    )
    take("watched-goods", goods(*GOODS))

    with django_assert_num_queries(3):
        found = hints_for(["85423100", "847130", "010121"], NOON)

    assert [code for code, _table in found["85423100"].entries] == ["3A001.a"]
    assert [what for what, _table in found["85423100"].measures] == ["annex I"]
    assert [code for code, _table in found["847130"].entries] == ["1E001"]
    assert found["010121"].tier == "" and not found["010121"].entries
    assert hints_for([], NOON) == {}


# --- what the command says ---


def test_the_command_says_why_a_file_is_refused_and_that_nothing_changed(take, tmp_path):
    before = take("eu-annex1-json", eu_json())
    files = {
        "truncated.json": ("eu-annex1-json", eu_json()[:300], "termina antes de tiempo"),
        "bomb.json.gz": ("eu-annex1-json", gzip.compress(b"[" + b" " * 30_000_000), "ocuparía más de 6 MB"),
        "mangled.xlsx": (
            "table",
            book(("code", "text_es"), (10.0, "A"), ("2B001", "B")),
            "guardado como número",
        ),
    }
    for name, (source, content, why) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CommandError) as told:
            call_command("import_control_list", source, path)
        assert name in str(told.value) and "sigue vigente" in str(told.value), str(told.value)
        assert why in str(told.value), str(told.value)
    assert in_force("eu-dual-use", NOON) == before
