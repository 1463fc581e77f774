"""Made-up licences in any number, for measuring. Every one says that it is made up.

They are written table by table, in batches, by the application's own role: the database's rules (two people
decide, a licence follows an approval, never more than granted) hold for them as for real ones.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction

from licensing import references
from licensing.actions import accounts
from licensing.actions.decisions import granting
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
BATCH = 1000
LICENCES_PER_HOLDER = 50
GOODS = (
    ("Láser de corte de 4 kW", "845611", "6A005", "C62"),
    ("Trietanolamina en tambores", "292215", "1C350", "KGM"),
    ("Cámara de imagen térmica", "852589", "6A003", "C62"),
    ("Fibra de carbono de alto módulo", "681511", "1C010", "KGM"),
    ("Bomba con sellos múltiples", "841370", "2B350", "C62"),
)
DESTINATIONS = ("JP", "DE", "CL", "CO", "CR", "US", "KR", "NL")


@dataclass(frozen=True, slots=True)
class People:
    """Those who act in made-up cases. None of them can sign in."""

    filer: User
    recommender: User
    decider: User


def make_licences(
    count: int, *, at: datetime, seed: int = 1, progress: Callable[[int], None] = lambda done: None
) -> list[str]:
    """Write `count` licences in force for a year, with one to four lines each. Return their references.

    `progress` hears how many are written after each batch. Raises RuntimeError in production.
    """
    if settings.PORTAL_ENV == "production":
        raise RuntimeError("Made-up licences have no place among real ones")
    chance = random.Random(seed)
    made: list[str] = []
    while len(made) < count:
        made += _batch(min(BATCH, count - len(made)), at, chance)
        progress(len(made))
    return made


@transaction.atomic
def _batch(count: int, at: datetime, chance: random.Random) -> list[str]:
    people = _people(at)
    applications = Application.objects.bulk_create(_applications(count, people, at, chance))
    goods = GoodsLine.objects.bulk_create(
        line for application in applications for line in _goods(application, chance)
    )
    Party.objects.bulk_create(party for application in applications for party in _parties(application))
    recommendations = Recommendation.objects.bulk_create(
        Recommendation(
            application=application,
            outcome=Outcome.APPROVE,
            reasons=MARK,
            months=12,
            by=people.recommender,
            at=at,
        )
        for application in applications
    )
    decisions = Decision.objects.bulk_create(
        Decision(
            application=recommendation.application,
            recommendation=recommendation,
            recommended_by=people.recommender,
            outcome=Outcome.APPROVE,
            reasons=MARK,
            by=people.decider,
            at=at,
        )
        for recommendation in recommendations
    )
    licences = Licence.objects.bulk_create(_licences(decisions, at))
    _lines(licences, goods)
    Event.objects.bulk_create(
        Event(
            application=licence.application,
            licence=licence,
            action=Action.APPROVE,
            by=people.decider,
            at=at,
            data={"reasons": MARK},
        )
        for licence in licences
    )
    return [licence.reference for licence in licences]


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


def _applications(count: int, people: People, at: datetime, chance: random.Random) -> list[Application]:
    holders = Organisation.objects.bulk_create(
        Organisation(
            kind=OrganisationKind.EXPORTER,
            name=f"{MARK}: exportadora {chance.randrange(10**6):06}, S. A.",
            country="PA",
            created_at=at,
        )
        for _ in range(-(-count // LICENCES_PER_HOLDER))
    )
    numbers = _numbers("application_numbers", count)
    return [
        Application(
            reference=pack().application_reference.format(year=pack().legal_day(at).year, number=number),
            organisation=holders[index // LICENCES_PER_HOLDER],
            kind=ApplicationKind.EXPORT,
            status=ApplicationStatus.APPROVED,
            own_reference=MARK,
            created_by=people.filer,
            created_at=at,
            saved_at=at,
            submitted_at=at,
            case_officer=people.recommender,
            dispatched_from="PA",
            destination=chance.choice(DESTINATIONS),
            transport_mode=TransportMode.SEA,
            port_of_loading=pack().ports[0].code,
            end_use=MARK,
        )
        for index, number in enumerate(numbers)
    ]


def _goods(application: Application, chance: random.Random) -> list[GoodsLine]:
    return [
        GoodsLine(
            application=application,
            number=number,
            description=f"{MARK}: {description}",
            hs_code=hs_code,
            control_code=control_code,
            quantity=Decimal(chance.randrange(100_000, 1_000_000)),
            unit=unit,
            value=Decimal(chance.randrange(100, 10**7)),
            currency="USD",
            origin="PA",
        )
        for number, (description, hs_code, control_code, unit) in enumerate(
            chance.sample(GOODS, chance.randint(1, 4)), start=1
        )
    ]


def _parties(application: Application) -> list[Party]:
    return [
        Party(
            application=application,
            role=role,
            kind=PartyKind.ORGANISATION,
            name=f"{MARK}: destinatario {application.reference}",
            country=application.destination,
        )
        for role in (PartyRole.CONSIGNEE, PartyRole.END_USER)
    ]


def _licences(decisions: Sequence[Decision], at: datetime) -> list[Licence]:
    first = pack().legal_day(at)
    last = first + timedelta(days=364)
    numbers = _numbers("licence_numbers", len(decisions))
    return [
        Licence(
            application=decision.application,
            decision=decision,
            holder_id=decision.application.organisation_id,
            reference=pack().licence_reference.format(year=first.year, number=number),
            check_code=references.new_check_code(),
            valid_from=first,
            valid_to=last,
            starts_at=pack().start_of(first),
            ends_at=pack().end_of(last),
            conditions=[MARK],
            issued_at=at,
        )
        for decision, number in zip(decisions, numbers, strict=True)
    ]


def _lines(licences: Sequence[Licence], goods: Sequence[GoodsLine]) -> None:
    licence_of = {licence.application_id: licence for licence in licences}
    LicenceLine.objects.bulk_create(granting(licence_of[line.application_id], line) for line in goods)


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
