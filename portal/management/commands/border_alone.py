from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.torture import border
from portal.torture.report import report
from portal.torture.stack import own_stack


class Command(BaseCommand):
    help = "Ask the border while Redis, the queue, mail, files and the web portal are stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=120, help="how long (120)")
        parser.add_argument("--licences", type=int, default=200, help="how many to make up (200)")

    def handle(self, *args: Any, **options: Any) -> None:
        with own_stack(options["licences"]) as stack:
            report(
                self.stdout,
                border.trial(stack, seconds=options["seconds"]),
                "The border needs more than the database.",
            )
