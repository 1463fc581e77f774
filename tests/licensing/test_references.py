import pytest

from licensing import references
from tests.factories import NOON


@pytest.mark.django_db
def test_references_count_up_and_carry_the_year_and_the_prefix_of_the_country():
    first, second = references.application_reference(NOON), references.application_reference(NOON)

    assert first.startswith("PA-2026-")
    assert len(first) == len("PA-2026-000123")
    assert int(second[-6:]) == int(first[-6:]) + 1


@pytest.mark.django_db
def test_licences_have_numbers_of_their_own():
    assert references.licence_reference(NOON).startswith("PA-L-2026-")


def test_check_codes_are_long_random_and_free_of_lookalikes():
    codes = {references.new_check_code() for _ in range(500)}

    assert len(codes) == 500
    assert all(len(code) == 16 for code in codes)
    assert not set("".join(codes)) & set("ILOU")


@pytest.mark.parametrize(
    "typed", ["ＰＡＢＬＢ－１", "pablb-\u00b9", "PABLB\u00a0\u2011\u00ad1", "pablb\ufe631"]
)
def test_a_reference_has_one_form_in_whatever_letters_it_comes(typed):
    assert references.read_reference(typed) == "PABLB-1"


@pytest.mark.parametrize(
    "typed", ["0123-4567-89AB-CDEF", " 0123 4567 89ab cdef ", "O1234567 89ABCDEF", "0l23456789abcdef"]
)
def test_a_check_code_is_understood_as_people_type_it(typed):
    assert references.read_check_code(typed) == "0123456789ABCDEF"
