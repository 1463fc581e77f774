"""Lists come from their publishers by themselves; what goes wrong is on record and changes nothing."""

import gzip
import os
import socket
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.utils import translation

from screening import download, fetching
from screening.checks import addresses_are_of_lists
from screening.models import FetchState, ImportRun, ImportRunState, ListFetch, ListVersion
from screening.refusals import BadList
from screening.tasks import fetch_due_lists, fetch_list
from tests.conftest import renamed
from tests.factories import NOON
from tests.screening.files import un_person, un_text
from tests.screening.publisher import publishing

UN = "un-consolidated"
PEOPLE = [un_person(number, f"FANTASIA QUIMERA {number}") for number in range(1, 11)]
FIRST = un_text(*PEOPLE).encode()
SECOND = un_text(*PEOPLE, un_person(11, "PEDRO INVENTADO"), dated="2026-02-02").encode()
LATER = NOON + timedelta(hours=7)


@pytest.fixture
def publisher(db, settings):
    settings.SCREENING_FETCH_SILENCE_SECONDS = 0.5
    settings.SCREENING_FETCH_SECONDS = 1
    with publishing() as publisher:
        publisher.body = FIRST
        settings.SCREENING_FETCH = {UN: publisher.address}
        yield publisher


def fetch(at=NOON):
    return fetching.fetch(UN, at=at, by_name="")


def in_force():
    return ListVersion.objects.get(source=UN, in_force_to=None)


def test_a_new_file_is_imported_and_kept_as_it_was_received(publisher, settings):
    record = fetch()

    assert (record.state, record.size, record.message) == (FetchState.RECEIVED, len(FIRST), "")
    assert record.run.state == ImportRunState.DONE
    assert record.run.version == in_force()
    assert in_force().sha256 == record.sha256
    assert (settings.SCREENING_FOLDER / record.sha256).read_bytes() == FIRST
    assert [path.name for path in settings.SCREENING_FOLDER.iterdir()] == [record.sha256]


def test_the_record_says_whom_the_list_comes_from(publisher):
    record = fetching.fetch(UN, at=NOON, by_name="Ana Quimera")

    assert record.address == publisher.address
    assert record.run.file_name == "list.xml"
    assert in_force().imported_by_name == "Ana Quimera"


def test_the_server_is_asked_for_a_newer_file_only(publisher):
    publisher.etag = '"one"'
    publisher.headers = {"Last-Modified": "Sun, 01 Feb 2026 00:00:00 GMT"}
    first = fetch()

    second, third = fetch(LATER), fetch(LATER)

    asked = publisher.asked[2]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"one"', first.last_modified)
    assert [second.state, third.state] == [FetchState.UNCHANGED] * 2
    assert (third.size, third.sha256) == (0, in_force().sha256)
    assert ImportRun.objects.count() == 1


def test_the_same_file_under_another_mark_is_unchanged_too(publisher):
    publisher.etag = '"one"'
    fetch()
    publisher.etag = '"two"'

    record = fetch(LATER)

    assert (record.state, record.size) == (FetchState.UNCHANGED, len(FIRST))
    assert ImportRun.objects.count() == 1


def test_a_newer_file_replaces_the_list(publisher):
    fetch()
    publisher.body = SECOND

    record = fetch(LATER)

    assert in_force() == record.run.version
    assert in_force().entities_count == 11


def test_a_file_that_says_no_day_is_of_the_day_the_server_says(publisher, settings):
    settings.SCREENING_FETCH = {"us-dpl": publisher.address}
    publisher.headers = {"Last-Modified": "Sun, 01 Feb 2026 00:00:00 GMT"}

    assert fetching.fetch("us-dpl", at=NOON, by_name="").run.dated == date(2026, 2, 1)


def failed(at=LATER):
    """Fetch, expect that it fails and changes nothing, and return the code with the reason in English."""
    before = list(ListVersion.objects.values())
    record = fetch(at)
    assert record.state == FetchState.FAILED
    assert record.finished_at
    assert list(ListVersion.objects.values()) == before
    assert not list(Path(django_settings.SCREENING_FOLDER).glob("*.part"))
    with translation.override("en"):
        return record.failure, str(record.message)


