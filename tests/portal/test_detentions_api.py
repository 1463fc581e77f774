"""Customs systems keep goods back and read what the authority answers, over REST."""

import base64
import hashlib
from datetime import timedelta
from io import BytesIO

import jsonschema
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from licensing import webhooks
from licensing.actions import detentions
from licensing.documents import Upload
from licensing.models import (
    ApiScope,
    Detention,
    DetentionNote,
    DetentionPhoto,
    DetentionVerdict,
    LicenceNews,
    OrganisationKind,
    WebhookMessage,
)
from portal.api import examples
from portal.api.detentions import LARGEST_WITH_PHOTOS, PhotosParser
from portal.api.schema import description
from tests.factories import NOON, LicenceLineFactory, OrganisationFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine, message
from tests.portal.of_the_examples import licence_of_the_examples

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


def of_customs():
    service = OrganisationFactory(kind=OrganisationKind.CUSTOMS)
    return Machine(account=UserFactory(system=True, organisation=service))


@pytest.fixture
def machine():
    return of_customs()


def asked(id="d-1", **more):
    return {
        "id": id,
        "declaration": "PABLB-2026-0009481",
        "port": "PABLB",
        "goods": "Dos cajas sin marcas",
        "question": "¿Cubre la licencia estas cajas?",
        **more,
    }


def photo(content=None, name="foto.png"):
    sent = examples.PHOTO["content"] if content is None else base64.b64encode(content).decode()
    return {"name": name, "content": sent}


def detain(machine, **more):
    return machine.send("detentions", asked(**more))


def answered(number, verdict=DetentionVerdict.RELEASE, reasons="Está en regla."):
    return detentions.answer(number, verdict=verdict, reasons=reasons, by=UserFactory(), at=timezone.now())


def let_go(number):
    proposed = answered(number)
    detentions.confirm_release(proposed.pk, by=UserFactory(), at=timezone.now())


def kind(response):
    assert response["Content-Type"] == PROBLEM
    return response.status_code, response.json()["type"].rpartition("#")[2]


def errors(response):
    assert kind(response) == (422, "wrong-fields")
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


# --- asking ---


def test_goods_are_detained_with_photos_that_are_checked_and_kept(machine):
    line = LicenceLineFactory()

    response = detain(machine, licence=f" {line.licence} ".lower(), photos=[photo()])

    assert response.status_code == 201
    told = response.json()
    kept = Detention.objects.get()
    assert (told["detention"], told["state"], told["may_go"]) == (kept.pk, "waiting", False)
    assert (kept.licence, kept.by) == (line.licence, machine.key.account)
    [shown] = told["notes"][0]["photos"]
    assert (shown["name"], shown["media_type"]) == ("foto.png", "image/png")
    assert kept.notes.get().photos.get().thumbnail is not None


def test_nothing_of_the_declaration_is_written_off_until_two_officers_let_it_go(machine):
    line = LicenceLineFactory()
    number = detain(machine).json()["detention"]

    refused = machine.report(line.licence, message("1"))
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["detained"]
    answered(number)
    assert machine.report(line.licence, message("1", id="siga-2")).status_code == 409
    proposed = Detention.objects.get().newest_answer
    detentions.confirm_release(proposed.pk, by=UserFactory(), at=timezone.now())

    assert machine.get(f"/api/v1/detentions/{number}").json()["may_go"]
    assert machine.report(line.licence, message("1", id="siga-3")).status_code == 201


def test_a_repeat_counts_once_and_gets_the_detention_as_it_is(machine):
    first = detain(machine, photos=[photo()])
    answered(first.json()["detention"], DetentionVerdict.KEEP)

    again = detain(machine, photos=[photo()])

    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert "Idempotency-Replayed" not in first.headers
    assert (again.json()["detention"], again.json()["state"]) == (first.json()["detention"], "kept")
    assert Detention.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"question": "¿Otra cosa?"},
        {"goods": "Tres cajas"},
        {"port": "PAMIT"},
        {"licence": "PA-L-1999-000001"},
        {"photos": []},
        {"photos": [photo(b"%PDF-1.7 otro papel")]},
    ],
)
def test_the_same_id_with_other_content_is_refused(machine, other):
    detain(machine, photos=[photo()])

    assert kind(detain(machine, **{"photos": [photo()], **other})) == (422, "id-reused")
    assert Detention.objects.count() == 1


