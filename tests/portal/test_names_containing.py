"""A surname alone is no match; officers are shown who carries it nevertheless."""

import pytest
from django.urls import reverse

from tests.factories import ListedEntityFactory, ListedNameFactory, ListVersionFactory
from tests.people import client_of

SEARCH = reverse("screening")
HEADING = "Names that contain these words"


@pytest.fixture
def reader(officer):
    return client_of(officer, "en")


@pytest.fixture
def listed(db):
    version = ListVersionFactory(source="national")
    return ListedEntityFactory(version=version, primary_name="Aurelio Próspero Quimerovich Tantalo")


def text_of(client, **asked) -> str:
    answer = client.get(SEARCH, asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("asked", ["Quimerovich", "QUIMERÓV", "PROSPERO", "quim, prosp"])
def test_part_of_a_name_leads_to_its_entry_whatever_accents_and_capitals(reader, listed, asked):
    html = text_of(reader, name=asked)

    assert "No similar name" in html and "The full name finds more" in html
    assert HEADING in html and "stay below 70 points" in html
    assert reverse("listed-entity", args=[listed.pk]) in html


@pytest.mark.parametrize("asked", ["merovich", "Quimerovich Nadie"])
def test_every_word_must_stand_at_the_beginning_of_one(reader, listed, asked):
    assert HEADING not in text_of(reader, name=asked)


def test_a_further_name_counts_as_the_main_one_does(reader, listed):
    ListedNameFactory(entity=listed, name="Abu Fulano bin Mengano bin Zutano")

    assert listed.primary_name in text_of(reader, name="Mengano")


def test_a_match_is_not_shown_twice(reader, listed):
    html = text_of(reader, name=listed.primary_name)

    assert "1 possible match" in html and HEADING not in html


def test_lists_that_were_not_chosen_stay_out(reader, listed):
    ListedEntityFactory(
        version=ListVersionFactory(source="un-consolidated"), primary_name="Benita Ana Quimerovich Sur"
    )

    html = text_of(reader, name="Quimerovich", lists="national")

    assert listed.primary_name in html and "Benita" not in html


def test_fifty_are_shown_and_more_are_mentioned(reader, listed):
    for _number in range(50):
        ListedEntityFactory(version=listed.version, primary_name="Fulano Mengano Quimerovich Zutano")

    html = text_of(reader, name="Quimerovich")

    assert "The first 50 are shown" in html
    assert html.count("Quimerovich Zutano</bdi>") + html.count("Quimerovich Tantalo</bdi>") == 50


def test_a_number_alone_shares_no_words(reader, listed):
    assert HEADING not in text_of(reader, identifier="9074729")


def test_it_reads_well_in_spanish(officer, listed):
    html = text_of(client_of(officer, "es"), name="Quimerovich")

    assert "Nombres que contienen estas palabras" in html
    assert "solo coincide una parte del nombre" in html


@pytest.mark.parametrize("asked", ["Кимер", "Kimerovich"])
def test_another_script_and_another_spelling_lead_to_the_entry_too(reader, listed, asked):
    ListedNameFactory(entity=listed, name="Аурелио Просперо Кимерович Тантало")

    html = text_of(reader, name=asked)

    assert HEADING in html and "also named <bdi>Аурелио Просперо Кимерович Тантало</bdi>" in html


def test_fewer_than_three_letters_are_too_few_and_the_page_says_so(reader, listed):
    html = text_of(reader, name="Qu")

    assert "from 3 letters on, as the name is written in Latin letters" in html and HEADING not in html


def test_an_owned_party_is_called_owned(reader, listed):
    owned = {"kind": "owns", "name": "Fantasma Naviera del Sur", "source_id": "", "share": "75", "note": ""}
    owner = ListedEntityFactory(version=listed.version, primary_name="Benita Sur Norte", relations=[owned])

    html = text_of(reader, name="fantasm")

    assert owner.primary_name in html and "owns half or more of <bdi>Fantasma Naviera del Sur</bdi>" in html
