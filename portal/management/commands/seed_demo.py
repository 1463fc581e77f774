from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from portal.demonstration import seed
from screening.refusals import BadList


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Make the demonstration's made-up people, companies and cases, unless they are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dual-use",
            type=Path,
            metavar="FILE",
            help="an edition of the dual-use list in our own form to begin with instead of the catalogue",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if seed.is_seeded():
            self.stdout.write("The demonstration's data are there already")
            return
        try:
            with translation.override("es"):
                seed.make_world(at=timezone.now(), tell=self.stdout.write, dual_use=options["dual_use"])
        except (seed.NotHere, BadList) as refused:
            raise CommandError(str(refused)) from refused
