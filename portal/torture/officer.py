"""Officers at work in a process of their own: `suspend NUMBER` or `revoke NUMBER` on a line each, answered by
the same words once it is committed."""

import sys

from django.utils import timezone

from licensing.actions import licences
from licensing.models import Licence, Role, User
from portal.made_up import MARK

ACTS = {"suspend": licences.suspend, "revoke": licences.revoke}


def officer(name: str) -> User:
    email = f"inventado-{name}@example.invalid"
    if known := User.objects.filter(email=email).first():
        return known
    return User.objects.create_user(
        email, name=f"{MARK}: {name}", role=Role.DECIDING_OFFICER, created_at=timezone.now()
    )


def main() -> None:
    who = {act: officer(f"{act}s") for act in ACTS}
    say("ready\n")
    for line in sys.stdin:
        act, number = line.split()
        licence = Licence.objects.get(reference=number)
        ACTS[act](licence.pk, reasons=MARK, by=who[act], at=timezone.now())
        say(line)


def say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()
