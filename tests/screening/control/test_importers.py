"""What the importers of control lists read, and what they refuse."""

import gzip
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F, Model
from django.utils import translation

from screening import control_models
from screening.control.drafts import draft_of
from screening.control.editions import compare, in_force
from screening.control.neutral import as_csv, as_json
from screening.control.provisions import provisions
from screening.control.wording import (
    cas_numbers,
    checked_code,
    folded,
    is_cas,
    plain_numbers,
    references,
    with_powers,
)
from screening.control_models import (
    ControlEdition,
    ControlEntry,
    EditionFile,
    EntryNote,
    EntryRegime,
    EntryText,
    EntryVersion,
    LicenceRequirement,
    Substance,
)
from screening.refusals import BadList
from tests.factories import NOON
from tests.screening.control.files import ccl, correlation, eu_json, formex, jsonl, table

REFUSED = (IntegrityError, ProgrammingError)  # by a trigger, or by the rights of the application's role
LATER = NOON + timedelta(days=1)
THRESHOLD = {"parameter": "sample_rate", "comparator": ">", "unit": "1/s"}
TOY = {"code": "1E001", "official": {"es": "Tecnología de juguetes", "en": "Technology for toys"}}


def codes(edition):
    return list(edition.versions.order_by("position").values_list("code", flat=True))


def official(edition, code, language="en"):
    return EntryText.objects.get(
        version__edition=edition, version__code=code, language=language, role="official"
    ).text


def notes(edition, code):
    found = EntryNote.objects.filter(version__edition=edition, version__code=code).order_by("position")
    return [(note.kind, note.text) for note in found]


def refusal(call, *args, **options):
    with pytest.raises(BadList) as refused:
        call(*args, **options)
    return refused.value.code


# --- how lists write ---


@pytest.mark.parametrize("broken", ["1.00E+01", "0.00E+00", "1E+201", "1,00E+01", "10", "10.0", "1.5E4"])
def test_a_code_that_a_spreadsheet_made_a_number_is_refused(broken):
    with pytest.raises(BadList) as refused:
        checked_code(broken, 7)

    assert refused.value.code == "code-is-number"
    with translation.override("en"):
        assert "Line 7" in str(refused.value) and "1E001" in str(refused.value)


@pytest.mark.parametrize("code", ["1E001", "0E001", "1E201", "ML10.c", "PL5001", "3A001.a.5.a", "M1A1"])
def test_codes_that_look_like_numbers_are_codes_all_the_same(code):
    assert checked_code(code, 1) == code


@pytest.mark.parametrize(
    ("written", "decimal", "plain"),
    [
        ("1,3 GSPS", ",", "1.3 GSPS"),
        ("1 000 cm3", ",", "1000 cm3"),
        ("12\u2009500,25 Hz", ",", "12500.25 Hz"),
        ("1\u00a0000\u00a0000", ",", "1000000"),
        ("1,000.5 kg", ".", "1000.5 kg"),
        ("1.3 GSPS", ".", "1.3 GSPS"),
    ],
)
def test_numbers_are_read_by_the_mark_of_their_list(written, decimal, plain):
    assert plain_numbers(written, decimal) == plain


def test_accents_and_capitals_do_not_matter_in_a_search():
    assert folded("Centrífugas  de ÁNIMA") == "centrifugas de anima"


def test_a_cas_number_needs_its_check_digit():
    assert is_cas("7783-70-2")
    assert not is_cas("7783-70-3")
    assert cas_numbers("A (CAS 7783-70-2), B (CAS 97096 78 1), 7783-70-3") == ("7783-70-2", "97096-78-1")


def test_references_are_the_codes_a_text_names():
    assert references("see 3A001.a.5., 1E001 and ML10.c but not 13A001") == ("3A001.a.5", "1E001", "ML10.c")


@pytest.mark.parametrize(
    ("flattened", "written"),
    [
        ("5 x 103 Gy", "5 x 10^3 Gy"),
        ("2 × 10-6 m", "2 × 10^-6 m"),
        ("12 g/cm3", "12 g/cm^3"),
        ("0,5 m3 and 3 cm2", "0,5 m^3 and 3 cm^2"),
        ("10,35 m", "10,35 m"),  # no power was lost here
        ("see 3A103 and x 104,5", "see 3A103 and x 104,5"),
    ],
)
def test_powers_that_a_dump_flattened_are_told_from_plain_numbers(flattened, written):
    assert with_powers(flattened) == written


# --- Annex I as JSON ---


