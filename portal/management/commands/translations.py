"""Bring portal/locale up to date with every string of the source, and say what still lacks its Spanish."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

IGNORED = ["node_modules/*", ".venv/*", "var/*", "static/*", "tests/*"]
CATALOGUE = Path("portal/locale/es/LC_MESSAGES/django.po")


def collect() -> None:
    """Write every string of the tree in the current folder into its catalogue."""
    call_command(
        "makemessages",
        locale=["es"],
        extensions=["html", "txt", "py"],
        ignore_patterns=IGNORED,
        no_location=True,
        no_obsolete=True,
        no_wrap=True,
        verbosity=0,
    )


def lacking(catalogue: Path) -> list[str]:
    """Return the strings without their Spanish in every plural, or with a guess that nobody has confirmed."""
    read = polib.pofile(str(catalogue))
    plurals = int(read.metadata["Plural-Forms"].partition("nplurals=")[2].partition(";")[0])
    return [
        entry.msgid
        for entry in read
        if entry.fuzzy
        or not entry.translated()
        or (entry.msgid_plural and len([*filter(None, entry.msgstr_plural.values())]) < plurals)
    ]


class Command(BaseCommand):
    help = "Collect all strings into portal/locale and list those without their Spanish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="list every string that lacks its Spanish")

    def handle(self, *args: Any, **options: Any) -> None:
        collect()
        missing = lacking(settings.BASE_DIR / CATALOGUE)
        for text in missing if options["all"] else missing[:20]:
            self.stdout.write(f"- {text}")
        if missing:
            raise CommandError(f"{len(missing)} strings lack their Spanish in {CATALOGUE}")
        self.stdout.write("Every string has its Spanish.")
