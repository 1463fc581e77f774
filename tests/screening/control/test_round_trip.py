"""What is exported in our own form says the same when it comes back."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from screening.control import catalogue
from screening.control.drafts import draft_of
from screening.control.editions import compare
from screening.control.load import store
from screening.control.neutral import as_csv, as_json, parse, write_workbook
from screening.control.rows import (
    CatchAllRow,
    EditionDraft,
    NoteRow,
    ProvisionRow,
    RequirementRow,
    TextRow,
    ThresholdRow,
)
from screening.control.storing import Stamp
from screening.control_models import Comparator, NoteKind, Regime, TextRole
from screening.refusals import BadList
from tests.factories import NOON
from tests.screening.control.files import jsonl

LATER = NOON + timedelta(days=1)
LETTERS = some.characters(categories=("L", "N", "P", "S"))
LINE = some.text(some.one_of(LETTERS, some.just(" ")), min_size=1, max_size=30).map(str.strip).filter(bool)
WORD = some.text(some.characters(categories=("L", "N")), min_size=1, max_size=12)
PARAGRAPHS = some.lists(LINE, min_size=1, max_size=3).map("\n".join)
LANGUAGE = some.sampled_from(("es", "en", "fr"))
TEXT = some.one_of(
    some.builds(TextRow, LANGUAGE, PARAGRAPHS, some.sampled_from((TextRole.OFFICIAL, TextRole.OWN_TITLE))),
    some.builds(TextRow, LANGUAGE, some.lists(WORD, min_size=1).map("\n".join), some.just(TextRole.KEYWORDS)),
)
THRESHOLD = some.builds(
    ThresholdRow,
    WORD,
    some.sampled_from(Comparator),
    some.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9),
    unit=some.sampled_from(("", "MHz")),
    group=some.integers(0, 3),
    condition=some.one_of(some.just(""), LINE),
    reviewed_by_name=some.one_of(some.just(""), LINE),
)
REQUIREMENT = some.builds(
    RequirementRow, WORD, LINE, some.just(("1E001",)), some.booleans(), some.just(("NS 1",)), PARAGRAPHS
)
PROVISION = some.builds(
    ProvisionRow,
    some.just("1E001"),
    texts=some.lists(TEXT, max_size=5, unique_by=lambda text: (text.language, text.role)).map(tuple),
    notes=some.lists(some.builds(NoteRow, LANGUAGE, some.sampled_from(NoteKind), PARAGRAPHS), max_size=5).map(
        tuple
    ),
    regimes=some.lists(some.sampled_from(Regime), max_size=3, unique=True).map(tuple),
    cas=some.sampled_from(((), ("7783-70-2",))),
    requirements=some.lists(REQUIREMENT, max_size=2).map(tuple),
    thresholds=some.lists(THRESHOLD, max_size=3).map(tuple),
    hs=some.sampled_from(((), ("8542", "854231"))),
    aliases=some.sampled_from(((), ("1E1", "1.E.1"))),
    heading=some.one_of(some.just(""), LINE),
)
DRAFT = some.builds(
    EditionDraft,
    some.just("pa-national"),
    some.dates(date(2000, 1, 1), date(2026, 1, 1)),
    PROVISION.map(lambda row: (row,)),
    label=LINE,
    jurisdiction=some.just("PA"),
    list_name=LINE.map(lambda name: " ".join(name.split())),
    language=some.sampled_from(("", "es")),
    said_codes=some.just(1),
    is_catalogue=some.booleans(),
    catch_all=some.sampled_from(((), (CatchAllRow("end-use", "Ley 1", (("es", "¿Sí?"), ("en", "Yes?"))),))),
)


def back(draft, path, form):
    """Return what comes back of a draft that was written in one of the forms."""
    if form == "xlsx":
        write_workbook(draft, path)
    else:
        write = as_csv if form == "csv" else as_json
        path.write_text("".join(write(draft)), encoding="utf-8", newline="")
    return parse(path)


def canonical(draft):
    """Return a draft with what has no order of its own sorted, as an edition keeps it."""

    def sorted_row(row):
        notes = sorted(row.notes, key=lambda note: (note.language, note.kind == NoteKind.QUESTION))
        return replace(row, texts=tuple(sorted(row.texts, key=repr)), notes=tuple(notes))

    label = " ".join(draft.label.split())
    return replace(draft, label=label, rows=tuple(map(sorted_row, draft.rows)))


@pytest.mark.parametrize("form", ["jsonl", "csv", "xlsx"])
def test_all_that_a_list_says_comes_back(tmp_path_factory, form):
    path = tmp_path_factory.mktemp("lists") / f"list.{form}"

    @given(DRAFT)
    def comes_back(draft):
        again = back(draft, path, form)
        assert canonical(again) == canonical(draft)
        assert [row.digest() for row in again.rows] == [row.digest() for row in draft.rows]

    comes_back()


@pytest.mark.parametrize("form", ["jsonl", "csv", "xlsx"])
@pytest.mark.parametrize("folder", [catalogue.FOLDER, catalogue.FOLDER / "eu-military"])
def test_the_catalogue_comes_back_without_a_change(db, tmp_path, folder, form):
    before = catalogue.load(by_name="Prueba", at=NOON, folder=folder)
    written = draft_of(before)
    again = back(written, tmp_path / f"list.{form}", form)
    after = store(again, Stamp("table", "1" * 64, 1, "Prueba", LATER))

    found = compare(before, after)

    assert (found.added, found.removed, found.moved, found.changed) == ((), (), (), ())
    stored = draft_of(after)
    assert stored.rows == written.rows
    assert (stored.is_catalogue, stored.catch_all, stored.valid_from) == (
        True,
        written.catch_all,
        before.valid_from,
    )
    assert after.is_catalogue


def test_our_own_words_and_the_order_of_languages_are_no_change():
    said = (TextRow("en", "Lathe"), TextRow("es", "Torno"))
    plain = ProvisionRow("2B001", texts=said)
    ours = ProvisionRow(
        "2B001",
        texts=(*reversed(said), TextRow("es", "Torno nuestro", TextRole.OWN_TITLE)),
        notes=(NoteRow("es", NoteKind.QUESTION, "¿Cuántos ejes?"),),
        thresholds=(ThresholdRow("axes", Comparator.ABOVE, Decimal(4)),),
        hs=("8458",),
        aliases=("2B1",),
    )

    assert ours.digest() == plain.digest()
    assert replace(plain, cas=("7783-70-2",)).digest() != plain.digest()


def test_the_head_names_the_list_as_people_do_and_the_language_it_is_in(db, take):
    row = {"code": "1E001", "official": {"en": "Technology"}, "own-title": {"es": "Técnica"}}
    edition = take("table", jsonl(row, list="us-ccl", language="en"))

    written = draft_of(edition)

    assert (written.list_name, written.language) == (
        "Lista de control de comercio de los Estados Unidos",
        "en",
    )
    assert draft_of(take("table", jsonl({"code": "1E001"}))).language == ""


def test_a_list_known_in_one_language_and_then_in_two_says_the_same(take):
    one = {"code": "1E001", "official": {"en": "Technology"}, "notes": [note("en", "Note")]}
    both = {**one, "official": {"es": "Tecnología", "en": "Technology"}}
    both["notes"] = [note("es", "Nota"), *one["notes"]]
    other = {**both, "official": {"es": "Tecnología", "en": "Techniques"}}
    before, after = take("table", jsonl(one)), take("table", jsonl(both), at=LATER)
    last = take("table", jsonl(other), at=LATER + timedelta(days=1))

    assert compare(before, after).changed == ()
    assert compare(before, last).changed == ("1E001",)


def note(language, text):
    return {"language": language, "kind": "note", "text": text}


def test_a_text_too_long_for_a_cell_is_not_cut_off(tmp_path):
    row = ProvisionRow("1E001", texts=(TextRow("es", "a" * 32_768),))
    with pytest.raises(BadList) as refused:
        write_workbook(EditionDraft("pa-national", date(2026, 1, 1), (row,)), tmp_path / "list.xlsx")

    assert refused.value.code == "too-long-for-a-cell"


@pytest.mark.parametrize(
    ("cell", "code"), [('{"parameter": "axes"}', "member-missing"), ("[1]", "member-no-object")]
)
def test_a_broken_threshold_in_a_cell_is_refused(tmp_path, cell, code):
    path = tmp_path / "list.csv"
    quoted = cell.replace('"', '""')
    path.write_text(
        f'# list: pa-national\n# valid_from: 2026-01-01\n# codes: 1\ncode,thresholds\n1E001,"{quoted}"\n'
    )
    with pytest.raises(BadList) as refused:
        parse(path)

    assert refused.value.code == code