def test_provisions_are_the_lines_that_are_no_notes(take):
    edition = take("eu-annex1-json", eu_json())

    assert codes(edition) == ["3A001", "3A001.a", "3A001.a.1", "3A001.a.2", "3A001.b", "1E001"]
    assert (edition.codes_count, edition.provisions_count) == (2, 6)


def test_a_note_with_enumerators_is_one_note_and_may_exclude(take):
    edition = take("eu-annex1-json", eu_json())

    note = EntryNote.objects.get(version__edition=edition, version__code="3A001.a")
    assert note.effect == "excludes"
    assert "b. Whistles" in note.text


def test_the_line_below_a_notes_title_belongs_to_the_note(take):
    edition = take("eu-annex1-json", eu_json())

    assert notes(edition, "3A001.a.1") == [
        ("technical", "Technical Note:\nA tick is a tock (CAS 7783-70-2).")
    ]


def test_powers_that_the_dump_flattened_are_written_again(take):
    edition = take("eu-annex1-json", eu_json())

    assert "5 × 10^3 Gy" in official(edition, "3A001.a.1")
    assert "1 000 cm^3" in official(edition, "3A001.a.2")
    found = EntryText.objects.get(version__edition=edition, version__code="3A001.a.1")
    assert "1.3 gsps" in found.folded


def test_substances_are_those_of_provisions(take):
    edition = take("eu-annex1-json", eu_json())

    found = Substance.objects.filter(version__edition=edition).values_list("version__code", "cas")
    assert list(found) == [("3A001.a.2", "7783-70-2")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (eu_json()[:400], "json-cut-off"),
        (b"{nothing", "not-json"),
        (b"[]", "not-this-json"),
        (eu_json(entry_count=3), "count-differs"),
        (eu_json({"3A001": "3A001 A\nElsewhere"}), "not-a-provision"),
        (eu_json({"3A001": "3A002 A"}), "not-a-provision"),
        (eu_json({"1.00E+01": "1E001 A"}), "code-is-number"),
        (eu_json(entries=[], entry_count=0), "lists-nothing"),
        (eu_json(valid_from=""), "undated-control-list"),
        (eu_json(valid_from="2030-01-01"), "future-date"),
        (eu_json().decode().encode("utf-16"), "not-utf-8"),
        (b"", "empty-file"),
    ],
)
def test_a_broken_file_is_refused_whole(take, content, code):
    take("eu-annex1-json", eu_json(valid_from="2026-01-01"))
    before = in_force("eu-dual-use", NOON)

    assert refusal(take, "eu-annex1-json", content, at=LATER) in (code, "wrong-encoding")
    assert in_force("eu-dual-use", LATER) == before
    assert ControlEdition.objects.count() == 1


def test_a_bomb_is_refused(take):
    bomb = gzip.compress(b"[" + b" " * 30_000_000)

    assert refusal(take, "eu-annex1-json", bomb) == "unpacks-too-large"


# --- editions ---


def test_a_new_edition_ends_the_one_before_and_leaves_it_readable(take):
    old = take("eu-annex1-json", eu_json())
    new = take("eu-annex1-json", eu_json(valid_from="2026-02-01"), at=LATER)

    assert in_force("eu-dual-use", NOON) == old
    assert in_force("eu-dual-use", LATER) == new
    assert codes(old) == codes(new)


def test_the_same_file_again_changes_nothing(take):
    first = take("eu-annex1-json", eu_json())

    assert take("eu-annex1-json", eu_json(), at=LATER) == first
    assert ControlEdition.objects.count() == 1


def test_an_older_edition_and_one_that_was_replaced_are_refused(take):
    take("eu-annex1-json", eu_json())
    take("eu-annex1-json", eu_json(attribution="Other"), at=LATER)

    assert refusal(take, "eu-annex1-json", eu_json(valid_from="2025-01-01")) == "older"
    assert refusal(take, "eu-annex1-json", eu_json()) == "replaced"


def test_far_fewer_codes_need_a_person(take):
    many = {f"3A00{n}": f"3A00{n} Toy" for n in range(1, 10)}
    few = {"3A001": "3A001 Toy"}
    take("eu-annex1-json", eu_json(many))

    assert refusal(take, "eu-annex1-json", eu_json(few)) == "fewer-codes"
    assert take("eu-annex1-json", eu_json(few), agreed_by_name="Otra persona", at=LATER).codes_count == 1


