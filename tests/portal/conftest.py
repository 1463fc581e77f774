import pytest
from celery import current_app


@pytest.fixture
def letters_go_at_once():
    """Let what is handed to a worker be done at once, without one."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False
