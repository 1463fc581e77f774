"""Numbers in the words of a name, in digits: a brigade is the same in words, in digits and as an ordinal. Pure."""

import re

UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
FROM_TEN = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
IN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBERS = {
    **{word: number for number, word in enumerate(UNITS, start=1)},
    **{word: number for number, word in enumerate(ORDINALS, start=1)},
    **{word: number for number, word in enumerate(FROM_TEN, start=10)},
    **{"tenth": 10, "eleventh": 11, "twelfth": 12},
    **{"ii": 2, "iii": 3, "iv": 4, "vii": 7, "viii": 8, "xii": 12, "xiii": 13},  # "vi" and "xi" are names
}
TENS = {word: 10 * number for number, word in enumerate(IN_TENS, start=2)} | {
    "fourty": 40
}  # often so written
WORDS = frozenset(NUMBERS) | frozenset(TENS)
DIGITS = frozenset("123456789")
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")


def in_digits(words: list[str]) -> list[str]:
    """Return the words with English numbers up to 99 in digits: "forty fourth", "forty 4", "44th" are "44"."""
    if WORDS.isdisjoint(words) and not any(word[0].isdigit() for word in words):
        return words
    found: list[str] = []
    tens = 0  # of the word before
    for word in words:
        number = NUMBERS.get(word) or (int(word) if tens and word in DIGITS else 0)
        if tens and 0 < number < 10:
            found[-1], tens = str(tens + number), 0
            continue
        tens = TENS.get(word, 0)
        found.append(str(tens or number) if tens or number else ORDINAL.sub(r"\1", word))
    return found
