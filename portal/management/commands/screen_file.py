"""Compare a whole file of parties with the lists: manage.py screen_file IN OUT."""

import hashlib
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing import calibration, searches
from licensing.models import SearchWay
from portal.findings import edition_of
from portal.screening_files import comparing, reading, writing
from portal.screening_files.comparing import ListsChanged
from portal.screening_files.spreading import processes_for
from portal.screening_files.tables import BadFile
from screening import search
from screening.importers import label_of
from screening.models import ListVersion
from screening.search import NoListInForce

ROWS_WORTH_A_PROCESS = 1000  # fewer are compared before another process is awake
BYTES_AT_ONCE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Compare every party of a file (.csv, .xlsx, .jsonl) with the lists in force, and write the answers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parties", type=Path, metavar="IN")
        parser.add_argument("answers", type=Path, metavar="OUT")
        parser.add_argument("--language", choices=["es", "en"], default=settings.LANGUAGE_CODE[:2])
        parser.add_argument("--by", default="screen_file", help="who asks, as the record shall say")
        parser.add_argument(
            "--ignore-others",
            action="store_true",
            help="pass over columns we don't know, instead of refusing",
        )
        parser.add_argument("--replace", action="store_true", help="write over OUT if it exists")
        parser.add_argument(
            "--processes", type=int, default=0, metavar="N", help="how many compare at once; 0: every core"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            try:
                self._screen(options)
            except BadFile as bad:
                told = "\n".join(f"  {error}" for error in bad.errors)
                raise CommandError(_("Nothing was compared and nothing written:") + f"\n{told}") from bad
            except NoListInForce as nothing:
                raise CommandError(_("No list is in force, so nobody can be compared.")) from nothing
            except ListsChanged as changed:
                raise CommandError(
                    _("Another edition of a list came into force. Nothing was written; start again.")
                ) from changed
            except OSError as error:
                raise CommandError(
                    _("%(file)s: %(why)s. Nothing was written.")
                    % {"file": error.filename, "why": error.strerror}
                ) from error

    def _screen(self, options: dict[str, Any]) -> None:
        source, target, started = options["parties"], options["answers"], monotonic()
        writing.check(target)
        if target.exists() and not options["replace"]:
            raise BadFile([_("%(file)s exists already. Give --replace to write over it.") % {"file": target}])
        digest = digest_of(source)
        others = options["ignore_others"]
        total = reading.check(source, ignore_others=others)
        at = timezone.now()
        thresholds, versions = calibration.in_force(at), search.lists_in_force(at)
        compared = comparing.compare(
            reading.read(source, ignore_others=others),
            at=at,
            thresholds=thresholds,
            versions=tuple(version.pk for version in versions),
            processes=options["processes"] or processes_for(total, ROWS_WORTH_A_PROCESS),
        )
        alike = hits = 0
        with writing.answers(target, writing.PARTIES) as write:
            for done, one in enumerate(compared, start=1):
                write(one)
                alike, hits = alike + bool(one.hits), hits + len(one.hits)
                self._show(done, total)
            if digest_of(source) != digest:
                raise BadFile([_("The file was changed while it was read.")])
            searches.write_down(
                [{"file": source.name, "sha256": digest, "parties": total, "asked_by": options["by"]}],
                way=SearchWay.FILE,
                by=None,
                at=at,
                versions=versions,
                points=thresholds.worth,
                hits=hits,
            )
        self._tell(total, alike, hits, versions, monotonic() - started, at)

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty() and (done % 100 == 0 or done == total):
            end = "\n" if done == total else ""
            self.stderr.write(f"\r{done:,} / {total:,} ({100 * done // total} %)   ", ending=end)

    def _tell(
        self, total: int, alike: int, hits: int, versions: list[ListVersion], seconds: float, at: datetime
    ) -> None:
        facts = {
            "total": f"{total:,}",
            "alike": f"{alike:,}",
            "hits": f"{hits:,}",
            "seconds": f"{seconds:.1f}",
        }
        words = ngettext(
            "%(total)s party compared in %(seconds)s s: %(alike)s with a possible match, %(hits)s in all.",
            "%(total)s parties compared in %(seconds)s s: %(alike)s with possible matches, %(hits)s in all.",
            total,
        )
        self.stdout.write(self.style.SUCCESS(words % facts))
        self.stdout.write(
            _("Lists in force on %(day)s:") % {"day": timezone.localtime(at).date().isoformat()}
        )
        for version in versions:
            self.stdout.write(f"  {label_of(version.source)}: {edition_of(version)}")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(BYTES_AT_ONCE):
            found.update(part)
    return found.hexdigest()
