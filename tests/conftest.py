"""The database as production has it: tests act as the application's role, which owns nothing."""

import os
from urllib.parse import urlsplit

# Playwright's sync API keeps an event loop in the test's thread, which Django would take for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from django.utils import translation

from portal import limits
from screening import search
from tests.each_process import WORKER
from tests.factories import NOON, UserFactory, count_from_nothing

KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, request):
    """Make an empty database as its owner, then go on as the application."""
    name = f"test_{settings.DATABASES['default']['NAME']}{WORKER}"
    with django_db_blocker.unblock():
        admin(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" OWNER portal_owner'
        )
        connection.close()
        connection.settings_dict["NAME"] = name
        settings.DATABASES["default"]["NAME"] = name
        os.environ["DATABASE_URL"] = renamed(os.environ["DATABASE_URL"], name)
        os.environ["DATABASE_OWNER_URL"] = renamed(os.environ["DATABASE_OWNER_URL"], name)
        call_command("migrate", verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def renamed(url: str, name: str) -> str:
    """Return the database URL with another database's name."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def admin(*statements: str) -> None:
    """Run statements as the cluster's administrator, whom only tests know."""
    with psycopg.connect(renamed(os.environ["DATABASE_ADMIN_URL"], "postgres"), autocommit=True) as connected:
        for statement in statements:
            connected.execute(statement)


def empty_every_table(_self=None) -> None:
    """Empty the database between tests that commit. Triggers forbid it to everybody but tests.

    Numbers go on counting, since a worker may remember what it read under an earlier one. Few tables hold
    anything, and truncating makes new files for each and for its indexes: deleting costs a fraction. The lock
    waits for whoever still writes.
    """
    tables = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - KEPT_TABLES
    )
    url = renamed(os.environ["DATABASE_ADMIN_URL"], settings.DATABASES["default"]["NAME"])
    with psycopg.connect(url) as connected:
        connected.execute("SET session_replication_role = replica")
        connected.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        connected.execute("; ".join(f"DELETE FROM {table}" for table in tables))


TransactionTestCase._fixture_teardown = empty_every_table


@pytest.fixture(autouse=True)
def files_and_counters_of_this_test(settings, tmp_path, monkeypatch):
    """Files go to a folder of the test's own; rate limits, heartbeats and the numbers in made names start
    from nothing; so does the language, which the last page asked for would leave in this thread. Knocks are
    all counted in one minute: a new one may begin during a test, and with it a new count."""
    monkeypatch.setattr(limits, "now", NOON.timestamp)
    count_from_nothing()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SCREENING_FOLDER = tmp_path / "lists"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)
    search.forget_indexes()  # versions of one test may bear the numbers of another's


@pytest.fixture(scope="module")
def rows_of_the_module(django_db_setup, django_db_blocker):
    """Let fixtures of a module make rows that all its tests find; they go when the last has ended.

    Each test still undoes what it does itself. A module that uses this holds no tests that commit.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def exporter(db):
    return UserFactory(exporter=True)


@pytest.fixture
def officer(db):
    return UserFactory()


@pytest.fixture
def decider(db):
    return UserFactory(decider=True)


@pytest.fixture
def customs_officer(db):
    return UserFactory(customs=True)


@pytest.fixture
def administrator(db):
    return UserFactory(administrator=True)


def pytest_collection_modifyitems(items):
    """Run the browser's tests last: its event loop stays in this thread, and no seal is made beside it."""
    items.sort(key=lambda item: item.path.is_relative_to(item.config.rootpath / "tests" / "journeys"))
