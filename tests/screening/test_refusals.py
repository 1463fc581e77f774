"""A file that is not as published is refused whole, says why, and the list in force stays in force."""

import io
import string
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.importers import PARSERS, un_consolidated
from screening.importers.files import fingerprint
from screening.importers.rows import load
from screening.models import ListedEntity, ListVersion
from screening.refusals import REFUSALS, BadList
from tests.factories import NOON
from tests.screening.files import (
    ofac_entry,
    ofac_text,
    un_alias,
    un_organisation,
    un_person,
    un_text,
    written,
)

PEOPLE = [
    un_person(number, f"FANTASIA QUIMERA {number}", inside=un_alias("Química")) for number in range(1, 11)
]
LATER = NOON + timedelta(hours=1)
DTD = '<?xml version="1.0"?><!DOCTYPE CONSOLIDATED_LIST ['
LAUGHS = DTD + '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = DTD + '<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@contextmanager
def refused(code):
    """Expect a refusal, and that nothing in the database has changed."""
    before = list(ListVersion.objects.order_by("pk").values()), ListedEntity.objects.count()
    with pytest.raises(BadList) as refusal:
        yield refusal
    assert refusal.value.code == code
    assert (list(ListVersion.objects.order_by("pk").values()), ListedEntity.objects.count()) == before
    for language in ("en", "es"):
        with translation.override(language):
            assert "%(" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        (" \n", "cut-off"),
        ("no xml at all", "not-xml"),
        ("<html><body>Not found</body></html>", "wrong-root"),
        (ofac_text(ofac_entry(1, "NADA")), "wrong-root"),
        (un_text(*PEOPLE, dated="soon"), "no-date"),
        (un_text(*PEOPLE, dated="2031-01-01"), "future-date"),
        (un_text(), "names-nobody"),
        (un_text(*PEOPLE, PEOPLE[3]), "twice"),
        (un_text(un_person("", "FANTASIA")), "no-id"),
        (un_text(un_person(1, " ")), "no-name"),
        (un_text(un_person(1, "Q" * 2000)), "too-long"),
        (un_text(un_person("1" * 200, "QUIMERA")), "too-long"),
        (un_text(*PEOPLE).replace("</INDIVIDUAL>", "</ENTITY>", 1), "not-xml"),
        (un_text(*PEOPLE) + "<more/>", "not-xml"),
        (un_text(*PEOPLE, head=LAUGHS).replace("QUIMERA 1", "&c;"), "forbidden-xml"),
        (un_text(*PEOPLE, head=OUTSIDE).replace("QUIMERA 1", "&a;"), "forbidden-xml"),
        (un_text(*PEOPLE, head=DTD + "]>"), "forbidden-xml"),
    ],
)
def test_a_file_not_as_published_is_refused(load_un, text, code):
    load_un(*PEOPLE)

    with refused(code):
        load_un(text=text, at=LATER)


def test_a_byte_that_is_not_utf_8_is_pointed_at(load_un):
    text = un_text(*PEOPLE).encode().replace("Química".encode(), "Química".encode("cp1252"), 1)
    line = text[: text.index(b"\xed")].count(b"\n") + 1

    with refused("wrong-encoding") as refusal:
        load_un(text=text)

    assert refusal.value.details == {
        "line": str(line),
        "byte": str(text.index(b"\xed") + 1),
        "value": "0xED",
    }


@pytest.mark.parametrize("filler", [0, 1, 40_000, 40_001])
def test_the_wrong_byte_is_found_wherever_it_is(tmp_path, filler):
    # Letters of two bytes at odd and even places, so that one of them lies across two readings.
    data = b"<a>" + b"." * (filler % 2) + "é\n".encode() * filler + b"\n" + b"\xe9</a>"

    with pytest.raises(BadList) as refusal:
        fingerprint(written(tmp_path, data))

    assert refusal.value.details["byte"] == str(data.index(b"\xe9") + 1)
    assert refusal.value.details["line"] == str(filler + 2)


def test_a_file_that_declares_another_encoding_is_read_in_it(load_un):
    head = '<?xml version="1.0" encoding="iso-8859-1"?>'

    version = load_un(text=un_text(*PEOPLE, head=head).encode("iso-8859-1"))

    assert version.entities.first().names.last().name == "Química"


@given(st.data())
@settings(max_examples=150)
def test_a_file_cut_off_anywhere_is_refused(tmp_path_factory, data):
    whole = un_text(*PEOPLE, un_organisation(11, "NADA")).encode()
    end = data.draw(st.integers(0, len(whole.rstrip()) - 1))

    with pytest.raises(BadList) as refusal:
        read_all(tmp_path_factory.mktemp("cut") / "list.xml", whole[:end])

    assert refusal.value.code in {"empty-file", "cut-off", "not-xml"}


@given(st.binary(max_size=300) | st.text(alphabet=string.printable, max_size=300).map(str.encode))
def test_whatever_a_file_holds_it_is_refused_with_a_reason(tmp_path_factory, content):
    with pytest.raises(BadList) as refusal:
        read_all(tmp_path_factory.mktemp("any") / "list.xml", content)

    assert refusal.value.code in REFUSALS


def read_all(path, content):
    path.write_bytes(content)
    fingerprint(path)
    with path.open("rb") as file:
        _publication, rows = un_consolidated.parse(file)
        for _row in rows:
            pass


