"""An import can be followed while it runs and is on record afterwards, however it went."""

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from screening import imports
from screening.imports import UnderWay
from screening.index import NameIndex
from screening.matcher import Subject
from screening.models import ImportRun, ImportRunState, ListVersion
from screening.search import find_matches, forget_indexes
from screening.tasks import import_file
from tests.conftest import renamed
from tests.factories import NOON
from tests.screening.files import un_person, un_text, written

PEOPLE = [un_person(number, f"FANTASIA QUIMERA {number}") for number in range(1, 11)]


@pytest.fixture
def good(db, tmp_path):
    return written(tmp_path, un_text(*PEOPLE), "good.xml")


@pytest.fixture
def broken(db, tmp_path):
    return written(tmp_path, un_text(*PEOPLE)[:-40], "broken.xml")


def asked(path, source="un-consolidated"):
    return imports.ask(source, path, by_name="Ana Quimera", at=NOON, file_name="la lista.xml")


def test_a_run_waits_until_it_is_carried_out(good):
    run = asked(good)

    assert (run.state, run.percent, str(run.message)) == (ImportRunState.WAITING, 0, "")


def test_a_good_file_ends_in_a_version(good):
    run = imports.carry_out(asked(good).pk, at=NOON)
    run.refresh_from_db()

    assert (run.state, run.percent, run.message) == (ImportRunState.DONE, 100, "")
    assert run.version == ListVersion.objects.get()
    assert run.version.imported_by_name == "Ana Quimera"
    assert run.started_at == NOON
    assert run.finished_at


def test_a_refused_file_is_on_record_with_its_reason_in_the_readers_language(broken):
    run = imports.carry_out(asked(broken).pk, at=NOON)
    run.refresh_from_db()

    assert (run.state, run.refusal, run.version) == (ImportRunState.REFUSED, "cut-off", None)
    assert run.finished_at
    with translation.override("en"):
        assert "ends too early, at line" in run.message


def test_an_unknown_source_is_a_refusal_too(good):
    run = imports.carry_out(asked(good, source="nowhere").pk, at=NOON)

    assert run.refusal == "unknown-source"


def test_a_run_is_carried_out_once_however_often_it_is_asked(good):
    run = asked(good)

    import_file(run.pk)
    import_file(run.pk)

    run.refresh_from_db()
    assert run.state == ImportRunState.DONE
    assert ListVersion.objects.count() == 1


def test_a_refused_run_is_not_tried_again(broken, tmp_path):
    run = imports.carry_out(asked(broken).pk, at=NOON)
    written(tmp_path, un_text(*PEOPLE), "broken.xml")

    import_file(run.pk)

    run.refresh_from_db()
    assert run.state == ImportRunState.REFUSED
    assert not ListVersion.objects.exists()


def test_a_failure_nobody_foresaw_is_on_record_and_raised_and_can_be_repeated(good):
    run = asked(good)

    def power_cut(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imports.carry_out(run.pk, at=NOON, progress=power_cut)
    run.refresh_from_db()
    assert run.state == ImportRunState.FAILED

    assert imports.carry_out(run.pk, at=NOON).state == ImportRunState.DONE


def test_progress_can_be_read_while_the_file_is_checked(db, tmp_path):
    long = f"<COMMENTS1>{'Made up. ' * 2000}</COMMENTS1>"
    people = [un_person(number, f"PERSON {number}", inside=long) for number in range(60)]
    run = asked(written(tmp_path, un_text(*people)))
    seen = []

    imports.carry_out(
        run.pk, at=NOON, progress=lambda _done, _total: seen.append(ImportRun.objects.get(pk=run.pk).percent)
    )

    assert seen == sorted(seen)
    assert len(set(seen)) > 10


def command(*args):
    out = StringIO()
    with translation.override("en"):
        call_command("import_list", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_tells_what_is_in_force_now(good):
    assert "of 2026-02-01 is in force: 10 parties, 10 names" in command("un-consolidated", str(good))


def test_the_command_tells_when_the_file_was_in_force_already(good):
    command("un-consolidated", str(good))

    assert "is in force already" in command("un-consolidated", str(good))


def test_the_command_fails_with_the_reason_and_leaves_what_is_in_force(good, broken):
    command("un-consolidated", str(good))

    with pytest.raises(CommandError, match=r"broken.xml was refused: .*too early.*stays in force"):
        command("un-consolidated", str(broken))

    assert ListVersion.objects.get().in_force_to is None
    assert ImportRun.objects.filter(state="refused").count() == 1


def test_the_command_lists_the_sources_it_knows(good):
    with pytest.raises(CommandError, match=r"(?s)nowhere.*un-consolidated +United Nations.*ofac-sdn"):
        command("nowhere", str(good))


def test_a_file_that_shrank_is_refused_at_the_command_and_kept_for_two_people_to_look_at(good, tmp_path):
    command("un-consolidated", str(good))
    shorter = written(tmp_path, un_text(*PEOPLE[:5], dated="2026-02-02"), "shorter.xml")

    with pytest.raises(CommandError, match="needs two administrators"):
        command("un-consolidated", str(shorter))

    kept = Path(ImportRun.objects.get(state="refused").path)
    assert kept.parent == settings.SCREENING_FOLDER
    assert kept.read_bytes() == shorter.read_bytes()


def test_a_run_that_somebody_carries_out_is_left_to_them(good):
    run = asked(good)

    with psycopg.connect(connection_url()) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"import-run:{run.pk}"])
        with pytest.raises(UnderWay):
            imports.carry_out(run.pk, at=NOON)
        import_file(run.pk)

    run.refresh_from_db()
    assert run.state == ImportRunState.WAITING


def connection_url():
    return renamed(os.environ["DATABASE_ADMIN_URL"], settings.DATABASES["default"]["NAME"])


def test_what_was_asked_of_an_import_stays(good):
    run = asked(good)

    with pytest.raises(IntegrityError, match="stays as it was asked"), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(source="ofac-sdn")


def test_an_import_asked_for_earlier_counts_from_when_it_runs(good):
    run = asked(good)
    later = NOON + timedelta(minutes=5)

    run = imports.carry_out(run.pk, at=later)

    assert run.version.in_force_from == later


def test_whoever_asks_after_an_import_finds_the_index_ready(good, settings, tmp_path, monkeypatch):
    settings.SCREENING_INDEX_FOLDER = tmp_path / "index"
    forget_indexes()
    imports.carry_out(asked(good).pk, at=NOON)
    monkeypatch.setattr(NameIndex, "of", lambda listed: pytest.fail("whoever asked had to build the index"))

    found = find_matches(Subject(("FANTASIA QUIMERA 3",)), at=NOON)

    assert [match.entity.primary_name for match in found][0] == "FANTASIA QUIMERA 3"
