"""United States Consolidated Screening List: twelve lists of Commerce, State and Treasury in one file.

Source: https://www.trade.gov/consolidated-screening-list, CSV or JSON of data.trade.gov/
downloadable_consolidated_screening_list/v1/, made anew every day. The CSV says no date. This module makes
rows of its records; us_csl_files.py reads the forms of the file.

Only lists of the Treasury say what kind a party is and have numbers; persons there are LAST, First. Entries
of the others are known by the publisher's `id`, which changes with what they say. A party on several lists
comes once for each. A row that says the same again, as in CSV of 2022, is left out.
"""

import re
from collections.abc import Iterator

from screening.importers.dates import iso_day
from screening.importers.files import Readable
from screening.importers.ofac_terms import KINDS, NO_IDENTIFIER, Facts, natural
from screening.importers.rows import AddressRow, EntityRow, NameRow, Publication
from screening.importers.us_csl_files import Record, read
from screening.importers.us_names import alias_in, covers_more, names_of
from screening.models import EntityKind, NameKind

CODE = re.compile(r"\(([A-Z][A-Z-]*)(?: List)?\)")  # "Entity List (EL) - Bureau of Industry and Security"
ADDRESS_PARTS = ("address", "city", "state", "postal_code", "country")
VESSEL_LABELS = {
    "call_sign": "Vessel Call Sign",
    "vessel_type": "Vessel Type",
    "gross_tonnage": "Vessel Tonnage",
    "gross_registered_tonnage": "Vessel Gross Registered Tonnage",
    "vessel_flag": "Vessel Flag",
    "vessel_owner": "Vessel Owner",
}
REMARKED = {
    "license_requirement": "Licence requirement",
    "license_policy": "Licence policy",
    "federal_register_notice": "Federal Register notice",
    "end_date": "In force until",
    "standard_order": "Standard order",
}
NOTES = {
    "issue_date": "issued",
    "expiration_date": "expires",
    "issue_or_expiration_date": "issued or expires",
}


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each entry of each list. Raises BadList."""
    publication, entries = read(file)
    return publication, _rows(entries)


def _rows(entries: Iterator[Record]) -> Iterator[EntityRow]:
    digests: dict[str, str] = {}
    for entry in entries:
        row = _row(entry)
        digest = row.digest()
        if digests.get(row.source_id) != digest:
            digests[row.source_id] = digest
            yield row


def _row(entry: Record) -> EntityRow:
    code, name_of_list = _list(entry.text("source"))
    number = entry.text("entity_number") or entry.text("id")
    facts = _facts(entry)
    return facts.row(
        f"{code}:{number}" if code and number else "",
        _names(entry, facts.kind),
        positions=entry.texts("title"),
        programmes=tuple(dict.fromkeys((name_of_list, *entry.texts("programs")))),
        addresses=_addresses(entry, facts),
        listed_on=iso_day(entry.text("start_date")),
    )


def _list(source: str) -> tuple[str, str]:
    """Return the code and the name of a list: ("EL", "Entity List (EL)")."""
    name = source.partition(" - ")[0]
    code = CODE.search(name)
    return code[1] if code else name[:40], name


def _names(entry: Record, kind: EntityKind) -> Iterator[NameRow]:
    name, aliases = entry.text("name"), entry.texts("alt_names")
    if entry.text("type"):
        if name:
            yield NameRow(natural(name, kind), NameKind.PRIMARY)
        yield from (NameRow(natural(alias, kind), NameKind.ALIAS) for alias in aliases)
    else:
        yield from names_of(name, NameKind.PRIMARY)
        for alias in aliases:
            yield from alias_in(alias)


def _facts(entry: Record) -> Facts:
    facts = Facts(KINDS.get(entry.text("type"), EntityKind.OTHER))
    for key, label in VESSEL_LABELS.items():
        facts.add(label, entry.text(key))
    for key, label in {"dates_of_birth": "DOB", "places_of_birth": "POB"}.items():
        for value in entry.texts(key):
            facts.add(label, value)
    for country in (*entry.texts("nationalities"), *entry.texts("citizenships"), entry.text("country")):
        facts.of_country(country)
    for document in entry.records("ids"):
        _identify(facts, document)
    if covers_more(entry.text("name")):
        facts.remarks.append(entry.text("name"))
    facts.remark(entry.text("remarks"))
    facts.remarks += [f"{label}: {said}" for key, label in REMARKED.items() if (said := entry.text(key))]
    return facts


def _identify(facts: Facts, document: Record) -> None:
    label = document.text("type")
    note = "; ".join(f"{word} {day}" for key, word in NOTES.items() if (day := document.text(key)))
    if not label or (note and NO_IDENTIFIER.search(label)):
        facts.remark(" ".join((label, document.text("number"), note)).strip())
    else:
        facts.add(label, document.text("number"), document.text("country"), note)


def _addresses(entry: Record, facts: Facts) -> Iterator[AddressRow]:
    """Yield the addresses. A country alone is no address, but one of the entry's countries."""
    for address in entry.records("addresses"):
        country = facts.of_country(address.text("country"))
        parts = [part for key in ADDRESS_PARTS if (part := address.text(key))]
        if parts and parts != [address.text("country")]:
            yield AddressRow(", ".join(parts), country)
