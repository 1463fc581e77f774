"""Import one control list, or a table beside it: manage.py import_control_list SOURCE FILE."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from screening.classification import prepare
from screening.control import SOURCES, catalogue, parser_of
from screening.control.lists import name_of
from screening.control.load import load
from screening.control_models import ControlEdition, ControlTable
from screening.refusals import BadList


class Command(BaseCommand):
    help = "Import a control list or a table beside it; it is in force at once, or refused with the reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help=", ".join(SOURCES))
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", default="import_control_list", help="who imports it, for the record")
        parser.add_argument(
            "--agreed-by",
            default="",
            metavar="NAME",
            help="the second person who agrees to a file of which much fell away; --by names the first",
        )
        parser.add_argument(
            "--dated",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="from which day the list is valid, for a file that does not say it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source, file, at = options["source"], options["file"].resolve(), timezone.now()
        try:
            parse = parser_of(source)
        except BadList as unknown:
            known = "\n".join(f"  {key:20} {label}" for key, (label, _parse) in SOURCES.items())
            raise CommandError(f"{unknown}\n{known}") from unknown
        started = monotonic()
        try:
            stored = load(
                source,
                lambda path: catalogue.with_our_words(parse(path)),
                file,
                by_name=options["by"],
                at=at,
                agreed_by_name=options["agreed_by"],
                dated=options["dated"],
            )
        except BadList as refused:
            raise CommandError(
                _("%(file)s was refused: %(reason)s Nothing was changed; what was in force stays in force.")
                % {"file": file.name, "reason": refused}
            ) from refused
        if isinstance(stored, ControlEdition):
            # So that the first to describe goods does not wait for it.
            prepare(stored.in_force_from, stored.list.code)
        self.stdout.write(self.style.SUCCESS(sentence(stored, monotonic() - started)))


def sentence(stored: ControlEdition | ControlTable, seconds: float) -> str:
    facts = {"list": name_of(stored.list), "label": stored.label, "seconds": f"{seconds:.1f}"}
    if isinstance(stored, ControlTable):
        words = _("%(list)s, %(kind)s of %(label)s is in force: %(rows)s rows, %(seconds)s s.")
        return words % {**facts, "kind": stored.get_kind_display(), "rows": stored.rows_count}
    words = _(
        "%(list)s, edition %(label)s, is in force: %(codes)s codes, %(provisions)s provisions, %(seconds)s s."
    )
    said = words % {**facts, "codes": stored.codes_count, "provisions": stored.provisions_count}
    if stored.headed_count:
        said += " " + _("%(count)s more stand below headings inside entries.") % {
            "count": stored.headed_count
        }
    return said
