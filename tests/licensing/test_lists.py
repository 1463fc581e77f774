"""Files come in by one person; whatever goes back or shrinks takes two, and the database knows both."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import translation

from licensing import notifications, schedule
from licensing.actions import lists
from licensing.errors import Refused
from licensing.models import Action, Event, Job, ListDecision, ListOutcome, ListRequest, OutboxJob, Screening
from licensing.tasks import run_job
from screening import imports, received
from screening.matcher import Subject
from screening.models import ImportRun, ImportRunState, ListVersion
from screening.search import screen
from tests.factories import (
    NOON,
    ApplicationFactory,
    ListDecisionFactory,
    ListRequestFactory,
    ListVersionFactory,
    UserFactory,
)
from tests.screening.files import un_person, un_text, written

UN = "un-consolidated"
PEOPLE = [un_person(number, f"FANTASIA QUIMERA {number}") for number in range(1, 11)]
LATER = NOON + timedelta(days=1)
WHY = "La edición nueva está incompleta."


@pytest.fixture
def first(db):
    return UserFactory(administrator=True, name="Ana Primera")


@pytest.fixture
def second(db):
    return UserFactory(administrator=True, name="Luis Segundo")


@pytest.fixture
def brought_in(db, tmp_path):
    """Return a function that imports these records as the edition of a day, and gives the run."""

    def bring_in(*records, dated="2026-02-01", at=NOON):
        path = written(tmp_path, un_text(*records, dated=dated), f"{dated}.xml")
        return imports.carry_out(imports.ask(UN, path, by_name="Prueba", at=at).pk, at=at)

    return bring_in


@pytest.fixture
def two_editions(brought_in):
    """Return the older and the newer version; the newer is in force and names one more."""
    older = brought_in(*PEOPLE).version
    newer = brought_in(*PEOPLE, un_person(11, "PEDRO INVENTADO"), dated="2026-02-02", at=LATER).version
    older.refresh_from_db()
    return older, newer


@pytest.fixture
def shrunk(brought_in):
    """Return the run that was refused as its file names half of those in force."""
    brought_in(*PEOPLE)
    return brought_in(*PEOPLE[:5], dated="2026-02-02", at=LATER)


def in_force():
    return ListVersion.objects.get(source=UN, in_force_to=None)


def work():
    """Do what was promised about lists, as a worker would."""
    for job in OutboxJob.objects.filter(job__in=[Job.IMPORT_LIST, Job.FETCH_LIST], done_at=None):
        run_job(job.pk)


def agreed(request, by, at=LATER):
    run = lists.approve(request.pk, reason="De acuerdo.", by=by, at=at)
    work()
    run.refresh_from_db()
    return run


# --- putting an earlier version back ---


def test_an_earlier_version_comes_back_when_another_administrator_agrees(two_editions, first, second):
    older, newer = two_editions
    request = lists.ask_to_put_back(older.pk, reason=WHY, by=first, at=LATER)
    assert in_force() == newer

    run = agreed(request, second)

    assert run.state == ImportRunState.DONE, run.message
    assert run.version == in_force()
    assert (in_force().restores, in_force().sha256) == (older, older.sha256)
    assert in_force().imported_by_name == "Ana Primera + Luis Segundo"
    newer.refresh_from_db()
    assert newer.in_force_to == in_force().in_force_from


def test_a_version_put_back_says_what_it_said(two_editions, first, second):
    older, _newer = two_editions
    agreed(lists.ask_to_put_back(older.pk, reason=WHY, by=first, at=LATER), second)

    def said(version):
        entities = version.entities.order_by("pk").prefetch_related("names")
        return [
            (one.source_id, one.digest, one.primary_name, [n.name for n in one.names.order_by("pk")])
            for one in entities
        ]

    assert said(in_force()) == said(older)
    assert in_force().entities_count == in_force().entities.count()


def test_what_was_in_force_at_any_moment_can_still_be_told(two_editions, first, second):
    older, newer = two_editions
    run = agreed(lists.ask_to_put_back(older.pk, reason=WHY, by=first, at=LATER), second)
    new = Subject(names=("Pedro Inventado",))
    after = run.version.in_force_from

    assert [match.version for match in screen(new, at=after - timedelta(seconds=1)).matches] == [newer]
    assert screen(new, at=after).matches == ()
    assert screen(new, at=NOON).versions == (older,)


def test_open_cases_are_screened_again_after_a_version_was_put_back(two_editions, first, second):
    application = ApplicationFactory(in_review=True)
    older, _newer = two_editions
    agreed(lists.ask_to_put_back(older.pk, reason=WHY, by=first, at=LATER), second)

    schedule.screen_after_new_lists()

    assert Screening.objects.filter(application=application).count() == 2


def test_the_newer_version_can_come_back_as_well(two_editions, first, second):
    older, newer = two_editions
    agreed(lists.ask_to_put_back(older.pk, reason=WHY, by=first, at=LATER), second)
    agreed(lists.ask_to_put_back(newer.pk, reason="Era buena.", by=second, at=LATER), first)

    assert in_force().restores == newer
    with pytest.raises(Refused):
        lists.ask_to_put_back(newer.pk, reason=WHY, by=first, at=LATER)


def test_what_is_in_force_is_not_put_back(two_editions, first):
    with translation.override("en"), pytest.raises(Refused, match="in force already"):
        lists.ask_to_put_back(two_editions[1].pk, reason=WHY, by=first, at=LATER)


# --- letting a refused file in ---


def test_a_file_that_shrank_comes_in_when_another_administrator_agrees(shrunk, first, second):
    run = agreed(lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER), second)

    assert run.state == ImportRunState.DONE, run.message
    assert in_force().entities_count == 5
    assert in_force().approval == ListDecision.objects.get().pk


def test_an_older_file_comes_in_when_another_administrator_agrees(brought_in, first, second):
    brought_in(*PEOPLE)
    refused = brought_in(*PEOPLE, un_person(12, "UNO MAS"), dated="2026-01-15", at=LATER)
    assert refused.refusal == "older"

    agreed(lists.ask_to_let_in(refused.pk, reason=WHY, by=first, at=LATER), second)

    assert in_force().published_on.isoformat() == "2026-01-15"


def test_the_file_let_in_is_the_one_that_was_looked_at(shrunk, first, second, tmp_path):
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)
    run = lists.approve(request.pk, reason="De acuerdo.", by=second, at=LATER)
    Path(run.path).write_text(un_text(*PEOPLE[:1], dated="2026-02-03"))

    with pytest.raises(IntegrityError, match="what two people agreed to"), transaction.atomic():
        imports.carry_out(run.pk, at=LATER)


@pytest.mark.parametrize("facts", [{"refusal": "cut-off"}, {"state": "failed", "refusal": ""}])
def test_a_file_that_is_no_whole_list_is_never_let_in(shrunk, first, facts):
    ImportRun.objects.filter(pk=shrunk.pk).update(**facts)

    with pytest.raises(Refused):
        lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)


# --- two people ---


def test_nobody_agrees_to_what_they_asked_for(shrunk, first):
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)

    with translation.override("en"), pytest.raises(Refused, match="You asked for this yourself"):
        lists.approve(request.pk, reason="De acuerdo.", by=first, at=LATER)

    assert not ListDecision.objects.exists()


def test_the_database_refuses_one_person_for_both(first):
    with pytest.raises(IntegrityError, match="two_people_change_a_list"), transaction.atomic():
        ListDecisionFactory(request=ListRequestFactory(by=first), by=first)


def test_the_database_looks_up_who_asked(first, second):
    with pytest.raises(IntegrityError, match="the first person is who asked"), transaction.atomic():
        ListDecisionFactory(request=ListRequestFactory(by=first), asked_by=second, by=first)


def test_the_database_refuses_an_import_with_an_approval_that_nobody_gave(two_editions):
    with pytest.raises(IntegrityError, match="what two people agreed to"), transaction.atomic():
        imports.ask_to_put_back(two_editions[0], approval=1, by_name="x", at=LATER)


@pytest.mark.parametrize("outcome", [ListOutcome.DECLINE, ListOutcome.APPROVE])
def test_an_approval_is_of_one_version_only(two_editions, outcome):
    decision = ListDecisionFactory(outcome=outcome)

    with pytest.raises(IntegrityError, match="what two people agreed to"), transaction.atomic():
        imports.ask_to_put_back(two_editions[0], approval=decision.pk, by_name="x", at=LATER)


def test_an_approval_counts_once(two_editions, first, second):
    run = agreed(lists.ask_to_put_back(two_editions[0].pk, reason=WHY, by=first, at=LATER), second)

    with pytest.raises(IntegrityError, match="approval"), transaction.atomic():
        imports.ask_to_put_back(two_editions[0], approval=run.approval, by_name="x", at=LATER)


def test_the_database_refuses_an_older_edition_without_an_approval(two_editions):
    ListVersion.objects.filter(in_force_to=None).update(in_force_to=LATER)

    with pytest.raises(IntegrityError, match="with an approval only"), transaction.atomic():
        ListVersionFactory(source=UN, published_on="2026-01-01", in_force_from=LATER)


@pytest.mark.parametrize("facts", [{"restores": True}, {"approval": 7}])
def test_the_database_refuses_a_version_put_back_or_approved_by_nobody(two_editions, facts):
    facts = {"restores": two_editions[0], "sha256": two_editions[0].sha256} if "restores" in facts else facts
    ListVersion.objects.filter(in_force_to=None).update(in_force_to=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        ListVersionFactory(source=UN, published_on="2026-02-03", in_force_from=LATER, **facts)


def test_requests_and_decisions_stay(first, second):
    decision = ListDecisionFactory(request=ListRequestFactory(by=first), by=second)

    for rows in (ListDecision.objects.filter(pk=decision.pk), ListRequest.objects.all()):
        for change in (lambda rows: rows.update(reason="x"), lambda rows: rows._raw_delete(rows.db)):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change(rows)


# --- around it ---


def test_whoever_asked_may_withdraw(shrunk, first):
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)

    lists.decline(request.pk, reason="Me equivoqué.", by=first, at=LATER)

    assert request.decision.outcome == ListOutcome.DECLINE
    assert not OutboxJob.objects.filter(job=Job.IMPORT_LIST).exists()


def test_what_is_decided_is_decided_once(shrunk, first, second):
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)
    lists.decline(request.pk, reason="No.", by=second, at=LATER)

    with pytest.raises(Refused):
        lists.approve(request.pk, reason="Sí.", by=second, at=LATER)


def test_nothing_is_asked_twice(shrunk, first, second):
    lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)

    with pytest.raises(Refused):
        lists.ask_to_let_in(shrunk.pk, reason=WHY, by=second, at=LATER)


def test_nobody_agrees_when_the_list_in_force_has_changed_meanwhile(two_editions, brought_in, first, second):
    request = lists.ask_to_put_back(two_editions[0].pk, reason=WHY, by=first, at=LATER)
    brought_in(*PEOPLE, dated="2026-02-03", at=LATER + timedelta(hours=1))

    with pytest.raises(Refused):
        lists.approve(request.pk, reason="Sí.", by=second, at=LATER)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_every_step_has_its_reason(shrunk, first, second, reason):
    with pytest.raises(Refused):
        lists.ask_to_let_in(shrunk.pk, reason=reason, by=first, at=LATER)
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)
    for act in (lists.approve, lists.decline):
        with pytest.raises(Refused):
            act(request.pk, reason=reason, by=second, at=LATER)


def test_officers_do_none_of_it(shrunk, two_editions, officer, first):
    request = ListRequestFactory()
    acts = [
        lambda: lists.ask_to_let_in(shrunk.pk, reason=WHY, by=officer, at=LATER),
        lambda: lists.ask_to_put_back(two_editions[0].pk, reason=WHY, by=officer, at=LATER),
        lambda: lists.approve(request.pk, reason=WHY, by=officer, at=LATER),
        lambda: lists.decline(request.pk, reason=WHY, by=officer, at=LATER),
        lambda: lists.upload(UN, Path("x"), file_name="x", dated=None, by=officer, at=LATER),
        lambda: lists.fetch(UN, by=officer, at=LATER),
    ]

    for act in acts:
        with pytest.raises(Refused):
            act()


def test_the_log_tells_who_asked_and_who_agreed_with_their_reasons(shrunk, first, second):
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)
    agreed(request, second)

    asked, approved = Event.objects.filter(list_source=UN).order_by("pk")
    assert (asked.action, asked.by, asked.data["reason"]) == (Action.ASK_LIST_CHANGE, first, WHY)
    assert (approved.action, approved.by) == (Action.APPROVE_LIST_CHANGE, second)
    assert approved.data["reason"] == "De acuerdo."


def test_the_other_administrators_get_a_letter_and_then_who_asked(shrunk, first, second):
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)
    lists.decline(request.pk, reason="Esperemos.", by=second, at=LATER)

    told = [job.arguments["user_id"] for job in OutboxJob.objects.filter(job=Job.NOTIFY).order_by("pk")]
    assert told == [second.pk, first.pk]


def test_whoever_withdraws_gets_no_letter_about_it(shrunk, first):
    request = lists.ask_to_let_in(shrunk.pk, reason=WHY, by=first, at=LATER)
    lists.decline(request.pk, reason="Me equivoqué.", by=first, at=LATER)

    assert not OutboxJob.objects.filter(job=Job.NOTIFY).exists()


@pytest.mark.parametrize("act", [lists.approve, lists.decline])
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_letter_names_the_list_the_reason_and_where_to_look(two_editions, first, second, act, language):
    request = lists.ask_to_put_back(two_editions[0].pk, reason="Falta <la mitad> & más.", by=first, at=LATER)
    act(request.pk, reason="Visto <así> & así.", by=second, at=LATER)
    reader = UserFactory(administrator=True, language=language, name="Ana O'Neill & Pérez")

    for event in Event.objects.filter(list_source=UN).order_by("pk"):
        notifications.send(event, reader)

    for letter, reason in zip(mail.outbox, ("Falta <la mitad> & más.", "Visto <así> & así."), strict=True):
        assert len(letter.subject) <= 60
        assert reason in letter.body
        assert "Ana O'Neill & Pérez" in letter.body
        assert ("Naciones Unidas" if language == "es" else "United Nations") in letter.body
        assert f"/lists/requests/{request.pk}/" in letter.body


def test_an_uploaded_file_is_imported_by_a_worker_and_logged(first):
    with received.unfinished() as path:
        path.write_text(un_text(*PEOPLE))
        kept = received.keep(path)
    run = lists.upload(UN, kept, file_name="la lista.xml", dated=None, by=first, at=NOON)
    assert not ListVersion.objects.exists()

    work()

    assert in_force().imported_by_name == "Ana Primera"
    event = Event.objects.get()
    assert event.action == Action.UPLOAD_LIST
    assert event.data == {"file": "la lista.xml", "sha256": in_force().sha256, "run": run.pk}


def test_a_list_without_an_address_cannot_be_fetched(first):
    with pytest.raises(Refused):
        lists.fetch(UN, by=first, at=NOON)


def test_a_fetch_asked_for_is_promised_and_logged(first, settings):
    settings.SCREENING_FETCH = {UN: "https://example.org/"}

    lists.fetch(UN, by=first, at=NOON)

    assert OutboxJob.objects.get().arguments == {"source": UN, "by_name": "Ana Primera"}
    assert Event.objects.get().action == Action.FETCH_LIST


def test_a_request_is_about_one_thing(two_editions):
    with pytest.raises(IntegrityError, match="a_list_request_is_about"), transaction.atomic():
        ListRequest.objects.create(source=UN, reason="x", by=UserFactory(administrator=True), at=NOON)
