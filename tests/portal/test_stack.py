"""The two commands: what they are built from, without starting the whole portal."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import polib
import psycopg
import pytest

from portal import setup_steps
from portal.setup_steps import SetupFailed
from portal.stack import commands, demo, places, translations
from portal.stack.places import Places, can_reach, fresh_places
from portal.stack.postgres import Postgres, end_left_over_server
from portal.stack.processes import ROOT, Children, Ending, StackError, plain_environment, wait_until

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF_CODE = (
    "from signal import *; import time; signal(SIGTERM, SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
DEAF = [sys.executable, "-c", DEAF_CODE]


@pytest.fixture
def children(tmp_path):
    children = Children(tmp_path, plain_environment({}))
    yield children
    children.stop()


@pytest.mark.parametrize(
    ("argv", "needs_none"),
    [
        (["manage.py", "makemigrations", "--check"], True),
        (["manage.py", "check"], True),
        (["manage.py", "import_list", "--help"], True),
        (["manage.py", "benchmark", "startup"], True),
        (["manage.py", "benchmark"], True),
        (["manage.py", "benchmark", "other"], False),
        (["manage.py", "migrate"], False),
        (["manage.py", "import_list", "un", "file.xml"], False),
    ],
)
def test_only_commands_that_read_data_start_servers(argv, needs_none, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")

    assert commands.is_without_data(argv[1], argv) is needs_none


def test_a_command_told_which_database_to_use_starts_none(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")

    assert commands.is_without_data("migrate", ["manage.py", "migrate"])


def test_two_demonstrations_never_share_a_port():
    first, port = demo.claim_port(None)
    second, next_port = demo.claim_port(None)

    assert next_port > port
    first.close()
    second.close()


def test_a_port_that_something_else_uses_is_passed_over_or_refused():
    claim, port = demo.claim_port(None)
    claim.close()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()

        claim, chosen = demo.claim_port(None)
        claim.close()

        assert chosen != port
        with pytest.raises(StackError, match=f"port {port} cannot be used"):
            demo.claim_port(port)


def test_a_lock_is_held_by_one_and_free_again_when_closed(tmp_path):
    first = places.lock_file(tmp_path / "lock")

    assert places.lock_file(tmp_path / "lock") is None
    first.close()
    again = places.lock_file(tmp_path / "lock")
    assert again is not None
    again.close()


def test_a_folder_for_sockets_must_be_ours(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "sockets").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(StackError, match="belongs to somebody else"):
        places.private_folder(tmp_path / "sockets", None)


def test_children_end_in_order_and_a_deaf_one_by_force(children, tmp_path):
    first = children.start("first", SLEEPER)
    deaf = children.start("deaf", DEAF, ending=(Ending(signal.SIGTERM, 0.2),))
    while "deaf" not in (tmp_path / "deaf.log").read_text():
        time.sleep(0.02)

    children.stop()

    assert (first.process.returncode, deaf.process.returncode) == (-signal.SIGTERM, -signal.SIGKILL)


def test_those_who_use_the_servers_end_together_and_before_them(children, tmp_path):
    ended = tmp_path / "ended"
    slow = f"""
import signal, sys, time
def on_term(*_):
    time.sleep(1)
    open({str(ended)!r}, "a").write(sys.argv[1] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, on_term)
