"""Japan: Foreign End User List of the Ministry of Economy, Trade and Industry, in a derived JSON form.

METI publishes the list as tables in PDF and Excel files, once a year or so (https://www.meti.go.jp/policy/anpo).
Read here is an array of objects made of them by others: id, entity_name, aliases, addresses (the country),
reason (kinds of concern) and source_url. The number of the press release in source_url begins with the day
of publication. Where that form has no name, it stands behind the country, by an error of those who made it.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any
from unicodedata import normalize

from screening.importers.aliases import main_first, names_in
from screening.importers.countries import country_code
from screening.importers.files import Readable
from screening.importers.json_arrays import items, text_of, texts_of
from screening.importers.rows import AddressRow, EntityRow, NameRow, Publication
from screening.models import EntityKind, NameKind
from screening.refusals import BadList

RELEASE = re.compile(r"/(\d{8})\d{3}\.html")  # METI numbers its press releases by day
# Biological, chemical, missile, nuclear, conventional weapons.
CONCERNS = re.compile(r"(?<![A-Z])(?:CW|[BCMN])(?![A-Z])")


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and its rows, one for each end user. Raises BadList."""
    found = items(file)
    first = next(found, None)
    if first is None:
        raise BadList("names-nobody")
    published_on = _released(first)
    edition = Publication(published_on.isoformat(), published_on)
    return edition, (_row(item) for item in chain([first], found))


def _released(item: dict[str, Any]) -> date:
    match = RELEASE.search(text_of(item, "source_url"))
    try:
        return datetime.strptime(match[1] if match else "", "%Y%m%d").date()  # noqa: DTZ007 - a bare date
    except ValueError as error:
        raise BadList("no-date", where="source_url") from error


def _row(item: dict[str, Any]) -> EntityRow:
    places = [_place(line) for line in texts_of(item, "addresses")]
    behind = [rest for _state, rest in places]
    written = [text_of(item, "entity_name"), *behind, *texts_of(item, "aliases")]
    codes = {country_code(state) for state, _rest in places}
    reason = text_of(item, "reason")
    return EntityRow(
        source_id=text_of(item, "id"),
        kind=EntityKind.ORGANISATION,
        names=main_first([row for name in written if name for row in _names(name)]),
        countries=tuple(sorted(codes - {""})),
        programmes=tuple(dict.fromkeys(CONCERNS.findall(normalize("NFKC", reason)))),
        addresses=tuple(AddressRow(state, country_code(state)) for state, _rest in places if state),
        remarks=reason,
    )


def _place(line: str) -> tuple[str, str]:
    """Return the country and what stands behind it, which is the name that is missing elsewhere."""
    words = line.split()
    for count in range(len(words), 0, -1):
        state = " ".join(words[:count])
        if country_code(state):
            return state, " ".join(words[count:])
    return line, ""


def _names(name: str) -> Iterator[NameRow]:
    yield NameRow(name)
    yield from names_in(name, NameKind.ALIAS)
