"""Annex I of the European Union in Formex 4, the XML of the Official Journal, one language a file.

`NP` is a numbered paragraph: `NO.P` its number, `TXT` its text, and what is below it follows inside. The
number of an entry is its code; below it the letters and numbers of the paragraphs ("a.", "1."). Notes are
paragraphs that begin with "Note"; whatever is numbered inside them, or in the list right behind them, is
theirs.
The file may be the annex alone, the whole consolidated act, or the ZIP file with either in it.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ErrorString

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from screening.control.files import opened
from screening.control.lists import regimes_by_number
from screening.control.rows import EditionDraft, NoteRow, ProvisionRow, TextRow
from screening.control.wording import cas_numbers
from screening.control_models import NoteKind
from screening.importers.files import Archive
from screening.importers.xml import ENDS_EARLY, tidy
from screening.refusals import BadList

ENTRY = re.compile(r"\d[A-E]\d{3}")
STEPS = re.compile(r"(?:[a-z]|\d{1,2})(?:\.(?:[a-z]|\d{1,2}))*")
ANNEXES = ("ANNEX", "CONS.ANNEX")
TITLE = re.compile(r"(?:ANNEX|ANEXO|ANNEXE) I", re.IGNORECASE)
LISTS = ("LIST", "DLIST", "TBL", "GR.TBL")
NOTES = (
    (re.compile(r"(?:Technical Notes?|Notas? técnicas?)\b", re.IGNORECASE), NoteKind.TECHNICAL),
    (re.compile(r"(?:Notes?|Notas?)(?: \d+)?\s*(?::|$)", re.IGNORECASE), NoteKind.NOTE),
    (re.compile(r"N\.\s?B\.|NB\b", re.IGNORECASE), NoteKind.NB),
)
LANGUAGES = {"EN": "en", "ES": "es"}
DAYS = ("START.DATE", "CONSLEG.DATE", "DATE")


def parse(path: Path) -> EditionDraft:
    roots = list(_roots(path))
    annexes = [annex for root in roots for annex in _annexes(root)]
    if not annexes:
        raise BadList("not-this-xml", expected="ANNEX I")
    language = next((found for root in roots if (found := _language(root))), "")
    if not language:
        raise BadList("no-language", known=", ".join(LANGUAGES))
    reader = Reader(language)
    for annex in annexes:
        reader.read(annex, "")
    return EditionDraft(
        list_code="eu-dual-use",
        valid_from=next((day for root in roots if (day := _day(root))), None),
        rows=tuple(reader.rows()),
        language=language,
        source_url="https://eur-lex.europa.eu/",
        attribution="© European Union, https://eur-lex.europa.eu. Only the Official Journal is authentic.",
    )


def _roots(path: Path) -> Iterator[Element]:
    with opened(path) as file:
        if isinstance(file, Archive) and file.holds_several:
            for name in sorted(file.names):
                if name.endswith(".xml"):
                    yield _root(file.member(name).read())
        else:
            yield _root(file.read())


def _root(data: bytes) -> Element:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        if error.code in ENDS_EARLY:
            raise BadList("cut-off", line=line) from error
        raise BadList("not-xml", line=line, column=column + 1, why=ErrorString(error.code)) from error
    except DefusedXmlException as error:
        raise BadList("forbidden-xml", name=getattr(error, "name", "")) from error
    return root


def _annexes(root: Element) -> list[Element]:
    """Return the annexes that are Annex I; Annex IV repeats some of its codes."""
    return [element for element in root.iter() if element.tag in ANNEXES and TITLE.fullmatch(_title(element))]


def _title(annex: Element) -> str:
    title = annex.find("./TITLE/TI")
    return said(title) if title is not None else ""


def _language(root: Element) -> str:
    return next((LANGUAGES.get((part.text or "").strip(), "") for part in root.iter("LG.DOC")), "")


def _day(root: Element) -> date | None:
    """Return the day a consolidation is of, else the day of the act."""
    for name in DAYS:
        for element in root.iter():
            stamp = element.get("ISO", "") if element.tag == name else element.get(name, "")
            if re.fullmatch(r"(?:19|20)\d{6}", stamp):
                return date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:]))
    return None


class Reader:
    """Walk through an annex and keep what each provision says."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._texts: dict[str, list[str]] = {}
        self._notes: dict[str, list[NoteRow]] = {}

    def rows(self) -> Iterator[ProvisionRow]:
        for code, texts in self._texts.items():
            text = "\n".join(filter(None, texts))
            yield ProvisionRow(
                code,
                texts=(TextRow(self._language, text),) if text else (),
                notes=tuple(self._notes.get(code, ())),
                regimes=regimes_by_number(code) if "." not in code else (),
                cas=cas_numbers(text),
            )

    def read(self, parent: Element, code: str) -> None:
        """Read what is inside `parent`, which is below the provision `code` ("" before the first entry)."""
        note_goes_on = False
        for child in parent:
            if note_goes_on and _is_list(child):
                self._lengthen(code, said(child))
                note_goes_on = False
                continue
            note_goes_on = False
            if child.tag == "NP":
                code = self._paragraph(child, code)
                note_goes_on = self._is_open(code, child)
            elif child.tag == "P" and (kind := kind_of_note(said(child))):
                self._note(code, kind, said(child))
                note_goes_on = said(child).endswith(":")
            elif child.tag in ("TBL", "GR.TBL"):
                self._note(code, NoteKind.TABLE, said(child))
            elif child.tag not in ("NO.P", "TXT", "TITLE", "NOTE", "BIB.INSTANCE"):
                self._within(child, code)

    def _within(self, element: Element, code: str) -> None:
        """Read a paragraph without a number, or what holds others."""
        own = tidy(element.text or "") if element.tag == "P" else ""
        if own and code and not any(True for _child in element.iter("NP")):
            self._texts[code].append(said(element))
            return
        if own and code:
            self._texts[code].append(own)
        self.read(element, code)

    def _paragraph(self, element: Element, code: str) -> str:
        """Read a numbered paragraph; return the provision that what follows beside it belongs to."""
        number = said(_child(element, "NO.P")).strip().rstrip(".)").strip()
        text = said(_child(element, "TXT"))
        if ENTRY.fullmatch(number):
            if number in self._texts:
                raise BadList("twice", source_id=number)
            self._texts[number] = [text]
            self.read(element, number)
            return number
        if not code:
            return code
        if kind := kind_of_note(number) or kind_of_note(text):
            self._note(code, kind, said(element))
        elif STEPS.fullmatch(number) and f"{code}.{number}" not in self._texts:
            self._texts[f"{code}.{number}"] = [text]
            self.read(element, f"{code}.{number}")
        elif STEPS.fullmatch(number):
            self._note(code, NoteKind.TABLE, said(element))  # the numbering starts again
        else:
            self._texts[code].append(said(element))
        return code

    def _is_open(self, code: str, element: Element) -> bool:
        """Say whether a numbered note ends as if a list followed."""
        number = said(_child(element, "NO.P"))
        return bool(code and kind_of_note(number)) and said(element).endswith(":")

    def _note(self, code: str, kind: NoteKind, text: str) -> None:
        if code and text:
            self._notes.setdefault(code, []).append(NoteRow(self._language, kind, text))

    def _lengthen(self, code: str, text: str) -> None:
        if notes := self._notes.get(code):
            notes[-1] = NoteRow(self._language, notes[-1].kind, f"{notes[-1].text}\n{text}")


def kind_of_note(text: str) -> NoteKind | None:
    return next((kind for pattern, kind in NOTES if pattern.match(text)), None)


def _is_list(element: Element) -> bool:
    """Say whether this is a list, or a paragraph with nothing but a list in it."""
    if element.tag == "P" and not tidy(element.text or ""):
        return len(element) > 0 and all(child.tag in LISTS for child in element)
    return element.tag in LISTS


def _child(element: Element, tag: str) -> Element:
    child = element.find(tag)
    return child if child is not None else Element(tag)


def said(element: Element) -> str:
    """Return the text of an element: superscripts as in 10^3, quotation marks as marked, no footnotes."""
    return tidy("".join(_pieces(element)))


def _pieces(element: Element) -> Iterator[str]:
    if element.tag == "NOTE":  # a footnote
        return
    if element.tag in ("QUOT.START", "QUOT.END"):
        yield chr(int(element.get("CODE", "22"), 16))
        return
    if element.tag == "HT" and element.get("TYPE") == "SUP":
        yield "^"
    yield element.text or ""
    for child in element:
        yield " " if child.tag in ("P", "NP", "TXT", "ITEM", "LIST", "CELL", "ROW") else ""
        yield from _pieces(child)
        yield child.tail or ""
