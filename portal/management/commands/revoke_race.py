from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.torture import revocation
from portal.torture.report import report
from portal.torture.stack import own_stack


class Command(BaseCommand):
    help = "Suspend, revoke, take back and replace licences while customs writes off and asks about them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=120, help="how long (120)")
        parser.add_argument("--licences", type=int, default=150, help="how many to make up (150)")
        parser.add_argument(
            "--messages",
            type=int,
            default=revocation.ENOUGH,
            help=f"how many before each decision and after it ({revocation.ENOUGH})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with own_stack(options["licences"]) as stack:
            report(
                self.stdout,
                revocation.trial(stack, seconds=options["seconds"], enough=options["messages"]),
                "Something was accepted after the commit.",
            )
