"""A customs system's own client, on real servers: it proves that the description is enough to write one."""

import ast
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
import time_machine
from django.core.cache import cache

import tests.client
from licensing import licence_document, snapshots
from licensing.actions import corrections, detentions, licences
from licensing.models import ApiScope, DetentionVerdict, EntryKind, LedgerEntry
from portal.api import examples
from portal.api.errors import KINDS
from portal.api.schema import description
from screening.control import parser_of
from screening.control.load import load
from tests.client import messages, offline, problems
from tests.client.connection import Connection, NoAnswer
from tests.client.offline import NotGenuine
from tests.client.system import CustomsSystem
from tests.factories import NOON, LicenceLineFactory, OrganisationFactory, UserFactory
from tests.portal.customs_servers import Line, border_alone, served
from tests.portal.machines import Machine
from tests.screening.control.files import eu_json

SYSTEM = [ApiScope.READ_LICENCES, ApiScope.WRITE_USAGES]  # what a customs system's key may do
TODAY = "2026-03-02"  # of NOON, in Panama


@dataclass(frozen=True)
class Operation:
    method: Any
    sends: Any  # None where nothing is sent
    answers: Any  # None where it is no JSON


# Whoever adds an operation for customs systems adds its method to the client, and its row here.
OPERATIONS = {
    "getLicence": Operation(CustomsSystem.licence, None, messages.Licence),
    "listLicences": Operation(CustomsSystem.licences_of, None, messages.HeldBy),
    "findCoverage": Operation(CustomsSystem.coverage, messages.Consignment, messages.Coverage),
    "determineLicence": Operation(
        CustomsSystem.is_licence_needed, messages.Requirement, messages.Determination
    ),
    "readToken": Operation(CustomsSystem.token, None, messages.TokenAnswer),
    "recordUsage": Operation(CustomsSystem.use, messages.Usage, messages.Used),
    "reserve": Operation(CustomsSystem.reserve, messages.Declaration, messages.Movement),
    "adjust": Operation(CustomsSystem.adjust, messages.Declaration, messages.Movement),
    "post": Operation(CustomsSystem.post, messages.Posting, messages.Movement),
    "release": Operation(CustomsSystem.release, messages.Release, messages.Movement),
    "reportDeparture": Operation(CustomsSystem.depart, messages.Departed, messages.Departure),
    "sendBatch": Operation(CustomsSystem.send, messages.Batch, messages.BatchAnswers),
    "listChanges": Operation(CustomsSystem.changes, None, messages.Changes),
    "reconcile": Operation(CustomsSystem.reconcile, messages.Book, messages.Reconciled),
    "detain": Operation(CustomsSystem.detain, messages.DetentionSent, messages.Detention),
    "addToDetention": Operation(CustomsSystem.add_to_detention, messages.NoteSent, messages.Detention),
    "getDetention": Operation(CustomsSystem.detention, None, messages.Detention),
    "getDetentionPhoto": Operation(CustomsSystem.photo, None, None),
    "listDetentions": Operation(CustomsSystem.detentions, None, messages.Detentions),
    "issueToken": Operation(CustomsSystem.access_token, None, messages.AccessToken),
    "askCorrection": Operation(CustomsSystem.ask_correction, messages.CorrectionAsked, messages.Correction),
    "getCorrection": Operation(CustomsSystem.correction, None, messages.Correction),
    "takeForms": Operation(CustomsSystem.take_forms, messages.FormsAsked, messages.FormBlock),
    "getKeys": Operation(CustomsSystem.keys, None, messages.KeySet),
    "getSnapshot": Operation(CustomsSystem.snapshot, None, None),
}
BESIDE = {"licence_if_changed"}  # methods that are a second way to ask for the same


# --- the client knows all of the description, and nothing else ----------------------------------------


