"""Put the starter catalogue in force: manage.py load_catalogue."""

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screening.classification import prepare
from screening.control import catalogue
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
            edition = catalogue.load(by_name=options["by"], at=timezone.now(), folder=options["folder"])
        except BadList as refused:
            if refused.code == "official-in-force":
                self.stdout.write(str(refused))
                return
            raise CommandError(str(refused)) from refused
        # So that the first to describe goods does not wait for it.
        prepare(edition.in_force_from, edition.list.code)
        self.stdout.write(self.style.SUCCESS(sentence(edition, monotonic() - started)))
