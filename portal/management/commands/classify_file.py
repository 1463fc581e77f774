"""Ask for a whole file of goods which entries of a control list may describe them: classify_file IN OUT."""

from argparse import ArgumentParser
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.management.commands.screen_file import digest_of
from portal.screening_files import goods, writing
from portal.screening_files.spreading import processes_for, spread
from portal.screening_files.tables import BadFile
from screening.classification import NoEditionInForce
from screening.control.lists import LISTS
from screening.control_models import ControlEdition

ROWS_WORTH_A_PROCESS = 200  # each process makes its own index first
ROWS_AT_ONCE = 50
DEFAULT_LIST = "eu-dual-use"


class Command(BaseCommand):
    help = (
        "Say for all goods of a file (.csv, .xlsx, .jsonl) which entries of a control list may describe them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("goods", type=Path, metavar="IN")
        parser.add_argument("answers", type=Path, metavar="OUT")
        parser.add_argument("--language", choices=["es", "en"], default=settings.LANGUAGE_CODE[:2])
        parser.add_argument(
            "--list",
            choices=sorted(LISTS),
            default=DEFAULT_LIST,
            help="the control list of lines that name none",
        )
        parser.add_argument("--limit", type=int, default=10, metavar="N", help="how many entries of each")
        parser.add_argument(
            "--ignore-others",
            action="store_true",
            help="pass over columns of a table we don't know, instead of refusing; JSON may hold any",
        )
        parser.add_argument("--replace", action="store_true", help="write over OUT if it exists")
        parser.add_argument(
            "--processes", type=int, default=0, metavar="N", help="how many work at once; 0: every core"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            try:
                self._classify(options)
            except BadFile as bad:
                told = "\n".join(f"  {error}" for error in bad.errors)
                raise CommandError(_("Nothing was searched and nothing written:") + f"\n{told}") from bad
            except NoEditionInForce as nothing:
                raise CommandError(
                    _("A control list that the file asks for is not in force: %(why)s. Nothing was written.")
                    % {"why": nothing}
                ) from nothing
            except OSError as error:
                raise CommandError(
                    _("%(file)s: %(why)s. Nothing was written.")
                    % {"file": error.filename, "why": error.strerror}
                ) from error

    def _classify(self, options: dict[str, Any]) -> None:
        source, target, started = options["goods"], options["answers"], monotonic()
        writing.check(target)
        if target.exists() and not options["replace"]:
            raise BadFile([_("%(file)s exists already. Give --replace to write over it.") % {"file": target}])
        if options["limit"] < 1:
            raise BadFile([_("--limit is 1 or more.")])
        how = {
            "ignore_others": options["ignore_others"] or source.suffix.lower() == ".jsonl",
            "default_list": options["list"],
        }
        digest, at = digest_of(source), timezone.now()
        total = goods.check(source, **how)
        work = partial(goods.classify_chunk, at=at, limit=options["limit"])
        processes = options["processes"] or processes_for(total, ROWS_WORTH_A_PROCESS)
        answers = chain.from_iterable(spread(goods.read(source, **how), work, processes, ROWS_AT_ONCE))
        alarms, editions = 0, set()
        with writing.answers(target, goods.GOODS) as write:
            for done, one in enumerate(answers, start=1):
                write(one)
                alarms += one.answer.may_be_listed
                editions.add(one.answer.edition_id)
                self._show(done, total)
            if digest_of(source) != digest:
                raise BadFile([_("The file was changed while it was read.")])
        self._tell(total, alarms, editions, monotonic() - started)

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty() and (done % 20 == 0 or done == total):
            end = "\n" if done == total else ""
            self.stderr.write(f"\r{done:,} / {total:,} ({100 * done // total} %)   ", ending=end)

    def _tell(self, total: int, alarms: int, editions: set[int], seconds: float) -> None:
        words = ngettext(
            "%(total)s line of goods searched for in %(seconds)s s: %(alarms)s may be listed.",
            "%(total)s lines of goods searched for in %(seconds)s s: %(alarms)s may be listed.",
            total,
        )
        facts = {"total": f"{total:,}", "alarms": f"{alarms:,}", "seconds": f"{seconds:.1f}"}
        self.stdout.write(self.style.SUCCESS(words % facts))
        self.stdout.write(_("No line is cleared: the catch-all questions and an expert’s check remain."))
        for edition in ControlEdition.objects.filter(pk__in=editions).select_related("list"):
            self.stdout.write(f"  {edition}")
