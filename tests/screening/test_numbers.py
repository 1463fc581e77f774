import pytest

from screening.numbers import contradicting, plain_number, scheme_of, telling


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ZZ 000-0001", "ZZ0000001"),
        ("IMO 9074729", "9074729"),
        ("imo no. 9074729", "9074729"),
        ("000123456", "123456"),
        ("RUC 155596713-2-2015 DV 32", "15559671322015"),
        ("155596713-2-2015", "15559671322015"),
        ("Passport A-12345", "PASSPORTA12345"),
        ("LEI 5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"),
        ("0000", ""),
    ],
)
def test_a_number_as_it_is_compared(written, plain):
    assert plain_number(written) == plain


def test_only_long_numbers_tell_parties_apart():
    assert telling(["12", "", "00000001", "123456"]) == {"123456"}


@pytest.mark.parametrize(
    ("number", "scheme"),
    [
        ("5493001KJTIIGC8Y1R12", "lei"),
        ("5493001KJTIIGC8Y1R13", ""),
        ("1027739411457", "ogrn"),
        ("1027739411458", ""),
        ("7740000020", "inn"),
        ("7740000021", ""),
        ("91110000100014071Q", "uscc"),
        ("91110000100014071R", ""),
        ("R77", ""),
    ],
)
def test_a_scheme_is_known_by_its_check_digit(number, scheme):
    assert scheme_of(number) == scheme


@pytest.mark.parametrize(
    ("ours", "theirs", "numbers"),
    [
        (["1027739411457"], ["1137746329962"], ("1027739411457", "1137746329962")),
        (["1027739411457"], ["1027739411457", "1137746329962"], None),
        (["1027739411457"], ["7740000020"], None),
        (["R-77"], ["R-78"], None),
        ([], ["1137746329962"], None),
    ],
)
def test_only_numbers_of_one_scheme_contradict_each_other(ours, theirs, numbers):
    assert contradicting(ours, theirs) == numbers
