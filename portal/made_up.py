"""Made-up licences in any number, for measuring. Every one says that it is made up.

They are written table by table, in batches, each table by one statement, by the application's own role: the
database's rules (two people decide, a licence follows an approval, never more than granted) hold for them as
for real ones.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from licensing.actions import accounts
from licensing.country import pack
from licensing.models import (
    Action,
    ApiScope,
    Application,
    ApplicationKind,
    ApplicationStatus,
    Decision,
    Event,
    GoodsLine,
    Licence,
    LicenceLine,
    Organisation,
    OrganisationKind,
    Outcome,
    Party,
    PartyKind,
    PartyRole,
    Recommendation,
    Role,
    TransportMode,
    User,
)

MARK = "DATOS INVENTADOS"  # stands in every name
BATCH = 1000  # a trigger looks through the batch for each of its decisions
LICENCES_PER_HOLDER = 50
GOODS = (
    (f"{MARK}: láser de corte de 4 kW", "845611", "6A005", "C62"),
    (f"{MARK}: trietanolamina en tambores", "292215", "1C350", "KGM"),
    (f"{MARK}: cámara de imagen térmica", "852589", "6A003", "C62"),
    (f"{MARK}: fibra de carbono de alto módulo", "681511", "1C010", "KGM"),
    (f"{MARK}: bomba con sellos múltiples", "841370", "2B350", "C62"),
)
DESTINATIONS = ["JP", "DE", "CL", "CO", "CR", "US", "KR", "NL"]


@dataclass(frozen=True, slots=True)
class People:
    """Those who act in made-up cases. None of them can sign in."""

    filer: User
    recommender: User
    decider: User


def make_licences(
    count: int, *, at: datetime, seed: int = 1, progress: Callable[[int], None] = lambda done: None
) -> list[str]:
    """Write `count` licences in force for a year, with one to five lines each. Return their references.

    `progress` hears how many are written after each batch. Raises RuntimeError in production.
    """
    if settings.PORTAL_ENV == "production":
        raise RuntimeError("Made-up licences have no place among real ones")
    made: list[str] = []
    while len(made) < count:
        made += _batch(len(made), min(BATCH, count - len(made)), at, seed)
        progress(len(made))
    return made


@transaction.atomic
def _batch(start: int, count: int, at: datetime, seed: int) -> list[str]:
    """Write the licences from number `start` on. What is the same in all rows of a table is told once, by an
    object; what differs is worked out by the database from a row of MADE."""
    _plan_for_many_rows()
    people, year = _people(at), pack().legal_day(at).year
    references = _references(pack().licence_reference, year, _numbers("licence_numbers", count))
    applications = _references(pack().application_reference, year, _numbers("application_numbers", count))
    holders = _holders(-(-count // LICENCES_PER_HOLDER), at)
    ids = [_numbers(f"{model._meta.db_table}_id_seq", count) for model in WITH_IDS]
    made = [DESTINATIONS, len(DESTINATIONS), holders, LICENCES_PER_HOLDER, applications, references, *ids]
    for same, source, more, differs in _tables(people, at):
        _insert(same, source, [*made, start, seed, *more], differs)
    return references


def _plan_for_many_rows() -> None:
    """Within a batch the database still takes tables for as empty as they were before it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL statement_timeout = 0")


WITH_IDS = (Application, Recommendation, Decision, Licence)
# A row for each licence, with dice thrown for what differs: the same for a seed.
MADE = """
(
    SELECT number, dice, (%s::text[])[1 + dice %% %s] AS destination,
        (%s::bigint[])[1 + (place - 1) / %s] AS holder_id, given.*
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
            WITH ORDINALITY AS given (
                application, licence, application_id, recommendation_id, decision_id, licence_id, place
            ),
        LATERAL (SELECT %s + place - 1 AS number) AS counted,
        LATERAL (SELECT abs(hashint8extended(number, %s) / 2) AS dice) AS thrown
) AS made
"""
# One to five lines, three on average, each of other goods.
GOODS_OF_MADE = f"""
{MADE}, generate_series(1, 1 + made.number %% 5) AS line,
LATERAL (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY
        AS kind (description, hs_code, control_code, unit, place)
    OFFSET (dice + line) %% {len(GOODS)} LIMIT 1
) AS kind
"""
LINES_OF_MADE = f"{MADE} JOIN licensing_goodsline AS goods USING (application_id)"
CHECK_CODE = "upper(left(md5(random()::text), 16))"


