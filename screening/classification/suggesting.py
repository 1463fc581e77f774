"""Which entries of a control list may describe goods."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from threading import Lock
from time import perf_counter

from screening.classification import explaining, index_store
from screening.classification.alarm import CERTAIN, THRESHOLD, alarm
from screening.classification.answers import Answer, Claim, Goods, Precedent
from screening.classification.corpus import documents
from screening.classification.index import EditionIndex
from screening.classification.precedents import Near, near, worths
from screening.classification.query import query
from screening.classification.ranking import Candidate, rank
from screening.classification.thresholds import compare
from screening.codes import normalise_code
from screening.control.editions import in_force
from screening.control.wording import base, cas_numbers
from screening.control_models import CatchAllRule, ControlEdition, ControlTable, HsCorrelation

EU_DUAL_USE = "eu-dual-use"
FAR = 15  # a code claimed that is not among the first so many is far from everything found
LEAST = 0.15  # what is found with less has next to nothing in common with the goods
CLOSE = 5  # among so many a code is looked for that an edition added
NEAREST = 3  # among so many a number or a claim is borne out
SHORTEST_HS = 4
INDEXES_KEPT = 6  # in one process: the lists, and an edition before

_indexes: dict[tuple[object, ...], EditionIndex] = {}
_building = Lock()


class NoEditionInForce(Exception):
    """No edition of the list is in force at the time asked for, so nothing can be said."""


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
    edition = _edition(list_code, at)
    index = _index(edition)
    asked = query(goods, index)
    alike = near(asked, index, precedents)
    found = rank(asked, index, _hinted(edition, goods.hs_code, at), worths(alike))
    found = [one for one in found if one.score >= LEAST]
    most = found[0].score if found else 1.0
    claims = _claims(goods, index, found)
    likely = alarm(asked, found)
    if _is_certain(goods, found, alike, claims):
        likely = max(likely, CERTAIN)
    shown = found[:limit]
    compared = compare([index.documents[one.place].version_id for one in shown], goods)
    explain = partial(explaining.suggestion, index, goods, asked, language, alike, compared)
    return Answer(
        edition.pk,
        edition.label,
        tuple(explain(one, max(0.0, one.score / most)) for one in shown),
        alarm=likely,
        may_be_listed=likely >= THRESHOLD,
        claims=claims,
        milliseconds=1000 * (perf_counter() - started),
        catch_all=_catch_all(edition, language),
    )


def likeliest_among(
    goods: Goods, edition: ControlEdition, codes: frozenset[str], *, at: datetime
) -> tuple[str, float] | None:
    """Return which of `codes`, such as those an edition added, may describe the goods, and how likely it is.

    A code at the top must be among the first that the edition's whole search finds; a paragraph of an entry
    that is not among `codes` must be the very first, as the likeness is that of the whole entry. The alarm is
    worked out from these alone and must reach its threshold. None says that no match was found.
    """
    index = _index(edition)
    asked = query(goods, index)
    ranked = rank(asked, index, _hinted(edition, goods.hs_code, at))[:CLOSE]
    documents = [index.documents[one.place] for one in ranked]
    tops = [one for one, said in zip(ranked, documents, strict=True) if said.base in codes]
    first = [one for one, said in zip(ranked[:1], documents[:1], strict=True) if said.code in codes]
    for found in (tops, first):
        likely = alarm(asked, found)
        if _is_certain(goods, found, (), ()):
            likely = max(likely, CERTAIN)
        if likely >= THRESHOLD:
            best = index.documents[found[0].place]
            return (best.base if best.base in codes else best.code), likely
    return None


def forget_indexes() -> None:
    """Forget what this process has ready, for tests and measurements of what it takes to have it again."""
    global _indexes
    _indexes = {}


def prepare(at: datetime, list_code: str = EU_DUAL_USE) -> None:
    """Have the index over the edition in force at `at` ready. Raises NoEditionInForce."""
    _index(_edition(list_code, at))


def prepare_all(at: datetime) -> None:
    """Have the index over every edition in force at `at` ready, so that nobody who describes goods waits."""
    for edition in ControlEdition.objects.in_force(at).select_related("list"):
        _index(edition)


def edition_ready(at: datetime, list_code: str = EU_DUAL_USE) -> ControlEdition | None:
    """Return the edition in force at `at` if its index need not be built first; None otherwise."""
    edition = in_force(list_code, at)
    if edition is None:
        return None
    key = _key(edition)
    return edition if key in _indexes or index_store.has(key) else None


def _edition(list_code: str, at: datetime) -> ControlEdition:
    edition = in_force(list_code, at)
    if edition is None:
        raise NoEditionInForce(f"No edition of {list_code} is in force at {at.isoformat()}")
    return edition


def _hinted(edition: ControlEdition, hs_code: str, at: datetime) -> frozenset[str]:
    """Return the codes at the top that the tables in force tie to the customs code: a hint, no evidence."""
    if len(hs_code) < SHORTEST_HS or not hs_code.isdecimal():
        return frozenset()
    tables = ControlTable.objects.in_force(at).filter(list=edition.list)
    tied = HsCorrelation.objects.filter(table__in=tables, hs_code__startswith=hs_code[:6])
    return frozenset(base(code) for code in tied.values_list("entry__code", flat=True))


def _claims(goods: Goods, index: EditionIndex, found: list[Candidate]) -> tuple[Claim, ...]:
    bases = [index.documents[one.place].base for one in found]
    claims = []
    for code in goods.claimed:
        top = base(normalise_code(code))
        place = bases.index(top) + 1 if top in bases else None
        is_known = top in index.numbers
        claims.append(Claim(code, is_known, is_known and (place is None or place > FAR), place))
    return tuple(claims)


def _is_certain(
    goods: Goods, found: Sequence[Candidate], alike: Sequence[Near], claims: Sequence[Claim]
) -> bool:
    """Say whether more than likeness speaks for it: the number of a listed substance, goods that officers
    classified before, or a claim that the search bears out."""
    bears_number = bool(goods.cas or cas_numbers(goods.text)) and any(
        one.substance for one in found[:NEAREST]
    )
    was_listed = any(one.precedent.codes and one.precedent.is_decided for one in alike)
    is_borne_out = any(claim.place is not None and claim.place <= NEAREST for claim in claims)
    return bears_number or was_listed or is_borne_out


def _catch_all(edition: ControlEdition, language: str) -> tuple[str, ...]:
    """Return the questions of the edition; of a list without its own, those beside the dual-use list."""
    rules = CatchAllRule.objects.filter(language=language).order_by("position")
    own = tuple(rules.filter(edition=edition).values_list("question", flat=True))
    if own or edition.list.code == EU_DUAL_USE:
        return own
    beside = rules.filter(edition__list__code=EU_DUAL_USE, edition__in_force_to=None)
    return tuple(beside.values_list("question", flat=True))


def _index(edition: ControlEdition) -> EditionIndex:
    """Return the index over exactly this edition, in the languages it has by now; built once."""
    global _indexes
    key = _key(edition)
    if found := _indexes.get(key):
        return found
    with _building:
        if found := _indexes.get(key):
            return found
        index = index_store.get(key, partial(documents, edition))
        kept = list(_indexes.items())[-(INDEXES_KEPT - 1) :]
        _indexes = {**dict(kept), key: index}  # one assignment: readers see the old or the new, never half
        return index


def _key(edition: ControlEdition) -> tuple[object, ...]:
    """Return what tells the index over an edition, in the languages it has by now, from every other."""
    files = tuple(edition.files.order_by("pk").values_list("sha256", flat=True))
    return (edition.list.code, edition.pk, edition.imported_at, files)
