"""The words OFAC uses for what it knows of a party: the same in all its formats, so sorted in one place.

Legacy XML calls them id types, enhanced XML features and document types, the CSV files write them into the
remarks, and the Consolidated Screening List into its ids. `data/ofac_labels.txt` has those seen so far; a
label we do not know is taken for that of a number, as most are.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from screening.importers.aliases import unique
from screening.importers.countries import country_of
from screening.importers.dates import edtf
from screening.importers.rows import AddressRow, EntityRow, IdentifierRow, NameRow, RelationRow
from screening.importers.xml import tidy
from screening.models import VESSEL_FACTS, EntityKind, RelationKind

LABELS = Path(__file__).parent.parent / "data" / "ofac_labels.txt"
OPEN_LABELS = (
    r"Digital Currency Address - \w+",
    r"(?:Listing|Effective) Date \([^)]*\)",
    r"Executive Order \d+ (?:Directive )?(?:Determination|[Ii]nformation)",
)
KINDS = {
    "Individual": EntityKind.PERSON,
    "Entity": EntityKind.ORGANISATION,
    "Vessel": EntityKind.VESSEL,
    "Aircraft": EntityKind.AIRCRAFT,
}
# What is said beside numbers, and would not tell one party from another.
NO_IDENTIFIER = re.compile(
    "sanctions|directive|executive order|target type|issuer name|date|organization type|gender|caatsa|"
    "ticker|information|determination|transactions prohibited|aircraft (?:model|operator)|locode",
    re.IGNORECASE,
)
SHIP_NUMBER = "Vessel Registration Identification"
IMO = re.compile(r"(IMO)?\W*(\d{7})\W*")
LINKED = re.compile(r"\(?\bLinked To: ((?:[^();]|\([^()]*\))+)\)?;?\s*")
# A number as remarks give it: "M 123 (Korea, North) issued 01 Jan 2001 expires 2006".
WRITTEN_NUMBER = re.compile(
    r"(?P<number>.*?)(?:\s*\((?P<country>[^()]+(?:\([^()]*\))?)\))?(?P<note>\s+(?:issued|expires)\s.*)?"
)


@dataclass(slots=True)
class Facts:
    """What one entry says of its party, sorted while it is read into what becomes a row."""

    kind: EntityKind
    identifiers: list[IdentifierRow] = field(default_factory=list)
    countries: set[str] = field(default_factory=set)
    births: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    relations: list[RelationRow] = field(default_factory=list)
    vessel: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def add(self, label: str, value: str, country: str = "", note: str = "") -> None:
        """Sort one fact: its label and value as published, `country` and `note` of a number's issue."""
        label, value = plain_label(label), tidy(value)
        if not value:
            return
        if sort := SORTED.get(label.lower()):
            sort(self, label, value)
        elif NO_IDENTIFIER.search(label):
            self.remarks.append(f"{label}: {value}")
        else:
            self._identify(label, value, country_of(country), note)

    def remark(self, text: str) -> None:
        """Keep a remark, and take out of it the parties it links to."""
        for name in LINKED.findall(text):
            self.link(RelationKind.LINKED, name)
        if rest := LINKED.sub("", text).strip(" ;\n"):
            self.remarks.append(rest)

    def link(self, kind: RelationKind, name: str, source_id: str = "", note: str = "") -> None:
        self.relations.append(RelationRow(kind, tidy(name), source_id, note=note))

    def of_country(self, text: str) -> str:
        """Return the code of a country the entry has to do with, and keep it."""
        code = country_of(text)
        self.countries |= {code} - {""}
        return code

    def of_vessel(self, key: str, value: str) -> None:
        found = self.vessel.setdefault(key, [])
        if value and value not in found:
            found.append(value)

    def row(
        self,
        source_id: str,
        names: Iterable[NameRow],
        *,
        positions: tuple[str, ...] = (),
        programmes: tuple[str, ...] = (),
        addresses: Iterable[AddressRow] = (),
        listed_on: date | None = None,
    ) -> EntityRow:
        lines = tuple(dict.fromkeys(addresses))
        countries = self.countries | {line.country for line in lines}
        countries |= {identifier.country for identifier in self.identifiers}
        return EntityRow(
            source_id=source_id,
            kind=self.kind,
            names=unique(list(names)),
            countries=tuple(sorted(countries - {""})),
            dates_of_birth=tuple(dict.fromkeys(self.births)),
            places_of_birth=tuple(dict.fromkeys(self.places)),
            positions=positions,
            programmes=programmes,
            identifiers=tuple(dict.fromkeys(self.identifiers)),
            addresses=lines,
            relations=tuple(dict.fromkeys(self.relations)),
            vessel=tuple((key, ", ".join(found)) for key in VESSEL_FACTS if (found := self.vessel.get(key))),
            listed_on=listed_on,
            remarks="\n".join(dict.fromkeys(self.remarks)),
        )

    def _identify(self, label: str, value: str, country: str, note: str) -> None:
        match = IMO.fullmatch(value)
        if match and (match[1] or _is_imo(label)):
            label, value = self._imo_kind(label), match[2]
        self.identifiers.append(IdentifierRow(label, value, country, note))

    def _imo_kind(self, label: str) -> str:
        """Ships have IMO numbers, and so have the companies that own them: two different series."""
        is_ship = self.kind == EntityKind.VESSEL or label == SHIP_NUMBER
        return "IMO number" if is_ship else "IMO company number"


