"""What clients of others really send: compressed, with a byte order mark, one thing asked twice."""

import gzip
import json
import re
import shlex

import pytest
from django.db import connection

from portal.api import docs
from portal.border.application import Border, accepts_json
from portal.border.lookup import Lookup
from portal.border.shares import Shares
from tests.portal.machines import Machine

pytestmark = pytest.mark.django_db(transaction=True)

BOOK = {"day": "2026-03-02", "lines": []}


@pytest.fixture
def machine():
    return Machine(scopes=["licences:read", "usages:write"])


def post(machine, content, **headers):
    return machine.client.post(
        "/api/v1/reconciliations",
        content,
        content_type="application/json",
        headers={**machine.headers, **headers},
    )


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate, gzip"])
def test_a_compressed_message_is_told_to_come_as_it_is(machine, encoding):
    answer = post(machine, gzip.compress(json.dumps(BOOK).encode()), **{"Content-Encoding": encoding})

    assert answer.status_code == 415
    assert answer.json()["type"].endswith("#unsupported-media-type")
    assert "compression" in answer.json()["detail"]


def test_an_encoding_that_changes_nothing_is_taken(machine):
    answer = post(machine, json.dumps(BOOK), **{"Content-Encoding": "Identity"})

    assert answer.status_code == 201


def test_a_byte_order_mark_is_named(machine):
    answer = post(machine, b"\xef\xbb\xbf" + json.dumps(BOOK).encode())

    assert answer.status_code == 400
    assert "byte order mark" in answer.json()["detail"]


@pytest.mark.parametrize("day", ["20260302", "2026-W10-1", "2026-3-2", "2026-03-02 ", "٢٠٢٦-٠٣-٠٢", 20260302])
def test_a_day_is_read_as_it_is_described_and_in_no_other_spelling(machine, day):
    answer = machine.send("reconciliations", {**BOOK, "day": day})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/day"]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("licences?holder=155700101-2-2019&state=valid&state=suspended", "state"),
        ("licences?holder=one&holder=another", "holder"),
        ("detentions?state=kept&state=waiting", "state"),
    ],
)
def test_what_is_asked_twice_in_one_address_is_refused(machine, asked, name):
    answer = machine.get(f"/api/v1/{asked}")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": f"#/{name}", "code": "twice", "detail": "Send this once."}]


@pytest.mark.parametrize("operation", ["reservations", "licences/PA-L-2026-000001/usages", "corrections"])
@pytest.mark.parametrize(
    ("own", "codes"),
    [("a" * 101, ["max-length"]), ("ñ", ["invalid"]), ("a b", ["invalid"]), ("", ["blank"])],
)
def test_one_fault_of_an_id_is_told_once(machine, operation, own, codes):
    answer = machine.send(operation, {"id": own})

    told = [error["code"] for error in answer.json()["errors"] if error["pointer"] == "#/id"]
    assert (answer.status_code, told) == (422, codes)


@pytest.mark.parametrize("accepted", ["Application/JSON", "TEXT/HTML, */*;q=0.1", "application/*"])
def test_the_border_reads_media_types_in_any_case(accepted):
    assert accepts_json(accepted)


def test_the_border_counts_a_stranger_by_the_address_that_our_proxy_saw():
    border = Border(Lookup(connection.settings_dict), Shares(1, 1), Shares(1, 1), trusts_proxy=True)

    claims = ["203.0.113.9", "192.0.2.1, 203.0.113.9", "192.0.2.2,192.0.2.3,203.0.113.9"]

    assert {border.address({"HTTP_X_FORWARDED_FOR": said}) for said in claims} == {"203.0.113.9"}
    assert border.address({"HTTP_X_FORWARDED_FOR": "", "REMOTE_ADDR": "10.0.0.1"}) == "10.0.0.1"


def test_each_command_of_the_description_names_what_its_operation_needs():
    commands = {operation["id"]: shlex.split(operation["curl"])[1] for operation in docs.operations()}

    assert not [address for address in commands.values() if re.search(r"[{}]", address)]
    assert commands["listLicences"].endswith("/api/v1/licences?holder=155612345-2-2016")
