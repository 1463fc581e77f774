"""How goods are read: words, languages, groups, names of substances, and the index they are looked up in."""

from collections import Counter

import pytest

from screening.classification import index_store
from screening.classification.chemical_names import numbers_in
from screening.classification.corpus import Document, Said, same_in_both
from screening.classification.groups import Group, cues, group_of, subjects
from screening.classification.index import EditionIndex
from screening.classification.lexicon import Lexicon, learned
from screening.classification.postings import Postings
from screening.classification.words import stem, words


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.of(same_in_both())


def document(number, code, official="", own=""):
    said = {"es": Said(), "en": Said(official=official, own_title=own)}
    return Document(number, number, code, code.partition(".")[0], said)


@pytest.fixture(scope="module")
def index():
    return EditionIndex.of(
        [
            document(1, "9A999", "Ticking machines, as follows:"),
            document(2, "9A999.a", "With brass hands"),
            document(3, "9E999", "Technology for 9A999", own="Know-how of ticking"),
        ]
    )


@pytest.mark.parametrize(
    "same", [("laser", "lasers", "láseres"), ("camara", "cámaras"), ("valve", "valves"), ("motor", "motores")]
)
def test_number_and_accents_do_not_matter(same):
    assert len({tuple(words(word)) for word in same}) == 1


def test_short_words_and_names_with_digits_stay_as_they_are():
    assert [stem("gas"), stem("x200"), stem("ais")] == ["gas", "x200", "ais"]


def test_words_that_say_nothing_are_left_out():
    assert words("the parts of a camera") == words("las parts camera")


def test_what_a_word_means_is_learned_from_texts_that_say_the_same():
    found = learned(
        [(["bomba", "vacio"], ["vacuum", "pump"]), (["bomba"], ["pump"]), (["vacio"], ["vacuum"])]
    )

    assert found["bomba"][0][0] == "pump"
    assert found["vacio"][0][0] == "vacuum"


def test_spanish_goods_are_known_as_such_and_put_into_english(lexicon):
    asked = words("bomba de vacío de paletas")

    assert lexicon.is_spanish(asked)
    assert {"vacuum", "pump"} <= lexicon.translated(asked, ()).keys()


def test_english_goods_are_not_translated(lexicon):
    asked = words("vacuum pump for the laboratory")

    assert not lexicon.is_spanish(asked)
    assert "vacuum" not in lexicon.translated(asked, ())


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Software for sonar", Group.SOFTWARE),
        ("Programas de simulación", Group.SOFTWARE),
        ("Technical drawings of a valve", Group.TECHNOLOGY),
        ("Documentación técnica de válvulas", Group.TECHNOLOGY),
        ("Test equipment for gyros", Group.PRODUCTION),
        ("Máquina para fabricar tubos", Group.PRODUCTION),
        ("Titanium powder", Group.MATERIALS),
    ],
)
def test_words_speak_for_a_group(text, group):
    assert group in cues(text)


def test_plain_goods_speak_for_no_group():
    assert cues("Thermal imaging camera") == frozenset()


def test_groups_are_told_by_the_letter_or_the_military_number():
    assert [group_of(code) for code in ("3E001", "ML21", "ML5")] == [Group.TECHNOLOGY, Group.SOFTWARE, None]


def test_technology_goes_with_the_codes_it_names_else_with_its_neighbours():
    texts = {"2A001": "", "2B101": "", "2B109": "", "2E101": "", "2E001": "for 2A001"}

    assert subjects(texts)["2E001"] == {"2A001"}
    assert subjects(texts)["2E101"] == {"2B101", "2B109"}


def test_a_substance_is_known_by_a_name_alone_or_among_words():
    assert numbers_in("Phosphorus oxychloride") == ({"10025-87-3": "Phosphorus oxychloride"}, True)
    found, is_alone = numbers_in("Drums of phosphorus oxychloride, 200 l")
    assert "10025-87-3" in found
    assert not is_alone


def test_likeness_is_one_for_the_same_text_and_nothing_without_common_terms():
    postings = Postings.cosine([{"a": 1, "b": 2}, {"c": 1}])

    assert postings.scores(postings.unit({"a": 1, "b": 2})).tolist() == pytest.approx([1.0, 0.0])


def test_a_rare_term_is_worth_more_than_one_that_all_have():
    postings = Postings.bm25([Counter("ab"), Counter("a"), Counter("ac")])

    assert postings.scores({"b": 1.0})[0] > postings.scores({"a": 1.0})[0]


def test_the_index_is_kept_on_disk_and_says_the_same_afterwards(index, tmp_path, settings):
    settings.SCREENING_INDEX_FOLDER = tmp_path / "screening-index"
    built = []

    def documents():
        built.append(True)
        return index.documents

    index_store.get("key", documents)
    kept = index_store.get("key", documents)

    assert len(built) == 1
    assert kept.documents == index.documents
    assert kept.lexicon.learned == index.lexicon.learned
    asked = {"tick": 1.0, "ticking": 1.0}
    assert kept.fields["nodes"].scores(asked).tolist() == index.fields["nodes"].scores(asked).tolist()
    assert index.fields["nodes"].scores(asked).any()
    assert oct((tmp_path / "classification-index").stat().st_mode)[-3:] == "700"


def test_another_edition_has_an_index_of_its_own(index, tmp_path, settings):
    settings.SCREENING_INDEX_FOLDER = tmp_path / "screening-index"

    index_store.get("one", lambda: index.documents)
    other = index_store.get("other", lambda: index.documents[:1])

    assert len(other.documents) == 1
