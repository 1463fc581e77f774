from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demonstration import log_ins


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Print the six-digit code of the demonstration's log-ins: the same for all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", help="whose code (all have the same)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_ENV != "demo":
            raise CommandError("Only the demonstration's log-ins have a public code.")
        email = options["email"]
        if email and email not in {row.email for row in log_ins.log_ins() if row.needs_code}:
            raise CommandError(f"{email} is not a log-in of the demonstration that needs a code.")
        code = log_ins.current_code()
        self.stdout.write(f"{code.value}  (for another {code.seconds_left} s)")
