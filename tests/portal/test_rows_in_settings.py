"""Settings that are rows: blanks around the commas are how people write them."""

import json
import os
import subprocess
import sys


def read(name, value):
    """Return the setting as a new process reads it from the environment, and what it said of it."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import json; from portal import settings; print(json.dumps(settings.{name}))",
        ],
        env={**os.environ, "PORTAL_ENV": "test", name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    return (json.loads(done.stdout) if done.returncode == 0 else None), done.stderr


def test_networks_that_webhooks_may_call_may_have_blanks_between():
    assert read("WEBHOOK_NETWORKS", "10.20.0.0/16, fd00::/8 ,")[0] == ["10.20.0.0/16", "fd00::/8"]


def test_a_network_that_is_none_is_told_at_the_start_and_not_with_the_first_message():
    found, said = read("WEBHOOK_NETWORKS", "10.20.0.0/16;10.30.0.0/16")

    assert found is None
    assert "WEBHOOK_NETWORKS is a row of networks with commas between" in said


def test_files_of_keys_may_have_blanks_between():
    assert read("SIGNING_KEY_FILES", "/keys/old.pem, /keys/new.pem")[0] == ["/keys/old.pem", "/keys/new.pem"]
