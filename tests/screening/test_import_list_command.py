"""The command that imports a list says what it can import."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from screening.importers import PARSERS


def test_without_a_source_it_names_all_of_them(db):
    out = StringIO()

    call_command("import_list", stdout=out)

    assert [line.split()[0] for line in out.getvalue().splitlines()] == list(PARSERS)


def test_without_a_file_it_says_what_is_missing(db):
    with pytest.raises(CommandError, match="import_list SOURCE FILE"):
        call_command("import_list", "un-consolidated")
