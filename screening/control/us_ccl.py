"""The Commerce Control List as the eCFR publishes it: Supplement No. 1 to part 774 of 15 CFR, in XML.

An entry begins with its number in bold. Its licence requirements are a table or prose; its paragraphs follow
"Items:", lettered from the entry on ("b.1.a."). Two things are apart:

- Paragraphs below a heading inside the entry (6D003, 6E003), or in its line (9C610), carry that heading;
  they are counted apart.
- Where the numbering of an entry starts again (the tables of 2E003), what has a place already is text that
  goes with the paragraph before, no paragraph.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ErrorString

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from screening.control.files import opened
from screening.control.rows import EditionDraft, NoteRow, ProvisionRow, RequirementRow, TextRow
from screening.control.wording import above, cas_numbers, references
from screening.control_models import NoteKind, TextRole
from screening.importers.xml import ENDS_EARLY, tidy
from screening.refusals import BadList

ROOT = "DIV9"
PART = "774"
LANGUAGE = "en"
HEADING = re.compile(r"(\d[A-E]\d{3})\s+(.+)", re.DOTALL)
TITLES = ("License Requirements", "Reporting Requirements")
STEP = r"(?:[a-z]|\d{1,2})"
PARAGRAPH = re.compile(rf"({STEP}(?:\.{STEP})*)\.(?:\s+(.*)|$)|({STEP}(?:\.{STEP})+)\s+(.*)", re.DOTALL)
ITEMS = re.compile(r"Items:\s*|Items\s+(?=a\. )")
IN_A_HEADING = re.compile(r"(List of Items Controlled)\s+(a\. .+)", re.DOTALL)
APPLIES = re.compile(
    r"(?:Control\(s\):\s*)?([A-Z]{2}(?:,? (?:and )?[A-Z]{2})*\d?)\s+(?:controls? )?appl(?:y|ies)\b"
)
COLUMN = re.compile(r"\b([A-Z]{2})\s+Column\s+(\d)")
ENTIRE = re.compile(r"appl(?:y|ies) to (?:the )?entire entry(?:\.|$|\s+[A-Z]{2} Column \d)", re.IGNORECASE)
HEAD_NOTES = {
    "Related Controls:": NoteKind.RELATED,
    "Related Definitions:": NoteKind.DEFINITION,
    "License Requirement": NoteKind.LICENCE,
    "LVS:": NoteKind.EXCEPTION,
    "GBS:": NoteKind.EXCEPTION,
    "TSR:": NoteKind.EXCEPTION,
    "STA:": NoteKind.EXCEPTION,
    "IEC:": NoteKind.EXCEPTION,
}
SHORT = re.compile(rf"(?<![\w.])(?:\.([a-z](?:\.{STEP})*)|([a-z](?:\.{STEP})+))(?![\w])")
BEFORE_POWER = re.compile(r"\s+\^(?=[-−–]?\d)")
NOTHING = re.compile(r"[A-Za-z ]+:\s*(?:N/A|None)\.?")
NOTE_KINDS = (
    (re.compile(r"(?:.{0,40})?Technical Note", re.IGNORECASE), NoteKind.TECHNICAL),
    (re.compile(r"N\.?\s?B", re.IGNORECASE), NoteKind.NB),
    (re.compile(r"License Requirement", re.IGNORECASE), NoteKind.LICENCE),
)
LOOSE_NOTE = re.compile(
    r"(?:Note|Technical Notes?|N\.B\.|License Requirement Notes?)\b[^:]{0,60}:", re.IGNORECASE
)


@dataclass(slots=True)
class Drawn:
    """A provision while its text is read."""

    code: str
    heading: str = ""
    texts: list[str] = field(default_factory=list)
    notes: list[NoteRow] = field(default_factory=list)
    requirements: list[RequirementRow] = field(default_factory=list)


def parse(path: Path) -> EditionDraft:
    """Read the list. The file does not say of which day it is."""
    with opened(path) as file:
        root = root_of(file.read(), PART)
    reader = Reader()
    for element in root:
        reader.take(element)
    return EditionDraft(
        list_code="us-ccl",
        valid_from=day_of(root),
        rows=tuple(reader.rows()),
        language=LANGUAGE,
        source_url="https://www.ecfr.gov/current/title-15/part-774/appendix-Supplement No. 1 to Part 774",
    )


def root_of(data: bytes, part: str) -> Element:
    """Return Supplement No. 1 to a part of 15 CFR, which may come alone or inside its part or title."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        if error.code in ENDS_EARLY:
            raise BadList("cut-off", line=line) from error
        raise BadList("not-xml", line=line, column=column + 1, why=ErrorString(error.code)) from error
    except DefusedXmlException as error:
        raise BadList("forbidden-xml", name=getattr(error, "name", "")) from error
    name = f"Supplement No. 1 to Part {part}"
    for element in root.iter(ROOT):
        if " ".join(element.get("N", "").split()) == name:
            return element
    raise BadList("wrong-root", found=f"{root.tag} {root.get('N', '')}"[:40], expected=f"{ROOT} N={name}")


def day_of(root: Element) -> date | None:
    stamp = re.search(r"/on/(\d{4}-\d\d-\d\d)/", root.get("hierarchy_metadata", ""))
    return date.fromisoformat(stamp[1]) if stamp else None


