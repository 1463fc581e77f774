"""Which entries of a control list may describe goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import perf_counter

from screening.classification import explaining
from screening.classification.answers import Answer, Claim, Goods, Precedent, Reason, Suggestion
from screening.classification.corpus import documents
from screening.classification.index import EditionIndex
from screening.classification.words import words
from screening.codes import normalise_code
from screening.control.editions import in_force
from screening.control.wording import base
from screening.control_models import CatchAllRule, ControlEdition

EU_DUAL_USE = "eu-dual-use"
FAR = 20  # a code claimed that is not among the first so many is far from everything found


class NoEditionInForce(Exception):
    """No edition of the list is in force at the time asked for, so nothing can be said."""


@dataclass(frozen=True, slots=True)
class Found:
    place: int  # of the provision in the index
    score: float


def suggest(
    goods: Goods,
    *,
    at: datetime,
    language: str,
    list_code: str = EU_DUAL_USE,
    limit: int = 10,
    precedents: Sequence[Precedent] = (),
) -> Answer:
    """Return the entries of the edition in force at `at` that may describe the goods, the likeliest first.

    `language` is the reader's. Whoever asks sees to it that the reader may see the precedents.
    Raises NoEditionInForce.
    """
    started = perf_counter()
    edition = in_force(list_code, at)
    if edition is None:
        raise NoEditionInForce(f"No edition of {list_code} is in force at {at.isoformat()}")
    index = _index(edition.pk)
    asked = words(goods.text)
    found = [pair for pair in index.best(index.nodes.scores(dict.fromkeys(asked, 1.0))) if pair[1] > 0]
    most = found[0][1] if found else 1.0
    suggestions = tuple(
        _suggestion(index, place, score / most, frozenset(asked), language) for place, score in found[:limit]
    )
    return Answer(
        edition.pk,
        edition.label,
        suggestions,
        alarm=suggestions[0].score if suggestions else 0.0,
        may_be_listed=bool(suggestions),
        claims=_claims(goods, index, [index.documents[place].base for place, _score in found]),
        milliseconds=1000 * (perf_counter() - started),
        catch_all=_catch_all(edition, language),
    )


def _suggestion(
    index: EditionIndex, place: int, score: float, asked: frozenset[str], language: str
) -> Suggestion:
    document = index.documents[place]
    steps = explaining.path(index, document, language)
    shared = explaining.shared_words(steps, asked)
    return Suggestion(
        document.code,
        document.base,
        document.version_id,
        score,
        steps,
        reasons=(Reason("words", ", ".join(sorted(shared))),),
        words=shared,
        questions=explaining.questions(index, document, language),
    )


def _claims(goods: Goods, index: EditionIndex, bases: list[str]) -> tuple[Claim, ...]:
    claims = []
    for code in goods.claimed:
        top = base(normalise_code(code))
        place = bases.index(top) + 1 if top in bases else None
        claims.append(Claim(code, top in index.bases, place is None or place > FAR, place))
    return tuple(claims)


def _catch_all(edition: ControlEdition, language: str) -> tuple[str, ...]:
    rules = CatchAllRule.objects.filter(edition=edition, language=language).order_by("position")
    return tuple(rules.values_list("question", flat=True))


@lru_cache(maxsize=4)
def _index(edition_id: int) -> EditionIndex:
    return EditionIndex.of(documents(ControlEdition.objects.get(pk=edition_id)))
