"""Numbers in the words of a name, in digits: a brigade is one in words, in digits and as an ordinal. Pure."""

import re

from screening.rewriting import lines

NUMBERS = {
    word: int(number) for number, *words in (line.split() for line in lines("number_words")) for word in words
}
LEAST_OF_TENS = 20
DIGITS = frozenset("123456789")
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")


def in_digits(words: list[str]) -> list[str]:
    """Return the words with English numbers up to 99 in digits: "forty fourth", "forty 4", "44th" are 44."""
    if NUMBERS.keys().isdisjoint(words) and not any(word[0].isdigit() for word in words):
        return words
    found: list[str] = []
    tens = 0  # of the word before
    for word in words:
        number = NUMBERS.get(word) or (int(word) if tens and word in DIGITS else 0)
        if tens and 0 < number < 10:
            found[-1], tens = str(tens + number), 0
            continue
        tens = number if number >= LEAST_OF_TENS else 0
        found.append(str(number) if number else ORDINAL.sub(r"\1", word))
    return found
