"""A client that is generated from the description, in another language, at the running portal."""

import json
import os
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from urllib.request import urlopen

import pytest

from licensing.models import ApiScope
from tests.factories import LicenceLineFactory
from tests.portal.machines import Machine

ROOT = Path(__file__).resolve().parents[2]
NODE = os.environ.get("NODE") or shutil.which("node")
SCRIPT = ROOT / "tests" / "client" / "customs.ts"
STRICT = [
    *("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noImplicitReturns"),
    *("--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler", "--lib", "es2022,dom"),
    *("--outDir", "."),
]
RUN = """
const { run } = await import(process.argv[1]);
process.stdout.write(JSON.stringify(await run(...process.argv.slice(2))));
"""


def tool(folder, script, *arguments) -> str:
    """Run one of the locked npm tools, and return what it says."""
    command = [NODE, ROOT / "node_modules" / script, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def folder(live_server, tmp_path):
    """A folder with the types, generated from what the portal says of itself."""
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    with urlopen(f"{live_server.url}/api/v1/schema") as answer:
        (tmp_path / "schema.json").write_bytes(answer.read())
    tool(tmp_path, "openapi-typescript/bin/cli.js", "schema.json", "-o", "schema.d.ts")
    return tmp_path


def loose(types: str) -> list[str]:
    """Return the lines of generated types that let anything pass, but for headers."""
    code = re.sub(r"/\*.*?\*/", "", types, flags=re.DOTALL).replace("[name: string]: unknown;", "")
    return re.findall(r".*(?::|\||<|\s)(?:unknown|any)\b[;\[\]|>].*", code)


def test_a_generated_client_asks_reserves_and_is_refused_as_described(folder, live_server):
    assert loose((folder / "schema.d.ts").read_text()) == []
    line = LicenceLineFactory(granted=Decimal(10))
    number = str(line.licence)
    key = Machine(scopes=[ApiScope.READ_LICENCES, ApiScope.WRITE_USAGES]).secret

    shutil.copy(SCRIPT, folder)
    tool(folder, "typescript/bin/tsc", *STRICT, SCRIPT.name)
    run = [
        NODE,
        "--input-type=module",
        "--eval",
        RUN,
        str(folder / "customs.js"),
        live_server.url,
        key,
        number,
    ]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "state": "valid",
        "usable": True,
        "remaining": "10",
        "reserved": ["4"],
        "replayed": "true",
        "refused": {"status": 409, "codes": ["not-enough"], "advice": ["weigh again"]},
        "batch": ["201 post 4", "201 counted 6 of 7", "409 not-enough"],
        "changes": [f"{number} issued"] + [f"{number} balance"] * 3,
    }


def test_types_that_let_anything_pass_are_noticed():
    assert loose("body: {\n  [key: string]: unknown;\n};\nrest: unknown[];\nlist: any;") != []
    assert loose("headers: {\n  [name: string]: unknown;\n};\n/** any: unknown; */ a: string;") == []