def described() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield address, method and description of each operation."""
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_client_has_every_operation_that_a_customs_system_may_call(db):
    machine = Machine(scopes=SYSTEM)

    def may_be_called(path, method):
        address = path.replace("{number}", "PA-L-2026-000123")
        own = {"Authorization": machine.as_client} if path.endswith("/oauth/token") else {}
        answer = machine.client.generic(method.upper(), address, headers=machine.headers | own)
        return answer.status_code not in (401, 403)

    allowed = {
        operation["operationId"] for path, method, operation in described() if may_be_called(path, method)
    }

    assert allowed == set(OPERATIONS)
    own = {name for name in vars(CustomsSystem) if not name.startswith("_")}
    assert own - BESIDE == {operation.method.__name__ for operation in OPERATIONS.values()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_types_of_the_client_are_those_of_the_description(name):
    [operation] = [operation for _path, _method, operation in described() if operation["operationId"] == name]
    [answer] = [
        operation["responses"][status] for status in ("200", "201") if status in operation["responses"]
    ]

    assert list(differences(OPERATIONS[name].sends, content(operation.get("requestBody")), name)) == []
    assert list(differences(OPERATIONS[name].answers, content(answer), name)) == []


def test_the_problems_of_the_client_are_those_of_the_interface():
    assert set(problems.KINDS) == set(KINDS)
    schema = description()["components"]["schemas"]["ProblemOut"]
    assert list(differences(messages.ProblemBody, schema, "problem")) == []


def test_a_difference_between_the_types_is_found():
    schema = description()["components"]["schemas"]["ReasonOut"]

    assert list(differences(messages.Lack, schema, "it")) == [
        "it: has item, line, remaining, remaining_value, replaced_by, state, unit beside"
    ]
    assert list(differences(messages.Holder, {"properties": {"name": {"type": "integer"}}}, "it")) == [
        "it: has tax_id beside",
        "it: needs name otherwise",
        "it.name: is {'type': 'integer'}",
    ]


def test_the_client_imports_nothing_of_the_portal():
    own = {"portal", "licensing", "screening", "django", "rest_framework"}
    for file in Path(tests.client.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not own & {name.partition(".")[0] for name in names}, file


SCALARS = {str: "string", int: "integer", bool: "boolean", NoneType: "null"}


def content(part):
    """Return the schema of a request or an answer in JSON; None if it has none."""
    found = (part or {}).get("content", {}).get("application/json")
    return found and found["schema"]


def resolved(schema):
    [*wrapped] = schema.get("allOf", [])
    for one in [schema, *wrapped]:
        if "$ref" in one:
            return description()["components"]["schemas"][one["$ref"].rpartition("/")[2]]
    return schema


def differences(hint, schema, where) -> Iterator[str]:
    """Yield where a type of the client is another than the description says."""
    if schema is None or hint is None:
        yield from [] if schema is hint else [f"{where}: is {schema}"]
        return
    schema, kind = resolved(schema), get_origin(hint)
    if is_typeddict(hint):
        yield from differences_of_object(hint, schema, where)
    elif kind is list:
        yield from differences(get_args(hint)[0], schema.get("items"), f"{where}[]")
    elif kind in (Union, UnionType):
        one_of = schema.get("oneOf") or [{"type": name} for name in schema["type"]]
        for own, one in zip(get_args(hint), one_of, strict=True):
            yield from differences(own, one, where)
    elif not agree(hint, schema):
        yield f"{where}: is {schema}"


def words_of(schema):
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def agree(hint, schema) -> bool:
    """Say whether a type that is no object and no list is what the description says."""
    if get_origin(hint) is Literal:
        said = {word for one in schema.get("oneOf", [schema]) for word in words_of(resolved(one))}
        return said == set(get_args(hint))
    # A quantity may be sent as a number too, which the client never does.
    return SCALARS[hint] in [one.get("type") for one in schema.get("oneOf", [schema])]


def differences_of_object(hint, schema, where) -> Iterator[str]:
    hints, properties = get_type_hints(hint), schema.get("properties", {})
    both = set(hints) & set(properties)
    if beside := sorted(set(hints) ^ set(properties)):
        yield f"{where}: has {', '.join(beside)} beside"
    if otherwise := sorted(both & (set(hint.__required_keys__) ^ set(schema.get("required", ())))):
        yield f"{where}: needs {', '.join(otherwise)} otherwise"
    for name in sorted(both):
        yield from differences(hints[name], properties[name], f"{where}.{name}")


# --- on real servers ----------------------------------------------------------------------------------


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def key(live_server, at_noon):
    return Machine(scopes=SYSTEM).secret


@pytest.fixture
def line(transactional_db):
    holder = OrganisationFactory(name="Óptica del Istmo, S. A.", tax_id="155612345-2-2016")
    return LicenceLineFactory(
        licence__holder=holder,
        granted=Decimal(10),
        value=Decimal(1000),
        licence__application__destination="JP",
    )


@pytest.fixture
def waits():
    """The seconds that the client would have waited; what is counted against it is forgotten meanwhile."""
    return []


@pytest.fixture
def connect(waits):
    def wait(seconds):
        waits.append(seconds)
        cache.clear()

    return lambda address, key: Connection(address, key, language="en", sleep=wait)


@pytest.fixture
def system(live_server, key, connect):
    with (
        border_alone() as border,
        CustomsSystem(live_server.url, key, border=border, connect=connect) as system,
    ):
        yield system


@pytest.fixture
def bad_line(live_server):
    """A line to the portal that loses answers."""
    line = Line(live_server.url)
    with served(line) as line.address:
        yield line


@pytest.fixture
def far_system(bad_line, key, connect):
    with CustomsSystem(bad_line.address, key, connect=connect) as system:
        yield system


def declaration(line, quantity="4", *, id="siga-1", version=1, number="PABLB-1"):
    item: messages.Declared = {
        "item": 1,
        "licence": str(line.licence),
        "line": 1,
        "quantity": quantity,
        "unit": "C62",
    }
    made: messages.Declaration = {"id": id, "declaration": number, "version": version, "lines": [item]}
    return made


def balances(line):
    line.refresh_from_db()
    return line.reserved, line.used


def test_a_licence_from_the_first_question_to_the_books_at_the_end(system, far_system, bad_line, line):
    number = str(line.licence)
    [*_all, last] = system.changes()

    asked = system.licence(number)
    assert (asked["state"], asked["usable"], asked["lines"][0]["remaining"]) == ("valid", True, "10")
    assert system.licence_if_changed(asked) is None

    bad_line.loses.append("/api/v1/reservations")
    reserved = far_system.reserve(declaration(line, "8"))
    assert (reserved.is_replayed, reserved.body["lines"][0]["remaining"]) == (True, "2")
    assert balances(line) == (8, 0)

    system.post(
        {"id": "siga-2", "declaration": "PABLB-1", "lines": [{"item": 1, "quantity": "3", "unit": "C62"}]}
    )
    system.adjust(declaration(line, "4", id="siga-3", version=2))
    assert balances(line) == (4, 3)
    left = system.post(
        {"id": "siga-4", "declaration": "PABLB-1", "version": 3, "lines": [{"item": 1, "quantity": "1"}]}
    )
    assert left.body["lines"][0]["reserved"] == "3"
    given_back = system.release({"id": "siga-5", "declaration": "PABLB-1"})
    assert given_back.body["lines"][0]["quantity"] == "3"
    system.use(
        number,
        {"id": "siga-6", "declaration": "PABLB-2", "lines": [{"line": 1, "quantity": "1", "unit": "C62"}]},
    )
    assert balances(line) == (0, 5)

    changed = system.licence_if_changed(asked)
    assert changed and changed["lines"][0]["remaining"] == "5"
    pages = list(system.changes(last["next"]))
    told = [(change["licence"], change["what"]) for page in pages for change in page["changes"]]
    assert told == [(number, "balance")] * 6
    assert list(system.changes(pages[-1]["next"]))[0]["changes"] == []

    book: messages.Book = {
        "day": TODAY,
        "lines": [
            {"licence": number, "line": 1, "declaration": "PABLB-1", "quantity": "4", "unit": "C62"},
            {"licence": number, "line": 1, "declaration": "PABLB-2", "quantity": "2", "unit": "C62"},
        ],
    }
    compared = system.reconcile(book)
    assert compared["matched"] == 1
    [difference] = compared["differences"]
    assert (difference["kind"], difference["theirs"], difference["ours"]) == ("differing", "2", "1")

    wrong = system.ask_correction({"id": "siga-7", "message": "siga-6", "reason": "No salió."}).body
    assert (wrong["state"], wrong["quantity"]) == ("waiting", "1")
    entry = LedgerEntry.objects.get(kind=EntryKind.USE)
    proposed = corrections.propose_reversal(
        entry.pk, reason="No salió.", by=UserFactory(decider=True), at=NOON
    )
    corrections.confirm(proposed.pk, by=UserFactory(decider=True), at=NOON)
    assert system.correction(wrong["correction"])["state"] == "corrected"
    assert system.licence(number)["lines"][0]["remaining"] == "6"
    [page] = system.changes(pages[-1]["next"])
    assert [change["licence"] for change in page["changes"]] == [number]
    again = system.reconcile({"day": TODAY, "lines": book["lines"][:1]})
    assert (again["matched"], again["differences"]) == (1, [])


def test_a_message_whose_answer_is_lost_is_sent_again_and_counts_once(far_system, bad_line, line, waits):
    bad_line.loses += ["/api/v1/departures"] * 3

    gone = far_system.depart(declaration(line, "12"))

    assert len(set(bad_line.passed)) == 1 and len(bad_line.passed) == 4
    assert waits == [0.5, 1.0, 2.0]
    assert gone.is_replayed
    assert gone.body["lines"][0]["counted"] == "10"
    assert [reason["code"] for reason in gone.body["lines"][0]["irregular"]] == ["not-enough"]
    assert balances(line) == (0, 10)


def test_the_client_gives_up_in_the_end_and_may_begin_again(far_system, bad_line, line):
    bad_line.loses += ["/api/v1/reservations"] * 5

    with pytest.raises(NoAnswer):
        far_system.reserve(declaration(line))

    assert far_system.reserve(declaration(line)).is_replayed
    assert balances(line) == (4, 0)


def test_numbers_of_forms_are_not_taken_twice_when_the_answer_is_lost(far_system, bad_line):
    bad_line.loses.append("/api/v1/form-blocks")

    with pytest.raises(NoAnswer):
        far_system.take_forms({"port": "PABLB", "count": 2})

    assert len(bad_line.passed) == 1
    assert len(far_system.take_forms({"port": "PABLB", "count": 2})["numbers"]) == 2


def test_the_client_waits_as_long_as_it_is_told_and_no_longer_than_is_sensible(
    system, line, waits, settings, live_server
):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"key": "1/m"}}
    held = [list(system.licences_of("155612345-2-2016")) for _twice in range(2)]

    assert held[0] == held[1] and held[0][0]["number"] == str(line.licence)
    assert waits == [60]

    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"key": "1/h"}}
    with pytest.raises(problems.TooManyRequests) as caught:
        for _twice in range(2):
            list(system.licences_of("155612345-2-2016", "valid"))

    assert caught.value.retry_after == 3600
    assert waits == [60]


def test_what_is_refused_names_its_reasons_in_codes(system, line):
    with pytest.raises(problems.Refused) as caught:
        system.reserve(declaration(line, "11"))

    [reason] = caught.value.reasons
    assert (reason["code"], reason["item"], reason["remaining"]) == ("not-enough", 1, "10")

    by = UserFactory(decider=True)
    licences.suspend(line.licence_id, reasons="Se investiga.", by=by, at=NOON)
    with pytest.raises(problems.Refused) as caught:
        system.reserve(declaration(line, id="siga-2"))

    assert caught.value.codes == ["not-in-force"]
    assert caught.value.reasons[0]["state"] == "suspended"
    assert system.licence(str(line.licence))["state"] == "suspended"


def test_each_kind_of_problem_is_an_exception_of_its_own(system, line, live_server, key, connect):
    with pytest.raises(problems.NotFound):
        system.licence("PA-L-1999-000001")
    with pytest.raises(problems.WrongFields) as caught:
        system.reserve(declaration(line, "1e3"))
    assert [fault["pointer"] for fault in caught.value.faults] == ["#/lines/0/quantity"]
    system.reserve(declaration(line))
    with pytest.raises(problems.IdReused):
        system.reserve(declaration(line, "5"))
    with (
        CustomsSystem(live_server.url, "istmo_unknown", connect=connect) as stranger,
        pytest.raises(problems.NotAuthenticated),
    ):
        stranger.licence(str(line.licence))
    reader = Machine(scopes=[ApiScope.READ_LICENCES]).secret
    with (
        CustomsSystem(live_server.url, reader, connect=connect) as other,
        pytest.raises(problems.NotAllowed),
    ):
        other.reserve(declaration(line, id="siga-9"))


def test_whoever_goes_on_from_what_the_authority_lost_is_told_to_start_anew(system, line):
    with pytest.raises(problems.StartAnew):
        list(system.changes("999999999-999999999"))

    [page] = system.changes()
    assert [change["licence"] for change in page["changes"]] == [str(line.licence)]


def test_a_queue_is_answered_message_by_message_however_long_it_is(system, line):
    queue: list[messages.AnyMessage] = [
        {**declaration(line, "1", id=f"q-{turn}", number=f"PABLB-{turn}"), "kind": "depart"}
        for turn in range(9)
    ]
    queue.append({**declaration(line, "2", id="q-9", number="PABLB-9"), "kind": "reserve"})
    queue += [queue[0]] * 91
    answers = list(system.send(queue))

    assert [answer["status"] for answer in answers] == [201] * 9 + [409] + [201] * 91
    assert [answer["replayed"] for answer in answers] == [False] * 10 + [True] * 91
    refused = problems.problem_of(answers[9]["body"])
    assert isinstance(refused, problems.Refused) and refused.codes == ["not-enough"]
    assert balances(line) == (0, 9)


def test_goods_are_kept_back_asked_about_and_let_go(system, line):
    asked: messages.DetentionSent = {
        "id": "siga-d-1",
        "licence": str(line.licence),
        "declaration": "PABLB-1",
        "port": "PABLB",
        "goods": "Dos cajas sin marcas",
        "question": "¿Las cubre la licencia?",
        "photos": [{"name": "foto.png", "content": examples.PHOTO["content"]}],
    }
    kept = system.detain(asked).body
    assert system.detain(asked).is_replayed
    with pytest.raises(problems.Refused) as refused:
        system.reserve(declaration(line, "1"))
    assert refused.value.codes == ["detained"]

    [photo] = kept["notes"][0]["photos"]
    assert system.photo(kept["detention"], photo["sha256"]) == b64decode(examples.PHOTO["content"])

    system.add_to_detention(kept["detention"], {"id": "siga-d-2", "text": "Pesan 40 kg cada una."})
    first, second = UserFactory(decider=True), UserFactory(decider=True)
    answer = detentions.answer(
        kept["detention"], verdict=DetentionVerdict.RELEASE, reasons="Las cubre.", by=first, at=NOON
    )
    assert [one["detention"] for one in system.detentions("release-proposed")] == [kept["detention"]]
    detentions.confirm_release(answer.pk, by=second, at=NOON)

    told = system.detention(kept["detention"])
    assert (told["may_go"], [note["side"] for note in told["notes"]]) == (True, ["customs", "customs"])
    system.reserve(declaration(line, "1", id="siga-d-3"))


def test_the_code_on_a_licence_is_read_and_one_that_is_not_ours_is_told(system, line):
    licence_document.make(line.licence_id, at=NOON)
    token = line.licence.documents.get().token.rpartition("/")[2]

    read, forged = system.token(token), system.token("A7K$*2")

    assert (read["verdict"], read["genuine"], read["outdated"]) == ("valid", True, False)
    assert read["licence"] and read["licence"]["number"] == str(line.licence)
    assert (forged["verdict"], forged["genuine"], forged["licence"]) == ("not-genuine", False, None)


def test_a_token_asked_for_with_the_key_opens_what_it_names_and_no_more(system, live_server, line, connect):
    issued = system.access_token("licences:read")

    with CustomsSystem(live_server.url, issued["access_token"], connect=connect) as reader:
        assert reader.licence(str(line.licence))["usable"]
        with pytest.raises(problems.NotAllowed):
            reader.reserve(declaration(line, "1"))


def test_what_stands_before_the_officer_is_covered_or_not(system, line, tmp_path):
    path = tmp_path / "list"
    path.write_bytes(eu_json({"6A005": "6A005 Lasers that cut"}))
    load("eu-annex1-json", parser_of("eu-annex1-json"), path, by_name="Prueba", at=NOON)
    goods: messages.Consigned = {
        "item": 1,
        "hs_code": "845611",
        "entry": "6A005",
        "quantity": "4",
        "unit": "C62",
    }
    asked: messages.Consignment = {"holder": "155612345-2-2016", "destination": "JP", "goods": [goods]}

    answer = system.coverage(asked)
    assert (answer["verdict"], answer["acts"]) == ("covered", "customs")
    assert answer["items"][0]["licences"][0]["licence"] == str(line.licence)

    elsewhere = system.coverage({**asked, "destination": "CL"})
    [candidate] = elsewhere["items"][0]["licences"]
    assert [lack["code"] for lack in candidate["lacks"]] == ["other-destination"]
    assert system.is_licence_needed({"entry": "6A005", "destination": "JP"})["outcome"] == "needed"


def test_a_snapshot_is_believed_with_its_signature_only(system, line):
    snapshots.make_if_due(NOON)
    keys = system.keys()

    snapshot = system.snapshot(keys)

    status = snapshot.licences[str(line.licence)]
    assert (status.state, status.remaining, status.destination) == ("valid", {1: ("10", "C62")}, "JP")
    assert snapshot.expires_at - snapshot.issued_at == timedelta(hours=24)
    content = system._portal.ask("GET", "/api/v1/snapshots/latest").content
    for at in range(0, len(content), 5):
        with pytest.raises(NotGenuine):
            offline.open_snapshot(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :], keys)
    revoked = {kid: offline.Key(one.public, one.starts_at, one.ends_at, True) for kid, one in keys.items()}
    with pytest.raises(NotGenuine):
        offline.open_snapshot(content, revoked)
