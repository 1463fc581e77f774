"""Write the edition in force of a control list in our own form: manage.py export_control_list LIST FILE."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from screening.control.drafts import draft_of
from screening.control.editions import in_force
from screening.control.neutral import as_csv, as_json, write_workbook


class Command(BaseCommand):
    help = "Write a control list in our own form: CSV or XLSX by the end of the name, JSON lines else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("list", help="eu-dual-use, us-ccl or the code of another list")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        edition = in_force(options["list"], timezone.now())
        if edition is None:
            raise CommandError(_("No edition of %(list)s is in force.") % {"list": options["list"]})
        if options["file"].suffix == ".xlsx":
            write_workbook(draft_of(edition), options["file"])
            return
        write = as_csv if options["file"].suffix == ".csv" else as_json
        with options["file"].open("w", encoding="utf-8", newline="") as file:
            file.writelines(write(draft_of(edition)))
