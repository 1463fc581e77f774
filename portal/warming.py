"""Have ready what the first person to describe goods would wait for, beside the start of the web server."""

import logging
from datetime import datetime
from threading import Lock, Thread

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from screening import classification
from screening.classification.suggesting import EU_DUAL_USE
from screening.control import editions

logger = logging.getLogger(__name__)
_only_one = Lock()


def start(at: datetime | None = None) -> None:
    """Warm the indexes over the lists in force at `at`, or now, in a thread, so that pages are served
    meanwhile.

    Tests load the application too, and own their database: there nothing is warmed.
    """
    if settings.PORTAL_ENV != "test":
        Thread(target=warm, args=(at,), name="warming", daemon=True).start()


def warm(at: datetime | None = None) -> None:
    """Never fails, and waits for nobody who does it already: what is not ready is built by whoever asks."""
    if not _only_one.acquire(blocking=False):
        return
    try:
        classification.prepare_all(at or timezone.now())
    except (DatabaseError, OSError):
        logger.warning("The indexes over the control lists are not ready yet", exc_info=True)
    finally:
        _only_one.release()
        connection.close()


def is_ready(at: datetime) -> bool:
    """Say whether suggestions can be made by the edition in force at `at` without a wait.

    Otherwise they are being prepared from now on. Where nothing is warmed whoever asks builds the index, and
    without a list there is nothing to wait for.
    """
    if settings.PORTAL_ENV == "test" or classification.edition_ready(at) is not None:
        return True
    if editions.in_force(EU_DUAL_USE, at) is None:
        return True
    start(at)
    return False
