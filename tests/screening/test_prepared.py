"""Statements of our own belong to Django's transaction and raise its errors."""

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction

from screening import prepared
from screening.prepared import fetch
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "SELECT $1::integer + 1"


def test_a_statement_is_prepared_once_for_a_connection():
    assert fetch(NUMBER, [1]) == [(2,)]
    assert fetch(NUMBER, [2]) == [(3,)]

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [NUMBER])
        assert cursor.fetchone() == (1,)


def test_what_a_statement_writes_is_undone_with_the_transaction():
    user = UserFactory()
    rename = "UPDATE licensing_user SET name = $1 WHERE id = $2 RETURNING name"

    with pytest.raises(DataError), transaction.atomic():
        assert fetch(rename, ["Another", user.pk]) == [("Another",)]
        fetch("SELECT 1 / $1::integer", [0])
    assert type(user).objects.get().name == user.name

    with transaction.atomic():
        fetch(rename, ["Another", user.pk])
    assert type(user).objects.get().name == "Another"


def test_a_statement_outlives_a_transaction_that_was_undone():
    fetch(NUMBER, [1])
    with pytest.raises(DataError), transaction.atomic():
        fetch("SELECT 1 / $1::integer", [0])

    with transaction.atomic():
        assert fetch(NUMBER, [4]) == [(5,)]


def test_a_statement_that_the_database_forgot_is_prepared_anew_at_once():
    fetch(NUMBER, [1])
    forget()

    assert fetch(NUMBER, [1]) == [(2,)]


def test_within_a_transaction_it_is_prepared_anew_the_next_time():
    fetch(NUMBER, [1])
    forget()

    with pytest.raises(ProgrammingError), transaction.atomic():
        fetch(NUMBER, [1])

    with transaction.atomic():
        assert fetch(NUMBER, [1]) == [(2,)]


def forget():
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def test_a_connection_that_is_gone_is_told_as_such_and_the_next_has_statements_of_its_own():
    fetch(NUMBER, [1])
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    with pytest.raises(OperationalError):
        fetch(NUMBER, [1])

    connection.close()
    assert fetch(NUMBER, [1]) == [(2,)]


def test_a_connection_s_statements_do_not_keep_it_alive_once_another_took_its_place():
    fetch(NUMBER, [1])
    first = connection.own_statements
    connection.close()
    fetch(NUMBER, [1])

    assert connection.own_statements is not first
    assert isinstance(connection.own_statements, prepared.Statements)
