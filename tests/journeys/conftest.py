"""A real browser, a real worker, and axe on every page."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache

from licensing.tasks import HEARTBEAT
from tests.conftest import renamed
from tests.people import session_of

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CALM = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": [*CALM, *sandbox]}


# What htmx says of a request that a newer one took the place of, or that leaving the page ended. What goes
# wrong with a request it says in other words.
NO_COMPLAINT = ("htmx:sendAbort", "htmx:afterRequest")


@pytest.fixture
def complaints(page):
    """What the browser complains about: broken scripts, what its policy blocks, missing files."""
    heard: list[str] = []

    def hear(message) -> None:
        if message.type == "error" and not message.text.startswith(NO_COMPLAINT):
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.fixture
def sign_in(live_server):
    """Return a function that makes the browser the signed-in `user`, in `language`."""

    def sign_in(page, user, language="es"):
        page.context.clear_cookies()
        page.context.add_cookies(
            [
                {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
            ]
        )

    return sign_in


def faults(page) -> list[tuple[str, list[str]]]:
    """Return what axe finds on the page as it stands: the rule and the markup that breaks it."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)  # evaluated, not a script tag: the page's own policy stays in force
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in found["violations"]]


def sideways(page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")


def widest(page) -> list[str]:
    """Return the parts of the page that end beyond the window's right edge, each by how it begins."""
    return page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter(part => part.getBoundingClientRect().right >"
        " document.documentElement.clientWidth).map(part => part.outerHTML.slice(0, 90))"
    )


def assert_good(page) -> None:
    """The page is accessible and fits its window, as it stands and on a phone of 320 pixels.

    On the phone axe looks at the Spanish page only: the layout is the same, its words are the longer ones.
    """
    assert faults(page) == []
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 800})
    assert sideways(page) <= 0, (page.url, widest(page))
    if page.get_attribute("html", "lang") == "es":
        assert faults(page) == []
    page.set_viewport_size(before)


@pytest.fixture(name="assert_good")
def assert_good_fixture():
    return assert_good


@pytest.fixture(scope="package")
def shared_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("journeys")


@pytest.fixture(autouse=True)
def files_where_the_worker_finds_them(files_and_counters_of_this_test, settings, shared_folder):
    settings.MEDIA_ROOT = shared_folder / "media"


@pytest.fixture(scope="package")
def worker_process(django_db_setup, shared_folder):
    """A real worker in a process of its own, on the tests' database and files."""
    environment = dict(
        os.environ,
        DATABASE_URL=renamed(os.environ["DATABASE_URL"], settings.DATABASES["default"]["NAME"]),
        MEDIA_ROOT=str(shared_folder / "media"),
        PORTAL_VAR=str(shared_folder),
    )
    command = [sys.executable, "-m", "celery", "-A", "portal.celery", "worker", "-P", "solo", "-c", "1"]
    with (shared_folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "-l", "INFO"],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        yield worker
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)


@pytest.fixture
def celery_worker(transactional_db, worker_process, shared_folder):
    """Wait until the worker does what it is asked, then let the test go on."""
    deadline = time.monotonic() + 40
    current_app.send_task("licensing.tasks.heartbeat")
    while cache.get(HEARTBEAT) is None:
        assert worker_process.poll() is None, (shared_folder / "worker.log").read_text()
        assert time.monotonic() < deadline, "the worker does not answer"
        time.sleep(0.05)
