"""Substances that a text names."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from screening.classification.substances import PATH, Role, named, of_cas, vocabulary
from screening.codes import control_codes
from screening.control.wording import base, cas_numbers, is_cas

CONTENT = tomllib.loads(PATH.read_text(encoding="utf-8"))


def codes(text):
    return [code for found in named(text) for code in found.codes]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Thiodiglycol, 200 L", "1C350.1"),
        ("THIO-DIGLYCOL", "1C350.1"),
        ("2,2'-Thiodiethanol", "1C350.1"),
        ("Tiodiglicol en tambores", "1C350.1"),
        ("cianuro de sodio al 98 %", "1C350.45"),
        ("Cianuro sódico", "1C350.45"),
        ("sodium cyanide briquettes", "1C350.45"),
        ("phosphorus pentasulphide", "1C350.47"),
        ("phosphorus pentasulfide", "1C350.47"),
        ("2-[di(propan-2-yl)amino]ethanol", "1C350.27"),
        ("N,N-Di-isopropyl-(β)-aminoethanol", "1C350.27"),
        ("ácido fluorhídrico 40 %", "1C350.24"),
        ("clorhidrato de trietanolamina", "1C350.53"),
        ("agua pesada", "0C003"),
        ("ricin from castor beans", "1C351.d.4"),
        ("virus de la fiebre aftosa", "1C351.a.14"),
        ("Bacillus anthracis, living culture", "1C351.c.1"),
        ("Yersinia pestis", "1C351.c.22"),
        ("bis(fluoranyl)phosphoryloxymethane", "1C350.68"),
    ],
)
def test_a_name_is_found_however_it_is_set(text, code):
    assert code in codes(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("trimethylgallium", "3C003.a"),
        ("Triethyl-aluminium, electronic grade", "3C003.a"),
        ("trimetil indio", "3C003.a"),
        ("diethylgallium chloride", "3C003.a"),
        ("tertiary-butyl arsine", "3C003.b"),
        ("1,1'-dioctylferrocene", "1C111.c.6"),
        ("diisopropyl methylphosphonate", "1C450.b.1"),
        ("N,N-dipropylaminoethanol", "1C450.b.5"),
        ("perfluorotripentylamine", "1C006.d"),
        ("nitrato de torio", "0C001"),
    ],
)
def test_a_family_is_known_by_how_its_members_are_named(text, code):
    assert code in codes(text)


@pytest.mark.parametrize(
    ("turned", "straight"),
    [
        ("hydrazine, trimethyl-", "trimethylhydrazine"),
        ("phosphonic acid, methyl-, dimethyl ester", "methylphosphonic acid dimethyl ester"),
        ("ethanol, 2,2',2''-nitrilotri-, hydrochloride", "2,2',2''-nitrilotriethanol hydrochloride"),
    ],
)
def test_a_name_turned_round_as_in_an_index_is_the_same(turned, straight):
    found = named(f"5 kg {turned}, 99 %")

    assert codes(turned) == codes(straight) != []
    assert found[0].words == turned


def test_the_longest_name_wins():
    assert [found.words for found in named("ammonium hydrogen fluoride and hydrogen fluoride")] == [
        "ammonium hydrogen fluoride",
        "hydrogen fluoride",
    ]
    assert codes("dimethylamine hydrochloride") == ["1C350.20"]


def test_a_name_inside_a_word_is_none():
    assert named("Antidimethylaminer 5000; ricinoleic; uraniumlike") == ()
    assert named("Vacuum cleaner for the home, 2000 W") == ()


def test_a_number_is_found_by_itself_and_only_with_the_right_check_digit():
    assert codes("CAS 756-79-6") == ["1C350.3"]
    assert named("CAS 756-79-5, order 100-20-3") == ()
    assert of_cas("756-79-6")[0].name("es") == "metilfosfonato de dimetilo"
    assert of_cas("756-79-5") == of_cas("7732-18-5") == ()


def test_what_is_found_says_where_it_stands():
    text = "Envase: fosfito\nde trimetilo (TMP), CAS 121-45-9"

    for found in named(text):
        assert text[found.start : found.end] == found.words
    assert [found.words for found in named(text)] == ["fosfito\nde trimetilo", "121-45-9"]


def test_what_is_only_mentioned_or_bound_to_conditions_says_so():
    assert named("polyethylene glycol")[0].role is Role.MENTIONED
    assert named("arsine")[0].role is Role.CONDITIONS
    assert named("phosgene")[0].role is Role.LISTED


def test_every_name_leads_to_its_own_provisions_and_to_no_others():
    clashing = [name for name, expected in vocabulary() if not set(codes(name)) <= set(expected)]
    lost = [name for name, _codes in vocabulary() if not named(name)]

    assert not lost
    assert not clashing


def test_the_file_is_sound():
    for item in (*CONTENT["substance"], *CONTENT["family"]):
        assert {base(code) for code in item["codes"]} <= set(control_codes())
        Role(item["role"])
        for language in ("en", "es"):
            names = item.get("names", {language: []})[language]
            assert len(names) == len(set(names))
            assert "cas" not in item or names
    numbers = [item["cas"] for item in CONTENT["substance"]]
    assert len(numbers) == len(set(numbers)) >= 161
    assert all(map(is_cas, numbers))
    for family in CONTENT["family"]:
        for pattern in family.get("patterns", ()):
            re.compile(pattern)


@pytest.fixture(scope="session")
def annex():
    """The provisions of the European list, where they are kept beside the checkout."""
    for folder in Path(__file__).resolve().parents:
        path = folder / "shared" / "data" / "control" / "parsed" / "eu_annex1_en_2025-11-15.jsonl"
        if path.exists():
            return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    pytest.skip("No published control lists beside this checkout (shared/data/control)")


def test_every_number_of_the_list_is_known_with_its_provisions(annex):
    known = {item["cas"]: set(item["codes"]) for item in CONTENT["substance"]}
    for provision in annex:
        for number in cas_numbers(json.dumps(provision)):
            assert provision["code"] in known[number], number
    named_codes = {code for item in (*CONTENT["substance"], *CONTENT["family"]) for code in item["codes"]}
    assert named_codes <= {row["code"] for row in annex}
