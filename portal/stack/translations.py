"""Compiles the translations, so that nobody needs gettext to run the portal."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import polib

from portal.stack.processes import ROOT


def compile_changed() -> None:
    """Compile every .po file that is newer than its .mo."""
    for source in sorted(ROOT.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            compile_file(source, target)


def compile_file(source: Path, target: Path) -> None:
    """Write `target` in one go, as another command may be reading it."""
    handle, scratch = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(polib.pofile(str(source)).to_binary())
    os.chmod(scratch, 0o644)
    os.replace(scratch, target)


if __name__ == "__main__":
    compile_changed()
