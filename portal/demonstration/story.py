"""What a made-up application consists of, the goods that appear in several, and steps they share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from licensing.models import ApplicationKind, Outcome, PartyKind, PartyRole
from portal.demonstration import play

ROSA, YADIRA = "rosa@cerroazul.example", "yadira@garzablanca.example"
LUCIA, EDWIN = "lucia@istmo.example", "edwin@istmo.example"
MARCELA, RUBEN = "marcela@istmo.example", "ruben@istmo.example"
GABRIELA, HECTOR = "gabriela@exteriores.example", "hector@seguridad.example"
SYSTEM = "sistema@aduanas.example"


@dataclass(frozen=True, slots=True)
class Goods:
    description: str
    hs_code: str
    control_code: str
    quantity: Decimal
    value: Decimal
    origin: str
    unit: str = "C62"
    currency: str = "USD"
    manufacturer: str = ""
    model: str = ""
    serial_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Somebody:
    role: PartyRole
    name: str
    country: str
    city: str
    street: str = ""
    kind: PartyKind = PartyKind.ORGANISATION
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    days: int  # before today; a weekend day becomes the Friday before it
    clock: str  # hour and minute in the country
    act: Callable[..., None]
    by: str  # e-mail address
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    filer: str
    days: int  # when the draft was begun
    kind: ApplicationKind
    own_reference: str
    destination: str
    port: str
    arrival: str
    transport: str
    goods: tuple[Goods, ...]
    parties: tuple[Somebody, ...]
    end_use: str
    steps: tuple[Step, ...] = ()
    filled_in: bool = True  # False: the draft stops after the goods


@dataclass(frozen=True, slots=True)
class AmendmentCase:
    """An application to have a licence amended: all that its own application says, but for the goods."""

    filer: str
    days: int  # when the draft was begun
    amends: str  # own reference of the case whose licence is in force then
    changes: str
    goods: tuple[Goods, ...]  # of all lines, in their order
    steps: tuple[Step, ...]


def approved(days: int, officer: str, decider: str, months: int) -> tuple[Step, ...]:
    """Submit on the day `days` ago, and take the usual way to a licence within nine days."""
    return (
        Step(days, "09:40", play.submit, ROSA),
        Step(days - 1, "10:05", play.take_on, officer),
        Step(
            days - 6,
            "11:20",
            play.recommend,
            officer,
            {
                "outcome": Outcome.APPROVE,
                "reasons": "Usuario final civil conocido; uso coherente con los bienes y la cantidad.",
                "months": months,
                "conditions": [],
            },
        ),
        Step(
            days - 9,
            "15:10",
            play.approve,
            decider,
            {"reasons": "De acuerdo con la recomendación y con las condiciones propuestas."},
        ),
    )


def usage(days: int, clock: str, declaration: str, *used: tuple[int, str, str]) -> Step:
    return Step(days, clock, play.record_usage, SYSTEM, {"declaration": declaration, "used": used})


def departure(
    days: int, clock: str, declaration: str, gone: tuple[int, str, str], *, days_late: int = 0
) -> Step:
    """Report goods that left `days_late` before, without having been declared."""
    data = {"declaration": declaration, "gone": gone, "days_late": days_late}
    return Step(days, clock, play.depart, SYSTEM, data)


LASER = Goods(
    "Láser de fibra de onda continua, 2 kW, para corte de vidrio oftálmico",
    "845611",
    "6A005",
    Decimal(12),
    Decimal("186000.00"),
    "DE",
    manufacturer="Feinstrahl Werke GmbH",
    model="FS-2000",
)
LENSES = Goods(
    "Ópticas de seleniuro de zinc, diámetro 50 mm",
    "900190",
    "6A004",
    Decimal(400),
    Decimal("52400.00"),
    "US",
    manufacturer="Prairie Infrared Inc.",
    model="ZS-50",
)
ROUTERS = Goods(
    "Equipo de red con cifrado, 48 puertos",
    "851762",
    "5A002",
    Decimal(60),
    Decimal("138000.00"),
    "SG",
    manufacturer="Merlion Networks Pte",
    model="MN-48E",
)
FIBRE = Goods(
    "Fibra de carbono de módulo intermedio, carretes de 4 kg",
    "681511",
    "1C010",
    Decimal("480.5"),
    Decimal("31200.00"),
    "JP",
    unit="KGM",
    manufacturer="Setouchi Carbon",
    model="SC-T800",
)
PUMPS = Goods(
    "Bomba centrífuga revestida de fluoropolímero, caudal 8 m³/h",
    "841381",
    "2B350",
    Decimal(8),
    Decimal("27600.00"),
    "IT",
    manufacturer="Pompe Lariane S.r.l.",
    model="PL-8F",
)
CONVERTERS = Goods(
    "Convertidor de frecuencia, 0 a 1200 Hz, 5 kVA",
    "850440",
    "3A225",
    Decimal(30),
    Decimal("96000.00"),
    "CN",
    manufacturer="Donghu Drives",
    model="DH-1200",
)
CAMERAS = Goods(
    "Cámara termográfica sin refrigeración, 640 × 512",
    "900580",
    "6A003",
    Decimal(10),
    Decimal("74500.00"),
    "FR",
    manufacturer="Lumière Froide SA",
    model="LF-640",
    serial_numbers=("LF640-2201", "LF640-2202"),
)
