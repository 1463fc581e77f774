"""Two roles: the owner changes the schema, the application only reads and writes what it must.

`as_owner()` lets a command (migrate, prepare) work as the owner; `grant()` gives the application its
rights, table by table, every time migrations have run.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db import connection, connections

from portal.settings import database

APP_ROLE = settings.DATABASES["default"]["USER"]

# Rows of these are only ever added: no role but the owner could change one, and triggers stop the owner.
APPEND_ONLY = (
    "licensing.Event",
    "licensing.HitJudgement",
    "licensing.HitConfirmation",
    "licensing.Calibration",
    "licensing.ListRequest",
    "licensing.ListDecision",
    "licensing.ListAlarm",
    "licensing.EditionNotice",
    "licensing.GoodsAssessment",
    "licensing.SigningKey",
    "licensing.KeyRevocation",
    "licensing.KeyDecision",
    "licensing.Recommendation",
    "licensing.Decision",
    "licensing.Terms",
    "licensing.ShipmentLimit",
    "licensing.Usage",
    "licensing.LedgerEntry",
    "licensing.MessageId",
    "licensing.SurrenderRequest",
    "licensing.Irregularity",
    "licensing.Correction",
    "licensing.CorrectionConfirmation",
    "licensing.CorrectionRequest",
    "licensing.CorrectionRefusal",
    "licensing.LicenceChange",
    "licensing.Detention",
    "licensing.DetentionNote",
    "licensing.DetentionPhoto",
    "licensing.DetentionAnswer",
    "licensing.DetentionConfirmation",
    "licensing.DetentionReminder",
    "licensing.Reconciliation",
    "licensing.FormBlock",
    "licensing.StoredFile",
    "licensing.LicenceDocument",
    "licensing.ListSearch",
    "screening.ListedEntity",
    "screening.ListedName",
    "screening.ControlList",
    "screening.EditionFile",
    "screening.ControlEntry",
    "screening.EntryAlias",
    "screening.EntryVersion",
    "screening.EntryText",
    "screening.EntryNote",
    "screening.EntryRegime",
    "screening.Substance",
    "screening.Threshold",
    "screening.LicenceRequirement",
    "screening.CatchAllRule",
    "screening.HsCorrelation",
    "screening.ChartCell",
    "screening.CountryGroupMember",
    "screening.WatchedGoods",
)

# Rows of these are never changed, but go: with a part of a draft, or when they are over.
UNCHANGED = (
    "licensing.GoodsSuggestion",
    "licensing.GoodsCheck",
    "licensing.AmendedLine",
    "licensing.PossibleListing",
    "licensing.AccessToken",
)

# Rows of these may be deleted: what is still a draft, what is replaced by a newer one or over, and what the
# session and sign-in libraries tidy up.
DELETABLE = (
    "licensing.GoodsLine",
    "licensing.AmendedLine",
    "licensing.GoodsSuggestion",
    "licensing.GoodsCheck",
    "licensing.PossibleListing",
    "licensing.Party",
    "licensing.LookAlike",
    "licensing.Document",
    "licensing.StatusSnapshot",
    "licensing.AccessToken",
    "sessions.Session",
    "usersessions.UserSession",
    "mfa.Authenticator",
    "account.EmailAddress",
    "account.EmailConfirmation",
)


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the owner of the database within the block."""
    wrapper = connections["default"]
    before = wrapper.settings_dict
    wrapper.close()
    owner = database(settings.DATABASE_OWNER_URL) if settings.DATABASE_OWNER_URL else before
    wrapper.settings_dict = {**before, **{key: owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}}
    # A migration may take its time; the limits are for requests.
    wrapper.settings_dict["OPTIONS"] = {**before["OPTIONS"], "options": "-c lock_timeout=30000"}
    try:
        yield
    finally:
        wrapper.close()
        wrapper.settings_dict = before


def grant() -> None:
    """Give the application's role what it needs and nothing more. Call it as the owner."""
    role = connection.ops.quote_name(APP_ROLE)
    unchanged, deletable = _tables(APPEND_ONLY + UNCHANGED), _tables(DELETABLE)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in connection.introspection.table_names(cursor):
            rights = ["SELECT", "INSERT"]
            rights += [] if table in unchanged else ["UPDATE"]
            rights += ["DELETE"] if table in deletable else []
            if table == "django_migrations":
                rights = ["SELECT"]
            cursor.execute(f"GRANT {', '.join(rights)} ON {connection.ops.quote_name(table)} TO {role}")


def _tables(labels: tuple[str, ...]) -> set[str]:
    return {apps.get_model(label)._meta.db_table for label in labels}
