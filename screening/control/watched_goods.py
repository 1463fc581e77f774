"""Goods that measures name by their customs code, in a table of our own form (CSV or XLSX) or as JSON.

The first lines of the table are its head: `# list: eu-833`, `# name: …`, `# published_on: 2026-02-01` and
`# rows: 3`; then come the columns hs, measure and, where there is one, tier. The JSON is a list of objects
with "annex" and "cn", as made from Regulation (EU) 833/2014, and does not say its day.
"""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from screening.control.files import json_value, opened
from screening.control.neutral import HEAD, LIST_CODE
from screening.control.rows import TableDraft, WatchedRow
from screening.control.sheets import is_workbook, text_rows
from screening.control_models import TableKind
from screening.importers.tables import cells, lines, table
from screening.refusals import BadList

HS = re.compile(r"\d{4,12}")
COLUMNS = ("hs", "measure", "tier")
LONGEST = {"measure": 60, "tier": 10}
JSON_LIST, JSON_NAME = "eu-833", "Regulation (EU) No 833/2014"


def parse(path: Path) -> TableDraft:
    if is_workbook(path):
        return _from_table(text_rows(path))
    with opened(path) as file:
        text = list(lines(file))
    if text and text[0].lstrip().startswith("["):
        return _from_json("".join(text))
    if text and not text[-1].endswith("\n"):
        raise BadList("no-line-end", line=len(text))
    return _from_table(list(cells(text)))


def _from_table(rows: list[tuple[int, list[str]]]) -> TableDraft:
    head = {}
    while rows and (match := HEAD.match(rows[0][1][0])):
        head[match["key"]] = match["value"].strip()
        rows = rows[1:]
    if not LIST_CODE.fullmatch(head.get("list", "")):
        raise BadList("head-lacks", key="list", example="eu-833")
    try:
        day, said = date.fromisoformat(head.get("published_on", "")), int(head.get("rows", ""))
    except ValueError as error:
        key, example = ("rows", "50") if "int()" in str(error) else ("published_on", "2026-02-01")
        raise BadList("head-lacks", key=key, example=example) from error
    found = _once(_row(line, row) for line, row in table(iter(rows), ("hs", "measure")))
    if len(found) != said:
        raise BadList("count-differs", said=said, found=len(found))
    return TableDraft(
        head["list"],
        TableKind.WATCHED_GOODS,
        day,
        found,
        jurisdiction=head.get("jurisdiction", "")[:2],
        list_name=head.get("name", "")[:200],
    )


def _row(line: int, row: dict[str, str]) -> WatchedRow:
    if unknown := set(row) - set(COLUMNS):
        raise BadList("unknown-column", column=sorted(unknown)[0], known=", ".join(COLUMNS))
    return _checked(line, row["hs"], row["measure"], row.get("tier", ""))


def _checked(line: int, hs: str, measure: str, tier: str = "") -> WatchedRow:
    digits = re.sub(r"[.\s]", "", hs)
    if not HS.fullmatch(digits):
        raise BadList("no-customs-code", line=line, entry=hs[:40])
    if not measure.strip():
        raise BadList("cell-empty", line=line, column="measure")
    for column, value in (("measure", measure), ("tier", tier)):
        if len(value) > LONGEST[column]:
            raise BadList("too-long", number=line, what=value[:40])
    return WatchedRow(digits, measure.strip(), tier.strip())


def _once(rows: Iterable[WatchedRow]) -> tuple[WatchedRow, ...]:
    """Return the rows, each customs code once under a measure. Raises BadList where tiers contradict."""
    found: dict[tuple[str, str], WatchedRow] = {}
    for row in rows:
        if found.setdefault((row.hs, row.measure), row) != row:
            raise BadList("twice", source_id=f"{row.hs} {row.measure}")
    return tuple(found.values())


def _from_json(text: str) -> TableDraft:
    rows = json_value(text.encode())
    found = _once(_from_object(number, row) for number, row in enumerate(rows, start=1))
    return TableDraft(JSON_LIST, TableKind.WATCHED_GOODS, None, found, jurisdiction="EU", list_name=JSON_NAME)


def _from_object(number: int, row: Any) -> WatchedRow:
    if (
        not isinstance(row, dict)
        or not isinstance(row.get("annex"), str)
        or not isinstance(row.get("cn"), str)
    ):
        raise BadList("no-text-under", key="annex, cn")
    return _checked(number, row["cn"], f"annex {row['annex']}")
