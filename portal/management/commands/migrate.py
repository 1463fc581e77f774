import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate

from portal.database import as_owner, grant


class Command(migrate.Command):
    """Migrate as the owner of the database, then give the application's role its rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        with seldom_collecting(), as_owner():
            super().handle(*args, **options)
            if not (options["check_unapplied"] or options["plan"]):
                grant()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for dead circles of objects a hundred times less often: each step of a migration makes models
    anew, and at Python's own pace a fifth of the time goes there."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
