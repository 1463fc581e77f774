import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.names import comparable, script


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Óptica del Istmo, S. A.", ("optical", "istmo")),
        ("ÓPTICA DEL ISTMO S.A.", ("optical", "istmo")),
        ("Quimera Trading Co., Ltd.", ("quimera", "trading")),
        ("Quimera A/S", ("quimera",)),
        ("Ra'ad al-Zu’bi", ("raad", "al", "zubi")),
        ("Евгений Выдуманный", ("evgeny", "vydumannyy")),
        ("Οδυσσέας", ("odysseas",)),
        ("李虚构", ("li", "xugou")),  # a person: the family name first
        ("北京虚构国际有限公司", ("beijing", "xugou", "international")),  # a company: known words are cut out
        ("虚构新材料科技公司", ("xugou", "material", "technology")),
        ("김허구", ("kim", "ho", "ku")),
        (
            "محمد الخيالي",
            ("mohammed", "al", "~khyly"),
        ),  # a known name and consonants
        ("تنظيم خيالي", ("~khyly",)),  # "the organisation of", which says no more than a company form
        ("虚构工业大学", ("xugou", "polytechnic")),
        ("Quimera University of Technology", ("quimera", "polytechnic")),
        ("キメラエクスポルト", ("kimeraeksport",)),  # a foreign word: the vowels between are Japanese
        ("スズキメラ", ("suzukimera",)),
        ("ООО Завод Химера", ("plant", "khimera")),
        ("ТОВ НВП Химера", ("scientificproductionenterprise", "khimera")),
        ("Олексій Олександрович ХИМЕРА", ("aleksey", "aleksandrovich", "khymera")),
        ("Alexey Aleksandrovych KHIMERA", ("aleksey", "aleksandrovich", "khimera")),
        ("Obshchestvo s ogranichennoy otvetstvennostyu Khimera", ("khimera",)),
        ("Quimera", ("quimera",)),
        ("J.R. Quimera", ("j", "r", "quimera")),
        ("A-B-C Company", ("abc",)),
        ("A.B.C. S.A.", ("abc",)),
        ("Quimera S. de R.L. de C.V.", ("quimera",)),
        ("11420 CORP", ("11420",)),
        ("Ｑｕｉｍｅｒａ", ("quimera",)),
        ("Sheik Quimera", ("sheikh", "quimera")),
        ("QUІМЕRА", ("quimera",)),  # four of its letters are Cyrillic
        ("Αndrοs Quimera", ("andros", "quimera")),  # two are Greek
        ("Qu1mera B2B", ("quimera", "b2b")),
        ("Nowhere Krasnodar", ("nowhere", "krasnodar")),  # a place, no colour
        ("РОСА", ("rosa",)),  # all Cyrillic: a word of its own, not a disguised one
        ("Eвгений", ("evgeny",)),  # one Latin letter in a Cyrillic word
        ("Forty-Fourth Quimera", ("44", "quimera")),
        ("Quimera Forty 4", ("quimera", "44")),
        ("2nd Quimera of the Third", ("2", "quimera", "3")),
        ("Quimera Twenty Ten", ("quimera", "20", "10")),
        ("Quimera III", ("quimera", "3")),
        ("Xi Vi", ("xi", "vi")),
        ("Qu1m3ra I9or", ("quimera", "igor")),
        ("QuimeraAG", ("quimera",)),  # the form of a company without its blank
        ("SergeiQuimera", ("sergey", "quimera")),
        ("McQuimera DeSombra", ("mcquimera", "desombra")),  # one word, however it is written
        ("Sergejs Vydumanovs", ("sergey", "vydumanov")),  # Latvian
        ("สมชาย", ("~smchy",)),
        ("משה", ("~mshh",)),
    ],
)
def test_a_name_in_comparable_form(name, words):
    assert comparable(name).words == words


@pytest.mark.parametrize("name", ["Company Ltd", "The", "S.A.", "???", "—", "&"])
def test_no_name_ends_up_empty(name):
    assert all(comparable(name).words)


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
def test_a_blank_name_is_refused(name):
    with pytest.raises(ValueError, match="blank"):
        comparable(name)


@given(st.text(min_size=1).filter(str.strip))
def test_whatever_is_typed_has_words(name):
    words = comparable(name).words

    assert words
    assert all(words)
    assert comparable(name).name == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Quimera", "Latin"), ("Химера", "Cyrillic"), ("خيالي", "Arabic"), ("虚构", "Cjk"), ("123", "")],
)
def test_the_script_of_a_name(name, expected):
    assert script(name) == expected
