"""The official files, where they are kept beside the checkout. Nothing of them is copied here."""

from datetime import date, timedelta

import pytest

from screening.importers import PARSERS
from screening.importers.rows import load
from screening.matcher import Subject
from screening.models import ListedEntity, ListedName, ListVersion
from screening.refusals import BadList
from screening.search import find_matches
from tests.factories import NOON

UN = ("un-consolidated", "un_consolidated_2026-02-27.xml")
OFAC = ("ofac-consolidated", "ofac_consolidated_nonsdn_2025-03-28.xml")


@pytest.fixture
def loaded(patient, real_lists):
    def load_them(*lists, at=NOON):
        return [
            load(source, PARSERS[source][1], real_lists / file, by_name="Prueba", at=at)
            for source, file in lists
        ]

    return load_them


def test_the_united_nations_list_is_read_to_the_last_entry(loaded):
    (version,) = loaded(UN)

    assert version.entities_count == 1003
    assert version.entities.filter(kind="person").count() == 730
    assert version.entities.filter(kind="organisation").count() == 273
    assert version.published_on == date(2026, 2, 27)
    assert ListedName.objects.filter(entity__version=version).count() == version.names_count > 4000
    assert ListedName.objects.filter(kind="original-script").count() >= 378
    assert ListedEntity.objects.filter(countries__contains=["KP"], kind="organisation").count() >= 50


def test_the_treasury_list_is_read_to_the_last_entry(loaded):
    (version,) = loaded(OFAC)

    assert version.entities_count == 443
    assert version.names_count == 443 + 1136 - 1  # one name is given twice
    assert version.published_on == date(2025, 3, 28)


def test_a_file_with_bytes_of_another_encoding_is_refused_with_the_place(loaded, real_lists):
    before = loaded(("un-consolidated", "un_consolidated_2025-04-19.xml"))

    with pytest.raises(BadList) as refusal:
        loaded(("un-consolidated", "un_consolidated_2025-08-16.xml"))

    assert refusal.value.code == "wrong-encoding"
    assert refusal.value.details == {"line": "54", "byte": "2193", "value": "0xE9"}
    assert list(ListVersion.objects.in_force(NOON)) == before


def test_editions_follow_each_other_and_unchanged_entries_keep_their_digest(loaded):
    files = ("un_consolidated_2020-12.xml", "un_consolidated_2025-04-19.xml", UN[1])

    counts = []
    for day, file in enumerate(files):
        (version,) = loaded((UN[0], file), at=NOON + timedelta(days=day))
        counts.append(version.entities_count)

    assert counts == [1018, 877, 1003]
    old, new = (
        set(ListedEntity.objects.filter(version__published_on=day).values_list("source_id", "digest"))
        for day in (date(2025, 4, 19), date(2026, 2, 27))
    )
    assert len(old & new) > 500
    assert ListVersion.objects.filter(in_force_to=None).count() == 1


def test_listed_names_of_every_kind_find_their_own_entry_first(loaded):
    loaded(UN, OFAC)
    kinds = {"alias": 90, "original-script": 60, "weak-alias": 60, "former": 30}

    for kind, step in kinds.items():
        for name, entity in (
            ListedName.objects.filter(kind=kind).order_by("pk").values_list("name", "entity_id")[::step]
        ):
            matches = find_matches(Subject((name,)), at=NOON)
            # Another entry may bear the very same name; a weak alias gives way to a strong one.
            like_the_first = [m.entity.pk for m in matches if m.score.points >= matches[0].score.points - 5]
            assert entity in like_the_first, (name, kind)


def test_a_known_alias_with_a_slip_of_the_pen_is_among_the_first_hits(loaded):
    loaded(UN, OFAC)

    for written in ("Qassim Sulaymani", "Sulaymani, Qasim", "QASIM SULAIMANI (General)"):
        matches = find_matches(Subject((written,), frozenset({"IR"}), "person"), at=NOON)
        assert "SOLEIMANI" in matches[0].entity.primary_name


def test_ordinary_names_of_the_region_raise_few_alerts(loaded):
    loaded(UN, OFAC)
    ordinary = [
        "Óptica del Istmo, S. A.",
        "Constructora Canalera S.A.",
        "Juan Carlos Rodríguez",
        "María González Pérez",
        "Universidad Tecnológica de Panamá",
        "Logística y Transporte Colón S. de R.L.",
        "Distribuidora Médica Centroamericana",
        "Roberto Alemán Castillo",
        "Panama Precision Instruments Inc.",
        "Laboratorios Farmacéuticos del Pacífico",
    ]

    assert [name for name in ordinary if find_matches(Subject((name,)), at=NOON)] == []
