"""Whether two addresses are the same place, written in two ways. Pure.

Addresses are compared by their words in one form, whatever their order: street, number, town, postal code.
Towns and countries are shared by many, so a place is the same only when most of the shorter address is in the
other one, with a number and two words.
"""

from functools import lru_cache

from screening.names import comparable
from screening.rarity import weight
from screening.rewriting import lines

MOST_OF_IT = 0.75  # of the weight of the shorter address
FEWEST_WORDS = 2  # beside a number
STREETS = frozenset(word for line in lines("street_words") for word in line.split())


def same_place(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the first address of each side that are the same place, or None if none are."""
    return next(((mine, other) for mine in ours for other in theirs if _are_same(mine, other)), None)


def _are_same(ours: str, theirs: str) -> bool:
    mine, other = _words(ours), _words(theirs)
    shared = mine & other
    numbers = {word for word in shared if any(sign.isdigit() for sign in word)}
    if not numbers or len(shared - numbers) < FEWEST_WORDS:
        return False
    shorter = min(sum(map(weight, mine)), sum(map(weight, other)))
    return sum(map(weight, shared)) >= MOST_OF_IT * shorter


@lru_cache(maxsize=1 << 14)
def _words(address: str) -> frozenset[str]:
    words = comparable(address).different if address.strip() else ()
    return frozenset(words) - STREETS