@pytest.mark.parametrize("status", [500, 503, 404, 403, 204, 304])
def test_an_answer_without_the_file_is_a_failure(publisher, status):
    publisher.status = status

    assert failed() == (
        "http-status",
        f"The publisher's server answered with the status {status} instead of the file.",
    )


@pytest.mark.parametrize("chunked", [True, False])
def test_a_file_that_is_cut_off_is_a_failure(publisher, chunked):
    fetch()
    publisher.body, publisher.chunked, publisher.cut_off_after = SECOND, chunked, 500

    code, words = failed()

    assert code == "not-in-full"
    assert "connection ended" in words


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>", b"\xef\xbb\xbf \n<HTML><body>Sorry"])
def test_a_web_page_is_no_list(publisher, page):
    publisher.body = page

    assert failed()[0] == "web-page"


def test_an_empty_file_is_a_failure(publisher):
    publisher.body = b""

    assert failed()[0] == "empty-file"


@pytest.mark.parametrize("chunked", [True, False])
def test_a_file_beyond_the_limit_is_not_received(publisher, settings, chunked):
    settings.SCREENING_LARGEST_FILE = 1_000_000
    publisher.body, publisher.chunked = b"<" + b"x" * 2_000_000, chunked

    assert failed()[0] == "too-large"


def test_a_server_that_falls_silent_is_given_up(publisher):
    publisher.pieces, publisher.pause = 2, 0.8

    assert failed()[0] == "too-slow"


def test_a_server_that_sends_drop_by_drop_is_given_up(publisher):
    publisher.pieces, publisher.pause = 40, 0.1

    assert failed() == ("too-slow", "The file did not arrive within 1 seconds.")


def test_a_server_that_is_not_there_is_a_failure(publisher, settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.SCREENING_FETCH = {UN: f"http://127.0.0.1:{nobody.getsockname()[1]}/"}

        code, words = failed()

    assert code == "no-answer"
    assert "0x" not in words


def test_a_server_without_a_certificate_is_not_believed(publisher, settings):
    settings.SCREENING_FETCH = {UN: publisher.address.replace("http:", "https:")}

    assert failed()[0] == "unproven-server"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "ftp://example.org/list.xml",
        "file:///etc/passwd",
        "https://user:word@example.org/",
        "https://[::1/",
        "//example.org/",
    ],
)
def test_an_address_that_is_not_https_is_not_fetched(publisher, settings, address):
    settings.SCREENING_FETCH = {UN: address}

    assert failed()[0] == "unsafe-address"
    assert addresses_are_of_lists(None)[0].id == "screening.E002"


def test_plain_http_may_be_allowed(settings):
    settings.SCREENING_FETCH_HTTP = True

    assert download.is_allowed("http://mirror.example.org/list.xml")


def test_an_address_of_a_list_that_does_not_exist_is_told_at_the_start(settings):
    settings.SCREENING_FETCH = {"un-consolidate": "https://example.org/"}

    assert [error.id for error in addresses_are_of_lists(None)] == ["screening.E001"]


def test_a_redirect_is_followed(publisher):
    with publishing() as elsewhere:
        elsewhere.body = FIRST
        publisher.status, publisher.headers = 302, {"Location": elsewhere.address}

        assert fetch().state == FetchState.RECEIVED


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://192.0.2.1/"])
def test_a_redirect_to_another_scheme_is_not_followed(publisher, location):
    publisher.status, publisher.headers = 302, {"Location": location}

    assert failed()[0] == "unsafe-address"


@pytest.mark.parametrize("inside", ["https://127.0.0.2/", "https://10.0.0.1/", "https://169.254.169.254/"])
def test_a_redirect_into_our_own_network_is_not_followed(publisher, inside):
    publisher.status, publisher.headers = 302, {"Location": inside}

    assert failed()[0] == "unsafe-address"


def test_a_redirect_without_end_is_given_up(publisher):
    publisher.status, publisher.headers = 302, {"Location": "/again"}

    assert failed()[0] == "led-in-circles"
    assert len(publisher.asked) == download.MOST_REDIRECTS + 1


