"""Write large amounts of made-up data, for measuring and for pages with many rows."""

import argparse
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.made_up import make_key, make_licences


class Command(BaseCommand):
    help = "Write made-up licences with their cases, goods and decisions, each marked as made up."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--licences", type=int, required=True, metavar="N", help="how many to write")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same goods")
        parser.add_argument("--list", action="store_true", help="print the number of every licence")
        parser.add_argument("--key", action="store_true", help="print a key to the API, good for a day")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_ENV == "production":
            raise CommandError("Made-up licences have no place among real ones.")
        if options["licences"] < 1:
            raise CommandError("Give a number of licences above zero.")
        started = time.monotonic()
        made = make_licences(options["licences"], at=timezone.now(), seed=options["seed"], progress=self.say)
        self.stdout.write(f"{made[0]} to {made[-1]} in {time.monotonic() - started:.1f} s")
        if options["list"]:
            self.stdout.write("\n".join(made))
        if options["key"]:
            self.stdout.write(make_key(at=timezone.now()))

    def say(self, done: int) -> None:
        self.stdout.write(f"{done} licences written")