class Reader:
    """Walk through the list, element by element, and keep what each provision says."""

    def __init__(self) -> None:
        self._drawn: dict[str, Drawn] = {}
        self._entry = ""  # the entry whose text goes on; "" between entries
        self._last = ""  # the provision that notes belong to
        self._in_items = False
        self._heading = ""

    def rows(self) -> Iterator[ProvisionRow]:
        for drawn in self._drawn.values():
            yield _row(drawn)

    def take(self, element: Element) -> None:
        if element.tag in ("HD1", "HD2", "HD3"):
            self._take_heading(element)
        elif (match := HEADING.fullmatch(said(element))) and _begins_entry(element):
            self._begin(match[1], match[2])
        elif self._entry and element.tag == "NOTE":
            self._take_note(said(element))
        elif self._entry and element.tag == "DIV":
            self._take_table(element)
        elif self._entry:
            self._take_paragraph(said(element))

    def _begin(self, code: str, title: str) -> None:
        if code in self._drawn:
            raise BadList("twice", source_id=code)
        self._entry = self._last = code
        self._in_items, self._heading = False, ""
        self._drawn[code] = Drawn(code, texts=[title])

    def _take_heading(self, element: Element) -> None:
        """A heading of the second level inside an entry parts its paragraphs; all others end the entry."""
        title = said(element)
        if element.tag == "HD2" and self._in_items and self._entry:
            self._heading = title
        elif not title.startswith(("List Based License Exceptions", "List of Items Controlled")):
            self._entry = ""

    def _take_paragraph(self, text: str) -> None:
        if not self._in_items and ITEMS.match(text):
            self._in_items = True
            text = ITEMS.sub("", text, count=1)
        elif not self._in_items and (line := IN_A_HEADING.fullmatch(text)):
            self._in_items, self._heading = True, line[1]
            self._take_paragraph(line[2])
            self._heading = text = ""
        if not text:
            return
        if not self._in_items:
            self._take_head(text)
        elif match := PARAGRAPH.fullmatch(text):
            self._take_items(f"{self._entry}.{match[1] or match[3]}", (match[2] or match[4] or "").strip())
        elif not text.startswith("The list of items controlled is contained"):
            self._note(NoteKind.NOTE if LOOSE_NOTE.match(text) else NoteKind.TABLE, text)

    def _take_items(self, code: str, text: str) -> None:
        if code in self._drawn and self._drawn[code].texts:
            self._note(NoteKind.TABLE, text)  # the numbering starts again
            return
        for upper in _absent(code, self._drawn):
            self._drawn[upper] = Drawn(upper, self._heading)
        self._drawn[code] = Drawn(code, self._heading, [text] if text else [])
        self._last = code

    def _take_head(self, text: str) -> None:
        if APPLIES.match(text):
            self._require(text, text)
            return
        kind = next((kind for start, kind in HEAD_NOTES.items() if text.startswith(start)), None)
        if kind and text not in TITLES and not NOTHING.fullmatch(text):
            self._note(kind, text)

    def _take_note(self, text: str) -> None:
        kind = next((kind for pattern, kind in NOTE_KINDS if pattern.match(text)), NoteKind.NOTE)
        self._note(kind, text)

    def _take_table(self, element: Element) -> None:
        for row in element.iter("TR"):
            cells = [said(cell) for cell in row if cell.tag == "TD"]
            if not any(cells):
                continue
            if self._in_items:
                self._note(NoteKind.TABLE, " | ".join(cells))
            else:
                self._require(cells[0], " ".join(cells[1:]) or cells[0])

    def _require(self, scope: str, whereto: str) -> None:
        reason = APPLIES.match(scope)
        self._drawn[self._entry].requirements.append(
            RequirementRow(
                reason=reason[1] if reason else "",
                scope=scope,
                scope_codes=self._scope(scope),
                is_entire=bool(ENTIRE.search(scope)),
                columns=tuple(f"{group} {number}" for group, number in COLUMN.findall(whereto)),
                prose=whereto,
            )
        )

    def _scope(self, text: str) -> tuple[str, ...]:
        """Return the paragraphs of this entry that `text` names, also as ".b" or "z.2.a"."""
        whole = (code for code in references(text) if code.startswith(f"{self._entry}."))
        short = (f"{self._entry}.{match[1] or match[2]}" for match in SHORT.finditer(text))
        return tuple(dict.fromkeys((*whole, *short)))

    def _note(self, kind: NoteKind, text: str) -> None:
        if text:
            self._drawn[self._last].notes.append(NoteRow(LANGUAGE, kind, text))


def _begins_entry(element: Element) -> bool:
    return element.tag in ("FP-1", "FP-2") and element.find("B") is not None


def _absent(code: str, drawn: dict[str, Drawn]) -> list[str]:
    """Return what should be above the code and is not, from the top on."""
    missing = []
    while (code := above(code)) and code not in drawn:
        missing.append(code)
    return missing[::-1]


def said(element: Element) -> str:
    """Return the text of an element, with superscripts as in 10^3 and single blanks."""
    return BEFORE_POWER.sub("^", tidy("".join(_pieces(element))))


def _pieces(element: Element) -> Iterator[str]:
    raised = element.tag in ("SU", "sup")
    if raised and re.fullmatch(r"[-−–]?\d{1,3}", (element.text or "").strip()):
        yield "^"
    yield element.text or ""
    for child in element:
        yield " " if child.tag in ("P", "FP", "br", "HED", "TD", "TH") else ""
        yield from _pieces(child)
        yield child.tail or ""


def _row(drawn: Drawn) -> ProvisionRow:
    text = " ".join(drawn.texts)
    return ProvisionRow(
        drawn.code,
        texts=(TextRow(LANGUAGE, text, TextRole.OFFICIAL),) if text else (),
        notes=tuple(drawn.notes),
        cas=cas_numbers(text),
        requirements=tuple(drawn.requirements),
        heading=drawn.heading,
    )
