"""What goods say of themselves, as the search asks for it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from screening.classification import chemical_names, substances, synonyms
from screening.classification.answers import Goods
from screening.classification.commerce import without_commerce
from screening.classification.groups import Group, cues
from screening.classification.index import EditionIndex
from screening.classification.words import generic_words, grams_of, plain_words, stem
from screening.control.wording import cas_numbers, is_cas

GENERIC = 0.35  # what a word counts that any goods may have: "parts", "system"
LISTED_SO = 0.8  # what a word counts that lists use for a word of the goods
SURE = 0.3  # from which share a translation is searched by its letters too
SHORTEST_KNOWN = 4  # letters; shorter ones are signs of a model
MOST_WORDS = 400  # of a description; the rest of a long one says little more


@dataclass(frozen=True, slots=True)
class Query:
    text: str  # without the names of maker and model
    words: dict[str, float]  # stems with their weight, translations included
    own: tuple[str, ...]  # stems as the goods say them, in their order
    said: frozenset[str]  # the same, and what they were translated to
    letters: dict[str, float]  # a vector of length 1 over pieces of letters, translations included
    own_letters: dict[str, float]  # the same, as rare as in `letters`, of the goods' own words alone
    phrase: dict[str, float]  # the same of the goods' own words, as rare as in our trade words
    groups: frozenset[Group]
    substances: dict[str, str]  # CAS number -> the words that name it
    named: dict[str, str]  # code of a provision that names a substance of the goods -> their words for it
    is_substance: bool  # it names a substance by its number, or nothing but a substance


def query(goods: Goods, index: EditionIndex) -> Query:
    about = without_commerce(goods.said)
    plain = [*plain_words(about), *_known(goods.maker, index)][:MOST_WORDS]
    asked = [stem(word) for word in plain]
    translated = index.lexicon.translated(asked, index.fields["entries"])
    weights = {word: GENERIC if word in generic_words() else 1.0 for word in asked}
    for word, share in translated.items():
        weights[word] = max(weights.get(word, 0.0), share * (GENERIC if word in generic_words() else 1.0))
    sure = [word for word, share in translated.items() if share >= SURE]
    more = [
        word for phrase in synonyms.expansions(about, _language(index, asked)) for word in plain_words(phrase)
    ]
    for word in map(stem, more):
        weights[word] = max(weights.get(word, 0.0), LISTED_SO * (GENERIC if word in generic_words() else 1.0))
    numbers, is_substance = chemical_names.numbers_in(goods.said)
    is_substance = is_substance or bool(goods.cas or cas_numbers(goods.text))
    numbers |= {number: number for number in goods.cas if is_cas(number)}
    return Query(
        text=goods.said,
        words=weights,
        own=tuple(asked),
        said=frozenset((*asked, *sure)),
        letters=index.fields["letters"].unit(grams_of(Counter((*plain, *sure, *more)))),
        own_letters=index.fields["letters"].unit(letters_of(goods.text)),
        phrase=index.fields["phrases"].unit(grams_of(Counter(plain))),
        groups=cues(about),
        substances=numbers,
        named=_named(goods),
        is_substance=is_substance,
    )


def letters_of(text: str) -> dict[str, float]:
    """Return how often goods or a precedent have each piece of letters, names of maker and model included."""
    return grams_of(Counter(plain_words(without_commerce(text))[:MOST_WORDS]))


def _known(maker: str, index: EditionIndex) -> Iterator[str]:
    """Yield the words in the names of maker and model that our trade words know: "thermal", not "Zentro"."""
    for word in plain_words(maker):
        is_told = len(word) >= SHORTEST_KNOWN and word.isalpha() and stem(word) not in generic_words()
        if is_told and stem(word) in index.fields["own"]:
            yield word


def _language(index: EditionIndex, asked: list[str]) -> str:
    return "es" if index.lexicon.is_spanish(asked) else "en"


def _named(goods: Goods) -> dict[str, str]:
    """Return the provisions of the dual-use list that name a substance which the goods are or hold."""
    found = (
        *substances.named(goods.text),
        *(one for number in goods.cas for one in substances.of_cas(number)),
    )
    return {code: one.words for one in found if one.role != substances.Role.MENTIONED for code in one.codes}
