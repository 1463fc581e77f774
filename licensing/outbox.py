"""Promise slow work in the transaction that asks for it."""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from licensing import redis_server
from licensing.models import Job, OutboxJob

log = logging.getLogger(__name__)

# Tasks by name: who only asks for work does not load what doing it takes (the PDF libraries: a second).
RUN = "licensing.tasks.run_job"
BEAT = "licensing.tasks.heartbeat"
HEARTBEAT = "workers-alive"  # where a worker leaves its sign of life in the cache


def put(job: Job, *, at: datetime, **arguments: Any) -> OutboxJob:
    """Write the job down and, once that is safely stored, ring for a worker. Call it in a transaction."""
    row = OutboxJob.objects.create(job=job, arguments=arguments, created_at=at, due_at=at)
    transaction.on_commit(partial(ring, row.pk))
    return row


def ring(job_id: int) -> None:
    """Tell the workers. If the broker does not answer, the sweep finds the job a few seconds later.

    A broker that hangs would hold the request up as long as a worker may wait for work; so it is asked first.
    """
    try:
        redis_server.ask(Redis.ping)
        current_app.send_task(RUN, [job_id])
    except (OperationalError, RedisError):
        log.warning("The broker does not answer; job %s waits for the sweep", job_id)