def test_ids_are_each_systems_own(machine):
    assert detain(machine).status_code == detain(of_customs()).status_code == 201
    assert Detention.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"GIF89a not ours", "no es de un tipo"), (b"", "")],
)
def test_files_of_another_kind_are_refused_and_nothing_is_detained(content, told):
    machine = Machine("es", account=UserFactory(system=True))

    response = detain(machine, photos=[photo(content)])

    assert response.status_code in (409, 422) and response["Content-Type"] == PROBLEM
    assert told in response.content.decode()
    assert not Detention.objects.exists()


def test_a_photo_larger_than_uploads_may_be_is_refused(machine, settings):
    settings.UPLOAD_LIMIT_BYTES = 100

    assert kind(detain(machine, photos=[photo(b"\xff\xd8\xff" + b"0" * 100)])) == (409, "refused")


def test_a_message_larger_than_photos_need_is_refused(machine, monkeypatch):
    assert PhotosParser.largest_body == LARGEST_WITH_PHOTOS
    monkeypatch.setattr(PhotosParser, "largest_body", 1000)

    assert kind(detain(machine, photos=[photo(b"\xff\xd8\xff" + b"0" * 1000)])) == (413, "too-large")


def test_what_is_wrong_is_named_by_its_place(machine):
    wrong = asked(port="XXXXX", photos=[{"name": "a", "content": "no base64!"}], extra=1)
    assert sorted(errors(machine.send("detentions", wrong))) == [("#/extra", "unknown")]
    del wrong["extra"]
    assert sorted(errors(machine.send("detentions", wrong))) == [
        ("#/photos/0/content", "invalid"),
        ("#/port", "port"),
    ]
    assert errors(detain(machine, photos=[photo()] * 7)) == [("#/photos", "max-length")]
    assert errors(machine.send("detentions", asked(declaration="--"))) == [("#/declaration", "says-nothing")]
    for longer in ("ß" * 31, "ﷺ" * 5):  # in capitals, and spelled out
        assert errors(machine.send("detentions", asked(declaration=longer))) == [
            ("#/declaration", "max-length")
        ]


# --- reading ---


def test_the_answer_is_read_with_its_reasons_and_no_name_of_an_officer(machine):
    number = detain(machine).json()["detention"]
    officer = UserFactory(name="Zoraida Quintero")
    detentions.answer(
        number, verdict=DetentionVerdict.KEEP, reasons="Faltan papeles.", by=officer, at=timezone.now()
    )
    detentions.add_note(number, text="Manden la factura.", photos=[], by=officer, at=timezone.now())

    response = machine.get(f"/api/v1/detentions/{number}")

    told = response.json()
    assert told["state"] == "kept" and not told["may_go"]
    assert (told["answer"]["verdict"], told["answer"]["reasons"]) == ("keep", "Faltan papeles.")
    assert told["answer"]["confirmed_at"] is None
    assert [note["side"] for note in told["notes"]] == ["customs", "authority"]
    assert officer.name not in response.content.decode()


def test_another_service_sees_nothing_of_it(machine):
    number = detain(machine).json()["detention"]
    other = of_customs()

    assert kind(other.get(f"/api/v1/detentions/{number}")) == (404, "not-found")
    sent = {"id": "n-1", "text": "x1"}
    assert kind(other.send(f"detentions/{number}/notes", sent)) == (404, "not-found")
    assert other.get("/api/v1/detentions").json()["detentions"] == []


def test_the_list_goes_on_from_its_cursor_and_finds_states_and_declarations(machine, monkeypatch):
    monkeypatch.setattr("portal.api.detentions.MOST_DETENTIONS", 2)
    numbers = [
        detain(machine, id=f"d-{state}", declaration=f"PABLB-{state}").json()["detention"]
        for state in ("waiting", "proposed", "kept", "released")
    ]
    answered(numbers[1])
    answered(numbers[2], DetentionVerdict.KEEP)
    let_go(numbers[3])

    def listed(question=""):
        answer = machine.get(f"/api/v1/detentions{question}").json()
        return [one["detention"] for one in answer["detentions"]], answer["next"], answer["more"]

    assert listed() == (numbers[:2], str(numbers[1]), True)
    assert listed(f"?after={numbers[1]}") == (numbers[2:], str(numbers[3]), False)
    assert listed(f"?after={numbers[3]}") == ([], str(numbers[3]), False)
    for state, number in zip(("waiting", "release-proposed", "kept", "released"), numbers, strict=True):
        assert listed(f"?state={state}")[0] == [number]
    assert (
        listed("?declaration=PABLB%E2%80%93kept")[0] == listed("?declaration=PABLB-kept")[0] == [numbers[2]]
    )
    assert errors(machine.get("/api/v1/detentions?state=lost")) == [("#/state", "invalid-choice")]


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "%00"])
def test_a_number_that_is_none_is_not_found(machine, number):
    assert kind(machine.get(f"/api/v1/detentions/{number}")) == (404, "not-found")


