from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.torture import ledger
from portal.torture.report import report
from portal.torture.stack import own_stack


class Command(BaseCommand):
    help = "Write off from many clients while servers are killed, then compare the books with the answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--attempts", type=int, default=100_000, help="stop after so many (100000)")
        parser.add_argument("--seconds", type=float, default=3600, help="stop after so long at the latest")
        parser.add_argument("--licences", type=int, default=200, help="how many to make up, one of them hot")
        parser.add_argument("--seed", type=int, default=1, help="the same seed sends the same messages")

    def handle(self, *args: Any, **options: Any) -> None:
        with own_stack(options["licences"]) as stack:
            measures = ledger.torture(
                stack, attempts=options["attempts"], seconds=options["seconds"], seed=options["seed"]
            )
        report(self.stdout, measures, "The books do not say what was answered.")
