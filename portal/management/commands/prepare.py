"""Make the database, the static files and, in the demonstration, its data what the program needs."""

from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from licensing import outbox
from portal.demonstration import log_ins, receiver

ACCOUNTS = settings.PORTAL_VAR / "accounts.txt"


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Migrate, collect the static files and, in the demonstration, make its data; quick when done."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Migrating the database")
        call_command("migrate", verbosity=0, interactive=False)
        if files_changed():
            self.stdout.write("Collecting the static files")
            call_command("collectstatic", verbosity=0, interactive=False)
        if settings.PORTAL_ENV == "demo":
            call_command("seed_demo", stdout=self.stdout)
            if settings.WEBHOOK_NETWORKS:  # else the demonstration may not call itself
                receiver.register(timezone.now())
            ACCOUNTS.write_text(log_ins.as_text(), encoding="utf-8")
            # The worker shows that it lives with its first task, not only when the clock ticks first.
            current_app.send_task(outbox.BEAT)


def files_changed() -> bool:
    """Say whether a built file is newer than the last collection, or there was none."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    collected = manifest.stat().st_mtime
    return any(
        file.stat().st_mtime > collected
        for folder in settings.STATICFILES_DIRS
        for file in Path(folder).rglob("*")
        if file.is_file()
    )
