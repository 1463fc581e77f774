from screening.rarity import weight


def test_an_initial_and_a_common_word_say_less_than_a_name():
    assert weight("q") < weight("trading") < weight("quimera")


def test_a_word_in_no_table_says_most():
    assert weight("quimerazo") == 1


def test_every_word_says_something():
    assert weight("group") > 0
