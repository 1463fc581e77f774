"""Have ready what the first person to describe goods would wait for, beside the start of the web server."""

import logging
from threading import Thread

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from screening import classification

logger = logging.getLogger(__name__)


def start() -> None:
    """Warm the indexes over the control lists in a thread, so that pages are served meanwhile.

    Tests load the application too, and own their database: there nothing is warmed.
    """
    if settings.PORTAL_ENV != "test":
        Thread(target=warm, name="warming", daemon=True).start()


def warm() -> None:
    """Never fails: what is not ready is built by whoever asks first."""
    try:
        classification.prepare_all(timezone.now())
    except (DatabaseError, OSError):
        logger.warning("The indexes over the control lists are not ready yet", exc_info=True)
    finally:
        connection.close()
