"""Words of the trade and what lists call the same."""

import tomllib

import pytest

from screening.classification.synonyms import PATH, SMALL, expanded, expansions, stem, stems_of

CONTENT = tomllib.loads(PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "language", "phrase"),
    [
        ("Dron agrícola", "es", "unmanned aerial vehicle"),
        ("drones para fotografía", "es", "unmanned aerial vehicle"),
        ("Cámaras térmicas portátiles", "es", "imaging camera"),
        ("CAMARA TERMICA", "es", "imaging camera"),
        ("balanceadora de rotores", "es", "balancing machine"),
        ("torno CNC", "es", "lathe"),
        ("fresadoras de cinco ejes", "es", "milling machine tool"),
        ("liofilizador de 10 m2", "es", "freeze-drying equipment"),
        ("bomba de vacío", "es", "vacuum pump"),
        ("bombas para el vacío", "es", "vacuum pump"),
        ("quadcopter with camera", "en", "unmanned aerial vehicle"),
        ("quadcopter importado", "es", "unmanned aerial vehicle"),
        ("Freeze dryers", "en", "freeze-drying equipment"),
        ("night-vision goggles", "en", "image intensifier tube"),
    ],
)
def test_a_word_of_the_trade_is_said_as_lists_say_it(text, language, phrase):
    assert phrase in expansions(text, language)


def test_the_longest_phrase_wins():
    assert expansions("convertidor analógico digital", "es") == ("analogue-to-digital converter", "ADC")
    assert [one.words for one in expanded("bomba de vacío", "es")] == ["bomba de vacío"]


def test_spanish_is_not_looked_for_in_english():
    assert expansions("torno", "en") == ()
    assert expansions("nothing of the kind", "en") == ()
    assert expansions("", "es") == ()


def test_what_is_found_says_where_it_stands():
    text = "Se venden: cámaras\ntérmicas y dos tornos."

    assert [(one.words, text[one.start : one.end] == one.words) for one in expanded(text, "es")] == [
        ("cámaras\ntérmicas", True),
        ("tornos", True),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("térmica", "TERMICOS"), ("válvula", "válvulas"), ("motor", "motores"), ("drill", "drills")],
)
def test_stems_are_alike_whatever_number_and_gender(one, other):
    assert stem(one) == stem(other)


def test_there_are_three_hundred_pairs_and_none_is_empty():
    pairs = [(said, listed) for item in CONTENT["es"] for said in item["said"] for listed in item["list"]]

    assert len(pairs) >= 300
    for language in ("es", "en"):
        for item in CONTENT[language]:
            assert item["list"]
            assert all(stems_of(said) for said in item["said"])
            assert all(set(said.casefold().split()) - SMALL for said in item["said"])
