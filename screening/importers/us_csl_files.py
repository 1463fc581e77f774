"""The forms the Consolidated Screening List comes in, read into records with the keys of its JSON.

- CSV of 29 columns. Several values stand in one field with "; " between them. An identifier is "country,
  expiry, issue, number, type" until 2022 and "type, number, country, issue, expiry" since, without what is
  not known, so that one day alone may be either. A copy of November 2023 has its head twice.
- JSON {"results": [...]} with the same fields, lists where the CSV has several, and objects for addresses and
  identifiers. An answer of the search interface is the same, but a part only: its `total` gives it away.
- A compact JSON that others make of it, {"tables": ..., "entries": [...]}: one letter for each key, numbers
  of lines in `tables` for long texts. It lacks ids, births, addresses and `id`; entries without a number of
  OFAC are known here by the hash of what they say.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from screening.importers.countries import country_of
from screening.importers.csv_rows import headed
from screening.importers.dates import iso_day
from screening.importers.files import Peeked, Readable
from screening.importers.json_rows import members
from screening.importers.ofac_terms import is_label, plain_label
from screening.importers.rows import Publication
from screening.importers.xml import tidy
from screening.refusals import BadList

COLUMNS = (
    "_id",
    "source",
    "entity_number",
    "type",
    "programs",
    "name",
    "title",
    "addresses",
    "federal_register_notice",
    "start_date",
    "end_date",
    "standard_order",
    "license_requirement",
    "license_policy",
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
    "remarks",
    "source_list_url",
    "alt_names",
    "citizenships",
    "dates_of_birth",
    "nationalities",
    "places_of_birth",
    "source_information_url",
    "ids",
)
DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d? [A-Z][a-z]{2} \d{4}")
# Keys of the compact form; those with a table stand for the number of a line in it.
COMPACT_KEYS = {
    "n": "name",
    "a": "alt_names",
    "t": "type",
    "e": "entity_number",
    "fr": "federal_register_notice",
}
COMPACT_TABLES = {
    "s": ("source", "sources"),
    "lr": ("license_requirement", "licenceRequirements"),
    "lp": ("license_policy", "licencePolicies"),
    "pg": ("programs", "programmes"),
}
DATES = ("search_performed_at", "sourceGeneratedAt")


class Record:
    """One entry, or one address or identifier in it. Raises BadList for a value of the wrong kind."""

    def __init__(self, values: dict[str, Any], number: int) -> None:
        self._values = values
        self._number = number

    def text(self, key: str) -> str:
        return self._tidy(key, self._values.get(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the values of a list, or the one value, each once, without the empty ones."""
        found = (self._tidy(key, part) for value in self._list(key) for part in _parts(value))
        return tuple(dict.fromkeys(value for value in found if value))

    def records(self, key: str) -> Iterator["Record"]:
        for values in self._list(key):
            if not isinstance(values, dict):
                raise BadList("wrong-value", number=self._number, what=key)
            yield Record(values, self._number)

    def _list(self, key: str) -> list[Any]:
        value = self._values.get(key)
        return value if isinstance(value, list) else [value] if value else []

    def _tidy(self, key: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return tidy(str(value))
        raise BadList("wrong-value", number=self._number, what=key)


def read(file: Readable) -> tuple[Publication, Iterator[Record]]:
    """Return the edition and the entries, whatever form the file has. Raises BadList."""
    peeked = Peeked(file)
    if peeked.start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json(peeked)
    return Publication(), _csv_records(peeked)


def _csv_records(file: Readable) -> Iterator[Record]:
    for number, row in enumerate(headed(file, COLUMNS), start=1):
        addresses = [_address(line) for line in _several(row["addresses"])]
        ids = [_identifier(line) for line in _identifiers(row["ids"])]
        yield Record({**row, "id": row["_id"], "addresses": addresses, "ids": ids}, number)


def _several(field: str) -> list[str]:
    return [part for part in re.split(r"\s*;\s+|\s*;$", field.strip()) if part]


def _parts(value: Any) -> list[Any]:
    return _several(value) if isinstance(value, str) else [value]


def _address(line: str) -> dict[str, str]:
    """Return an address that ends with the code of its country, if it names one."""
    text, _, last = line.rpartition(", ")
    text = text.removeprefix("and ")
    return {"address": text, "country": last} if _is_code(last) else {"address": line.removeprefix("and ")}


def _is_code(text: str) -> bool:
    return len(text) == 2 and country_of(text) == text


def _identifiers(field: str) -> list[str]:
    """Split a field of identifiers. A part without a label belongs to its neighbour: values may hold "; "."""
    parts = _several(field)
    labels_first = any(is_first for _label, is_first in map(_labels, parts))
    found: list[str] = []
    for part in parts if labels_first else reversed(parts):
        if _labels(part)[0] or not found:
            found.append(part)
        else:
            found[-1] = f"{found[-1]}; {part}" if labels_first else f"{part}; {found[-1]}"
    return found if labels_first else found[::-1]


def _labels(part: str) -> tuple[str, bool]:
    """Return the label of an identifier and whether it stands first; "" for none we know."""
    first, last = plain_label(part.partition(", ")[0]), plain_label(part.rpartition(", ")[2])
    if is_label(first):
        return first, True
    return (last, False) if is_label(last) else ("", False)


def _identifier(line: str) -> dict[str, str]:
    label, is_first = _labels(line)
    if not label:
        return {"number": line}
    values = line.split(", ")[1:] if is_first else line.split(", ")[:-1]
    number = [value for value in values if not DAY.fullmatch(value)] or values
    days = [value for value in values if value not in number]
    at = -1 if is_first else 0
    country = number.pop(at) if len(number) > 1 and _is_code(number[at]) else ""
    return {
        "type": label,
        "number": ", ".join(number),
        "country": country,
        **_days(days if is_first else days[::-1]),
    }


def _days(days: list[str]) -> dict[str, str]:
    if len(days) == 2:
        return {"issue_date": days[0], "expiration_date": days[1]}
    return {"issue_or_expiration_date": ", ".join(days)}


def _json(file: Readable) -> tuple[Publication, Iterator[Record]]:
    """Read the head of a JSON file, which is all that stands before its entries."""
    found = members(file, ("results", "entries"))
    head: dict[str, Any] = {}
    for key, value in found:
        if key in ("results", "entries"):
            entries = chain([(key, value)], found)
            return _publication(head), _entries(entries, head)
        head[key] = value
    raise BadList("not-this-json", expected="results")


def _publication(head: dict[str, Any]) -> Publication:
    for key in DATES:
        if day := iso_day(str(head.get(key) or "")):
            return Publication(str(head[key]), day)
    return Publication()


def _entries(found: Iterator[tuple[str, Any]], head: dict[str, Any]) -> Iterator[Record]:
    """Yield the entries. What stands behind them may be their number, too."""
    count = 0
    for key, value in found:
        if key not in ("results", "entries"):
            head[key] = value
            continue
        count += 1
        if not isinstance(value, dict):
            raise BadList("wrong-value", number=count, what=key)
        yield Record(value if key == "results" else _expanded(value, head.get("tables"), count), count)
    said = head.get("total", head.get("entryCount", count))
    if said != count:
        raise BadList("count-differs", said=said, found=count)


def _expanded(entry: dict[str, Any], tables: Any, number: int) -> dict[str, Any]:
    """Return an entry of the compact form with the keys of the official one. `u` is an address of the web."""
    content = json.dumps({key: value for key, value in entry.items() if key != "u"}, sort_keys=True)
    values = {long: entry[short] for short, long in COMPACT_KEYS.items() if short in entry}
    try:
        for short, (key, table) in COMPACT_TABLES.items():
            if short in entry:
                values[key] = tables[table][entry[short]]
    except (KeyError, IndexError, TypeError) as error:
        raise BadList("wrong-value", number=number, what="tables") from error
    values["addresses"] = [{"country": code} for code in entry.get("c", [])]
    return {**values, "id": hashlib.sha256(content.encode()).hexdigest()[:32]}
