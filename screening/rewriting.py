"""Words that stand for the same, in one spelling: company forms go, "zavod" and "厂" become "plant". Pure.

The tables are in data/: `rewrites.txt` (what stands for what) and `legal_forms.txt` (what says nothing).
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anyascii import anyascii

from screening.latin import HAN, SKELETAL, latin

DATA = Path(__file__).parent / "data"
STEM = 3  # letters at the start of a word by which phrases with open endings are looked up
LONGEST_HAN = 10
WORD = re.compile(rf"{SKELETAL}?[a-z0-9]+")
HAN_RUN = re.compile(f"[{HAN}]+")
# Commonest family names in Chinese, of one sign or two.
SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董袁"
    "潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙"
    "史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤康庞"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    words: tuple[str, ...]
    open_ended: tuple[bool, ...]  # of each word, whether any ending may follow
    instead: tuple[str, ...]  # the words that stand for it; none for a company form

    def fits(self, words: list[str], at: int) -> bool:
        found = words[at : at + len(self.words)]
        return len(found) == len(self.words) and all(
            word.startswith(wanted) if open_ended else word == wanted
            for word, wanted, open_ended in zip(found, self.words, self.open_ended, strict=True)
        )


def rewritten(words: list[str]) -> list[str]:
    """Return the words with every known phrase, the longest first, put in its one spelling."""
    result: list[str] = []
    at = 0
    while at < len(words):
        phrase = next((known for known in _starting_with(words[at]) if known.fits(words, at)), None)
        result += phrase.instead if phrase else [words[at]]
        at += len(phrase.words) if phrase else 1
    return result


def cut_han(text: str) -> str:
    """Return `text` with every run of Han cut into known words and, between them, Mandarin sounds."""
    return HAN_RUN.sub(lambda run: f" {' '.join(_han_words(run.group()))} ", text)


def _han_words(run: str) -> Iterator[str]:
    pieces = list(_pieces(run))
    if (
        len(run) <= 4
        and run[0] in SURNAMES
        and all(len(piece) == 1 or known is None for piece, known in pieces)
    ):
        yield _sounds(run[0])
        yield _sounds(run[1:])
        return
    for piece, known in pieces:
        yield from [_sounds(piece)] if known is None else known


def _pieces(run: str) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield the known words of a run with what they stand for, and what is between, at most four signs."""
    unknown, at = "", 0
    while at < len(run):
        size = next((size for size in range(LONGEST_HAN, 0, -1) if run[at : at + size] in _HAN), 0)
        size = min(size, len(run) - at)
        if size or len(unknown) == 4:
            if unknown:
                yield unknown, None
            unknown = ""
        if size:
            yield run[at : at + size], _HAN[run[at : at + size]]
            at += size
        else:
            unknown += run[at]
            at += 1
    if unknown:
        yield unknown, None


def _sounds(signs: str) -> str:
    return "".join(anyascii(sign) for sign in signs).lower()


def lines(name: str) -> list[str]:
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _phrases() -> Iterator[Phrase]:
    for line in lines("legal_forms"):
        for variant in line.split():
            yield _phrase(variant, ())
    for line in lines("rewrites"):
        canonical, _, variants = line.partition(":")
        for variant in [canonical, *variants.split(";")]:  # the one spelling too: its words belong together
            yield _phrase(variant, ("".join(canonical.split()),))


def _phrase(variant: str, instead: tuple[str, ...]) -> Phrase:
    marked = latin(variant.strip().replace("_", " ")).replace("*", "0")
    words = [word for word in WORD.findall(marked) if word != "al"] or WORD.findall(marked)
    return Phrase(
        tuple(word.removesuffix("0") if word.endswith("0") else word for word in words),
        tuple(word.endswith("0") for word in words),
        instead,
    )


def _by_start() -> dict[str, list[Phrase]]:
    found: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in _phrases():
        if phrase.words:
            found[phrase.words[0][:STEM] + "*" if phrase.open_ended[0] else phrase.words[0]].append(phrase)
    for phrases in found.values():
        phrases.sort(key=lambda phrase: (-len(phrase.words), -len("".join(phrase.words))))
    return dict(found)


def _starting_with(word: str) -> list[Phrase]:
    exact, stems = _STARTS.get(word, []), _STARTS.get(word[:STEM] + "*", [])
    return (
        sorted([*exact, *stems], key=lambda phrase: -len(phrase.words)) if exact and stems else exact or stems
    )


def _han_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in lines("legal_forms"):
        table |= {variant: () for variant in line.split() if HAN_RUN.fullmatch(variant)}
    for line in lines("rewrites"):
        canonical, _, variants = line.partition(":")
        for variant in map(str.strip, variants.split(";")):
            if HAN_RUN.fullmatch(variant):
                table[variant] = ("".join(canonical.split()),)
    return table


_HAN = _han_table()
_STARTS = _by_start()
