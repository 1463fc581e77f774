"""The made-up applications: what is asked for, by whom, and how it went. All data, no code that runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from licensing.models import ApplicationKind, Judgement, Opinion, Outcome, PartyKind, PartyRole
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


def _approved(days: int, officer: str, decider: str, months: int, *conditions: str) -> tuple[Step, ...]:
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
                "reasons": "Usuario final civil conocido; uso declarado coherente con los bienes y la cantidad.",
                "months": months,
                "conditions": list(conditions),
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


def _usage(days: int, clock: str, declaration: str, *used: tuple[int, str, str]) -> Step:
    return Step(days, clock, play.record_usage, SYSTEM, {"declaration": declaration, "used": used})


_LASER = Goods(
    "Láser de fibra de onda continua, 2 kW, para corte de vidrio oftálmico",
    "845611",
    "6A005",
    Decimal(12),
    Decimal("186000.00"),
    "DE",
    manufacturer="Feinstrahl Werke GmbH",
    model="FS-2000",
)
_LENSES = Goods(
    "Ópticas de seleniuro de zinc, diámetro 50 mm",
    "900190",
    "6A004",
    Decimal(400),
    Decimal("52400.00"),
    "US",
    manufacturer="Prairie Infrared Inc.",
    model="ZS-50",
)
_ROUTERS = Goods(
    "Equipo de red con cifrado, 48 puertos",
    "851762",
    "5A002",
    Decimal(60),
    Decimal("138000.00"),
    "SG",
    manufacturer="Merlion Networks Pte",
    model="MN-48E",
)
_FIBRE = Goods(
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
_PUMPS = Goods(
    "Bomba centrífuga revestida de fluoropolímero, caudal 8 m³/h",
    "841381",
    "2B350",
    Decimal(8),
    Decimal("27600.00"),
    "IT",
    manufacturer="Pompe Lariane S.r.l.",
    model="PL-8F",
)
_CONVERTERS = Goods(
    "Convertidor de frecuencia, 0 a 1200 Hz, 5 kVA",
    "850440",
    "3A225",
    Decimal(30),
    Decimal("96000.00"),
    "CN",
    manufacturer="Donghu Drives",
    model="DH-1200",
)
_CAMERAS = Goods(
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

_CASES = (
    Case(
        ROSA,
        98,
        ApplicationKind.EXPORT,
        "CA-2026-031",
        "CL",
        "PABLB",
        "Valparaíso",
        "sea",
        (_LENSES,),
        (
            Somebody(PartyRole.CONSIGNEE, "Lentes del Mapocho Ltda.", "CL", "Santiago", "Av. Los Aromos 900"),
            Somebody(PartyRole.END_USER, "Clínica Oftálmica Los Aromos", "CL", "Santiago"),
        ),
        "Fabricación de lentes intraoculares en la planta de Santiago; sin otro destino.",
        (
            *_approved(96, LUCIA, MARCELA, 1),
            _usage(82, "08:15", "DUCA-2026-018812", (1, "150", "C62")),
            _usage(75, "16:42", "DUCA-2026-019077", (1, "120", "C62")),
        ),
    ),
    Case(
        ROSA,
        76,
        ApplicationKind.EXPORT,
        "CA-2026-038",
        "JP",
        "PABLB",
        "Kobe",
        "sea",
        (_LASER, _LENSES),
        (
            Somebody(PartyRole.CONSIGNEE, "Kobe Vidrio Óptico K.K.", "JP", "Kobe", "2-14 Minatojima"),
            Somebody(PartyRole.END_USER, "Kyoto Lens Works K.K.", "JP", "Kioto", "5 Fushimi-ku"),
            Somebody(PartyRole.CARRIER, "Naviera Bahía Larga", "PA", "Ciudad de Panamá"),
        ),
        "Corte y pulido de vidrio oftálmico en la planta de Kioto. Los equipos quedan instalados allí.",
        (
            Step(74, "09:12", play.submit, ROSA),
            Step(73, "10:40", play.take_on, LUCIA),
            Step(
                72,
                "11:15",
                play.consult,
                LUCIA,
                {
                    "body": "foreign-affairs",
                    "question": "¿Tiene objeción a la exportación de 12 láseres de 2 kW a Kioto?",
                },
            ),
            Step(
                67,
                "14:02",
                play.advise,
                GABRIELA,
                {"opinion": Opinion.NO_OBJECTION, "answer": "Sin objeción. Usuario final conocido."},
            ),
            Step(
                64,
                "09:50",
                play.recommend,
                LUCIA,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "Uso civil comprobado, Cancillería sin objeción, cantidad coherente con la planta.",
                    "months": 12,
                    "conditions": [
                        "Confirmar por escrito la llegada a la planta de Kioto dentro de 30 días de cada embarque."
                    ],
                },
            ),
            Step(62, "15:30", play.approve, MARCELA, {"reasons": "De acuerdo con la recomendación."}),
            _usage(33, "07:58", "DUCA-2026-021340", (1, "4", "C62"), (2, "100", "C62")),
            _usage(12, "13:20", "DUCA-2026-022906", (1, "3", "C62")),
            _usage(5, "06:31", "DUCA-2026-023551", (1, "9", "C62")),  # more than remains: refused
        ),
    ),
    Case(
        YADIRA,
        70,
        ApplicationKind.RE_EXPORT,
        "GB-4410",
        "CR",
        "PAMIT",
        "Limón",
        "sea",
        (_FIBRE,),
        (
            Somebody(PartyRole.CONSIGNEE, "Compuestos Irazú, S. A.", "CR", "Cartago"),
            Somebody(PartyRole.END_USER, "Bicicletas Irazú, S. A.", "CR", "Cartago"),
        ),
        "Cuadros de bicicleta. La fibra se consume por completo en la fábrica.",
        (
            Step(68, "08:50", play.submit, YADIRA),
            Step(66, "09:30", play.take_on, EDWIN),
            Step(
                61,
                "16:05",
                play.recommend,
                EDWIN,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "Fabricante de bicicletas con compras regulares y consumo comprobado.",
                    "months": 6,
                    "conditions": [],
                },
            ),
            Step(58, "10:10", play.approve, RUBEN, {"reasons": "De acuerdo."}),
            _usage(40, "11:05", "DMC-2026-104411", (1, "240", "KGM")),
            _usage(21, "09:44", "DMC-2026-107730", (1, "240.5", "KGM")),
        ),
    ),
    Case(
        YADIRA,
        60,
        ApplicationKind.RE_EXPORT,
        "GB-4432",
        "CO",
        "PACTB",
        "Cartagena",
        "sea",
        (_ROUTERS,),
        (
            Somebody(PartyRole.CONSIGNEE, "Redes del Magdalena S.A.S.", "CO", "Barranquilla"),
            Somebody(PartyRole.END_USER, "Cooperativa de Crédito La Sabana", "CO", "Bogotá"),
        ),
        "Red interna de 22 sucursales de la cooperativa.",
        (
            Step(58, "10:22", play.submit, YADIRA),
            Step(57, "11:00", play.take_on, LUCIA),
            Step(
                52,
                "09:15",
                play.recommend,
                LUCIA,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "Equipo de uso bancario corriente; usuario final con registro vigente.",
                    "months": 12,
                    "conditions": [],
                },
            ),
            Step(49, "14:40", play.approve, RUBEN, {"reasons": "De acuerdo."}),
            _usage(30, "10:18", "DMC-2026-105988", (1, "20", "C62")),
            Step(
                9,
                "08:35",
                play.suspend,
                MARCELA,
                {
                    "reasons": "Aduanas informa de un cambio de consignatario no declarado; se suspende hasta aclararlo."
                },
            ),
        ),
    ),
    Case(
        YADIRA,
        55,
        ApplicationKind.TRANSHIPMENT,
        "GB-4440",
        "DO",
        "PAMIT",
        "Caucedo",
        "sea",
        (_CAMERAS,),
        (
            Somebody(PartyRole.CONSIGNEE, "Térmica del Caribe, SRL", "DO", "Santo Domingo"),
            Somebody(PartyRole.END_USER, "Instaladora Térmica Quisqueya, SRL", "DO", "Santiago"),
        ),
        "Inspección de instalaciones eléctricas.",
        (
            Step(53, "09:05", play.submit, YADIRA),
            Step(52, "15:15", play.take_on, EDWIN),
            Step(
                47,
                "10:45",
                play.recommend,
                EDWIN,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "Cámaras de inspección industrial; cantidad razonable para la empresa.",
                    "months": 6,
                    "conditions": ["No se permite el cambio de usuario final."],
                },
            ),
            Step(45, "11:30", play.approve, MARCELA, {"reasons": "De acuerdo."}),
            Step(
                28,
                "08:20",
                play.suspend,
                RUBEN,
                {"reasons": "El usuario final declarado niega haber pedido los equipos."},
            ),
            Step(
                24,
                "16:00",
                play.revoke,
                MARCELA,
                {"reasons": "Confirmado: el certificado de usuario final no es auténtico."},
            ),
        ),
    ),
    Case(
        YADIRA,
        44,
        ApplicationKind.RE_EXPORT,
        "GB-4458",
        "AE",
        "PAMIT",
        "Jebel Ali",
        "sea",
        (_CONVERTERS,),
        (
            Somebody(PartyRole.CONSIGNEE, "Comercial Duna Azul FZE", "AE", "Sharjah"),
            Somebody(PartyRole.END_USER, "Duna Azul Talleres LLC", "AE", "Sharjah"),
        ),
        "Accionamiento de máquinas textiles.",
        (
            Step(42, "11:12", play.submit, YADIRA),
            Step(41, "09:00", play.take_on, EDWIN),
            Step(
                40,
                "10:30",
                play.consult,
                EDWIN,
                {
                    "body": "security",
                    "question": "¿Conoce al usuario final? Los convertidores alcanzan 1200 Hz.",
                },
            ),
            Step(
                36,
                "15:45",
                play.advise,
                HECTOR,
                {
                    "opinion": Opinion.OBJECTION,
                    "answer": "La dirección declarada es una oficina virtual; no hay taller textil.",
                },
            ),
            Step(
                33,
                "09:20",
                play.recommend,
                EDWIN,
                {
                    "outcome": Outcome.REFUSE,
                    "reasons": "Uso declarado no creíble y objeción fundada del Ministerio de Seguridad Pública.",
                    "months": None,
                    "conditions": [],
                },
            ),
            Step(
                30,
                "14:15",
                play.refuse,
                RUBEN,
                {"reasons": "El uso final declarado no pudo comprobarse y existe riesgo de desvío."},
            ),
        ),
    ),
    Case(
        ROSA,
        29,
        ApplicationKind.EXPORT,
        "CA-2026-052",
        "MX",
        "PAPTY",
        "Ciudad de México",
        "air",
        (_LENSES,),
        (
            Somebody(PartyRole.CONSIGNEE, "Óptica Anáhuac, S.A. de C.V.", "MX", "Toluca"),
            Somebody(PartyRole.END_USER, "Óptica Anáhuac, S.A. de C.V.", "MX", "Toluca"),
        ),
        "Reposición de lentes de máquinas propias.",
        (
            Step(27, "10:00", play.submit, ROSA),
            Step(25, "09:10", play.withdraw, ROSA),
        ),
    ),
    Case(
        ROSA,
        20,
        ApplicationKind.EXPORT,
        "CA-2026-055",
        "CR",
        "PAPCN",
        "Paso Canoas",
        "road",
        (_PUMPS,),
        (
            Somebody(PartyRole.CONSIGNEE, "Química del Pacífico Sur, S. A.", "CR", "Alajuela"),
            Somebody(PartyRole.END_USER, "Química del Pacífico Sur, S. A.", "CR", "Alajuela"),
        ),
        "Trasiego de ácido acético en una planta de etiquetas.",
        (
            Step(17, "09:25", play.submit, ROSA),
            Step(16, "10:15", play.take_on, LUCIA),
            Step(
                8,
                "11:40",
                play.recommend,
                LUCIA,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "Planta visitada por Aduanas en 2025; uso y cantidad coherentes.",
                    "months": 12,
                    "conditions": [],
                },
            ),
            Step(3, "09:35", play.approve, MARCELA, {"reasons": "De acuerdo con la recomendación."}),
        ),
    ),
    Case(
        YADIRA,
        26,
        ApplicationKind.RE_EXPORT,
        "GB-4471",
        "EC",
        "PACTB",
        "Guayaquil",
        "sea",
        (_CAMERAS,),
        (
            Somebody(PartyRole.CONSIGNEE, "Importadora Chimborazo Cía. Ltda.", "EC", "Guayaquil"),
            Somebody(PartyRole.END_USER, "Bomberos Voluntarios de Cotopaxi", "EC", "Latacunga"),
        ),
        "Búsqueda de personas en incendios.",
        (
            Step(24, "08:45", play.submit, YADIRA),
            Step(23, "09:20", play.take_on, EDWIN),
            Step(
                22,
                "10:00",
                play.consult,
                EDWIN,
                {"body": "security", "question": "¿Tiene objeción a 10 cámaras térmicas para bomberos?"},
            ),
            Step(
                4,
                "15:20",
                play.consult,
                EDWIN,
                {"body": "foreign-affairs", "question": "¿Hay restricciones para este destino?"},
            ),
        ),
    ),
    Case(
        YADIRA,
        15,
        ApplicationKind.RE_EXPORT,
        "GB-4480",
        "CL",
        "PACTB",
        "San Antonio",
        "sea",
        (_LASER,),
        (
            Somebody(PartyRole.CONSIGNEE, "Comercial Puerto Austral SpA", "CL", "Valparaíso"),
            Somebody(PartyRole.END_USER, "Quimera Láser Imaginario", "CL", "Puerto Quimera"),
        ),
        "Marcado de piezas metálicas.",
        (
            Step(13, "10:35", play.submit, YADIRA),
            Step(12, "11:10", play.take_on, LUCIA),
        ),
    ),
    Case(
        YADIRA,
        14,
        ApplicationKind.RE_EXPORT,
        "GB-4483",
        "NO",
        "PAMIT",
        "Oslo",
        "sea",
        (_FIBRE,),
        (
            Somebody(PartyRole.CONSIGNEE, "Fjellvik Handel AS", "NO", "Oslo"),
            Somebody(
                PartyRole.END_USER, "Evgeni Nesushchestvuyushchiy", "NO", "Tromsø", kind=PartyKind.PERSON
            ),
        ),
        "Construcción de un velero.",
        (
            Step(11, "09:55", play.submit, YADIRA),
            Step(10, "14:25", play.take_on, EDWIN),
            Step(
                6,
                "10:20",
                play.judge_all,
                EDWIN,
                {
                    "judgement": Judgement.SAME,
                    "reason": "Coinciden nombre, país y ciudad con la entrada de la lista.",
                },
            ),
            Step(
                2,
                "11:05",
                play.recommend,
                EDWIN,
                {
                    "outcome": Outcome.REFUSE,
                    "reasons": "El usuario final figura en una lista vigente.",
                    "months": None,
                    "conditions": [],
                },
            ),
        ),
    ),
    Case(
        ROSA,
        13,
        ApplicationKind.EXPORT,
        "CA-2026-058",
        "BR",
        "PAPTY",
        "São Paulo",
        "air",
        (_LASER,),
        (
            Somebody(PartyRole.CONSIGNEE, "Vidros Serra Alta Ltda.", "BR", "Campinas"),
            Somebody(PartyRole.END_USER, "Vidros Serra Alta Ltda.", "BR", "Campinas"),
        ),
        "Corte de vidrio para anteojos.",
        (
            Step(10, "09:15", play.submit, ROSA),
            Step(9, "10:30", play.take_on, LUCIA),
            Step(
                7,
                "15:50",
                play.request_information,
                LUCIA,
                {"question": "Indique la potencia exacta de los láseres y adjunte la ficha técnica."},
            ),
        ),
    ),
    Case(
        ROSA,
        12,
        ApplicationKind.EXPORT,
        "CA-2026-059",
        "ES",
        "PAPTY",
        "Madrid",
        "air",
        (_LENSES,),
        (
            Somebody(PartyRole.CONSIGNEE, "Óptica Ribera Alta, S.L.", "ES", "Zaragoza"),
            Somebody(PartyRole.END_USER, "Óptica Ribera Alta, S.L.", "ES", "Zaragoza"),
        ),
        "Montaje de equipos de diagnóstico de la vista.",
        (
            Step(9, "09:30", play.submit, ROSA),
            Step(8, "10:50", play.take_on, LUCIA),
            Step(
                1,
                "11:25",
                play.recommend,
                LUCIA,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "Fabricante de equipos médicos; uso civil comprobado.",
                    "months": 12,
                    "conditions": ["Los bienes no saldrán de la Unión Europea sin nuevo permiso."],
                },
            ),
        ),
    ),
    Case(
        YADIRA,
        5,
        ApplicationKind.TRANSIT,
        "GB-4490",
        "GT",
        "PACTB",
        "Puerto Barrios",
        "sea",
        (_ROUTERS,),
        (
            Somebody(PartyRole.CONSIGNEE, "Telemática Maya, S. A.", "GT", "Ciudad de Guatemala"),
            Somebody(PartyRole.END_USER, "Hospital General San Rafael", "GT", "Quetzaltenango"),
        ),
        "Red del hospital.",
        (Step(3, "16:10", play.submit, YADIRA),),
    ),
    Case(
        ROSA,
        4,
        ApplicationKind.EXPORT,
        "CA-2026-061",
        "KR",
        "PABLB",
        "Busan",
        "sea",
        (_LASER, _PUMPS),
        (
            Somebody(PartyRole.CONSIGNEE, "Haneul Optics Co., Ltd.", "KR", "Busan"),
            Somebody(PartyRole.END_USER, "Haneul Optics Co., Ltd.", "KR", "Busan"),
        ),
        "Nueva línea de lentes de contacto.",
        (Step(1, "08:55", play.submit, ROSA),),
    ),
    Case(
        ROSA,
        2,
        ApplicationKind.EXPORT,
        "CA-2026-062",
        "JP",
        "PABLB",
        "Kobe",
        "sea",
        (_LENSES,),
        (
            Somebody(PartyRole.CONSIGNEE, "Kobe Vidrio Óptico K.K.", "JP", "Kobe", "2-14 Minatojima"),
            Somebody(PartyRole.END_USER, "Kyoto Lens Works K.K.", "JP", "Kioto", "5 Fushimi-ku"),
        ),
        "Repuestos para las máquinas entregadas este año.",
    ),
    Case(
        YADIRA,
        1,
        ApplicationKind.RE_EXPORT,
        "GB-4495",
        "",
        "",
        "",
        "",
        (_PUMPS,),
        (),
        "",
        filled_in=False,
    ),
)

# Begun the longest ago comes first, so that references run with time.
CASES: tuple[Case, ...] = tuple(sorted(_CASES, key=lambda case: -case.days))