def test_a_bomb_is_received_but_not_unpacked(publisher):
    fetch()
    publisher.body = gzip.compress(b"<" + b" " * 50_000_000)

    record = fetch(LATER)

    assert (record.state, record.run.refusal) == (FetchState.RECEIVED, "unpacks-too-large")
    assert in_force().entities_count == 10


def test_a_refused_file_is_on_record_once_however_often_it_is_fetched(publisher):
    fetch()
    publisher.body = un_text(*PEOPLE[:5], dated="2026-02-02").encode()

    first, second = fetch(LATER), fetch(LATER + timedelta(hours=7))

    assert first.run == second.run
    assert first.run.refusal == "shrunk"
    assert in_force().entities_count == 10


def test_a_list_is_fetched_again_in_its_rhythm(publisher):
    fetch()

    assert not fetching.due(NOON + timedelta(hours=5, minutes=59))
    assert fetching.due(NOON + timedelta(hours=6)) == [UN]


def test_the_rhythm_is_a_setting(publisher, settings):
    settings.SCREENING_FETCH_HOURS = {UN: 1}
    fetch()

    assert fetching.due(NOON + timedelta(hours=1)) == [UN]


@pytest.mark.parametrize(("failures", "minutes"), [(1, 5), (2, 10), (3, 20), (7, 320), (8, 360), (11, 360)])
def test_after_failures_it_is_tried_again_ever_more_slowly(publisher, failures, minutes):
    publisher.status = 500
    for number in range(failures):
        last = NOON + number * timedelta(days=1)
        fetch(last)

    assert not fetching.due(last + timedelta(minutes=minutes, seconds=-1))
    assert fetching.due(last + timedelta(minutes=minutes)) == [UN]


def test_an_import_that_broke_is_tried_again_soon(publisher):
    record = fetch()
    ImportRun.objects.filter(pk=record.run.pk).update(state=ImportRunState.FAILED)

    assert fetching.due(NOON + timedelta(minutes=5)) == [UN]


def test_the_same_task_twice_fetches_once(publisher):
    fetch_due_lists.apply()
    fetch_list(UN)
    fetch_list(UN)

    assert len(publisher.asked) == 1


def test_a_list_that_somebody_fetches_is_left_to_them(publisher):
    url = renamed(os.environ["DATABASE_ADMIN_URL"], django_settings.DATABASES["default"]["NAME"])
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"fetch:{UN}"])

        assert fetch() is None
        # Closing the connection would let go of it too, but some time later.
        other.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"fetch:{UN}"])

    assert fetch() is not None


def test_a_fetch_that_a_dead_worker_left_is_on_record_as_interrupted(publisher):
    left = ListFetch.objects.create(source=UN, address="x", started_at=NOON)

    fetch(LATER)

    left.refresh_from_db()
    assert (left.state, left.failure) == (FetchState.FAILED, "interrupted")


def test_what_nobody_foresaw_is_on_record_and_raised(publisher, settings):
    settings.SCREENING_FOLDER = Path("/proc/nowhere")

    with pytest.raises(OSError):
        fetch()

    assert ListFetch.objects.get().state == FetchState.FAILED


def test_a_list_without_an_address_cannot_be_fetched(publisher, settings):
    settings.SCREENING_FETCH = {}

    assert failed()[0] == "no-address"


def test_a_fetch_that_has_ended_stays(publisher):
    record = fetch()

    for change in ({"state": "failed", "failure": "x"}, {"address": "y"}):
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            ListFetch.objects.filter(pk=record.pk).update(**change)


def test_a_real_list_comes_over_the_wire(publisher, real_lists):
    publisher.body = (real_lists / "un_consolidated_2026-02-27.xml").read_bytes()

    record = fetch()

    assert record.run.state == ImportRunState.DONE, record.run.message
    assert in_force().published_on == date(2026, 2, 27)


def test_a_mark_longer_than_we_keep_is_not_kept_by_half(publisher):
    publisher.etag = f'"{"x" * 400}"'

    assert fetch().etag == ""


def test_every_failure_is_raised_with_its_words(publisher):
    with pytest.raises(BadList, match="status 500|estado 500"):
        publisher.status = 500
        limits = download.Limits(1000, 1, 1)
        download.download(publisher.address, Path("/dev/null"), marks=download.Marks(), limits=limits)
