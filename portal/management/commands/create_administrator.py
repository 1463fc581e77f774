from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from licensing import letters
from licensing.actions import accounts
from licensing.errors import Refused


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Make an administrator's account and print the link with which its person chooses a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--language", choices=["es", "en"], default="es")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = accounts.make_administrator(
                email=options["email"],
                name=options["name"],
                language=options["language"],
                at=timezone.now(),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{user.name} chooses a password, within {letters.DAYS} days, at")
        self.stdout.write(letters.password_link(user))
