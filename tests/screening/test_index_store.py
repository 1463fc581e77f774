import fcntl

import pytest

from screening import index_store
from screening.matcher import Subject

LISTED = [(1, Subject(("Leonor Sombra",)))]


@pytest.fixture
def folder(tmp_path, settings):
    settings.SCREENING_INDEX_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def listed():
    def listed():
        listed.asked += 1
        return LISTED

    listed.asked = 0
    return listed


def folders(where):
    return [path for path in where.iterdir() if path.is_dir()]


def test_the_first_builds_and_the_others_find_it(folder, listed):
    for _ in range(3):
        assert 1 in index_store.get("versions 1 and 2", listed).candidates(Subject(("Leonor Sombra",)), 70)

    assert listed.asked == 1
    assert len(folders(folder)) == 1


def test_other_lists_are_another_index(folder, listed):
    index_store.get("version 1", listed)
    index_store.get("version 2", listed)

    assert listed.asked == 2


def test_other_code_is_another_index(folder, listed, monkeypatch):
    index_store.get("version 1", listed)
    monkeypatch.setattr(index_store, "code", lambda: "a newer release")
    index_store.get("version 1", listed)

    assert listed.asked == 2


def test_only_the_newest_folders_are_kept(folder, listed):
    for version in range(6):
        index_store.get(f"version {version}", listed)

    assert len(folders(folder)) == index_store.FOLDERS_KEPT


def test_without_a_folder_it_lives_in_the_process(settings, listed):
    settings.SCREENING_INDEX_FOLDER = None
    index_store.get("version 1", listed)
    index_store.get("version 1", listed)

    assert listed.asked == 2


def test_whoever_builds_keeps_nobody_waiting_for_what_is_built(folder, listed):
    index_store.get("version 1", listed)

    with (folder / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        index_store.get("version 1", listed)

    assert listed.asked == 1
