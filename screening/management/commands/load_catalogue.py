"""Put the starter catalogue in force: manage.py load_catalogue."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screening.control import catalogue
from screening.control.load import store
from screening.control.storing import Stamp
from screening.management.commands.import_control_list import sentence
from screening.refusals import BadList


class Command(BaseCommand):
    help = "Put the catalogue that comes with the portal in force, unless an official edition is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=catalogue.FOLDER)
        parser.add_argument("--by", default="load_catalogue", help="who loads it, for the record")

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        try:
            draft = catalogue.parse(options["folder"])
            stamp = Stamp("catalogue", *fingerprint(options["folder"]), options["by"], timezone.now())
            edition = store(draft, stamp)
        except BadList as refused:
            if refused.code == "official-in-force":
                self.stdout.write(str(refused))
                return
            raise CommandError(str(refused)) from refused
        self.stdout.write(self.style.SUCCESS(sentence(edition, monotonic() - started)))


def fingerprint(folder: Path) -> tuple[str, int]:
    """Return one sha256 over the files of the catalogue, and their size in bytes."""
    contents = [(path.name, path.read_bytes()) for path in catalogue.files(folder)]
    total = hashlib.sha256()
    for name, content in contents:
        total.update(name.encode() + hashlib.sha256(content).digest())
    return total.hexdigest(), sum(len(content) for _name, content in contents)