def _is_imo(label: str) -> bool:
    return label in (SHIP_NUMBER, "International Maritime Organization No.")


def _birth(facts: Facts, label: str, value: str) -> None:
    if born := edtf(value):
        facts.births.append(born)
    else:
        facts.remarks.append(f"{label}: {value}")


def _place(facts: Facts, _label: str, value: str) -> None:
    facts.places.append(value)


def _country(facts: Facts, label: str, value: str) -> None:
    if not facts.of_country(value):
        facts.remarks.append(f"{label}: {value}")


def _other_flag(facts: Facts, label: str, value: str) -> None:
    """Keep a flag beside the ship's own: another it flies, which may be neither former nor its own."""
    facts.of_country(value)
    facts.remarks.append(f"{label}: {value}")


def _linked(facts: Facts, _label: str, value: str) -> None:
    facts.link(RelationKind.LINKED, value)


def _call_sign(facts: Facts, _label: str, value: str) -> None:
    facts.identifiers.append(IdentifierRow("Call sign", value))


def _flag(key: str) -> Callable[[Facts, str, str], None]:
    def sort(facts: Facts, label: str, value: str) -> None:
        facts.of_vessel(key, facts.of_country(value))
        if not country_of(value):
            facts.remarks.append(f"{label}: {value}")

    return sort


def _vessel(key: str, unit: str = "") -> Callable[[Facts, str, str], None]:
    return lambda facts, _label, value: facts.of_vessel(key, f"{value.replace(',', '')} {unit}".strip())


def _named(key: str) -> Callable[[Facts, str, str], None]:
    return lambda facts, _label, value: facts.of_vessel(key, value)


# Labels in small letters that mean more than a number or a remark.
SORTED: dict[str, Callable[[Facts, str, str], None]] = {
    **dict.fromkeys(("dob", "birthdate"), _birth),
    **dict.fromkeys(("pob", "place of birth"), _place),
    **dict.fromkeys(("nationality", "nationality country", "citizen", "citizenship country"), _country),
    **dict.fromkeys(("nationality of registration", "registration country"), _country),
    "other vessel flag": _other_flag,
    "linked to": _linked,
    **dict.fromkeys(("vessel call sign", "other vessel call sign", "call sign"), _call_sign),
    "vessel flag": _flag("flag"),
    "former vessel flag": _flag("former-flags"),
    **dict.fromkeys(("vessel type", "other vessel type"), _named("type")),
    "vessel owner": _named("owner"),
    "vessel operator": _named("operator"),
    "vessel year of build": _named("built"),
    **dict.fromkeys(("vessel tonnage", "vessel gross tonnage"), _vessel("tonnage")),
    "vessel gross registered tonnage": _vessel("tonnage", "GRT"),
}


def natural(name: str, kind: EntityKind) -> str:
    """Return a name in the order it is spoken: persons are written LAST, First."""
    last, comma, first = tidy(name).partition(", ")
    return f"{first} {last}" if comma and kind == EntityKind.PERSON else tidy(name)


def plain_label(text: str) -> str:
    """Return a label without the colon or dash behind it ("Secondary sanctions risk:")."""
    return tidy(text).rstrip(" :-")


def labelled(text: str) -> tuple[str, str] | None:
    """Return the label a remark starts with and what follows, or None: "Passport AB1" is (Passport, AB1)."""
    match = _label_pattern().match(text)
    return (match[1], match[2]) if match else None


def is_label(text: str) -> bool:
    return labelled(f"{plain_label(text)} .") == (plain_label(text), ".")


@lru_cache(maxsize=1)
def _label_pattern() -> re.Pattern[str]:
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    known = sorted((re.escape(line) for line in lines if not line.startswith("#")), key=len, reverse=True)
    births = ("DOB", "POB", "nationality", "citizen", "Linked To")
    return re.compile(rf"(?:alt\. )?({'|'.join((*OPEN_LABELS, *known, *births))})(?: -|:)?\s+(\S.*)")


def written_number(text: str) -> tuple[str, str, str]:
    """Return number, country and note of a number as remarks give it; no country where none is known."""
    match = WRITTEN_NUMBER.fullmatch(text)
    number, country, note = (tidy(part or "") for part in match.groups()) if match else (text, "", "")
    if country and not country_of(country):
        number, country = f"{number} ({country})", ""
    return number, country, note
