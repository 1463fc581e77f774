import pytest

from screening.birth import how_births_agree, span_of


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("1971-05-03", "1971-05-03", "same-birth"),
        ("1971-05-03", "1971", "near-birth"),
        ("1971-05-03", "1971-05", "near-birth"),
        ("1971-05-03", "1973~", "near-birth"),
        ("1960-01-01", "1958/1963", "near-birth"),
        ("1971-05-03", "1971-03-05", "near-birth"),
        ("1971-05-03", "1971-08-20", ""),
        ("1971-05-03", "1972-08-20", ""),
        ("1971-05-03", "1955-08-20", "other-birth"),
        ("1971-05-03", "1958/1963", "other-birth"),
        ("1971-05-03", "about the flood", ""),
        ("1971-02-31", "1971-02-28", ""),
    ],
)
def test_how_two_dates_of_birth_agree(ours, theirs, expected):
    assert how_births_agree((ours,), (theirs,)) == expected
    assert how_births_agree((theirs,), (ours,)) == expected


def test_nothing_is_said_of_an_unknown_date():
    assert how_births_agree((), ("1971",)) == how_births_agree(("1971",), ()) == ""


def test_the_best_of_several_dates_counts():
    assert how_births_agree(("1971-05-03",), ("1940", "1971-05-03")) == "same-birth"


def test_a_span_that_ends_before_it_starts_is_no_date():
    assert span_of("1963/1958") is None
