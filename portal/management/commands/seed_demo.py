from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from portal.demonstration import seed


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Make the demonstration's made-up people, companies and cases, unless they are there."

    def handle(self, *args: Any, **options: Any) -> None:
        if seed.is_seeded():
            self.stdout.write("The demonstration's data are there already")
            return
        try:
            with translation.override("es"):
                seed.make_world(at=timezone.now(), tell=self.stdout.write)
        except seed.NotHere as refused:
            raise CommandError(str(refused)) from refused
