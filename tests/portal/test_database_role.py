"""The role the portal works as: it owns nothing, changes no table, and only adds to what must stay."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from licensing.models import Action, Event
from portal.database import APPEND_ONLY, DELETABLE, UNCHANGED, as_owner
from tests.factories import DecisionFactory, RecommendationFactory, UserFactory

ROLE = "portal_app"
TABLES = {label: apps.get_model(label)._meta.db_table for label in APPEND_ONLY}


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def is_refused(statement):
    """Try a statement by itself and say whether the database refused it for want of a right."""
    with transaction.atomic():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:
            return error.__cause__.sqlstate in ("42501",)  # insufficient_privilege
    return False


def rights(table):
    wanted = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    return {
        right for right in wanted if ask("SELECT has_table_privilege(%s, %s, %s)", ROLE, table, right)[0][0]
    }


def test_tests_work_as_that_role(db):
    assert ask("SELECT current_user") == [(ROLE,)]


def test_it_is_nobody_special(db):
    (row,) = ask(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname = %s",
        ROLE,
    )
    assert not any(row)


def test_it_is_a_member_of_no_role(db):
    assert ask("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", ROLE) == []


@pytest.mark.parametrize(
    ("catalog", "column"),
    [
        ("pg_class", "relowner"),
        ("pg_proc", "proowner"),
        ("pg_namespace", "nspowner"),
        ("pg_database", "datdba"),
    ],
)
def test_it_owns_nothing(db, catalog, column):
    assert ask(f"SELECT oid::text FROM {catalog} WHERE {column} = %s::regrole", ROLE) == []


def test_it_may_not_make_things_here(db):
    assert ask("SELECT has_schema_privilege(%s, 'public', 'CREATE')", ROLE) == [(False,)]
    assert ask("SELECT has_database_privilege(%s, current_database(), 'CREATE')", ROLE) == [(False,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE licensing_application ADD COLUMN more int",
        "ALTER TABLE licensing_event DISABLE TRIGGER ALL",
        "DROP TABLE licensing_event",
        "DROP TRIGGER rows_are_only_added ON licensing_event",
        "TRUNCATE licensing_event",
        "TRUNCATE licensing_application CASCADE",
        "SET session_replication_role = replica",
        "SET ROLE portal_owner",
        "COPY licensing_user TO PROGRAM 'cat'",
        "UPDATE django_migrations SET name = name",
    ],
)
def test_what_it_must_not_do_is_refused(db, statement):
    assert is_refused(statement), statement


def test_no_table_may_be_emptied_or_given_triggers(db):
    for (table,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        assert not rights(table) & {"TRUNCATE", "REFERENCES", "TRIGGER"}, table


@pytest.mark.parametrize("label", APPEND_ONLY)
def test_what_happened_can_only_be_read_and_added_to(db, label):
    assert rights(TABLES[label]) == {"SELECT", "INSERT"}


@pytest.mark.parametrize("label", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_changing_it_is_refused(db, label, statement):
    assert is_refused(statement.format(TABLES[label]))


@pytest.mark.parametrize("label", UNCHANGED)
def test_what_goes_with_a_draft_is_not_changed_before(db, label):
    table = apps.get_model(label)._meta.db_table

    assert rights(table) == {"SELECT", "INSERT", "DELETE"}
    assert is_refused(f"UPDATE {table} SET id = id")


def test_only_drafts_parts_and_log_ins_can_be_deleted(db):
    deletable = {
        table
        for (table,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        if "DELETE" in rights(table)
    }

    assert deletable == {apps.get_model(label)._meta.db_table for label in DELETABLE}


def test_events_decisions_and_the_ledger_are_among_what_stays():
    assert {
        "licensing.Event",
        "licensing.Recommendation",
        "licensing.Decision",
        "licensing.Usage",
        "licensing.LedgerEntry",
        "licensing.LicenceDocument",
    } <= set(APPEND_ONLY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE licensing_event SET at = at",
        "DELETE FROM licensing_event",
        "TRUNCATE licensing_event CASCADE",
        "UPDATE licensing_decision SET reasons = 'other'",
        "DELETE FROM licensing_recommendation",
    ],
)
def test_triggers_refuse_even_the_owner(statement):
    at, user = timezone.now(), UserFactory()
    Event.objects.create(account=user, action=Action.INVITE, at=at)
    DecisionFactory()
    RecommendationFactory()

    with as_owner():
        assert ask("SELECT current_user") == [("portal_owner",)]
        with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
            cursor.execute(statement)

    assert refused.value.__cause__.sqlstate == "23001"  # restrict_violation, by our trigger
    assert ask("SELECT current_user") == [(ROLE,)]


def test_the_owner_is_not_who_the_portal_connects_as():
    assert settings.DATABASES["default"]["USER"] == ROLE
    assert ROLE not in settings.DATABASE_OWNER_URL
