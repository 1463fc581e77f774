"""The answers over the published lists and tables, where they are kept beside the checkout."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from licensing.country import pack
from licensing.determination import Asked, Outcome, determine, law_at
from screening.control import general_licences, parser_of
from screening.control.general_licences import ALL
from screening.control.load import load
from screening.control.requirements import Fits, fits
from screening.control_models import LicenceRequirement
from tests.factories import NOON

AT = NOON + timedelta(days=200)
DESTINATIONS = ("CN", "HK", "CA", "JP", "CU", "KP", "RU", "CL", "PS", "")


@pytest.fixture(scope="module")
def published():
    for folder in Path(__file__).resolve().parents:
        if (lists := folder / "shared" / "data" / "control").is_dir():
            return lists
    pytest.skip("No published control lists beside this checkout (shared/data/control)")


@pytest.fixture
def american(db, published):
    def take(source, name, **options):
        load(source, parser_of(source), published / "us" / name, by_name="Prueba", at=AT, **options)

    take("us-ccl", "ecfr_15cfr774_supp1_2026-06.xml", dated=date(2026, 6, 24))
    take("us-country-chart", "country_chart_supp1_part738.json")
    take("us-country-groups", "country_groups_supp1_part740.json")


def test_no_entry_of_the_american_list_is_ever_cleared_for_any_destination(american):
    here = pack()
    none = replace(here, determining=replace(here.determining, lists=()))
    tops = set(LicenceRequirement.objects.values_list("version__code", flat=True)) | {
        "0A002",
        "3A090",
        "4A090",
        "5A002",
    }
    asked = [Asked(code, country, origin="US") for code in sorted(tops) for country in DESTINATIONS]
    law = law_at(AT, asked, none)

    answers = {(one.code, one.destination): determine(one, law, none) for one in asked}

    assert {answer.outcome for answer in answers.values()} == {Outcome.PERSON}
    marked = answers["3A090", "CN"].foreign
    # Its row is prose ("Macau or D:5"): a look-up of columns alone would have said nothing.
    assert any(ground.code in ("us-prose", "us-worldwide") for ground in marked)
    assert any(ground.code == "us-groups" and "D:5" in ground.details["groups"] for ground in marked)
    cuba = {ground.code for ground in answers["3A001", "CU"].foreign}
    assert "us-points-elsewhere" in cuba and "us-mark" not in cuba
    assert "us-mark" in {ground.code for ground in answers["3A001", "CN"].foreign}
    assert "us-mark" in {ground.code for ground in answers["3A001", "HK"].foreign}  # by the row of China


def test_most_rows_that_are_for_some_paragraphs_are_told_apart_and_none_is_guessed(american):
    rows = list(LicenceRequirement.objects.filter(is_entire=False).select_related("version"))

    found = [fits(f"{row.version.code}.zz", row) for row in rows]  # a paragraph that no row can name

    plain = sum(one is not Fits.PERHAPS for one in found)
    assert len(rows) == 447
    assert 180 <= plain <= 320
    for row, one in zip(rows, found, strict=True):
        if one is Fits.NO:
            assert "entire entry" not in row.scope and row.scope_codes


def test_the_general_licences_name_codes_that_the_european_list_has(published):
    lines = (published / "parsed" / "eu_annex1_en_2025-11-15.jsonl").read_text().splitlines()
    known = {json.loads(line)["code"] for line in lines}

    named = {
        code for one in general_licences.load("eu") for code in (*one.entries, *one.left_out) if code != ALL
    }

    assert named <= known
    assert len(named) > 150