def test_what_changed_is_told_in_codes(take):
    old = take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a One\n3A001.b Two\n3A001.d Four"}))
    texts = {"3A001": "3A001 A\n3A001.a Uno\n3A001.c Two\n3A001.e Five", "1E001": "1E001 B"}
    new = take("eu-annex1-json", eu_json(texts), at=LATER)

    changes = compare(old, new)

    assert changes.added == ("3A001.e", "1E001")
    assert changes.removed == ("3A001.d",)
    assert changes.moved == (("3A001.b", "3A001.c"),)
    assert changes.changed == ("3A001.a",)
    assert changes.touched == {"3A001.a", "3A001.b", "3A001.d"}


def test_what_is_only_set_otherwise_did_not_change(take):
    old = take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a “One” of 10 000 cm3 - 90% × 2."}))
    new = take(
        "eu-annex1-json", eu_json({"3A001": '3A001 A\n3A001.a "One" of 10000 cm3 – 90 % x 2;'}), at=LATER
    )

    assert compare(old, new).touched == frozenset()


@pytest.mark.parametrize("text", ["One of 1,50 g", "One of 105 g", "one of 1,5 g", "One of 1,5 mg"])
def test_letters_and_figures_always_count(take, text):
    old = take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a One of 1,5 g"}))
    new = take("eu-annex1-json", eu_json({"3A001": f"3A001 A\n3A001.a {text}"}), at=LATER)

    assert compare(old, new).changed == ("3A001.a",)


def test_nobody_edits_or_deletes_what_an_edition_says(take):
    edition = take("eu-annex1-json", eu_json())

    for kept in (EntryText, EntryNote, EntryVersion, Substance, EntryRegime, ControlEntry, EditionFile):
        with pytest.raises(REFUSED), transaction.atomic():
            kept.objects.update(**{kept._meta.pk.name: F(kept._meta.pk.name)})
        with pytest.raises(REFUSED), transaction.atomic():
            kept.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        ControlEdition.objects.filter(pk=edition.pk).update(label="other")


def test_a_trigger_guards_every_table_of_the_control_lists_against_the_owner_too(db):
    ours = {model._meta.db_table for model in vars(control_models).values() if is_table(model)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        )
        guarded = {table for (table,) in cursor.fetchall()}

    assert len(ours) == 18
    assert ours <= guarded


def is_table(model):
    return isinstance(model, type) and issubclass(model, Model)


def test_an_edition_ends_once_and_never_comes_back(take):
    old = take("eu-annex1-json", eu_json())
    take("eu-annex1-json", eu_json(valid_from="2026-02-01"), at=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        ControlEdition.objects.filter(pk=old.pk).update(in_force_to=None)


# --- Formex ---


def test_formex_is_read_with_superscripts_quotes_and_no_footnotes(take):
    edition = take("eu-annex1", formex())

    assert codes(edition) == ["1E001", "3A001", "3A001.a", "3A001.a.1", "3A001.b"]
    assert official(edition, "3A001.a") == "5 × 10^3 Gy:"
    assert official(edition, "3A001") == "“Toy circuits”:"


def test_a_list_behind_a_note_is_the_notes_and_a_restarted_number_no_paragraph(take):
    edition = take("eu-annex1", formex())

    assert notes(edition, "3A001.a") == [("note", "Note: 3A001.a. does not control:\na. Drums;")]
    assert notes(edition, "3A001") == [("table", "a. A table begins again.")]


def test_the_other_language_joins_the_edition(take):
    edition = take("eu-annex1", formex())
    same = take("eu-annex1", formex("ES"), at=LATER)

    assert same == edition
    assert official(edition, "3A001", "es") == "“Circuitos de juguete”:"
    spanish = EntryNote.objects.get(version__code="3A001.a", language="es")
    assert spanish.effect == "excludes"
    assert ControlEdition.objects.count() == 1


def test_another_language_with_other_codes_is_refused(take):
    take("eu-annex1", formex())
    body = "<NP><NO.P>3A001</NO.P><TXT>Circuitos</TXT></NP>"

    assert refusal(take, "eu-annex1", formex("ES", body)) == "languages-differ"
    assert not EntryText.objects.filter(language="es").exists()


def test_formex_comes_as_the_zip_of_the_official_journal(take):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("L_202601.000101.fmx.xml", formex(title="ANNEX IV"))
        archive.writestr("L_202601.000302.fmx.xml", formex())

    assert take("eu-annex1", packed.getvalue()).codes_count == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (formex()[:900], "cut-off"),
        (formex().replace(b"</NP>", b"</P>", 1), "not-xml"),
        (formex(title="ANNEX II"), "not-this-xml"),
        (formex().replace(b">EN<", b">XX<"), "no-language"),
        (
            formex().replace(b"<ANNEX>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><ANNEX>"),
            "forbidden-xml",
        ),
        (formex(body="<NP><NO.P>3A001</NO.P></NP><NP><NO.P>3A001</NO.P></NP>"), "twice"),
    ],
)
def test_broken_formex_is_refused(take, content, code):
    assert refusal(take, "eu-annex1", content) == code