def test_a_treasury_file_with_fewer_entries_than_it_says_is_refused(tmp_path, db):
    path = written(tmp_path, ofac_text(ofac_entry(1, "NADA"), count=2))

    with refused("count-differs") as refusal:
        load("ofac-sdn", PARSERS["ofac-sdn"][1], path, by_name="Prueba", at=NOON)

    assert refusal.value.details == {"said": "2", "found": "1"}


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("<publshInformation>", "<somethingElse>"),
        ("02/01/2026", "2026-02-01"),
        ("<Publish_Date>02/01/2026</Publish_Date>", ""),
    ],
)
def test_a_treasury_file_without_its_date_is_refused(tmp_path, db, was, becomes):
    text = (
        ofac_text(ofac_entry(1, "NADA"))
        .replace(was, becomes)
        .replace(was.replace("<", "</"), "</somethingElse>")
    )

    with refused("no-date"):
        load("ofac-sdn", PARSERS["ofac-sdn"][1], written(tmp_path, text), by_name="Prueba", at=NOON)


def test_an_older_edition_is_refused(load_un):
    load_un(*PEOPLE)

    with refused("older") as refusal:
        load_un(*PEOPLE, un_person(99, "MORE"), text=un_text(*PEOPLE, dated="2025-12-31"), at=LATER)

    assert refusal.value.details == {"published_on": "2025-12-31", "in_force_on": "2026-02-01"}


def test_a_list_that_shrank_unexpectedly_is_refused(load_un):
    load_un(*PEOPLE)

    with refused("shrunk") as refusal:
        load_un(*PEOPLE[:7], at=LATER)

    assert refusal.value.details == {"found": "7", "in_force": "10"}


def test_how_far_a_list_may_shrink_is_a_setting(load_un, settings):
    settings.SCREENING_SMALLEST_SHARE = 0.5
    load_un(*PEOPLE)

    assert load_un(*PEOPLE[:7], at=LATER).entities_count == 7


def test_a_list_may_shrink_a_little(load_un):
    load_un(*PEOPLE)

    assert load_un(*PEOPLE[:8], at=LATER).entities_count == 8


def test_a_file_that_was_replaced_is_refused(load_un):
    load_un(*PEOPLE)
    load_un(*PEOPLE, un_person(11, "ONE MORE"), at=LATER)

    with refused("replaced"):
        load_un(*PEOPLE, at=LATER + timedelta(hours=1))


def test_a_file_too_large_to_be_a_list_is_refused_unread(load_un, settings):
    settings.SCREENING_LARGEST_FILE = 100

    with refused("too-large"):
        load_un(*PEOPLE)


@pytest.mark.parametrize("path", [Path("/nowhere/at/all.xml"), Path("/")])
def test_a_file_that_cannot_be_read_is_refused(db, path):
    with refused("no-file"):
        load("un-consolidated", un_consolidated.parse, path, by_name="Prueba", at=NOON)


def test_a_file_that_changes_while_it_is_read_is_refused(load_un, tmp_path):
    load_un(*PEOPLE)
    path = written(tmp_path, un_text(*PEOPLE, un_person(11, "ONE MORE")))

    with refused("changed-while-read"):
        load("un-consolidated", exchanging(path), path, by_name="Prueba", at=LATER)


def exchanging(path):
    """A parser whose file is exchanged between its two readings."""
    readings = []

    def parse(file):
        readings.append(file)
        if len(readings) == 1:
            publication, rows = un_consolidated.parse(io.BytesIO(file.read()))
            path.write_text(un_text(*PEOPLE, un_person(11, "SLIPPED IN")))
            return publication, rows
        return un_consolidated.parse(file)

    return parse


def test_a_failure_half_way_leaves_the_old_version_in_force(load_un, tmp_path):
    before = load_un(*PEOPLE)
    path = written(tmp_path, un_text(*PEOPLE, un_person(11, "ONE MORE")))

    def power_cut(done, total):
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load("un-consolidated", un_consolidated.parse, path, by_name="Prueba", at=LATER, progress=power_cut)

    assert ListVersion.objects.in_force(LATER).get() == before
    assert ListVersion.objects.count() == 1
    assert ListedEntity.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_list_do_not_run_at_once(load_un):
    config = connection.get_connection_params()
    keys = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{key: config[key] for key in keys if key in config}) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('screening:un-consolidated', 0))")

        with refused("busy"):
            load_un(*PEOPLE)

        assert load_un(*PEOPLE, source="demo-un").entities_count == 10
    assert load_un(*PEOPLE).entities_count == 10


def test_every_refusal_reads_well_in_both_languages():
    details = dict.fromkeys(
        [
            "source",
            "known",
            "address",
            "host",
            "status",
            "seconds",
            "why",
            "size",
            "limit",
            "line",
            "byte",
            "value",
            "column",
            "name",
            "found",
            "expected",
            "where",
            "published_on",
            "number",
            "source_id",
            "what",
            "said",
            "in_force",
            "in_force_on",
            "letters",
            "missing",
            "file",
            "digits",
            "key",
            "entry",
            "base",
            "edition",
            "count",
            "examples",
            "list",
            "example",
            "member",
        ],
        "7",
    )

    for code in REFUSALS:
        for language in ("en", "es"):
            with translation.override(language):
                assert "%" not in str(BadList(code, **details)), (code, language)
