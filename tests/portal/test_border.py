"""The border's own application: it says what the interface says, needs the database only, and is fair."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import unquote_to_bytes

import psycopg
import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from licensing.actions import accounts, licences
from licensing.models import ApiScope, Licence, LicenceState, PartyRole, Role, SurrenderRequest
from licensing.terms import Given
from portal.border import watch
from portal.border.application import Border
from portal.border.lookup import Lookup
from portal.border.shares import Shares
from portal.database import as_owner
from tests.amending import amended, granted
from tests.factories import LicenceFactory, LicenceLineFactory, PartyFactory, UserFactory, conditioned
from tests.portal.machines import Machine

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
MANY = 1e9  # questions a second


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        self.status_code = int(status.partition(" ")[0])
        self.headers, self.content = dict(headers), content

    def __getitem__(self, name: str) -> str:
        return self.headers[name]

    def json(self):
        return json.loads(self.content)


def lookup():
    return Lookup(connection.settings_dict)


@pytest.fixture
def border_with():
    """Return what makes an application with other limits than none, in questions a second."""
    made = []

    def make(rate=MANY, strangers=MANY):
        made.append(Border(lookup(), Shares(rate, MANY), Shares(strangers, MANY), trusts_proxy=False))
        return made[-1]

    yield make
    for one in made:
        if kept := getattr(one.lookup.own, "statements", None):
            kept.own.close()


@pytest.fixture
def border(border_with):
    return border_with()


def ask(application, path, method="get", *, sent=(), **headers):
    """Ask as a web server would: by what a Django test request puts into its environ. `sent` is what it
    takes besides: data and content_type."""
    environ = getattr(RequestFactory(), method)(path, headers=headers, **dict(sent)).environ
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    said = []
    content = b"".join(application(environ, lambda status, sent: said.extend([status, sent])))
    return Answer(*said, content)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal("10"))


def every_state():
    """Return a licence in each state, and some that differ in other ways."""
    now = timezone.now()
    made = {
        LicenceState.VALID: LicenceLineFactory().licence,
        LicenceState.NOT_YET: LicenceLineFactory(
            licence__starts_at=now + DAY, licence__ends_at=now + 2 * DAY
        ).licence,
        LicenceState.EXPIRED: LicenceLineFactory(
            licence__starts_at=now - 2 * DAY, licence__ends_at=now - DAY
        ).licence,
        LicenceState.EXHAUSTED: LicenceLineFactory(used=Decimal(10), granted=Decimal(10)).licence,
        LicenceState.SUSPENDED: LicenceLineFactory().licence,
        LicenceState.REVOKED: LicenceLineFactory().licence,
        LicenceState.SURRENDERED: LicenceLineFactory().licence,
    }
    given_back = made[LicenceState.SURRENDERED]
    holder = UserFactory(exporter=True, organisation=given_back.holder)
    SurrenderRequest.objects.create(licence=given_back, reason="x", by=holder, at=now)
    for state in (LicenceState.SUSPENDED, LicenceState.REVOKED, LicenceState.SURRENDERED):
        Licence.objects.filter(pk=made[state].pk).update(status=state.value)
    made[LicenceState.REPLACED] = granted().licence
    amended(amended(made[LicenceState.REPLACED]))
    many = LicenceLineFactory(
        unit="KGM", granted=Decimal("3.5000"), used=Decimal("1.2500"), reserved=Decimal("0.0001")
    ).licence
    LicenceLineFactory.create_batch(4, licence=many, quantity_tolerance=Decimal("3.33"))
    PartyFactory(application=many.application, role=PartyRole.ULTIMATE_END_USER, name="Ñandú\u2028 & Söhne")
    Licence.objects.filter(pk=many.pk).update(conditions=["Sólo por Balboa.", 'Con "comillas"'])
    conditioned_licence = with_all_terms()
    return [
        *made.items(),
        (LicenceState.VALID, many),
        (LicenceState.VALID, conditioned_licence),
        (LicenceState.EXHAUSTED, LicenceFactory()),
    ]


def with_all_terms():
    """Return a licence with every kind of condition."""
    given = Given(
        ports=("PABLB", "PAMIT"),
        regimes=("re-export",),
        first_day=date(2026, 2, 1),
        last_day=date(2026, 11, 30),
        named_consignee=True,
        quantity_tolerance=Decimal("2.50"),
        value_tolerance=Decimal(10),
    )
    return conditioned(given, most=Decimal("1.2500"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_both_applications_say_the_same_of_licences_in_every_state(border, language):
    machine = Machine(language)
    met = set()
    for state, licence in every_state():
        ordinary, lean = (
            machine.licence(licence),
            ask(border, f"/api/v1/licences/{licence}", **machine.headers),
        )
        first, second = ordinary.json(), lean.json()
        assert (ordinary.status_code, lean.status_code) == (200, 200)
        assert list(first) == list(second)
        assert {**first, "as_of": ""} == {**second, "as_of": ""}
        assert second["state"] == state
        for header in ("ETag", "Cache-Control", "Content-Type", "Content-Language"):
            assert ordinary[header] == lean[header]
        met.add(state)
    assert met == set(LicenceState)


def test_the_bytes_are_the_same_but_for_the_moment(border, machine, line):
    ordinary = machine.licence(line.licence)
    lean = ask(border, f"/api/v1/licences/{line.licence}", **machine.headers)

    for one in (ordinary, lean):
        one.bare = one.content.replace(one.json()["as_of"].encode(), b"")
    assert ordinary.bare == lean.bare


@pytest.mark.parametrize("typed", ["{} ", "%20{}", "lower", "en dash"])
def test_the_number_may_be_typed_as_on_the_other_side(border, machine, line, typed):
    number = str(line.licence)
    if typed == "lower":
        number = number.lower()
    elif typed == "en dash":
        number = number.replace("-", "%E2%80%93")
    else:
        number = typed.format(number)

    answer = ask(border, f"/api/v1/licences/{number}", **machine.headers)

    assert answer.json()["number"] == str(line.licence)


def test_conditions_are_given_as_data_in_the_readers_language(border):
    licence = with_all_terms()
    PartyFactory(application=licence.application, role=PartyRole.ULTIMATE_END_USER, name="Último Usuario")
    address = f"/api/v1/licences/{licence}"

    told = {one: ask(border, address, **Machine(one).headers).json()["terms"] for one in ("es", "en")}

    assert [(one["kind"], one["values"], one["unit"], one["line"]) for one in told["es"]] == [
        ("port", ["PABLB", "PAMIT"], "", None),
        ("regime", ["re-export"], "", None),
        ("first-day", ["2026-02-01"], "", None),
        ("last-day", ["2026-11-30"], "", None),
        ("consignee", ["Kyoto Glass Works", "Último Usuario"], "", None),
        ("most-per-declaration", ["1.25"], "C62", 1),
        ("quantity-tolerance", ["2.5"], "P1", None),
        ("value-tolerance", ["10"], "P1", None),
    ]
    assert told["es"][2]["text"] == "No sale antes del 2026-02-01."
    assert told["en"][2]["text"] == "Leaves no earlier than 2026-02-01."
    assert all(one["text"] != other["text"] for one, other in zip(told["es"], told["en"], strict=True))


WRONG = [
    ({}, "get", "{number}"),
    ({"Authorization": "Bearer istmo_wrong"}, "get", "{number}"),
    ({"Authorization": "Basic aWdub3JlOm1l"}, "get", "{number}"),
    ({"X-Api-Key": "x" * 5000}, "get", "{number}"),
    ({"X-Api-Key": "\xf1and\xfa"}, "get", "{number}"),
    ("key", "get", "PA-L-1999-000001"),
    ("key", "get", "%00"),
    ("key", "get", "%FF%FE"),
    ("key", "get", "a" * 3000),
    ("key", "post", "{number}"),
    ("key", "delete", "{number}"),
    ("key", "get", "{number}/nothing"),
    ("text", "get", "{number}"),
    ("scope", "get", "{number}"),
    ("role", "get", "{number}"),
    ("expired", "get", "{number}"),
]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("headers", "method", "path"), WRONG)
def test_both_applications_refuse_the_same_in_the_same_words(border, line, headers, method, path, language):
    machines = {
        "key": lambda: Machine(language),
        "text": lambda: Machine(language),
        "scope": lambda: Machine(language, scopes=[ApiScope.WRITE_USAGES]),
        "role": lambda: Machine(language, account=UserFactory(role=Role.ADVISER)),
        "expired": lambda: Machine(language, expires_at=timezone.now() - timedelta(seconds=1)),
    }
    sent = machines[headers]().headers if isinstance(headers, str) else headers
    sent = {"Accept-Language": language, **sent, **({"Accept": "text/html"} if headers == "text" else {})}
    address = "/api/v1/licences/" + path.format(number=line.licence)

    ordinary = getattr(Client(raise_request_exception=False), method)(address, headers=sent)
    lean = ask(border, address, method, **sent)

    assert lean.status_code == ordinary.status_code >= 400
    assert lean.json() == ordinary.json()
    assert lean["Content-Type"] == ordinary["Content-Type"] == "application/problem+json"
    for header in ("WWW-Authenticate", "Content-Language"):
        assert lean.headers.get(header) == ordinary.headers.get(header)
    if lean.status_code == 405:
        assert lean["Allow"] == ordinary["Allow"]


def test_what_has_not_changed_is_not_sent_again(border, machine, line):
    address = f"/api/v1/licences/{line.licence}"
    first = ask(border, address, **machine.headers)

    again = ask(border, address, **machine.headers, **{"If-None-Match": first["ETag"]})
    head = ask(border, address, "head", **machine.headers)

    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == first["Content-Length"]


@pytest.mark.parametrize("sent", ["W/{}", "{}", '"another", W/{}', "*"])
def test_what_a_caller_has_is_known_however_it_is_named(border, machine, line, sent):
    version = f'"{machine.licence(line.licence).json()["version"]}"'
    known = {"If-None-Match": sent.format(version)}

    assert machine.licence(line.licence, **known).status_code == 304
    lean = ask(border, f"/api/v1/licences/{line.licence}", **machine.headers, **known)
    assert lean.status_code == 304


@pytest.mark.parametrize("sent", ['W/"0123456789abcdef"', "no etag", ""])
def test_what_a_caller_has_not_is_sent(border, machine, line, sent):
    known = {"If-None-Match": sent}

    assert machine.licence(line.licence, **known).status_code == 200
    lean = ask(border, f"/api/v1/licences/{line.licence}", **machine.headers, **known)
    assert lean.status_code == 200


def test_a_decision_shows_with_its_commit(border, machine, line, decider):
    address = f"/api/v1/licences/{line.licence}"
    assert ask(border, address, **machine.headers).json()["usable"]

    licences.suspend(line.licence.pk, reasons="Denuncia.", by=decider, at=timezone.now())

    assert ask(border, address, **machine.headers).json()["state"] == "suspended"


def test_a_revoked_key_and_a_disabled_account_are_refused_at_once(border, line, administrator):
    for stop in (
        lambda key: accounts.revoke_key(key.pk, by=administrator, at=timezone.now()),
        lambda key: accounts.disable(key.account_id, by=administrator, at=timezone.now(), reason="Fin."),
    ):
        machine = Machine()
        assert ask(border, f"/api/v1/licences/{line.licence}", **machine.headers).status_code == 200
        stop(machine.key)
        assert ask(border, f"/api/v1/licences/{line.licence}", **machine.headers).status_code == 401


def test_the_use_of_a_key_is_noted_once_a_minute(border, machine, line):
    ask(border, f"/api/v1/licences/{line.licence}", **machine.headers)
    machine.key.refresh_from_db()
    first = machine.key.last_used_at
    assert first is not None

    ask(border, f"/api/v1/licences/{line.licence}", **machine.headers)
    machine.key.refresh_from_db()
    assert machine.key.last_used_at == first


def test_it_takes_one_statement(border, machine, line):
    address = f"/api/v1/licences/{line.licence}"
    ask(border, address, **machine.headers)
    executed = []
    statements = border.lookup.own.statements
    execute = statements.execute
    statements.execute = lambda *given: executed.append(given[0]) or execute(*given)

    assert ask(border, address, **machine.headers).status_code == 200

    assert len(executed) == 1


def test_a_broken_connection_is_replaced(border, machine, line):
    address = f"/api/v1/licences/{line.licence}"
    ask(border, address, **machine.headers)
    process = border.lookup.own.statements.pgconn.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [process])

    assert ask(border, address, **machine.headers).status_code == 200


def test_a_connection_that_breaks_again_and_again_is_replaced_each_time(border, machine, line):
    for _each in range(3):
        assert ask(border, f"/api/v1/licences/{line.licence}", **machine.headers).status_code == 200
        border.lookup.own.statements.pgconn.finish()


@pytest.fixture
def longer_references():
    def hold(length):
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE licensing_licence ALTER COLUMN reference TYPE varchar({length})")

    usual = Licence._meta.get_field("reference").max_length
    yield lambda: hold(usual + 1)
    hold(usual)


def test_it_goes_on_answering_when_a_migration_changes_what_it_reads(
    border, machine, line, longer_references
):
    address = f"/api/v1/licences/{line.licence}"
    assert ask(border, address, **machine.headers).status_code == 200
    longer_references()

    assert ask(border, address, **machine.headers).status_code == 200


def test_it_goes_on_answering_when_its_statements_were_forgotten(border, machine, line):
    address = f"/api/v1/licences/{line.licence}"
    assert ask(border, address, **machine.headers).status_code == 200
    border.lookup.own.statements.own.execute("DEALLOCATE ALL")

    assert ask(border, address, **machine.headers).status_code == 200


def test_it_comes_back_though_the_database_was_away(border, machine, line, tmp_path):
    address = f"/api/v1/licences/{line.licence}"
    assert ask(border, address, **machine.headers).status_code == 200
    border.lookup.own.statements.own.close()
    there, border.lookup.conninfo = border.lookup.conninfo, make_conninfo(host=str(tmp_path))
    assert ask(border, address, **machine.headers).status_code == 503
    border.lookup.conninfo = there

    assert ask(border, address, **machine.headers).status_code == 200


def test_a_database_that_stands_still_is_not_waited_for(border, machine, line, monkeypatch):
    monkeypatch.setattr(watch, "LONGEST", 0.3)
    monkeypatch.setattr(watch, "EVERY", 0.1)
    address = f"/api/v1/licences/{line.licence}"
    assert ask(border, address, **machine.headers).status_code == 200
    process = border.lookup.own.statements.pgconn.backend_pid

    at_last = threading.Timer(20, os.kill, (process, signal.SIGCONT))
    at_last.start()
    os.kill(process, signal.SIGSTOP)
    try:
        assert ask(border, address, **machine.headers).status_code == 200
    finally:
        at_last.cancel()
        os.kill(process, signal.SIGCONT)
    assert border.lookup.own.statements.pgconn.backend_pid != process  # it did not wait for that one


def test_a_database_whose_host_died_with_the_question_is_found_out_within_seconds():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        address = make_conninfo(lookup().conninfo, host="127.0.0.1", port=port)
        begun = psycopg.pq.PGconn.connect_start(address.encode())
        with socket.socket(fileno=os.dup(begun.socket)) as ours:
            idle = getattr(socket, "TCP_KEEPIDLE", None) or socket.TCP_KEEPALIVE  # macOS
            names = (idle, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            first, between, probes = (ours.getsockopt(socket.IPPROTO_TCP, name) for name in names)
        begun.finish()

    assert first + between * probes <= 5


def test_without_the_database_the_answer_is_503_and_when_to_ask_again(machine, line, tmp_path):
    nowhere = Lookup({**connection.settings_dict, "HOST": str(tmp_path)})
    border = Border(nowhere, Shares(MANY, MANY), Shares(MANY, MANY), trusts_proxy=False)

    answer = ask(border, f"/api/v1/licences/{line.licence}", **machine.headers)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["type"].endswith("#unavailable")
    assert ask(border, "/border/readyz").status_code == 503
    assert ask(border, "/border/healthz").status_code == 200


def test_it_says_how_it_is(border):
    assert ask(border, "/border/readyz").json() == {"database": True}
    assert ask(border, "/border/healthz").json() == {"alive": True}


class TestLimits:
    def test_too_many_questions_are_told_when_to_come_back(self, border_with, machine, line):
        border = border_with(rate=1)
        address = f"/api/v1/licences/{line.licence}"

        answers = [ask(border, address, **machine.headers) for _ in range(4)]

        # The first came as a stranger's; a second's worth may be saved up.
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert answers[3]["Retry-After"] == "1"
        assert answers[3].json()["type"].endswith("#too-many-requests")
        assert ask(border, address, **Machine().headers).status_code == 200, "another key has its own"

    def test_guessers_of_keys_share_what_their_address_may(self, border_with, machine, line):
        border = border_with(strangers=1)
        address = f"/api/v1/licences/{line.licence}"
        assert ask(border, address, **machine.headers).status_code == 200

        guesses = [ask(border, address, **{"X-Api-Key": f"istmo_{number}"}) for number in range(3)]

        assert [one.status_code for one in guesses] == [401, 429, 429]
        assert ask(border, address, **machine.headers).status_code == 200, "who is known is not kept waiting"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class TestShares:
    def test_tokens_come_back_with_time(self):
        clock = Clock()
        shares = Shares(10, MANY, clock)
        assert [shares.seconds_to_wait("balboa") for _ in range(20)] == [None] * 20

        assert shares.seconds_to_wait("balboa") == pytest.approx(0.1)
        clock.now += 0.1
        assert shares.seconds_to_wait("balboa") is None

    def test_the_one_that_takes_most_waits_and_the_others_do_not(self):
        clock = Clock()
        shares = Shares(MANY, 100, clock)
        for _second in range(2):
            loud = [shares.seconds_to_wait("loud") for _ in range(300)]
            quiet = [shares.seconds_to_wait(port) for port in ("colon", "balboa") for _ in range(20)]
            clock.now += 1

        assert quiet == [None] * 40
        assert loud.count(None) == 100
        assert all(0 < wait <= 1 for wait in loud if wait is not None)

    def test_nobody_waits_for_the_share_of_who_is_not_there(self):
        shares = Shares(MANY, 100, Clock())

        assert [shares.seconds_to_wait("alone") for _ in range(100)] == [None] * 100

    def test_no_more_clients_are_remembered_than_there_is_room(self, monkeypatch):
        monkeypatch.setattr("portal.border.shares.REMEMBERED", 3)
        shares = Shares(MANY, MANY, Clock())

        for who in range(10):
            shares.seconds_to_wait(who)

        assert list(shares.tokens) == [7, 8, 9]


def test_its_server_starts_where_no_redis_listens(tmp_path):
    """The module that a web server loads connects to nothing."""
    code = "import portal.border_wsgi as it; assert callable(it.application)"
    environment = {
        "PORTAL_ENV": "test",
        "REDIS_URL": f"unix://{tmp_path}/nobody.sock",
        "DATABASE_URL": f"postgresql://nobody@/nothing?host={tmp_path}",
    }

    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)


@pytest.mark.parametrize("typed", ["pal2026000072", "PA%20L%202026%2072"])
def test_a_number_without_dashes_and_zeros_finds_its_licence(border, machine, typed):
    LicenceLineFactory(licence__reference="PA-L-2026-000072")

    answer = ask(border, f"/api/v1/licences/{typed}", **machine.headers)

    assert answer.json()["number"] == "PA-L-2026-000072"