# --- United States ---


def test_the_ccl_gives_paragraphs_in_their_full_place(take):
    edition = take("us-ccl", ccl(), dated=date(2026, 1, 15))

    assert codes(edition) == ["3A001", "3A001.a", "3A001.b", "3A001.b.1", "3A001.b.1.a", "3A001.c", "1E001"]
    assert official(edition, "3A001.a") == "Ticking at 5 × 10^3 Gy;"
    assert official(edition, "3A001.b.1.a") == "Filling 1,000 cm^3;"


def test_paragraphs_below_a_heading_are_kept_and_counted_apart(take):
    edition = take("us-ccl", ccl(), dated=date(2026, 1, 15))

    assert (edition.codes_count, edition.provisions_count, edition.headed_count) == (2, 6, 1)
    assert edition.versions.get(code="3A001.c").heading == "Drums"


def test_notes_tables_and_restarted_numbers_make_no_paragraphs(take):
    edition = take("us-ccl", ccl(), dated=date(2026, 1, 15))

    assert notes(edition, "3A001.a") == [("note", "Note to 3A001.a: a. Does not control drums.")]
    assert notes(edition, "3A001.b.1.a") == [
        ("table", "1. In a table | x"),
        ("table", "The numbering starts again."),
    ]


def test_licence_requirements_keep_column_prose_and_scope(take):
    edition = take("us-ccl", ccl(), dated=date(2026, 1, 15))

    rows = LicenceRequirement.objects.filter(version__edition=edition).order_by("position")
    assert [(row.reason, row.columns, row.is_entire, row.scope_codes) for row in rows] == [
        ("NS", ["NS 2"], True, []),
        ("RS", [], False, ["3A001.b.1", "3A001.a"]),
    ]
    assert rows[1].prose == "Macau or D:5."


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (ccl()[:700], "cut-off"),
        (ccl().replace(b"DIV9", b"DIV8"), "wrong-root"),
        (ccl().replace(b"Part 774", b"Part 738"), "wrong-root"),
        (ccl("<FP-2><B>3A001 A.</B></FP-2><FP-2><B>3A001 B.</B></FP-2>"), "twice"),
        (ccl("<P>Nothing</P>"), "lists-nothing"),
    ],
)
def test_a_broken_ccl_is_refused(take, content, code):
    assert refusal(take, "us-ccl", content, dated=date(2026, 1, 15)) == code


def test_the_ccl_does_not_say_its_day(take):
    assert refusal(take, "us-ccl", ccl()) == "undated-control-list"


def test_an_entry_without_licence_requirements_keeps_none(take):
    """As the pointers to other law do (0A002 is subject to the ITAR) and the 5x1 series."""
    edition = take("us-ccl", ccl(), dated=date(2026, 1, 15))

    assert not edition.versions.get(code="1E001").requirements.exists()


# --- our own form ---


def test_any_list_comes_in_our_own_json(take):
    row = {
        **TOY,
        "regimes": ["national"],
        "cas": ["7783-70-2"],
        "hs": ["8542"],
        "aliases": ["1E1"],
        "notes": [{"language": "es", "kind": "note", "text": "No incluye tambores."}],
        "thresholds": [{"parameter": "sample_rate", "comparator": ">", "value": "1.3E9", "unit": "1/s"}],
    }
    edition = take("table", jsonl(row, {"code": "1E001.a", "official": {"es": "Un tambor"}}))

    version = edition.versions.get(code="1E001")
    assert version.thresholds.get().value == Decimal("1300000000")
    assert version.entry.correlations.get().hs_code == "8542"
    assert version.entry.aliases.get().old_code == "1E1"
    assert edition.list.code == "pa-national"


