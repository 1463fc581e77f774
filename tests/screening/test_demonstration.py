"""The lists of fictional parties load, say what they are, and show what screening can do."""

from pathlib import Path

import pytest

import screening
from screening.importers import PARSERS, label_of
from screening.importers.rows import load
from screening.matcher import Subject
from screening.search import find_matches
from tests.factories import NOON

FOLDER = Path(screening.__file__).parent / "demonstration"
FILES = {"demo-un": "un_fictional.xml", "demo-ofac": "ofac_fictional.xml"}


@pytest.fixture
def demonstration(db):
    return {
        source: load(source, PARSERS[source][1], FOLDER / file, by_name="Prueba", at=NOON)
        for source, file in FILES.items()
    }


def test_the_lists_hold_fictional_parties_and_say_so(demonstration):
    assert {source: version.entities_count for source, version in demonstration.items()} == {
        "demo-un": 25,
        "demo-ofac": 7,
    }
    assert all("fictional" in (FOLDER / file).read_text(encoding="utf-8") for file in FILES.values())
    assert all("ictional" in entity.remarks for entity in demonstration["demo-un"].entities.all())


@pytest.mark.parametrize(
    ("name", "source_id"),
    [
        ("Quimera Láser Imaginario, S. A.", "9000101"),
        ("Nulle Part Centrifuges", "9000102"),
        ("Фиктивный прибор", "9000103"),
        ("虚构电子科技有限公司", "9000104"),
        ("Al-Khayal General Trading", "9000105"),
        ("شركة الخيال للتجارة", "9000105"),
        ("Transportes Imaginarios del Istmo S.A.", "9000106"),
        ("Evgeny Nesuschestvuyuschiy", "9000002"),
        ("Castillo en el Aire Holding", "8007"),
        ("Star of Nowhere", "8005"),
    ],
)
def test_a_party_of_the_lists_is_found_under_an_alias_or_in_another_script(demonstration, name, source_id):
    matches = find_matches(Subject((name,)), at=NOON)

    assert matches[0].entity.source_id == source_id


@pytest.mark.parametrize(
    "name", ["Óptica del Istmo, S. A.", "Universidad de Concepción", "Jürgen Schmidt GmbH"]
)
def test_ordinary_parties_are_clear(demonstration, name):
    assert find_matches(Subject((name,)), at=NOON) == []


def test_every_list_has_a_name_for_people():
    assert all(str(label_of(source)) != source for source in PARSERS)
    assert label_of("no-longer-read") == "no-longer-read"
