from typing import Any

from django.core.management.commands import migrate

from portal.database import as_owner, grant


class Command(migrate.Command):
    """Migrate as the owner of the database, then give the application's role its rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
            super().handle(*args, **options)
            if not (options["check_unapplied"] or options["plan"]):
                grant()
