"""Nobody who describes goods waits for the index over a list: it is built before."""

from django.db import DatabaseError
from django.utils import timezone

from licensing import schedule
from portal import warming
from screening import classification
from screening.control import catalogue


def built(monkeypatch) -> list[str]:
    codes: list[str] = []
    monkeypatch.setattr(classification.suggesting, "_index", lambda edition: codes.append(edition.list.code))
    return codes


def test_the_web_server_has_every_list_in_force_ready(db, monkeypatch):
    catalogue.load(by_name="Prueba", at=timezone.now())
    codes = built(monkeypatch)
    monkeypatch.setattr(warming.connection, "close", lambda: None)

    warming.warm()

    assert codes == [catalogue.LIST]


def test_a_database_that_is_not_there_keeps_no_server_from_starting(db, monkeypatch):
    def fail(_at):
        raise DatabaseError("none")

    monkeypatch.setattr(classification, "prepare_all", fail)
    monkeypatch.setattr(warming.connection, "close", lambda: None)

    warming.warm()


def test_the_clock_has_a_new_edition_ready(db, monkeypatch):
    catalogue.load(by_name="Prueba", at=timezone.now())
    codes = built(monkeypatch)

    schedule.tell_of_new_editions()

    assert codes == [catalogue.LIST]
