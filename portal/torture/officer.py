"""Officers and holders at work in a process of their own: an act and the number of a licence on each line,
such as `suspend NUMBER`, answered by the same words once it is committed, and by what came of it.

An act that the death of a server interrupts is begun again, and goes on where it was.
"""

import sys
import time
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from licensing.actions import decisions, licences
from licensing.errors import Refused
from licensing.models import ApplicationStatus, Licence, Organisation, Role, User
from portal.made_up import MARK
from portal.torture import amending

SECONDS_BEFORE_NEXT_TRY = 0.2


def person(name: str, role: Role, organisation: Organisation | None = None) -> User:
    email = f"inventado-{name}@example.invalid"
    if known := User.objects.filter(email=email).first():
        return known
    return User.objects.create_user(
        email, name=f"{MARK}: {name}", role=role, organisation=organisation, created_at=timezone.now()
    )


def suspend(licence: Licence, at: datetime) -> None:
    licences.suspend(licence.pk, reasons=MARK, by=person("suspends", Role.DECIDING_OFFICER), at=at)


def revoke(licence: Licence, at: datetime) -> None:
    licences.revoke(licence.pk, reasons=MARK, by=person("revokes", Role.DECIDING_OFFICER), at=at)


def give_back(licence: Licence, at: datetime) -> None:
    licences.ask_surrender(licence.pk, reasons=MARK, by=filer_of(licence), at=at)


def take_back(licence: Licence, at: datetime) -> None:
    """Wait until nothing is reserved, as an officer does, and take the licence back."""
    by = person("takes-back", Role.DECIDING_OFFICER)
    while True:
        try:
            licences.surrender(licence.pk, reasons=MARK, by=by, at=at)
        except Refused:
            if not any(line.reserved for line in Licence.objects.get(pk=licence.pk).lines.all()):
                raise
            time.sleep(SECONDS_BEFORE_NEXT_TRY)
        else:
            return


def amend(licence: Licence, at: datetime) -> str:
    """Ask for more of the same and recommend it: all but the decision."""
    officer = person("recommends", Role.CASE_OFFICER)
    return amending.bring_to_decision(licence, holder=filer_of(licence), officer=officer, at=at).reference


def replace(licence: Licence, at: datetime) -> str:
    """Decide the newest amendment: return the number of the licence that takes the place of this one."""
    case = licence.amendments.latest("pk").application
    if case.status == ApplicationStatus.APPROVED:
        return case.licence.reference
    by = person("decides", Role.DECIDING_OFFICER)
    return decisions.approve(case.pk, reasons=MARK, by=by, at=at).reference


def filer_of(licence: Licence) -> User:
    return person(f"titular-{licence.holder_id}", Role.EXPORTER_FILER, licence.holder)


ACTS = {
    "suspend": suspend,
    "revoke": revoke,
    "give-back": give_back,
    "take-back": take_back,
    "amend": amend,
    "replace": replace,
}


def do(act: str, number: str) -> str:
    while True:
        try:
            licence = Licence.objects.select_related("holder", "application").get(reference=number)
            return ACTS[act](licence, timezone.now()) or ""
        except (InterfaceError, OperationalError):
            connection.close()
            time.sleep(SECONDS_BEFORE_NEXT_TRY)


def main() -> None:
    say("ready")
    for line in sys.stdin:
        act, number = line.split()
        say(f"{act} {number} {do(act, number)}".strip())


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
