"""Both languages, always: a string without its Spanish fails here."""

import ast
import os
import shutil
import string
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from portal.management.commands.translations import CATALOGUE, lacking

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Return the catalogue as collecting the strings of today would leave it, without touching ours."""
    copy = tmp_path_factory.mktemp("sources")
    for folder in ("portal", "licensing", "screening", "templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", copy)
    code = (
        "import django; django.setup();from portal.management.commands.translations import collect; collect()"
    )
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    subprocess.run([sys.executable, "-c", code], cwd=copy, env=environment, check=True)
    return copy / CATALOGUE


def test_every_string_has_its_spanish(collected):
    assert lacking(collected) == []


def test_the_catalogue_holds_no_string_that_is_gone(collected):
    ours = {entry.msgid for entry in polib.pofile(str(ROOT / CATALOGUE))}

    assert ours - {entry.msgid for entry in polib.pofile(str(collected))} == set()


TRANSLATES = {"_", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy"}


def called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def sayings_inside_f_strings(source):
    """Return the lines where words to translate stand within an f-string, where collecting misses them."""
    return [
        inner.lineno
        for joined in ast.walk(ast.parse(source))
        if isinstance(joined, ast.JoinedStr)
        for inner in ast.walk(joined)
        if isinstance(inner, ast.Call) and called(inner) in TRANSLATES
    ]


def test_no_string_to_translate_hides_in_an_f_string():
    assert sayings_inside_f_strings("x = f\"{gettext('Hidden')} {day}\"") == [1]

    hidden = {
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("portal", "licensing", "screening")
        for path in (ROOT / folder).rglob("*.py")
        for line in sayings_inside_f_strings(path.read_text())
    }
    assert hidden == set()


def names_in(text):
    """Return the variables of a %-format, so that none is lost or misspelt in translation."""
    found = set()
    for part in text.split("%(")[1:]:
        name, _bracket, rest = part.partition(")")
        assert rest[:1] in string.ascii_letters, text
        found.add(name)
    return found


def test_translations_keep_the_variables_of_their_strings():
    for entry in polib.pofile(str(ROOT / CATALOGUE)):
        for translated in [entry.msgstr, *entry.msgstr_plural.values()]:
            if translated:
                assert names_in(translated) <= names_in(entry.msgid) | names_in(entry.msgid_plural), (
                    entry.msgid
                )


def test_a_plural_says_how_many_where_its_string_does():
    for entry in polib.pofile(str(ROOT / CATALOGUE)):
        for number, translated in entry.msgstr_plural.items():
            if number and translated:
                assert names_in(entry.msgid_plural) <= names_in(translated), entry.msgid_plural
