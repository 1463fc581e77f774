"""Made-up amendments: of a licence that was replaced, and of one that waits for its decision. All data."""

from dataclasses import replace
from decimal import Decimal

from licensing.models import Outcome
from portal.demonstration import play
from portal.demonstration.story import (
    EDWIN,
    FIBRE,
    LASER,
    LENSES,
    LUCIA,
    ROSA,
    RUBEN,
    YADIRA,
    AmendmentCase,
    Step,
    departure,
    usage,
)

AMENDED: tuple[AmendmentCase, ...] = (
    AmendmentCase(
        YADIRA,
        36,
        "GB-4410",
        "De 480.5 a 720.5 kg: Bicicletas Irazú amplía su producción y necesita 60 carretes más.",
        (replace(FIBRE, quantity=Decimal("720.5"), value=Decimal("46784.00")),),
        (
            Step(35, "09:05", play.submit, YADIRA),
            Step(34, "10:20", play.take_on, EDWIN),
            Step(
                29,
                "14:30",
                play.recommend,
                EDWIN,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "El consumo comprobado de la fábrica justifica la cantidad adicional.",
                    "months": 6,
                    "conditions": [],
                },
            ),
            Step(26, "11:15", play.approve, RUBEN, {"reasons": "De acuerdo con la ampliación."}),
            usage(21, "09:44", "DMC-2026-107730", (1, "240.5", "KGM")),
            # written on a form while the port had no network
            departure(13, "10:02", "DMC-2026-109215", (1, "200", "KGM"), days_late=2),
            departure(7, "17:36", "DMC-2026-110348", (1, "60", "KGM")),  # more than remains: irregular
        ),
    ),
    AmendmentCase(
        ROSA,
        4,
        "CA-2026-038",
        "De 12 a 16 láseres: la planta de Kioto abre una segunda línea. Lo demás no cambia.",
        (replace(LASER, quantity=Decimal(16), value=Decimal("248000.00")), LENSES),
        (
            Step(4, "11:10", play.submit, ROSA),
            Step(3, "09:15", play.take_on, LUCIA),
            Step(
                1,
                "14:05",
                play.recommend,
                LUCIA,
                {
                    "outcome": Outcome.APPROVE,
                    "reasons": "Mismo usuario final y mismo uso; la segunda línea está documentada.",
                    "months": 12,
                    "conditions": [
                        "Confirmar la llegada a la planta de Kioto dentro de 30 días de cada embarque."
                    ],
                },
            ),
        ),
    ),
)
