"""Find who is listed at an address, by its words in any order."""

import re
from collections.abc import Iterable

from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.expressions import CombinedExpression

from screening.models import ListedEntity, ListVersion

# As in migration 0004, which folds what is stored.
ACCENTED = "áàâäãåāăąçćčďđéèêëēėęěğíìîïīıłñńňóòôöõøōőřśšşťţúùûüūůűýÿźžż"
PLAIN = "aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssttuuuuuuuyyzzz"
FOLDED = str.maketrans(ACCENTED, PLAIN)
WORD = re.compile(r"\w+")
MOST_WORDS = 20


def words_of(text: str) -> list[str]:
    """Return the words of an address as they are looked for: "Vía España, 12" is via, espana, 12."""
    found = WORD.findall(text.lower().translate(FOLDED).replace("_", " "))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def listed_at(address: str, versions: Iterable[ListVersion], *, country: str = "") -> QuerySet[ListedEntity]:
    """Return the entities of `versions` with all words of `address` among their addresses, by name.

    A word may be the beginning of a longer one. `country` is the address's, ISO 3166-1 alpha-2; "" for any.
    Raises ValueError if the address has no word.
    """
    words = words_of(address)
    if not words:
        raise ValueError("An address without a word cannot be searched for")
    wanted = Func(Value("simple"), Value(" & ".join(f"{word}:*" for word in words)), function="to_tsquery")
    stored = Func(F("addresses"), function="address_words")
    found = ListedEntity.objects.filter(
        CombinedExpression(stored, "@@", wanted, output_field=BooleanField()), version__in=list(versions)
    )
    if country:
        found = found.filter(addresses__contains=[{"country": country}])
    return found.order_by("primary_name", "pk")


def has_words(text: str, words: Iterable[str]) -> bool:
    """Say whether one address holds every one of `words`, each as a word or its beginning."""
    own = words_of(text)
    return all(any(word.startswith(wanted) for word in own) for wanted in words)
