"""Our own form of a control list, any country's, to import and to export: JSON lines, CSV or XLSX.

All are described in screening/README.md. The head says the list, the day and how many codes follow, so that
a file that was not received in full is refused.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from screening.control.files import json_value, opened
from screening.control.members import (
    Check,
    by_language,
    each,
    number,
    one_or_more,
    record,
    text,
    truth,
    whole,
)
from screening.control.rows import (
    CatchAllRow,
    EditionDraft,
    NoteRow,
    ProvisionRow,
    RequirementRow,
    TextRow,
    ThresholdRow,
)
from screening.control.sheets import is_workbook, text_rows
from screening.control.wording import checked_code, is_cas
from screening.control_models import Comparator, NoteKind, Regime, TextRole
from screening.importers.tables import cells, lines, table
from screening.refusals import BadList

FORM = "istmo-control-list"
LANGUAGES = ("es", "en")
LIST_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
HEAD = re.compile(r"#\s*(?P<key>[a-z_]+):\s*(?P<value>.*)")
TEXT_COLUMNS = {"text": TextRole.OFFICIAL, "title": TextRole.OWN_TITLE, "keywords": TextRole.KEYWORDS}
NOTES = ("notes", "questions")
IN_A_LANGUAGE = re.compile(rf"(?P<name>{'|'.join((*TEXT_COLUMNS, *NOTES))})_(?P<language>[a-z]{{2}})")
FACTS = ("regimes", "cas", "hs", "aliases", "heading", "thresholds", "requirements")
KIND = re.compile(r"\[(?P<kind>[a-z]+)\] (?P<text>.*)", re.DOTALL)  # before a note that is no mere note
FURTHER = "  "  # begins the further lines of a note
LONGEST_CELL = 32_767  # letters, of a spreadsheet
CATCH_ALL_EXAMPLE = '[{"code": "end-use", "basis": "Ley 1", "question": {"es": "¿…?"}}]'
SEVERAL = re.compile(r"\s*;\s*")
HS = re.compile(r"\d{4,12}")


TEXTS = by_language(one_or_more(text))
NOTE = record(dict.fromkeys(("language", "kind", "text"), text), needed=("language", "kind", "text"))
REQUIREMENT = record(
    {
        "reason": text,
        "scope": text,
        "scope_codes": each(text),
        "is_entire": truth,
        "columns": each(text),
        "prose": text,
    },
    needed=("reason", "scope", "scope_codes", "is_entire", "columns", "prose"),
)
THRESHOLD = record(
    {
        "parameter": text,
        "comparator": text,
        "value": number,
        "unit": text,
        "group": whole,
        "condition": text,
        "reviewed_by_name": text,
        "reviewed_for": text,
    },
    needed=("parameter", "comparator", "value"),
)
PROVISION = record(
    {
        "code": text,
        **dict.fromkeys(TextRole.values, TEXTS),
        "notes": each(NOTE),
        "regimes": each(text),
        "cas": each(text),
        "requirements": each(REQUIREMENT),
        "thresholds": each(THRESHOLD),
        "hs": each(text),
        "aliases": each(text),
        "heading": text,
    }
)
RULE = record(
    {"code": text, "basis": text, "question": by_language(text)}, needed=("code", "basis", "question")
)
HEAD_MEMBERS = record(
    {
        "form": text,
        **dict.fromkeys(("list", "name", "jurisdiction", "edition", "valid_from", "language"), text),
        **dict.fromkeys(("source", "attribution"), text),
        "codes": number,
        "catalogue": truth,
        "catch_all": each(RULE),
    }
)


def parse(path: Path) -> EditionDraft:
    if is_workbook(path):
        return _from_rows(text_rows(path))
    with opened(path) as file:
        text = list(lines(file))
    if text and text[0].lstrip().startswith("{"):
        return _from_json(text)
    if text and not text[-1].endswith("\n"):
        raise BadList("no-line-end", line=len(text))
    return _from_rows(_csv_rows(text))


def _from_json(text: list[str]) -> EditionDraft:
    if not text[-1].endswith("\n") and not _is_whole(text[-1]):
        raise BadList("cut-off", line=len(text))
    head, *rows = [
        (number, json_value(line.encode())) for number, line in enumerate(text, start=1) if line.strip()
    ]
    if not isinstance(head[1], dict) or head[1].get("form") != FORM:
        raise BadList("not-this-json", expected=f'"form": "{FORM}"')
    HEAD_MEMBERS(head[0], "", head[1])
    return _draft(head[1], tuple(_json_row(number, row) for number, row in rows))


def _is_whole(line: str) -> bool:
    """Say whether a last line without a line end is an object to its end: then nothing of it is lacking."""
    try:
        return isinstance(json_value(line.encode()), dict)
    except BadList:
        return False


Rows = list[tuple[int, list[str]]]  # the line or row, and its cells


def _csv_rows(text: list[str]) -> Rows:
    """Return the rows of a table. The lines of its head are one cell each, whatever commas they hold."""
    count = next((place for place, line in enumerate(text) if not line.startswith("#")), len(text))
    head = [(number, [line.rstrip()]) for number, line in enumerate(text[:count], start=1)]
    return [*head, *cells(text[count:], first_line=count + 1)]


def _from_rows(rows: Rows) -> EditionDraft:
    count = next((place for place, (_line, row) in enumerate(rows) if not row[0].startswith("#")), len(rows))
    found = (HEAD.match(row[0]) for _line, row in rows[:count])
    head = {match["key"]: match["value"].strip() for match in found if match}
    below = table(iter(rows[count:]), ("code",))
    return _draft(head, tuple(_csv_row(number, row) for number, row in below))


def _draft(head: dict[str, Any], rows: tuple[ProvisionRow, ...]) -> EditionDraft:
    code = str(head.get("list", ""))
    if not LIST_CODE.fullmatch(code):
        raise BadList("head-lacks", key="list", example="pa-national")
    try:
        valid_from = date.fromisoformat(str(head.get("valid_from", "")))
        said = int(head["codes"])
    except (KeyError, ValueError) as error:
        key = "codes" if "codes" in str(error) or "int()" in str(error) else "valid_from"
        raise BadList("head-lacks", key=key, example="384" if key == "codes" else "2026-02-01") from error
    return EditionDraft(
        list_code=code,
        valid_from=valid_from,
        rows=rows,
        label=str(head.get("edition", ""))[:60],
        jurisdiction=str(head.get("jurisdiction", ""))[:2],
        list_name=str(head.get("name", ""))[:200],
        language=str(head.get("language", ""))[:2],
        source_url=str(head.get("source", ""))[:500],
        attribution=str(head.get("attribution", "")),
        said_codes=said,
        is_catalogue=_said(head, "catalogue") is True,
        catch_all=tuple(_catch_all(rule) for rule in _said(head, "catch_all") or ()),
    )


def _said(head: dict[str, Any], key: str) -> Any:
    """Return what the head says in JSON, which the lines above a table hold as text."""
    value = head.get(key)
    return json_value(value.encode()) if isinstance(value, str) and value else value


def _catch_all(rule: Any) -> CatchAllRow:
    try:
        return CatchAllRow(rule["code"], rule["basis"], tuple(rule["question"].items()))
    except (TypeError, KeyError, AttributeError) as error:
        raise BadList("head-lacks", key="catch_all", example=CATCH_ALL_EXAMPLE) from error


def _json_row(number: int, row: Any) -> ProvisionRow:
    if isinstance(row, dict) and isinstance(row.get("code"), int | float):
        raise BadList("code-is-number", line=number, entry=row["code"])
    if not isinstance(row, dict) or not isinstance(row.get("code"), str):
        raise BadList("cell-empty", line=number, column="code")
    PROVISION(number, "", row)
    return _read(number, row)


def _read(number: int, row: dict[str, Any]) -> ProvisionRow:
    texts = [
        TextRow(language, "\n".join(said) if isinstance(said, list) else said, TextRole(role))
        for role in TextRole.values
        for language, said in row.get(role, {}).items()
    ]
    notes = [
        NoteRow(note["language"], _one_of(NoteKind, note["kind"], number, "kind"), note["text"])
        for note in row.get("notes", ())
    ]
    return ProvisionRow(
        checked_code(row["code"], number),
        texts=tuple(texts),
        notes=tuple(notes),
        regimes=tuple(_one_of(Regime, regime, number, "regimes") for regime in row.get("regimes", ())),
        cas=_cas(number, row.get("cas", ())),
        requirements=tuple(_requirement(item) for item in row.get("requirements", ())),
        thresholds=tuple(_threshold(number, item) for item in row.get("thresholds", ())),
        hs=_hs(number, row.get("hs", ())),
        aliases=tuple(row.get("aliases", ())),
        heading=row.get("heading", ""),
    )


def _requirement(item: dict[str, Any]) -> RequirementRow:
    return RequirementRow(
        item["reason"],
        item["scope"],
        tuple(item["scope_codes"]),
        bool(item["is_entire"]),
        tuple(item["columns"]),
        item["prose"],
    )


def _threshold(number: int, item: dict[str, Any]) -> ThresholdRow:
    try:
        value = Decimal(str(item["value"]))
    except InvalidOperation as error:
        raise BadList("wrong-value", number=number, what=str(item["value"])[:80]) from error
    if not value.is_finite() or value.adjusted() >= DIGITS_OF_A_VALUE:
        raise BadList("wrong-value", number=number, what=str(item["value"])[:80])
    return ThresholdRow(
        item["parameter"],
        _one_of(Comparator, item["comparator"], number, "comparator"),
        value,
        **{key: item[key] for key in THRESHOLD_EXTRAS if key in item},
    )


DIGITS_OF_A_VALUE = 25  # before the point, as the column holds them
THRESHOLD_EXTRAS = ("unit", "group", "condition", "reviewed_by_name", "reviewed_for")


def _csv_row(number: int, row: dict[str, str]) -> ProvisionRow:
    texts, notes = list[TextRow](), list[NoteRow]()
    for column, cell in row.items():
        if match := IN_A_LANGUAGE.fullmatch(column):
            said = cell.strip()
            if match["name"] in NOTES:
                notes += _notes_in(cell, match["language"], number, column)
            elif said:
                role = TEXT_COLUMNS[match["name"]]
                words = "\n".join(_keywords(said)) if role == TextRole.KEYWORDS else said
                texts.append(TextRow(match["language"], words, role))
        elif column not in ("code", *FACTS):
            raise BadList("unknown-column", column=column, known=", ".join(_columns(LANGUAGES)))
    return ProvisionRow(
        checked_code(row["code"].strip(), number),
        texts=tuple(texts),
        notes=tuple(notes),
        regimes=tuple(_one_of(Regime, one, number, "regimes") for one in _several(row.get("regimes", ""))),
        cas=_cas(number, _several(row.get("cas", ""))),
        requirements=tuple(_requirement(item) for item in _objects(number, row, "requirements", REQUIREMENT)),
        thresholds=tuple(_threshold(number, item) for item in _objects(number, row, "thresholds", THRESHOLD)),
        hs=_hs(number, _several(row.get("hs", ""))),
        aliases=tuple(_several(row.get("aliases", ""))),
        heading=row.get("heading", "").strip(),
    )


def _columns(languages: Iterable[str]) -> tuple[str, ...]:
    held = list(languages)
    said = (f"{name}_{language}" for name in (*TEXT_COLUMNS, *NOTES) for language in held)
    return ("code", *said, *FACTS)


def _notes_in(cell: str, language: str, number: int, column: str) -> Iterator[NoteRow]:
    """Yield the notes of a cell, each from its own line on."""
    notes = list[str]()
    for line in cell.strip().split("\n"):
        if notes and line.startswith(FURTHER):
            notes[-1] += "\n" + line.removeprefix(FURTHER)
        elif line.strip():
            notes.append(line.strip())
    for note in notes:
        if column.startswith("questions"):
            yield NoteRow(language, NoteKind.QUESTION, note)
        elif match := KIND.fullmatch(note):
            yield NoteRow(language, _one_of(NoteKind, match["kind"], number, column), match["text"])
        else:
            yield NoteRow(language, NoteKind.NOTE, note)


def _keywords(cell: str) -> list[str]:
    """Return the words of the trade; those of a cell with several lines stand one a line."""
    return [word for line in cell.split("\n") if (word := line.strip())] if "\n" in cell else _several(cell)


def _objects(number: int, row: dict[str, str], column: str, check: Check) -> list[Any]:
    found = [json_value(line.encode()) for line in row.get(column, "").split("\n") if line.strip()]
    each(check)(number, column, found)
    return found


def _several(cell: str) -> list[str]:
    return [part for part in SEVERAL.split(cell.strip()) if part]


def _one_of(choices: Any, value: str, number: int, column: str) -> Any:
    if value not in choices.values:
        raise BadList("cell-kind", line=number, column=column, value=value, known=", ".join(choices.values))
    return choices(value)


def _cas(number: int, values: Iterable[str]) -> tuple[str, ...]:
    for value in values:
        if not is_cas(value):
            raise BadList("no-cas-number", line=number, value=value)
    return tuple(values)


def _hs(number: int, values: Iterable[str]) -> tuple[str, ...]:
    for value in values:
        if not HS.fullmatch(value):
            raise BadList("no-customs-code", line=number, entry=value)
    return tuple(values)


def as_json(draft: EditionDraft) -> Iterator[str]:
    """Yield the lines of a draft as JSON, all it says."""
    yield _line({"form": FORM, **_head_of(draft)})
    for row in draft.rows:
        yield _line({key: value for key, value in _json_of(row).items() if value})


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _head_of(draft: EditionDraft) -> dict[str, Any]:
    return {
        "list": draft.list_code,
        "name": draft.list_name,
        "jurisdiction": draft.jurisdiction,
        "edition": draft.label,
        "valid_from": draft.valid_from.isoformat() if draft.valid_from else "",
        "language": draft.language,
        "source": draft.source_url,
        "attribution": draft.attribution,
        "codes": sum("." not in row.code for row in draft.rows),
        "catalogue": draft.is_catalogue,
        "catch_all": [
            {"code": rule.code, "basis": rule.basis, "question": dict(rule.questions)}
            for rule in draft.catch_all
        ],
    }


def _json_of(row: ProvisionRow) -> dict[str, Any]:
    return {
        "code": row.code,
        **{
            role: {text.language: text.text for text in row.texts if text.role == role}
            for role in TextRole.values
        },
        "notes": [{"language": note.language, "kind": note.kind, "text": note.text} for note in row.notes],
        "regimes": list(row.regimes),
        "cas": list(row.cas),
        "requirements": [asdict(item) for item in row.requirements],
        "thresholds": [_threshold_of(item) for item in row.thresholds],
        "hs": list(row.hs),
        "aliases": list(row.aliases),
        "heading": row.heading,
    }


def _threshold_of(item: ThresholdRow) -> dict[str, Any]:
    said = {key: getattr(item, key) for key in THRESHOLD_EXTRAS}
    return {
        "parameter": item.parameter,
        "comparator": item.comparator,
        "value": f"{item.value:f}",
        **{key: value for key, value in said.items() if value != ""},
    }


def as_csv(draft: EditionDraft) -> Iterator[str]:
    """Yield the lines of a draft as CSV. Blanks around texts and notes are all that gets lost."""
    for key, value in _head_of(draft).items():
        yield f"# {key}: {_head_text(value)}\n"
    languages = dict.fromkeys((*LANGUAGES, *sorted(_languages(draft.rows))))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, _columns(languages), lineterminator="\n")
    writer.writeheader()
    for row in draft.rows:
        writer.writerow(_csv_of(row))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _head_text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _languages(rows: Iterable[ProvisionRow]) -> set[str]:
    held = list(rows)
    return {text.language for row in held for text in row.texts} | {
        note.language for row in held for note in row.notes
    }


def _csv_of(row: ProvisionRow) -> dict[str, str]:
    names = {role: name for name, role in TEXT_COLUMNS.items()}
    cells_of = {
        f"{names[text.role]}_{text.language}": _keywords_cell(text.text)
        if text.role == TextRole.KEYWORDS
        else text.text
        for text in row.texts
    }
    notes = dict[str, list[str]]()
    for note in row.notes:
        name = "questions" if note.kind == NoteKind.QUESTION else "notes"
        notes.setdefault(f"{name}_{note.language}", []).append(_note_lines(note))
    lists = {"regimes": row.regimes, "cas": row.cas, "hs": row.hs, "aliases": row.aliases}
    objects = {
        "thresholds": [_threshold_of(item) for item in row.thresholds],
        "requirements": [asdict(item) for item in row.requirements],
    }
    return {
        "code": row.code,
        **cells_of,
        **{column: "\n".join(held) for column, held in notes.items()},
        **{key: "; ".join(value) for key, value in lists.items()},
        **{key: "".join(map(_line, value)).rstrip() for key, value in objects.items()},
        "heading": row.heading,
    }


def _keywords_cell(text: str) -> str:
    words = text.split("\n")
    return text if ";" in text and len(words) > 1 else "; ".join(words)


def _note_lines(note: NoteRow) -> str:
    """Return a note as `_notes_in` reads it: its kind in front if it has one, further lines moved in."""
    text = note.text.strip()
    has_kind = note.kind not in (NoteKind.NOTE, NoteKind.QUESTION)
    looks_like_one = note.kind == NoteKind.NOTE and text.startswith("[")
    first = f"[{note.kind}] {text}" if has_kind or looks_like_one else text
    return first.replace("\n", f"\n{FURTHER}")


def write_workbook(draft: EditionDraft, path: Path) -> None:
    """Write what `as_csv` says as a workbook whose cells are all text, so that codes stay codes.

    Raises BadList for a text that is longer than a cell may be, rather than cut it off.
    """
    rows = [row for text in as_csv(draft) for row in _cells_of(text)]
    if long := next((value for row in rows for value in row if len(value) > LONGEST_CELL), ""):
        raise BadList("too-long-for-a-cell", what=f"{long[:40]}…", letters=LONGEST_CELL)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("list")
    for row in rows:
        sheet.append([_text_cell(sheet, value) for value in row])
    book.save(path)


def _cells_of(text: str) -> Iterable[list[str]]:
    return [[text.rstrip()]] if text.startswith("#") else csv.reader(io.StringIO(text, newline=""))


def _text_cell(sheet: Any, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.data_type, cell.number_format = "s", "@"  # "=1+1" too is text
    return cell
