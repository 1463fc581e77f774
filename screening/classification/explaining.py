"""Why a provision is suggested, in the reader's language: its path, the words it shares, what to ask."""

import re
from collections.abc import Iterator, Mapping, Sequence

from screening.classification.answers import Comparison, Goods, Reason, Step, Suggestion
from screening.classification.corpus import LANGUAGES, Document, Said
from screening.classification.groups import group_of
from screening.classification.index import EditionIndex, own_phrases, phrases_of
from screening.classification.precedents import Near
from screening.classification.query import Query
from screening.classification.ranking import Candidate
from screening.classification.words import WORD, generic_words, plain_words, stem, stop_words
from screening.codes import normalise_code
from screening.control.wording import EXCLUDES, ancestors, base, folded
from screening.control_models import NoteKind

MOST_QUESTIONS = 6
ALIKE = 0.3  # the cosine from which letters or a trade word are a reason of their own
NOTHING = Said()
WRITTEN = re.compile(r"[^\W_]+(?:\.[0-9]+)*")  # a word as it is written, accents and all


def suggestion(
    index: EditionIndex,
    goods: Goods,
    query: Query,
    language: str,
    alike: Sequence[Near],
    compared: Mapping[int, tuple[Comparison, ...]],
    candidate: Candidate,
    score: float,
) -> Suggestion:
    document = index.documents[candidate.place]
    steps = path(index, document, language)
    keys = tuple(one.precedent.key for one in alike if document.base in map(base, one.precedent.codes))
    return Suggestion(
        document.code,
        document.base,
        document.version_id,
        min(score, 1.0),
        steps,
        reasons=tuple(_reasons(index, goods, query, language, candidate, keys)),
        words=shared_words(steps, query.said),
        comparisons=compared.get(document.version_id, ()),
        questions=questions(index, document, language),
        precedents=keys,
        others=tuple(index.documents[place].code for place in candidate.others),
    )


def in_language(document: Document, language: str) -> Said:
    """Return what is said of a provision in a language; in another one where it is silent."""
    said = document.said.get(language, NOTHING)
    if said.title:
        return said
    return next((other for other in document.said.values() if other.title), said)


def path(index: EditionIndex, document: Document, language: str) -> tuple[Step, ...]:
    return tuple(Step(one.code, in_language(one, language).title) for one in _upwards(index, document)[::-1])


def _upwards(index: EditionIndex, document: Document) -> list[Document]:
    codes = (document.code, *reversed(ancestors(document.code)))
    return [index.documents[index.places[code]] for code in codes if code in index.places]


def shared_words(steps: Sequence[Step], asked: frozenset[str]) -> frozenset[str]:
    """Return the words of the titles, as written there, that are among those asked for."""
    return frozenset(
        written
        for step in steps
        for written in step.title.replace("/", " ").split()
        if any(stem(word) in asked for word in WORD.findall(folded(written)) if word not in stop_words())
    )


def _reasons(
    index: EditionIndex,
    goods: Goods,
    query: Query,
    language: str,
    candidate: Candidate,
    keys: tuple[str, ...],
) -> Iterator[Reason]:
    document = index.documents[candidate.place]
    if candidate.substance:
        yield Reason("substance", candidate.substance)
    if shared := _shared_words(index, document, query, language):
        yield Reason("words", ", ".join(shared))
    elif candidate.likeness.letters >= ALIKE:
        yield Reason("letters")
    if candidate.likeness.phrase >= ALIKE and (phrase := _nearest_phrase(index, document, query, language)):
        yield Reason("synonym", phrase)
    if (group := group_of(document.base)) and group in query.groups:
        yield Reason("group", group.value)
    yield from _reasons_beside(goods, candidate, document, keys)


def _reasons_beside(
    goods: Goods, candidate: Candidate, document: Document, keys: tuple[str, ...]
) -> Iterator[Reason]:
    """Yield what speaks for the code beside the words of the goods."""
    if candidate.is_hinted:
        yield Reason("hs", goods.hs_code)
    if keys:
        yield Reason("precedent", ", ".join(keys))
    if document.base in {base(normalise_code(code)) for code in goods.claimed}:
        yield Reason("claimed", document.base)


def _shared_words(index: EditionIndex, document: Document, query: Query, language: str) -> list[str]:
    """Return the words of the official text and title, as written there, that the goods have too.

    Those in the reader's language, if there are any.
    """
    for tongue in dict.fromkeys((language, *LANGUAGES)):
        found: dict[str, str] = {}
        for one in _upwards(index, document):
            said = one.said.get(tongue, NOTHING)
            for written in WRITTEN.findall(f"{said.own_title} {said.official}"):
                for word in plain_words(written):
                    if stem(word) in query.said and stem(word) not in generic_words():
                        found.setdefault(stem(word), written.casefold())
        if found:
            return sorted(set(found.values()), key=folded)
    return []


def _nearest_phrase(index: EditionIndex, document: Document, query: Query, language: str) -> str:
    """Return the trade word that shares most words with the goods, in the reader's language if one does."""
    upwards = _upwards(index, document)
    own = [phrase for one in upwards for phrase in phrases_of(one.said.get(language, NOTHING))]
    return _most_shared(own, query) or _most_shared(
        [phrase for one in upwards for phrase in own_phrases(one)], query
    )


def _most_shared(phrases: Sequence[str], query: Query) -> str:
    shared = [(sum(stem(word) in query.said for word in plain_words(phrase)), phrase) for phrase in phrases]
    most = max(shared, key=lambda one: (one[0], -len(one[1])), default=(0, ""))
    return most[1] if most[0] else ""


def questions(index: EditionIndex, document: Document, language: str) -> tuple[str, ...]:
    """Return what to ask: the notes that may exclude the goods first, then the catalogue's questions."""
    notes = [note for one in _upwards(index, document) for note in in_language(one, language).notes]
    excluding = [text for kind, text in notes if kind != NoteKind.QUESTION and EXCLUDES.search(text)]
    asked = [text for kind, text in notes if kind == NoteKind.QUESTION]
    return tuple(dict.fromkeys((*excluding, *asked)))[:MOST_QUESTIONS]
