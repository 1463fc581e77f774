from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from licensing import country
from licensing.country import months_after, pack


def test_the_pack_of_panama_says_whose_portal_this_is():
    with translation.override("es"):
        assert str(pack().authority) == "Consejo Nacional de Comercio y Transporte Seguro"
    with translation.override("en"):
        assert str(pack().authority) == "National Council for Secure Trade and Transport"


def test_a_legal_day_begins_and_ends_in_panama():
    """Panama is five hours behind UTC all year round."""
    assert pack().legal_day(datetime(2026, 3, 2, 4, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert pack().legal_day(datetime(2026, 3, 2, 5, 0, tzinfo=UTC)) == date(2026, 3, 2)
    assert pack().end_of(date(2026, 3, 1)) == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert pack().start_of(date(2026, 3, 1)) == datetime(2026, 3, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, later):
    assert months_after(day, months) == later


def test_working_days_leave_out_the_weekend():
    friday = date(2026, 3, 6)

    assert pack().working_days_after(friday, 1) == date(2026, 3, 9)
    assert pack().working_days_after(friday, 10) == date(2026, 3, 20)


@pytest.mark.parametrize("file", sorted(country.PACKS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_pack_can_be_read_and_tells_numbers_apart(file):
    loaded = country.load(file.stem)

    assert loaded.application_reference.format(year=2026, number=7) != loaded.licence_reference.format(
        year=2026, number=7
    )
