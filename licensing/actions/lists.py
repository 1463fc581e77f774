"""Bringing sanctions lists in, and the exceptions that two administrators make together.

A file comes into force by itself when it is as published, newer than what is in force, and names about as
many parties. Everything else takes two people: one asks with a reason, another agrees.
"""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from licensing import notifications, outbox
from licensing.errors import Refused
from licensing.models import Action, Event, Job, ListDecision, ListOutcome, ListRequest, User
from licensing.permissions import Permission, has
from screening import differences, imports, locks, sources
from screening.importers import PARSERS
from screening.models import ImportRun, ImportRunState, ListVersion
from screening.refusals import ACCEPTABLE

LOCK = "list-requests"  # of whoever asks or decides


@transaction.atomic
def upload(
    source: str, path: Path, *, file_name: str, dated: date | None, by: User, at: datetime
) -> ImportRun:
    """Have a file imported that was received (`screening.received`); `dated`: see `screening.imports.ask`."""
    _check(by, source)
    run = imports.ask(source, path, by_name=by.name, at=at, file_name=file_name, dated=dated)
    _log(Action.UPLOAD_LIST, source, by, at, file=file_name, sha256=path.name, run=run.pk)
    outbox.put(Job.IMPORT_LIST, at=at, run_id=run.pk)
    return run


@transaction.atomic
def fetch(source: str, *, by: User, at: datetime) -> None:
    """Have the publisher's address looked at now, whatever the clock says."""
    _check(by, source)
    if not sources.address_of(source):
        raise Refused(_("No address is set for this list, so it cannot be fetched. Upload its file."))
    _log(Action.FETCH_LIST, source, by, at)
    outbox.put(Job.FETCH_LIST, at=at, source=source, by_name=by.name)


@transaction.atomic
def ask_to_put_back(version_id: int, *, reason: str, by: User, at: datetime) -> ListRequest:
    """Ask that an earlier version comes into force again."""
    version = ListVersion.objects.select_related("restores").get(pk=version_id)
    _check(by, version.source, reason)
    in_force = _in_force(version.source)
    if in_force and in_force.original == version.original:
        raise Refused(_("This version is in force already."))
    if in_force and says_the_same(version, in_force):
        raise Refused(_("This version says the same as the one in force."))
    return _ask(version.source, reason, by, at, in_force, version=version.original)


def says_the_same(version: ListVersion, in_force: ListVersion) -> bool:
    """Say whether the version holds the same entries, word for word, as the one in force."""
    if version.original == in_force.original:
        return True
    if (version.entities_count, version.names_count) != (in_force.entities_count, in_force.names_count):
        return False
    return not differences.counts(in_force, version).total


@transaction.atomic
def ask_to_let_in(run_id: int, *, reason: str, by: User, at: datetime) -> ListRequest:
    """Ask that a file comes into force which was refused because it is older or names far fewer."""
    run = ImportRun.objects.get(pk=run_id)
    _check(by, run.source, reason)
    if not may_be_let_in(run):
        raise Refused(_("This file cannot be let in: it was not refused, or it is not a whole list."))
    return _ask(run.source, reason, by, at, _in_force(run.source), run=run)


def may_be_let_in(run: ImportRun) -> bool:
    """Say whether people may let the file of a refused run in."""
    return run.state == ImportRunState.REFUSED and run.refusal in ACCEPTABLE


def _ask(
    source: str,
    reason: str,
    by: User,
    at: datetime,
    in_force: ListVersion | None,
    version: ListVersion | None = None,
    run: ImportRun | None = None,
) -> ListRequest:
    locks.wait_for(LOCK)
    if ListRequest.objects.waiting().filter(source=source, version=version, run=run).exists():
        raise Refused(_("Somebody has asked for this already. It waits for a second person."))
    request = ListRequest.objects.create(
        source=source, version=version, run=run, in_force=in_force, reason=reason.strip(), by=by, at=at
    )
    event = _log(Action.ASK_LIST_CHANGE, source, by, at, reason=reason.strip(), **_named(request))
    notifications.announce(event)
    return request


@transaction.atomic
def approve(request_id: int, *, reason: str, by: User, at: datetime) -> ImportRun:
    """Agree, as the second person; the import that puts it in force is promised with it."""
    request = _undecided(request_id, by, reason)
    if request.by_id == by.pk:
        raise Refused(_("You asked for this yourself. Another administrator must agree."))
    if _in_force(request.source) != request.in_force:
        raise Refused(
            _("Another version has come into force since this was asked for. Decline it, and ask again.")
        )
    decision = _decide(request, ListOutcome.APPROVE, reason, by, at)
    names = f"{request.by.name} + {by.name}"
    if request.version:
        run = imports.ask_to_put_back(request.version, approval=decision.pk, by_name=names, at=at)
    else:
        assert request.run is not None  # a constraint says so
        run = imports.ask(
            request.source,
            Path(request.run.path),
            by_name=names,
            at=at,
            file_name=request.run.file_name,
            dated=request.run.dated,
            approval=decision.pk,
        )
    outbox.put(Job.IMPORT_LIST, at=at, run_id=run.pk)
    notifications.announce(_logged(Action.APPROVE_LIST_CHANGE, request, decision))
    return run


@transaction.atomic
def decline(request_id: int, *, reason: str, by: User, at: datetime) -> None:
    """Say no; whoever asked withdraws it so."""
    request = _undecided(request_id, by, reason)
    decision = _decide(request, ListOutcome.DECLINE, reason, by, at)
    notifications.announce(_logged(Action.DECLINE_LIST_CHANGE, request, decision))


def _undecided(request_id: int, by: User, reason: str) -> ListRequest:
    locks.wait_for(LOCK)
    request = ListRequest.objects.select_related("by", "run", "version", "in_force").get(pk=request_id)
    _check(by, request.source, reason)
    if ListDecision.objects.filter(request=request).exists():
        raise Refused(_("This has been decided already."))
    return request


def _decide(request: ListRequest, outcome: ListOutcome, reason: str, by: User, at: datetime) -> ListDecision:
    return ListDecision.objects.create(
        request=request, asked_by=request.by, outcome=outcome, reason=reason.strip(), by=by, at=at
    )


def _logged(action: Action, request: ListRequest, decision: ListDecision) -> Event:
    facts = {**_named(request), "reason": decision.reason, "asked_by": request.by_id}
    return _log(action, request.source, decision.by, decision.at, **facts)


def _named(request: ListRequest) -> dict[str, object]:
    """Return what is asked for, for the record: the edition to put back or the file to let in."""
    what = {"edition": request.version.edition, "version": request.version.pk} if request.version else {}
    if request.run:
        what = {"file": request.run.file_name, "run": request.run.pk, "refusal": request.run.refusal}
    return {"request": request.pk, **what}


def _log(action: Action, source: str, by: User, at: datetime, **data: object) -> Event:
    return Event.objects.create(list_source=source, action=action, by=by, at=at, data=data)


def _check(by: User, source: str, reason: str | None = None) -> None:
    if not has(by, Permission.RUN_LISTS):
        raise Refused(_("Your role does not allow this."))
    if source not in PARSERS:
        raise Refused(_("The portal cannot read this list."))
    if reason is not None and not reason.strip():
        raise Refused(_("Give the reason."))


def _in_force(source: str) -> ListVersion | None:
    versions = ListVersion.objects.select_related("restores")
    return versions.filter(source=source, in_force_to=None).first()
