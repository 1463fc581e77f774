import pytest
from django.db.models.signals import post_save

from licensing.models import Job, OutboxJob
from licensing.tasks import run_job


@pytest.fixture
def letters_go_at_once():
    """Let letters be written as soon as they are promised, as if a worker stood by."""

    def write(instance, created, **_more):
        if created and instance.job in (Job.LETTER, Job.NOTICE):
            run_job(instance.pk)

    post_save.connect(write, OutboxJob)
    yield
    post_save.disconnect(write, OutboxJob)
