"""What has no fault is read without a serializer's detours, and comes out as if it had taken them."""

from decimal import Decimal

import pytest
from rest_framework import serializers

from portal.api.customs import READS_USAGE
from portal.api.ledger import DeclarationIn, DepartedIn, PostingIn, ReleaseIn

LINE = {"line": 1, "quantity": "1.5", "unit": "C62"}
USAGE = {"id": "1", "declaration": "D-1", "lines": [LINE]}
ITEM = {"item": 1, "licence": "PA-L-2026-000001", **LINE}
DECLARATION = {"id": "1", "declaration": "D-1", "lines": [ITEM]}
PART = {"item": 1}

TAKEN = [
    (READS_USAGE, USAGE),
    (READS_USAGE, USAGE | {"port": "PABLB", "regime": "1000", "consignee": "Ñandú, S. A."}),
    (READS_USAGE, USAGE | {"lines": [LINE, LINE | {"line": 2, "quantity": Decimal("2.25")}]}),
    (READS_USAGE, USAGE | {"lines": [LINE | {"quantity": 3}]}),
    (READS_USAGE, USAGE | {"declaration": "  D-1  "}),
    (DeclarationIn(), DECLARATION),
    (DeclarationIn(), DECLARATION | {"version": 2, "lines": [ITEM | {"value": "10.50", "currency": "USD"}]}),
    (DepartedIn(), DECLARATION | {"left_at": "2026-03-02T09:30:00-05:00"}),
    (PostingIn(), USAGE | {"lines": [PART], "last": True}),
    (PostingIn(), USAGE | {"lines": [PART | {"quantity": "2", "unit": "KGM"}], "last": False}),
    (ReleaseIn(), {"id": "1", "declaration": "D-1"}),
]
WRONG = [
    None,
    [],
    "text",
    {},
    USAGE | {"further": 1},
    {name: value for name, value in USAGE.items() if name != "id"},
    *(USAGE | {"id": value} for value in (None, "", "   ", 7, True, "a b", "ñ", "x" * 101, ["1"])),
    *(USAGE | {"declaration": value} for value in (None, "", " ", "a\nb", "a\0b", "\u202e", "x" * 61)),
    *(USAGE | {"port": value} for value in (None, "", "x" * 11, {})),
    *(USAGE | {"lines": value} for value in (None, [], {}, "", "ab", [None], [[]], [LINE] * 201, 1)),
    *(USAGE | {"lines": [LINE | {"line": value}]} for value in (None, 0, 32768, "1", 1.0, True, "")),
    *(USAGE | {"lines": [LINE | {"quantity": one}]} for one in (None, 0, "0", "-1", "1,5", "", True, [])),
    *(USAGE | {"lines": [LINE, LINE | {"unit": value}]} for value in (None, "", "C62X", 1)),
    USAGE | {"lines": [LINE | {"further": 1}]},
    USAGE | {"lines": [{"line": 1}]},
]


def slowly(serializer, sent, monkeypatch):
    with monkeypatch.context() as patched:
        for one in (serializer, serializer.fields["lines"].child):
            patched.setattr(one, "reads_plainly", False)
        return serializer.run_validation(sent)


@pytest.mark.parametrize(("serializer", "sent"), TAKEN)
def test_what_is_taken_straight_away_is_what_the_serializer_reads(serializer, sent, monkeypatch):
    read = serializer.run_validation(sent)

    expected = slowly(serializer, sent, monkeypatch)
    assert read == expected
    assert [type(value) for value in read.values()] == [type(value) for value in expected.values()]
    assert list(read) == list(expected)


@pytest.mark.parametrize("sent", WRONG)
def test_what_is_wrong_is_refused_in_the_serializer_s_words(sent, monkeypatch):
    with pytest.raises(serializers.ValidationError) as refused:
        READS_USAGE.run_validation(sent)
    with pytest.raises(serializers.ValidationError) as expected:
        slowly(READS_USAGE, sent, monkeypatch)

    assert refused.value.detail == expected.value.detail
    assert refused.value.get_codes() == expected.value.get_codes()


def test_what_has_no_fault_takes_no_detour(monkeypatch):
    monkeypatch.setattr(serializers.Serializer, "run_validation", None)

    assert READS_USAGE.run_validation(USAGE)["lines"][0]["quantity"] == Decimal("1.5")
