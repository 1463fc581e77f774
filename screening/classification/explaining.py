"""Why a provision is suggested, in the reader's language: its path, the words it shares, what to ask."""

from screening.classification.answers import Step
from screening.classification.corpus import Document, Said
from screening.classification.index import EditionIndex
from screening.classification.words import WORD, stem
from screening.control.wording import EXCLUDES, ancestors, folded
from screening.control_models import NoteKind

MOST_QUESTIONS = 6
NOTHING = Said()


def in_language(document: Document, language: str) -> Said:
    """Return what is said of a provision in a language; in another one where it is silent."""
    said = document.said.get(language, NOTHING)
    if said.title:
        return said
    return next((other for other in document.said.values() if other.title), said)


def path(index: EditionIndex, document: Document, language: str) -> tuple[Step, ...]:
    codes = (*ancestors(document.code), document.code)
    above = [index.documents[index.places[code]] for code in codes if code in index.places]
    return tuple(Step(one.code, in_language(one, language).title) for one in above)


def shared_words(steps: tuple[Step, ...], asked: frozenset[str]) -> frozenset[str]:
    """Return the words of the titles, as written there, that are among those asked for."""
    return frozenset(
        written
        for step in steps
        for written in step.title.replace("/", " ").split()
        if any(stem(word) in asked for word in WORD.findall(folded(written)))
    )


def questions(index: EditionIndex, document: Document, language: str) -> tuple[str, ...]:
    """Return what to ask: the notes that may exclude the goods first, then the catalogue's questions."""
    codes = (document.code, *reversed(ancestors(document.code)))
    notes = [
        note
        for code in codes
        if code in index.places
        for note in in_language(index.documents[index.places[code]], language).notes
    ]
    excluding = [text for kind, text in notes if kind != NoteKind.QUESTION and EXCLUDES.search(text)]
    asked = [text for kind, text in notes if kind == NoteKind.QUESTION]
    return tuple(dict.fromkeys((*excluding, *asked)))[:MOST_QUESTIONS]
