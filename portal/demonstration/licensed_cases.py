"""Made-up applications that became licences, and what was written off them. All data."""

from licensing.models import ApplicationKind, Opinion, Outcome, PartyRole
from portal.demonstration import play
from portal.demonstration.story import (
    EDWIN,
    FIBRE,
    GABRIELA,
    LASER,
    LENSES,
    LUCIA,
    MARCELA,
    PUMPS,
    ROSA,
    RUBEN,
    YADIRA,
    Case,
    Somebody,
    Step,
    approved,
    usage,
)

LICENSED: tuple[Case, ...] = (
    Case(
        ROSA,
        98,
        ApplicationKind.EXPORT,
        "CA-2026-031",
        "CL",
        "PABLB",
        "Valparaíso",
        "sea",
        (LENSES,),
        (
            Somebody(PartyRole.CONSIGNEE, "Lentes del Mapocho Ltda.", "CL", "Santiago", "Av. Los Aromos 900"),
            Somebody(PartyRole.END_USER, "Clínica Oftálmica Los Aromos", "CL", "Santiago"),
        ),
        "Fabricación de lentes intraoculares en la planta de Santiago; sin otro destino.",
        (
            *approved(96, LUCIA, MARCELA, 1),
            usage(82, "08:15", "DUCA-2026-018812", (1, "150", "C62")),
            usage(75, "16:42", "DUCA-2026-019077", (1, "120", "C62")),
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
        (LASER, LENSES),
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
                    "reasons": "Uso civil comprobado, sin objeción; cantidad coherente con la planta.",
                    "months": 12,
                    "conditions": [
                        "Confirmar la llegada a la planta de Kioto dentro de 30 días de cada embarque."
                    ],
                },
            ),
            Step(62, "15:30", play.approve, MARCELA, {"reasons": "De acuerdo con la recomendación."}),
            usage(33, "07:58", "DUCA-2026-021340", (1, "4", "C62"), (2, "100", "C62")),
            usage(12, "13:20", "DUCA-2026-022906", (1, "3", "C62")),
            usage(5, "06:31", "DUCA-2026-023551", (1, "9", "C62")),  # more than remains: refused
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
        (FIBRE,),
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
            usage(40, "11:05", "DMC-2026-104411", (1, "240", "KGM")),
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
        (PUMPS,),
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
)
