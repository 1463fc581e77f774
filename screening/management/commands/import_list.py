"""Import one published list: manage.py import_list SOURCE FILE."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from screening import imports
from screening.importers import PARSERS, parser_of
from screening.models import ImportRun, ImportRunState
from screening.refusals import BadList


class Command(BaseCommand):
    help = "Import one published list from a file; it is in force at once, or refused whole with the reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", default="", help="key of the list; without it all are named")
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--by", default="import_list", help="who imports it, as the record shall say")
        parser.add_argument(
            "--dated",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day of publication, for a file that does not say it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source, at = options["source"], timezone.now()
        known = "\n".join(f"  {key:20} {label}" for key, (label, _parse) in PARSERS.items())
        if not source:
            self.stdout.write(known)
            return
        try:
            parser_of(source)
        except BadList as unknown:
            raise CommandError(f"{unknown}\n{known}") from unknown
        if options["file"] is None:
            raise CommandError(_("Name the file of the list too: manage.py import_list SOURCE FILE"))
        file = options["file"].resolve()
        run = imports.ask(source, file, by_name=options["by"], at=at, dated=options["dated"])
        started = monotonic()
        self._carry_out(run)
        run.refresh_from_db()
        if run.state != ImportRunState.DONE or run.version is None:
            raise CommandError(
                _("%(file)s was refused: %(reason)s Nothing was changed; the list in force stays in force.")
                % {"file": file.name, "reason": run.message}
            )
        self._tell(run, monotonic() - started, is_new=run.version.imported_at == at)

    def _carry_out(self, run: ImportRun) -> None:
        shown = -1

        def show(done: int, total: int) -> None:
            nonlocal shown
            percent = 100 * done // total
            if percent != shown and self.stderr.isatty():
                shown = percent
                step = _("checking") if 2 * done <= total else _("storing")
                self.stderr.write(f"\r{run.file_name}: {percent:3}% {step}   ", ending="")

        imports.carry_out(run.pk, at=run.asked_at, progress=show)
        if shown >= 0:
            self.stderr.write("")

    def _tell(self, run: ImportRun, seconds: float, *, is_new: bool) -> None:
        version = run.version
        if version is None:
            return
        facts = {
            "list": PARSERS[run.source][0],
            "date": version.published_on,
            "entities": version.entities_count,
            "names": version.names_count,
            "seconds": f"{seconds:.1f}",
        }
        words = (
            _("%(list)s of %(date)s is in force: %(entities)s parties, %(names)s names, %(seconds)s s.")
            if is_new
            else _("%(list)s of %(date)s is in force already: %(entities)s parties, %(names)s names.")
        )
        self.stdout.write(self.style.SUCCESS(words % facts))
