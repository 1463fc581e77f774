"""Write names of any script in Latin letters, the way lists do. Pure.

Cyrillic follows the spelling that passports and lists share (й "y", х "kh", щ "shch"), Hangul the spelling of
Korean names in English, Han the Mandarin sounds, long words of katakana lose the vowels that Japanese adds;
every other script is left to anyascii. Arabic is written without its short vowels, so its words come out as
their consonants and carry SKELETAL in front: they are compared by consonants alone.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

SKELETAL = "~"

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
    "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ј": "j", "љ": "lj",
    "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz", "қ": "k", "ғ": "g", "ң": "n", "ө": "o", "ү": "u", "ұ": "u",
    "һ": "h", "ә": "a",
}  # fmt: skip
# A text with one of these letters is Ukrainian, where two letters of Russian sound otherwise.
_UKRAINIAN = re.compile("[іїєґ]")
# A sign of softness before a vowel is heard: "Воробьев" is Vorobyev.
_SOFT = re.compile("[ьъ]([еэоиіяюєї])")
_IN_UKRAINIAN = {"г": "h", "и": "y"}

# Arabic and Persian letters by their consonants; what is only a vowel or a breath is left out.
_ARABIC = {
    "ب": "b", "پ": "p", "ت": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh",
    "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "",
    "غ": "gh", "ف": "f", "ق": "q", "ک": "k", "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ه": "h",
    "ھ": "h", "ہ": "h", "ة": "", "ۀ": "", "و": "w", "ؤ": "w", "ي": "y", "ی": "y", "ى": "y", "ئ": "y",
    "ﻯ": "y", "ا": "", "أ": "", "إ": "", "آ": "", "ء": "", "ٱ": "", "ے": "y", "ٹ": "t", "ڈ": "d", "ڑ": "r",
    "ں": "n", "ڤ": "v",
}  # fmt: skip
# Hebrew and Thai leave vowels out, or write them around their consonants: they too come as consonants.
_HEBREW = {
    "א": "", "ב": "b", "ג": "g", "ד": "d", "ה": "h", "ו": "w", "ז": "z", "ח": "h", "ט": "t", "י": "y",
    "כ": "k", "ך": "k", "ל": "l", "מ": "m", "ם": "m", "נ": "n", "ן": "n", "ס": "s", "ע": "", "פ": "p",
    "ף": "f", "צ": "ts", "ץ": "ts", "ק": "k", "ר": "r", "ש": "sh", "ת": "t",
}  # fmt: skip
_THAI = {
    **dict.fromkeys("กขฃคฅฆ", "k"), "ง": "ng", **dict.fromkeys("จฉชฌ", "ch"), **dict.fromkeys("ซศษส", "s"),
    **dict.fromkeys("ญย", "y"), **dict.fromkeys("ฎด", "d"), **dict.fromkeys("ฏตฐฑฒถทธ", "t"),
    **dict.fromkeys("ณน", "n"), "บ": "b", **dict.fromkeys("ปผพภ", "p"), **dict.fromkeys("ฝฟ", "f"), "ม": "m",
    "ร": "r", **dict.fromkeys("ลฬ", "l"), "ว": "w", **dict.fromkeys("หฮ", "h"),
}  # fmt: skip
_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")

# Korean syllables by their parts (initial, vowel, final), as North and South spell names in passports.
_INITIAL = "k kk n t tt r m p pp s ss - j jj ch k t p h".replace("-", "").split(" ")
_VOWEL = "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i -".replace("-", "").split(" ")
_FINAL = "- k k k n n n t l k m l l l p l m p p s s ng t t k t p t".replace("-", "").split(" ")
_SURNAMES = {"김": "kim", "이": "lee", "리": "ri", "박": "pak", "최": "choe", "정": "jong", "강": "kang"}

# Foreign words in katakana have a vowel after each consonant: "rosoboronekusuporuto" is Rosoboroneksport.
# Short ones may be Japanese, where the vowels are heard: Suzuki.
LONG_IN_KANA = 7
_NO_VOWEL = re.compile(r"(?<=[bfgkmprsz])u(?![aeiou])|(?<=[td])o$")

HAN = "\u3400-\u9fff\uf900-\ufaff"
HANGUL = "\uac00-\ud7a3"
_RUN = re.compile(
    r"(?P<cyrillic>[\u0400-\u052f\u0301]+)|(?P<arabic>[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff\u200c]+)"
    r"|(?P<hebrew>[\u0590-\u05ff]+)|(?P<thai>[\u0e00-\u0e4e]+)"
    rf"|(?P<hangul>[{HANGUL}]+)|(?P<katakana>[\u30a1-\u30fa\u30fc]+)"
)


@lru_cache(maxsize=65536)
def latin(text: str) -> str:
    """Return `text` with every letter Latin, lower case; Han stays, since its words must be cut first."""
    plain = unicodedata.normalize("NFKC", text).translate(_ARABIC_DIGITS)
    lowered = plain.casefold()
    ukrainian = bool(_UKRAINIAN.search(lowered))

    def written(run: re.Match[str]) -> str:
        if run["cyrillic"]:
            return _cyrillic(run["cyrillic"], ukrainian)
        if run["katakana"]:
            return _katakana(run["katakana"])
        if run["hebrew"] or run["thai"]:
            return _consonants(run["hebrew"], _HEBREW) if run["hebrew"] else _consonants(run["thai"], _THAI)
        return _arabic(run["arabic"]) if run["arabic"] else f" {_hangul(run['hangul'])} "

    return _RUN.sub(written, lowered)


def _cyrillic(word: str, ukrainian: bool) -> str:
    letters = _CYRILLIC | _IN_UKRAINIAN if ukrainian else _CYRILLIC
    heard = _SOFT.sub(lambda soft: "й" + soft[1], word)
    return "".join(letters[sign] if sign in letters else anyascii(sign) for sign in heard)


def _arabic(run: str) -> str:
    """Return the consonants of one word; the article is cut off, "Allah" and "Abd" keep theirs."""
    word = re.sub("[\u064b-\u065f\u0670\u0640\u200c]", "", run)
    if word.isdigit():
        return word
    article = ""
    if word.startswith("ال") and len(word) > 4 and word != "الله":
        article, word = "al ", word[2:]
    consonants = "".join(_ARABIC.get(sign, "") for sign in word)
    return f" {article}{SKELETAL}{consonants} " if consonants else f" {article}"


def _consonants(word: str, table: dict[str, str]) -> str:
    heard = "".join(table.get(sign, "") for sign in word)
    return f" {SKELETAL}{heard} " if heard else f" {anyascii(word)} "


def _katakana(word: str) -> str:
    sounds = anyascii(word).lower().replace("-", "")
    return _NO_VOWEL.sub("", sounds) if len(word) >= LONG_IN_KANA else sounds


def _hangul(run: str) -> str:
    if len(run) <= 4 and run[0] in _SURNAMES:
        return f"{_SURNAMES[run[0]]} " + " ".join(map(_syllable, run[1:]))
    return " ".join(map(_syllable, run))


def _syllable(sign: str) -> str:
    number = ord(sign) - 0xAC00
    return _INITIAL[number // 588] + _VOWEL[number % 588 // 28] + _FINAL[number % 28]
