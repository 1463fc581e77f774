"""Which group of a list goods belong to by the words of their description, and which codes go with which.

Most lists name their groups by a letter: A goods, B what makes and tests them, C materials, D software,
E technology. The military list has one code each for what makes goods, for software and for technology.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from screening.control.wording import folded


class Group(StrEnum):
    GOODS = "A"
    PRODUCTION = "B"
    MATERIALS = "C"
    SOFTWARE = "D"
    TECHNOLOGY = "E"


OF_THE_MILITARY_LIST = {"ML18": Group.PRODUCTION, "ML21": Group.SOFTWARE, "ML22": Group.TECHNOLOGY}
LETTERED = re.compile(r"\d([A-E])\d{3}")
CUES = {
    Group.SOFTWARE: re.compile(
        r"\b(?:soft ?ware|source code|firmware|computer programs?|malware|spyware|app"
        r"|programas?(?! de (?:trabajo|mantenimiento))|codigo fuente|aplicacion(?:es)? informaticas?)\b"
    ),
    Group.TECHNOLOGY: re.compile(
        r"\b(?:technolog(?:y|ies)|know[ -]?how"
        r"|technical (?:data|assistance|documentation|information|drawings?)"
        r"|(?:design|engineering|production|process) (?:data|drawings?|documentation)|blueprints?|drawings"
        r"|documentation|documents|manuals?"
        r"|tecnologias?|conocimientos?"
        r"|(?:datos|informacion|documentacion|asistencia) (?:tecnic[ao]s?|de diseno)"
        r"|planos|documentacion|documentos|manual(?:es)?)\b"
    ),
    Group.PRODUCTION: re.compile(
        r"\b(?:(?:production|manufactur\w*|test(?:ing)?|inspection|fabrication|assembly|calibration|alignment)"
        r"(?: and \w+)? (?:equipment|machines?|systems?|apparatus|facilit\w+|plants?|tools?|tooling"
        r"|bench\w*|stands?|rigs?|chambers?|instruments?|lines?)"
        r"|(?:equipment|machines?|apparatus|tools?|systems?|facilit\w+|plants?) (?:for|to|used in) (?:the )?"
        r"(?:produc\w+|manufactur\w+|test\w*|inspect\w*|fabricat\w+|making|measur\w+|calibrat\w+|assembl\w+)"
        r"|(?:equipos?|maquinas?|aparatos?|sistemas?|instalacion(?:es)?|plantas?|herramientas?|utillajes?|bancos?"
        r"|camaras?|lineas?|instrumentos?) (?:de|para|destinad[oa]s? a)(?: el| la| los| las)? "
        r"(?:produccion|fabricacion|fabricar|producir|ensayos?|pruebas?|inspeccion|verificacion|montaje|calibracion"
        r"|medicion|alineacion|ensayar|probar))\b"
    ),
    Group.MATERIALS: re.compile(
        r"\b(?:powders?|alloys?|resins?|compounds?|raw materials?|precursors?|prepregs?|ingots?"
        r"|virus(?:es)?|bacteria|toxins?|pathogens?|chemicals?|wafers?|substrates?"
        r"|polvos?|aleacion(?:es)?|resinas?|compuestos? de|materias? primas?|precursor(?:es)?"
        r"|lingotes?|toxinas?|patogenos?|sustancias?|obleas?|sustratos?)\b"
    ),
}
CODE = re.compile(r"\b(\d[A-E]\d{3})\b(?:[.\w]*)(?:\s+(?:to|through|a|hasta)\s+(\d[A-E]\d{3})\b)?")
WHOLE_GROUP = re.compile(r"\b(\d)([A-D])\b(?!\d)")


def group_of(base: str) -> Group | None:
    """Return the group of a code at the top; None where the list has no groups."""
    match = LETTERED.match(base)
    return Group(match[1]) if match else OF_THE_MILITARY_LIST.get(base)


def cues(text: str) -> frozenset[Group]:
    """Return the groups that words of the text speak for."""
    plain = folded(text)
    return frozenset(group for group, pattern in CUES.items() if pattern.search(plain))


def subjects(texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return, for each code of software, technology or production, the codes of what it is for.

    `texts` are all official words below each code at the top. Where they name no code, those count that stand
    in the same category and have the same hundreds in their number: 2E101 goes with 2B109.
    """
    found = {}
    for base, text in texts.items():
        group = group_of(base)
        if group in (Group.SOFTWARE, Group.TECHNOLOGY, Group.PRODUCTION):
            named = {code for code in _named(base, text, texts) if code in texts and code != base}
            found[base] = frozenset(named or _neighbours(base, texts))
    return found


def _named(base: str, text: str, texts: Iterable[str]) -> set[str]:
    codes = set()
    for first, last in CODE.findall(text):
        codes.add(first)
        if last and last[:2] == first[:2]:
            codes |= {code for code in texts if code[:2] == first[:2] and first <= code <= last}
    whole = set(WHOLE_GROUP.findall(text))
    if re.search(r"specified in (?:this )?Category|in Category", text):
        whole |= {(base[0], letter) for letter in "ABC"}
    codes |= {code for code in texts if (code[0], code[1]) in whole and _same_hundreds(code, base)}
    return codes


def _neighbours(base: str, texts: Iterable[str]) -> set[str]:
    if not LETTERED.match(base):
        return {code for code in texts if group_of(code) is None}
    return {
        code
        for code in texts
        if code[0] == base[0] and code[1] in "ABC" and code[1] < base[1] and _same_hundreds(code, base)
    }


def _same_hundreds(code: str, base: str) -> bool:
    return len(code) > 2 and len(base) > 2 and code[2] == base[2]