def test_any_list_comes_in_our_own_table(take):
    content = table('1E001,Tecnología,Technology,"saber hacer; planos",7783-70-2,854231,,AG,No incluye X')
    edition = take("table", content)

    assert official(edition, "1E001", "es") == "Tecnología"
    assert EntryText.objects.get(role="keywords").text == "saber hacer\nplanos"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (table("1.00E+01,A,B,,,,,,"), "code-is-number"),
        (table("1E001,A,B,,,,,,")[:-1], "no-line-end"),
        (table("1E001,A,B"), "columns-differ"),
        (table("1E001,A,B,,,,,,", codes=2), "count-differs"),
        (table("1E001,A,B,,7783-70-3,,,,"), "no-cas-number"),
        (table("1E001,A,B,,,12,,,"), "no-customs-code"),
        (table("1E001,A,B,,,,,XX,"), "cell-kind"),
        (table("1E001,A", columns="code,price"), "unknown-column"),
        (table("1E001.a,A,B,,,,,,", codes=0), "below-nothing"),
        (table("1E001,A,B,,,,,,").replace(b"pa-national", b"Pa National"), "head-lacks"),
        (table("1E001,A,B,,,,,,").replace(b"2026-01-15", b"15/1/2026"), "head-lacks"),
        (jsonl(TOY)[:-30], "cut-off"),
        (jsonl(TOY, codes=2), "count-differs"),
        (jsonl({**TOY, "code": 10}, codes=1).replace(b'"code": 10', b'"code": "10"'), "code-is-number"),
        (jsonl(TOY).replace(b'"1E001"', b"1.0E001"), "code-is-number"),
        (jsonl({**TOY, "thresholds": [{}]}), "member-missing"),
        (jsonl({**TOY, "thresholds": [{**THRESHOLD, "value": "NaN"}]}), "wrong-value"),
        (jsonl({**TOY, "thresholds": [{**THRESHOLD, "value": "1e400000"}]}), "wrong-value"),
        (jsonl({**TOY, "thresholds": [{**THRESHOLD, "value": "fast"}]}), "wrong-value"),
        (jsonl(TOY).replace(b"istmo-control-list", b"other"), "not-this-json"),
    ],
)
def test_a_broken_table_of_ours_is_refused(take, content, code):
    assert refusal(take, "table", content) == code


@pytest.mark.parametrize("write", [as_json, as_csv])
def test_what_is_exported_is_imported_as_it_was(take, write):
    edition = take("table", jsonl({**TOY, "cas": ["7783-70-2"], "regimes": ["AG"], "hs": ["8542"]}))
    content = "".join(write(draft_of(edition))).encode()

    again = take("table", content, at=LATER)

    assert again != edition
    assert compare(edition, again).touched == frozenset()


# --- tables beside the lists ---


def test_the_correlation_table_links_customs_codes_to_entries(take):
    take("eu-annex1-json", eu_json())
    rows = correlation(("8542 31 00", None, "3A001.a"), ("3801.10", "10", "3A001 1E001"))

    stored = take("eu-correlation", rows, dated=date(2026, 1, 1))

    found = stored.correlations.order_by("hs_code", "entry__code").values_list("hs_code", "entry__code")
    assert list(found) == [("380110", "1E001"), ("380110", "3A001"), ("85423100", "3A001.a")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("85423100", None, 10.0)], "cell-is-number"),  # what a spreadsheet made of 1E001
        ([(85423100, None, "3A001")], "cell-is-number"),
        ([("85423100", None, "1.00E+01")], "code-is-number"),
        ([("85423100", None, "9A999")], "no-such-code"),
        ([("85423100", None, None)], "cell-empty"),
        ([("12", None, "3A001")], "no-customs-code"),
    ],
)
def test_a_broken_correlation_table_is_refused(take, rows, code):
    take("eu-annex1-json", eu_json())

    assert refusal(take, "eu-correlation", correlation(*rows), dated=date(2026, 1, 1)) == code


def test_a_file_that_is_no_correlation_table_is_refused(take):
    take("eu-annex1-json", eu_json())
    whole = correlation(("85423100", None, "3A001"))

    assert refusal(take, "eu-correlation", whole[: len(whole) // 2]) in ("not-a-workbook", "bad-archive")
    assert refusal(take, "eu-correlation", b"no workbook") == "not-a-workbook"
    assert refusal(take, "eu-correlation", correlation(head=("a", "b", "c"))) == "wrong-columns"


def test_a_table_needs_its_list(take):
    rows = correlation(("85423100", None, "3A001"))

    assert refusal(take, "eu-correlation", rows, dated=date(2026, 1, 1)) == "no-list-yet"


# --- for whatever searches ---


def test_provisions_come_with_what_stands_above_them(take, django_assert_num_queries):
    edition = take("eu-annex1-json", eu_json())

    with django_assert_num_queries(3):
        found = {one.code: one for one in provisions(edition, "en")}

    assert [one.code for one in found["3A001.a.1"].ancestors] == ["3A001", "3A001.a"]
    assert found["3A001.a.1"].text.splitlines()[:2] == ["Toy circuits, as follows:", "Circuits that tick:"]
    assert found["3A001.a"].notes[0][0] == "note"
