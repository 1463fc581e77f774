"""A search for entries that knows lasers only: what pages make of an answer needs no index over the list."""

from collections.abc import Callable
from typing import Any

from screening.classification.answers import Answer, Claim, Goods, Precedent, Reason, Step, Suggestion
from screening.control_models import ControlEdition

LASER = "Láser de corte de fibra de 4 kW"
FOUND = ("6A005", "2B001", "6C005", "6D003", "6E201", "7A002")


def knowing_lasers(edition: ControlEdition, **more: Any) -> Callable[..., Answer]:
    """Return a stand-in of `suggest`; `more` is said of each suggestion."""

    def suggest(
        goods: Goods, *, limit: int = 10, precedents: tuple[Precedent, ...] = (), **_how: Any
    ) -> Answer:
        codes = FOUND[:limit] if "áser" in goods.text else ()
        claims = tuple(Claim(code, code in FOUND, code not in FOUND) for code in goods.claimed)
        return Answer(
            edition.pk,
            edition.label,
            tuple(_suggestion(code, place, edition, **more) for place, code in enumerate(codes)),
            alarm=0.9 if codes else 0.1,
            may_be_listed=bool(codes),
            claims=claims,
            milliseconds=1.0,
            catch_all=("¿Sabe si servirán para armas?",),
        )

    return suggest


def _suggestion(code: str, place: int, edition: ControlEdition, **more: Any) -> Suggestion:
    version = edition.versions.get(code=code)
    said = {"reasons": (Reason("words", "láser"),), "words": frozenset({"Láseres"}), **more}
    return Suggestion(code, code, version.pk, 0.9 - place / 10, (Step(code, "Láseres <b> y óptica"),), **said)
