import pytest

from screening.codes import is_known_code, is_known_hs, normalise_code, normalise_hs


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5A002", "5A002"),
        ("5a002", "5A002"),
        (" 5A002.a.1 ", "5A002.a.1"),
        ("5A002a1", "5A002.a.1"),
        ("5A002.A.1.", "5A002.a.1"),
        ("5 A 002 a 1", "5A002.a.1"),
        ("1C350.12", "1C350.12"),
        ("6A005.b.6.b", "6A005.b.6.b"),
        ("ML10", "ML10"),
        ("", ""),
        ("5A002" + "a" * 40, "5A002" + "a" * 40),
    ],
)
def test_a_control_code_as_the_list_writes_it(written, expected):
    assert normalise_code(written) == expected
    assert normalise_code(normalise_code(written)) == expected


@pytest.mark.parametrize("code", ["5A002", "5a002a1", "0A001", "9E003.a.1", "1C350.12"])
def test_codes_of_the_control_list_are_known(code):
    assert is_known_code(code)


@pytest.mark.parametrize(
    "code", ["5A999", "5F002", "A5002", "5A00", "", "EAR99", "<script>", "5A002" + "a" * 40]
)
def test_other_codes_are_not(code):
    assert not is_known_code(code)


@pytest.mark.parametrize("code", ["854231", "8542.31", "8542 31", "8542.31.00.00", "010121", "854231000000"])
def test_customs_codes_of_the_harmonized_system_are_known(code):
    assert is_known_hs(code)


@pytest.mark.parametrize(
    "code", ["8542", "85423", "999999", "8542310000000", "", "8542a1", "٨٥٤٢٣١", "-854231"]
)
def test_other_customs_codes_are_not(code):
    assert not is_known_hs(code)


def test_a_customs_code_is_its_digits():
    assert normalise_hs("8542.31 00") == "85423100"
