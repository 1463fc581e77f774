"""The portal with a fault that ISTMO_FAULT names, to see that the torture of the ledger finds it."""

import os
import random
import uuid

from portal.wsgi import application

# Whatever follows needs Django to be set up, which the line above does.
# isort: split
from django.db import transaction

from licensing import bookings, chains
from licensing.actions import customs, ledger
from licensing.models import LicenceStatus

__all__ = ["application"]

write_off, reserve = customs.record_usage, ledger.reserve


def counted_again(reference, *, client_key, **more):
    """Take every message for a new one, a repeat too."""
    return write_off(reference, client_key=f"{client_key[:60]}/{uuid.uuid4().hex[:8]}", **more)


def lost(message, items, **more):
    """Answer one in four, and forget it."""
    with transaction.atomic():
        answer = reserve(message, items, **more)
        transaction.set_rollback(random.random() < 0.25)
    return answer


states = {}
look_at_state = bookings.against_state


def from_a_cache(licence, at):
    """Look at a licence's state once, and take it for the same ever after."""
    if licence.pk not in states:
        states[licence.pk] = look_at_state(licence, at)
    return states[licence.pk]


def as_if_not_taken_back(licence, at):
    """Know nothing of holders who give a licence back."""
    return [] if licence.status == LicenceStatus.SURRENDERED else look_at_state(licence, at)


def under_the_newest(reference, **more):
    """Take the number of a replaced licence for that of the one in its place."""
    return write_off(chains.newest([reference]).get(reference, reference), **more)


match os.environ.get("ISTMO_FAULT"):
    case "counted-again":
        customs.record_usage = counted_again
    case "lost":
        ledger.reserve = lost
    case "cached-state":
        bookings.against_state, bookings.TAKING = from_a_cache, ()
    case "not-taken-back":
        bookings.against_state, bookings.TAKING = as_if_not_taken_back, ()
    case "under-the-newest":
        customs.record_usage = under_the_newest