open({str(tmp_path)!r} + "/" + sys.argv[1], "w").close()
time.sleep(60)
"""
    names = ("server", "web", "worker", "beat")
    for name in names:
        children.start(name, [sys.executable, "-c", slow, name])
    wait_until(
        lambda: all((tmp_path / name).exists() for name in names), children=children, seconds=30, what="All"
    )
    started = time.monotonic()

    children.stop(first=("web", "worker", "beat"))

    assert ended.read_text().split()[-1] == "server"
    assert time.monotonic() - started < 3.5, "one after the other they take 4 s"


def test_a_child_that_ends_by_itself_is_reported_with_its_last_lines(children):
    child = children.start("web", [sys.executable, "-c", "raise SystemExit('no such certificate')"])
    child.process.wait()

    with pytest.raises(StackError, match=r"web ended with code 1.*\n.*no such certificate"):
        children.check()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a killed process")
def test_children_do_not_outlive_a_killed_stack(tmp_path):
    stack = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from portal.stack.processes import Children\n"
            f"child = Children(Path({str(tmp_path)!r}), {{}}).start('sleeper', {SLEEPER!r})\n"
            "print(child.process.pid, flush=True); time.sleep(600)",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    child = int(stack.stdout.readline())

    stack.kill()
    stack.communicate()

    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()


@pytest.fixture
def own_places():
    own: Places = fresh_places()
    with places.lock_file(own.var / "lock"):  # another run of tests takes it for left over otherwise
        yield own
        shutil.rmtree(own.servers.parent)


def test_the_application_owns_nothing_and_makes_nothing(own_places):
    children = Children(own_places.logs, plain_environment({}))
    try:
        addresses = Postgres(own_places, children, durable=True).start()
        with psycopg.connect(addresses["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute("CREATE TABLE of_the_owner (n int)")
            owner.execute("CREATE EXTENSION pg_trgm")

        with psycopg.connect(addresses["DATABASE_URL"], autocommit=True) as application:
            for forbidden in (
                "CREATE TABLE mine (n int)",
                "CREATE TEMPORARY TABLE mine (n int)",
                "CREATE SCHEMA mine",
                "CREATE DATABASE mine",
                "DROP TABLE of_the_owner",
                "SELECT * FROM of_the_owner",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    application.execute(forbidden)
    finally:
        children.stop()


def test_a_second_start_finds_its_data_again(own_places):
    for expected in (0, 1):
        children = Children(own_places.logs, plain_environment({}))
        addresses = Postgres(own_places, children, durable=True).start()
        try:
            with psycopg.connect(addresses["DATABASE_OWNER_URL"], autocommit=True) as owner:
                owner.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
                assert owner.execute("SELECT count(*) FROM kept").fetchone()[0] == expected
                owner.execute("INSERT INTO kept VALUES (1)")
        finally:
            children.stop()


def test_a_number_in_a_left_over_file_that_is_another_process_is_let_be(tmp_path):
    other = subprocess.Popen(SLEEPER)
    (tmp_path / "postmaster.pid").write_text(f"{other.pid}\n{tmp_path}\n")

    end_left_over_server(tmp_path)

    assert other.poll() is None
    other.kill()
    other.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_what_only_root_may_enter_is_seen_as_out_of_reach(own_places, tmp_path):
    tmp_path.chmod(0o700)

    assert can_reach(own_places.servers, own_places.account)
    assert not can_reach(tmp_path, own_places.account)


def test_translations_are_compiled_when_they_changed_only(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    folder = tmp_path / "portal" / "locale" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Licence", msgstr="Licencia"))
    catalogue.save(str(folder / "django.po"))

    translations.compile_changed()
    compiled = (folder / "django.mo").stat().st_mtime_ns
    translations.compile_changed()

    assert [entry.msgstr for entry in polib.mofile(str(folder / "django.mo"))] == ["Licencia"]
    assert (folder / "django.mo").stat().st_mtime_ns == compiled


def test_a_step_that_fails_says_why_and_keeps_the_rest_in_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr(setup_steps, "LOG", tmp_path / "setup.log")
    command = [sys.executable, "-c", "print('first'); print('second'); raise SystemExit('the disk is full')"]

    with pytest.raises(SetupFailed, match=r"It did not work.*setup\.log\)(.|\n)*the disk is full") as failed:
        setup_steps.run(command, dict(os.environ), failing="It did not work")

    assert "first" not in str(failed.value)
    assert "first" in (tmp_path / "setup.log").read_text()


def test_a_stand_in_that_fails_does_not_pass_for_a_program(tmp_path):
    stand_in = tmp_path / "python3.13"
    stand_in.write_text("#!/bin/sh\nexit 127\n")
    stand_in.chmod(0o755)

    assert not setup_steps.works([stand_in, "--version"])
    assert not setup_steps.works([tmp_path / "nothing"])
    assert setup_steps.works([sys.executable, "--version"])


def test_setting_up_needs_nothing_but_python():
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import portal.bootstrap"

    # -S: without the packages of this virtual environment.
    assert subprocess.run([sys.executable, "-I", "-S", "-c", code]).returncode == 0