# --- adding ---


def test_a_note_counts_once(machine):
    number = detain(machine).json()["detention"]
    sent = {"id": "n-1", "text": "La etiqueta dice 4 kW.", "photos": [photo()]}

    first = machine.send(f"detentions/{number}/notes", sent)
    again = machine.send(f"detentions/{number}/notes", sent)

    assert first.status_code == again.status_code == 201
    assert [len(one.json()["notes"]) for one in (first, again)] == [2, 2]
    assert again["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    other = machine.send(f"detentions/{number}/notes", {**sent, "text": "Otra cosa"})
    elsewhere = detain(machine, id="d-2").json()["detention"]
    assert kind(other) == kind(machine.send(f"detentions/{elsewhere}/notes", sent)) == (422, "id-reused")
    assert DetentionNote.objects.count() == 3


def test_nothing_is_added_once_the_goods_are_gone(machine):
    number = detain(machine).json()["detention"]
    sent = {"id": "n-1", "text": "Antes"}
    machine.send(f"detentions/{number}/notes", sent)
    let_go(number)

    assert kind(machine.send(f"detentions/{number}/notes", {"id": "n-2", "text": "Tarde"})) == (
        409,
        "refused",
    )
    assert machine.send(f"detentions/{number}/notes", sent).status_code == 201, "a repeat gets its answer"


def test_reading_and_writing_take_their_scopes(machine):
    number = detain(machine).json()["detention"]
    reader = Machine(account=machine.key.account, scopes=[ApiScope.READ_LICENCES])
    writer = Machine(account=machine.key.account, scopes=[ApiScope.WRITE_USAGES])

    assert kind(detain(reader, id="d-2")) == (403, "not-allowed")
    assert kind(reader.send(f"detentions/{number}/notes", {"id": "n", "text": "x1"})) == (403, "not-allowed")
    for path in ("", f"/{number}"):
        assert kind(writer.get(f"/api/v1/detentions{path}")) == (403, "not-allowed")
        assert reader.get(f"/api/v1/detentions{path}").status_code == 200


# --- webhooks ---


def told(machine):
    """Return the types of the messages to the machine's service, in the order they may be sent."""
    webhooks.spread(timezone.now())
    rows = WebhookMessage.objects.filter(endpoint__organisation=machine.key.account.organisation)
    return [webhook(row) for row in rows.order_by("pk")]


def webhook(row):
    return webhooks.json.loads(row.body)["type"]


def listening(machine):
    return machine.key.account.organisation.webhook_endpoints.create(
        address=f"https://siga{machine.key.pk}.example.org/hook",
        secret="x",
        created_by=machine.key.account,
        created_at=NOON,
        resume_at=NOON,
        lease_ends_at=NOON,
    )


def test_the_service_that_has_the_goods_is_told_of_each_step(machine):
    other = of_customs()
    listening(machine)
    listening(other)
    line = LicenceLineFactory()

    number = detain(machine, licence=str(line.licence)).json()["detention"]
    answered(number, DetentionVerdict.KEEP)
    let_go(number)

    steps = ["detention.opened", "detention.answered", "detention.answered", "detention.closed"]
    assert [one for one in told(machine) if one.startswith("detention")] == steps
    assert not [one for one in told(other) if one.startswith("detention")]
    data = webhooks.json.loads(WebhookMessage.objects.latest("pk").body)["data"]
    assert (data["detention"], data["licence"]) == (number, str(line.licence))
    assert data["url"].endswith(f"/api/v1/detentions/{number}")


@pytest.mark.parametrize("known", [True, False])
def test_steps_of_one_licence_or_of_one_detention_are_sent_in_order(machine, known):
    endpoint = listening(machine)
    licence = {"licence": str(LicenceLineFactory().licence)} if known else {}
    number = detain(machine, **licence).json()["detention"]
    answered(number, DetentionVerdict.KEEP)
    elsewhere = detain(machine, id="d-2", declaration="PABLB-OTHER").json()["detention"]
    told(machine)
    WebhookMessage.objects.filter(news__detention=None).update(delivered_at=NOON)
    later = timezone.now() + timedelta(seconds=1)

    due = WebhookMessage.objects.due(later).filter(endpoint=endpoint).order_by("pk")

    assert [(row.news.detention_id, row.news.kind) for row in due] == [
        (number, "opened"),
        (elsewhere, "opened"),
    ]
    due.first().__class__.objects.filter(pk=due.first().pk).update(delivered_at=NOON)
    assert (number, "answered") in [(row.news.detention_id, row.news.kind) for row in due.all()]


def test_where_nobody_listens_nothing_is_written_down(machine):
    detain(machine)

    assert not LicenceNews.objects.exists()


# --- its files ---

PNG, PDF = base64.b64decode(examples.PHOTO["content"]), b"%PDF-1.7 factura"


def with_files(machine):
    """Return the address of a detention that has a picture of customs and a paper of an officer."""
    number = detain(machine, photos=[photo()]).json()["detention"]
    paper = Upload("factura.html", len(PDF), BytesIO(PDF))
    officer = UserFactory()
    detentions.add_note(number, text="La factura.", photos=[paper], by=officer, at=timezone.now())
    return f"/api/v1/detentions/{number}"


def test_the_files_of_both_sides_are_fetched_by_their_digest(machine):
    path = with_files(machine)
    shown = [one for note in machine.get(path).json()["notes"] for one in note["photos"]]

    answers = [machine.get(f"{path}/photos/{one['sha256']}") for one in shown]

    assert [b"".join(answer.streaming_content) for answer in answers] == [PNG, PDF]
    assert [answer["Content-Type"] for answer in answers] == ["image/png", "application/pdf"]
    assert [hashlib.sha256(content).hexdigest() for content in (PNG, PDF)] == [one["sha256"] for one in shown]


def test_a_file_comes_with_the_headers_that_pages_send_it_with(machine, officer):
    path = with_files(machine)
    kept = DetentionPhoto.objects.get(file__media_type="application/pdf")
    page = client_of(officer).get(reverse("detention-photo", args=[kept.note.detention_id, kept.pk]))

    answer = machine.get(f"{path}/photos/{kept.file.sha256}", Accept="application/pdf")

    assert answer["Content-Disposition"] == 'attachment; filename="factura.html.pdf"'
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
    for name in ("Content-Type", "Content-Disposition", "Cache-Control", "Content-Length"):
        assert answer[name] == page[name], name
    for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
        assert answer[name] == page[name], name


def test_nobody_else_fetches_a_file_and_no_detention_has_that_of_another(machine):
    path = with_files(machine)
    sha256 = DetentionPhoto.objects.order_by("pk").first().file.sha256
    elsewhere = detain(machine, id="d-2", declaration="PABLB-OTHER").json()["detention"]
    writer = Machine(account=machine.key.account, scopes=[ApiScope.WRITE_USAGES])

    assert kind(of_customs().get(f"{path}/photos/{sha256}")) == (404, "not-found")
    assert kind(machine.get(f"/api/v1/detentions/{elsewhere}/photos/{sha256}")) == (404, "not-found")
    assert kind(writer.get(f"{path}/photos/{sha256}")) == (403, "not-allowed")
    assert kind(machine.get(f"{path}/photos/{'0' * 64}")) == (404, "not-found")
    assert kind(machine.get(f"{path}/photos/{sha256}", Accept="text/html")) == (406, "not-acceptable")
    assert machine.get(f"{path}/photos/{sha256}").status_code == 200


# --- the description ---


def matches(path, method, response):
    described = description()
    [content] = described["paths"][path][method]["responses"][str(response.status_code)]["content"].values()
    schema = {**content["schema"], "components": described["components"]}
    jsonschema.Draft202012Validator(schema).validate(response.json())
    return True


@time_machine.travel(NOON, tick=False)
def test_the_examples_are_real_answers_one_after_the_other():
    machine = of_customs()
    licence_of_the_examples()
    path = "/api/v1/detentions"

    detained = machine.send("detentions", examples.DETENTION)
    number = detained.json()["detention"]
    assert {**detained.json(), "detention": 17} == examples.DETAINED
    assert list(detained.json()) == list(examples.DETAINED)
    assert matches(path, "post", detained)
    listed = machine.get(path)
    body = listed.json()
    body["detentions"][0]["detention"] = 17
    assert {**body, "next": "17"} == examples.DETENTIONS
    assert matches(path, "get", listed)
    # Two notes of one moment are told apart by what they say.
    noted = machine.send(f"detentions/{number}/notes", examples.DETENTION_NOTE)
    assert {**noted.json(), "detention": 17} == examples.NOTED
    assert matches(f"{path}/{{detention}}/notes", "post", noted)
    proposed = answered(number, reasons="Eight are within the licence.")
    detentions.confirm_release(proposed.pk, by=UserFactory(), at=timezone.now())
    gone = machine.get(f"{path}/{number}")
    assert {**gone.json(), "detention": 17} == examples.LET_GO
    assert matches(f"{path}/{{detention}}", "get", gone)
