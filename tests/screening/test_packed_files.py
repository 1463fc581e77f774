"""Lists in ZIP and gzip files read as if they were not packed, and bombs in them do not go off."""

import hashlib
import io
import struct
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.importers import PARSERS, un_consolidated
from screening.importers.files import MOST_MEMBERS, Watched, fingerprint, packed_on, unpacked
from screening.importers.rows import load
from screening.refusals import REFUSALS, BadList
from tests.factories import NOON
from tests.screening.files import un_person, un_text, written
from tests.screening.files_us import gzipped, zipped

PEOPLE = [un_person(number, f"FANTASIA QUIMERA {number}") for number in range(1, 300)]
TEXT = un_text(*PEOPLE)
PLAIN = TEXT.encode()
GZIP = gzipped(PLAIN)
ZIP = zipped({"consolidated.xml": PLAIN})


def content_of(data):
    content = unpacked(io.BytesIO(data))
    return b"".join(iter(lambda: content.read(1000), b""))


def refusal_of(data):
    with pytest.raises(BadList) as refusal:
        content_of(data)
    assert refusal.value.code in REFUSALS
    return refusal.value.code


PACKED = [
    PLAIN,
    GZIP,
    gzipped(PLAIN[:500]) + gzipped(PLAIN[500:]),
    ZIP,
    zipped({"consolidated.xml": PLAIN}, how=zipfile.ZIP_STORED),
    zipped({"lists/": "", "lists/a.xml": PLAIN, "__MACOSX/lists/._a.xml": "x", "lists/.DS_Store": "x"}),
]


@pytest.mark.parametrize("data", PACKED)
def test_what_a_packed_file_holds_is_read(data):
    assert content_of(data) == unpacked(io.BytesIO(data)).read() == PLAIN


@pytest.mark.parametrize("data", PACKED[:4])
def test_any_list_may_come_packed(db, tmp_path, data):
    path = written(tmp_path, data)

    version = load("un-consolidated", PARSERS["un-consolidated"][1], path, by_name="Prueba", at=NOON)

    assert (version.entities_count, version.published_on) == (299, date(2026, 2, 1))
    assert (version.sha256, version.size) == (hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize("data", PACKED)
def test_progress_goes_from_nothing_to_all_and_the_hash_is_of_the_file(tmp_path, data):
    steps = []
    path = written(tmp_path, data)

    with Watched(path, lambda done, total: steps.append((done, total))) as file:
        assert sum(1 for _row in un_consolidated.parse(unpacked(file))[1]) == 299
        assert file.sha256() == hashlib.sha256(data).hexdigest()

    assert [done for done, _total in steps] == sorted(done for done, _total in steps)
    assert steps[-1] == (len(data), len(data))


def test_a_byte_that_is_not_utf_8_is_pointed_at_in_a_packed_file_too(tmp_path):
    wrong = PLAIN.replace(b"QUIMERA 7", b"QU\xcdMERA 7", 1)

    for data in (gzipped(wrong), zipped({"a.xml": wrong})):
        with pytest.raises(BadList) as refusal:
            fingerprint(written(tmp_path, data))
        assert refusal.value.code == "wrong-encoding"
        assert refusal.value.details["byte"] == str(wrong.index(b"\xcd") + 1)


@given(st.sampled_from([GZIP, ZIP]), st.data())
def test_a_packed_file_cut_off_anywhere_is_refused(data, draw):
    cut = data[: draw.draw(st.integers(4, len(data) - 1))]

    assert refusal_of(cut) in {"archive-cut-off", "bad-archive"}


@given(st.sampled_from([GZIP, ZIP]), st.data())
def test_a_packed_file_with_a_wrong_byte_is_refused_or_reads_the_same(data, draw):
    at = draw.draw(st.integers(4, len(data) - 1))
    changed = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]

    try:
        assert content_of(changed) == PLAIN  # names and time stamps of members are under no check sum
    except BadList as refusal:
        assert refusal.code in {"archive-cut-off", "bad-archive", "several-files", "unpacks-too-large"}


def test_what_stands_behind_a_gzip_file_is_no_part_of_it():
    assert refusal_of(GZIP + b"more") == "bad-archive"


NOTHING = b"\x00" * 30_000_000


def test_a_bomb_is_refused_before_it_goes_off():
    assert refusal_of(gzipped(NOTHING)) == "unpacks-too-large"
    assert refusal_of(zipped({"a.xml": NOTHING})) == "unpacks-too-large"


def test_a_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(zipped({"a.xml": NOTHING}))
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", bomb, bomb.rindex(sign) + at, 1000)

    assert refusal_of(bytes(bomb)) == "bad-archive"


def test_no_packed_file_unpacks_to_more_than_a_list_may_have(settings):
    settings.SCREENING_LARGEST_FILE = len(PLAIN) - 1

    assert refusal_of(GZIP) == refusal_of(ZIP) == "unpacks-too-large"


def test_a_list_in_one_file_is_not_taken_from_several():
    assert refusal_of(zipped({"a.xml": PLAIN, "b.xml": PLAIN})) == "several-files"


@pytest.mark.parametrize("number", [0, MOST_MEMBERS + 1])
def test_a_zip_file_of_none_or_of_many_files_is_no_list(number):
    data = zipped({f"{name}.xml": "" for name in range(number)} | {"empty/": ""})

    assert refusal_of(data) == "several-files"


def test_two_files_of_one_name_are_refused():
    with pytest.raises(BadList) as refusal:
        unpacked(io.BytesIO(zipped({"a/sdn.csv": PLAIN, "b/SDN.CSV": PLAIN, "alt.csv": "", "add.csv": ""})))

    assert refusal.value.code == "several-files"


def test_a_long_list_of_members_is_not_even_read():
    assert refusal_of(zipped({f"{'x' * 200}{number}": "" for number in range(600)})) == "bad-archive"


def test_a_file_packed_in_another_way_is_refused():
    assert refusal_of(zipped({"a.xml": PLAIN}, how=zipfile.ZIP_BZIP2)) == "bad-archive"


def test_an_encrypted_file_is_refused():
    data = bytearray(ZIP)
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(sign) + at] |= 1

    assert refusal_of(bytes(data)) == "bad-archive"


@pytest.mark.parametrize(
    ("data", "day"),
    [
        (PLAIN, None),
        (GZIP, None),
        (gzipped(PLAIN, when=1_769_900_000), date(2026, 1, 31)),
        (ZIP, date(2026, 2, 1)),
        (zipped({"a.xml": PLAIN}, when=(1980, 1, 1, 0, 0, 0)), None),
    ],
)
def test_the_day_a_packed_file_gives(data, day):
    assert packed_on(unpacked(io.BytesIO(data))) == day