def _tables(people: People, at: datetime) -> Iterator[tuple[Model, str, list[Any], dict[str, str]]]:
    """Yield each table as a row with what is the same in all, where the rest comes from, further values for
    that, and the columns that differ, as SQL."""
    approved = {"outcome": Outcome.APPROVE, "reasons": MARK, "at": at}
    recommendation = Recommendation(**approved, months=12, by=people.recommender)
    decision = Decision(**approved, recommended_by=people.recommender, by=people.decider)
    event = Event(action=Action.APPROVE, by=people.decider, at=at, data={"reasons": MARK})
    application = {"application_id": "application_id"}
    yield (
        _application(people, at),
        MADE,
        [],
        {
            "id": "application_id",
            "reference": "application",
            "organisation_id": "holder_id",
            "destination": "destination",
        },
    )
    yield recommendation, MADE, [], {**application, "id": "recommendation_id"}
    yield decision, MADE, [], {**application, "id": "decision_id", "recommendation_id": "recommendation_id"}
    yield (
        _licence(at),
        MADE,
        [],
        {
            **application,
            "id": "licence_id",
            "decision_id": "decision_id",
            "holder_id": "holder_id",
            "reference": "licence",
            "check_code": CHECK_CODE,
        },
    )
    name = f"'{MARK}: destinatario ' || application"
    for role in (PartyRole.CONSIGNEE, PartyRole.END_USER):
        party = Party(role=role, kind=PartyKind.ORGANISATION)
        yield party, MADE, [], {**application, "name": name, "country": "destination"}
    yield (
        GoodsLine(currency="USD", origin="PA"),
        GOODS_OF_MADE,
        [list(column) for column in zip(*GOODS, strict=True)],
        {
            **application,
            **{name: f"kind.{name}" for name in ("description", "hs_code", "control_code", "unit")},
            "number": "line",
            "quantity": "100000 + dice %% (900000 - line)",
            "value": "100 + dice / 7 %% (9999900 - line)",
        },
    )
    yield LicenceLine(), LINES_OF_MADE, [], _granted()
    yield event, MADE, [], {**application, "licence_id": "licence_id"}


def _insert(same: Model, source: str, values: Sequence[Any], differs: dict[str, str]) -> None:
    """Write a row like `same` for each row of `source`."""
    told: dict[str, Any] = {}
    columns: dict[str, str] = {}
    for field in same._meta.concrete_fields:
        name, column = field.attname, str(field.column)
        if name in differs:
            columns[column] = differs[name]
        elif not field.primary_key:  # else the database gives it
            columns[column] = "%s"
            told[column] = field.get_db_prep_save(getattr(same, name), connection)
    names = ", ".join(map(connection.ops.quote_name, columns))
    query = f"INSERT INTO {same._meta.db_table} ({names}) SELECT {', '.join(columns.values())} FROM {source}"
    with connection.cursor() as cursor:
        cursor.execute(query, [*told.values(), *values])


def _granted() -> dict[str, str]:
    """Return how a line follows from the goods, as it does for a real licence."""
    names = {
        field.attname: f"goods.{field.attname}"
        for field in LicenceLine._meta.concrete_fields
        if field.attname in {of.attname for of in GoodsLine._meta.concrete_fields} - {"id"}
    }
    return {**names, "licence_id": "licence_id", "goods_id": "goods.id", "granted": "goods.quantity"}


def _references(form: str, year: int, numbers: Sequence[int]) -> list[str]:
    return [form.format(year=year, number=number) for number in numbers]


def _holders(count: int, at: datetime) -> list[int]:
    made = Organisation.objects.bulk_create(
        Organisation(
            kind=OrganisationKind.EXPORTER,
            name=f"{MARK}: exportadora {number}, S. A.",
            country="PA",
            created_at=at,
        )
        for number in range(1, count + 1)
    )
    return [holder.pk for holder in made]


def _people(at: datetime) -> People:
    """Return the three, made the first time they are needed."""
    company, _made = Organisation.objects.get_or_create(
        name=f"{MARK}: archivo", kind=OrganisationKind.EXPORTER, defaults={"country": "PA", "created_at": at}
    )
    roles = (Role.EXPORTER_FILER, Role.CASE_OFFICER, Role.DECIDING_OFFICER)
    return People(*(_person(role, company if role == Role.EXPORTER_FILER else None, at) for role in roles))


def _person(role: Role, organisation: Organisation | None, at: datetime) -> User:
    email = f"inventado-{role.value}@example.invalid"
    if known := User.objects.filter(email=email).first():
        return known
    return User.objects.create_user(
        email, name=f"{MARK}: {role.label}", role=role, organisation=organisation, created_at=at
    )


def _application(people: People, at: datetime) -> Application:
    return Application(
        kind=ApplicationKind.EXPORT,
        status=ApplicationStatus.APPROVED,
        own_reference=MARK,
        created_by=people.filer,
        created_at=at,
        saved_at=at,
        submitted_at=at,
        case_officer=people.recommender,
        dispatched_from="PA",
        transport_mode=TransportMode.SEA,
        port_of_loading=pack().ports[0].code,
        end_use=MARK,
    )


def _licence(at: datetime) -> Licence:
    first = pack().legal_day(at)
    last = first + timedelta(days=364)
    return Licence(
        valid_from=first,
        valid_to=last,
        starts_at=pack().start_of(first),
        ends_at=pack().end_of(last),
        conditions=[MARK],
        issued_at=at,
    )


def _numbers(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [number for (number,) in cursor.fetchall()]


def make_key(*, at: datetime) -> str:
    """Return the secret of a key for a made-up customs system, good for a day."""
    if settings.PORTAL_ENV == "production":
        raise RuntimeError("Made-up keys have no place in production")
    customs, _made = Organisation.objects.get_or_create(
        name=f"{MARK}: aduana", kind=OrganisationKind.CUSTOMS, defaults={"country": "PA", "created_at": at}
    )
    system = _person(Role.CUSTOMS_SYSTEM, customs, at)
    administrator = _person(Role.ADMINISTRATOR, None, at)
    _key, secret = accounts.make_key(
        system.pk,
        name=MARK,
        scopes=list(ApiScope.values),
        expires_at=at + timedelta(days=1),
        by=administrator,
        at=at,
    )
    return secret
