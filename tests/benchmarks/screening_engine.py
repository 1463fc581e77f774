"""The product's matching as an engine of the party screening benchmark.

Run from the checkout, in its virtual environment:

    python RUNNER run --engine tests.benchmarks.screening_engine:Portal --out results.jsonl
"""

import os
import re

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_ENV", "test")
django.setup()

from screening.importers.countries import country_code
from screening.importers.dates import edtf
from screening.importers.ofac_terms import NO_IDENTIFIER
from screening.index import NameIndex
from screening.matcher import POINTS_WORTH_A_LOOK, Subject, compare, least_of_the_name, score_from
from screening.models import EntityKind

KINDS = {
    "person": EntityKind.PERSON,
    "organization": EntityKind.ORGANISATION,
    "vessel": EntityKind.VESSEL,
    "aircraft": EntityKind.AIRCRAFT,
    "unknown": EntityKind.OTHER,
}
ASKED_BELOW = 15.0  # points under the usual threshold that the runner sees, to draw its curve


class Portal:
    """Screens as the portal does: candidates from the index, points and reasons from the matcher."""

    def __init__(self, least: float = POINTS_WORTH_A_LOOK - ASKED_BELOW) -> None:
        self.least = least

    def build(self, entities):
        self.ids = [entity["id"] for entity in entities]
        self.index = NameIndex.of((at, subject(entity)) for at, entity in enumerate(entities))

    def search(self, query, limit):
        party = subject(query)
        candidates = self.index.candidates(party, least_of_the_name(party, self.least))
        scores = [
            (self.ids[at], score.points / 100)
            for at, listed in candidates.items()
            if (score := score_from(party, listed, self.least))
        ]
        return sorted(scores, key=lambda found: -found[1])[:limit]

    def pair(self, query, candidate):
        return compare(subject(query), subject(candidate)).points / 100


def subject(entity):
    names = entity.get("names") or entity["name"]
    if isinstance(names, str):
        names = [names]
    written = [name["n"] if isinstance(name, dict) else name for name in [*names, *entity.get("aliases", [])]]
    weak = [name["n"] for name in names if isinstance(name, dict) and name["k"] == "weak"]
    return Subject(
        tuple(name for name in written if name.strip()),
        frozenset(filter(None, map(country, entity.get("countries", [])))),
        KINDS[entity["type"]],
        tuple(filter(None, map(edtf, entity.get("dob", [])))),
        tuple(number for text in entity.get("ids", []) for number in numbers(text)),
        frozenset(weak),
    )


def numbers(text):
    """Return the numbers in one published identifier, none where it identifies nobody ("Directive 4")."""
    found = re.findall(r"[\w/-]*\d[\w/-]*", text)
    return [] if NO_IDENTIFIER.search(text) or "@" in text or "://" in text else found


def country(text):
    return text.upper() if re.fullmatch("[A-Za-z]{2}", text) else country_code(text)
