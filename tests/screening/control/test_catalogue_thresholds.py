"""The thresholds that the catalogue ships."""

import json
import tomllib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from screening.classification.parameters import parameters
from screening.classification.units import unit
from screening.codes import control_codes
from screening.control import catalogue
from screening.control.wording import ancestors, base
from screening.control_models import Comparator, Threshold
from screening.refusals import BadList
from tests.factories import NOON
from tests.screening.control.files import eu_json

CONTENT = tomllib.loads((catalogue.FOLDER / "thresholds.toml").read_text(encoding="utf-8"))


def test_there_are_two_hundred_reviewed_thresholds_and_all_are_sound():
    known = set(control_codes())
    assert len(CONTENT["threshold"]) >= 250
    assert CONTENT["reviewed_by"]
    assert CONTENT["reviewed_for"] == "2025-11-15"
    for item in CONTENT["threshold"]:
        assert base(item["code"]) in known, item["code"]
        parameter = parameters()[item["parameter"]]
        assert unit(item.get("unit", "")).dimension == parameter.dimension, item
        Comparator(item["comparator"])
        Decimal(item["value"])


def test_every_condition_is_said_in_both_languages():
    for item in CONTENT["threshold"]:
        if "condition" in item:
            assert set(item["condition"]) == {"en", "es"}, item["code"]
            assert all(0 < len(said) <= 200 for said in item["condition"].values()), item["code"]


def test_thresholds_and_titles_stand_once_each():
    values = [
        tuple(item.get(key) for key in ("code", "group", "parameter", "comparator", "value"))
        for item in CONTENT["threshold"]
    ]
    titles = [item["code"] for item in CONTENT["paragraph"]]
    codes = {item["code"] for item in CONTENT["threshold"]}
    below = {step for code in codes for step in (code, *ancestors(code)) if "." in step}

    assert len(values) == len(set(values))
    assert len(titles) == len(set(titles))
    assert set(titles) == below
    assert all(item["title"]["en"] and item["title"]["es"] for item in CONTENT["paragraph"])


def test_paragraphs_leave_the_order_of_the_list_and_the_number_of_codes(db):
    edition = catalogue.load(by_name="Prueba", at=NOON)
    codes = list(edition.versions.order_by("position").values_list("code", flat=True))

    assert edition.codes_count == 384
    assert [code for code in codes if "." not in code] == list(control_codes())
    assert codes.index("3A001.a.5.a.1") == codes.index("3A001.a.5.a") + 1
    assert codes.index("3A001.b.2.a.1") < codes.index("3A001.b.2.b.1") < codes.index("3A002")


def test_an_official_edition_keeps_them(db, take):
    catalogue.load(by_name="Prueba", at=NOON)
    content = eu_json({"3A225": "3A225 Toys that hum.", "3A230": "3A230 Toys that click."})
    official = take("eu-annex1-json", content, at=NOON + timedelta(days=1), agreed_by_name="Otra persona")

    held = Threshold.objects.filter(version__edition=official)

    assert set(held.values_list("version__code", flat=True)) == {"3A225", "3A230"}
    assert set(held.values_list("reviewed_for", flat=True)) == {"2025-11-15"}


def test_a_threshold_below_an_unknown_code_is_refused(tmp_path):
    (tmp_path / "list.toml").write_bytes((catalogue.FOLDER / "list.toml").read_bytes())
    content = '[[threshold]]\ncode = "3A999.a"\nparameter = "mass"\ncomparator = ">"\nvalue = "1"\n'
    (tmp_path / "thresholds.toml").write_text(content, encoding="utf-8")

    with pytest.raises(BadList) as refused:
        catalogue.parse(tmp_path)

    assert refused.value.code == "no-such-code"


@pytest.fixture(scope="session")
def annex():
    """The provisions of the European list, where they are kept beside the checkout."""
    for folder in Path(__file__).resolve().parents:
        path = folder / "shared" / "data" / "control" / "parsed" / "eu_annex1_en_2025-11-15.jsonl"
        if path.exists():
            return {row["code"] for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    pytest.skip("No published control lists beside this checkout (shared/data/control)")


def test_every_threshold_stands_at_a_provision_of_the_edition(annex):
    assert {item["code"] for item in CONTENT["threshold"]} <= annex
