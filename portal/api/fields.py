"""Values as the API takes and gives them: exact, and of one type each."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from licensing.country import pack
from licensing.units import plain
from portal.signs import HIDDEN_SIGNS

DIGITS = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?")
MONEY = re.compile(r"[0-9]{1,14}(\.[0-9]{1,2})?")
# Nothing that is reported here happened in another century; the ends of the calendar have no other time zone.
CENTURY = "20"
WITHIN_A_CENTURY = r"\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"
MOMENT = re.compile(rf"\d\d{WITHIN_A_CENTURY}", re.ASCII)
CLOCKS_DIFFER = timedelta(minutes=5)  # at most, for what is said to have happened
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LINE_ENDS = re.compile(r"[\t\n\r\u2028\u2029]")
QUANTITY_PATTERN = r"^[0-9]{1,14}(\.[0-9]{1,4})?$"
AMOUNT_PATTERN = r"^[0-9]{1,16}(\.[0-9]{1,2})?$"
MONEY_PATTERN = r"^[0-9]{1,14}(\.[0-9]{1,2})?$"
DIGITS_OF_AN_ID = 18  # as many as a bigint always holds
Row = TypeVar("Row", bound=models.Model)

MISSING = {"required": _("Send this field."), "null": _("This may not be null.")}


def numbered(rows: models.QuerySet[Row], number: str) -> Row | None:
    """Return the row of this number, as an address has it; None for one that is not there or is no number."""
    is_one = number.isascii() and number.isdigit() and len(number) <= DIGITS_OF_AN_ID
    return rows.filter(pk=int(number)).first() if is_one else None


def asked_once(query: QueryDict) -> dict[str, str]:
    """Return what an address asks after its question mark. Raises ValidationError for what it names twice:
    the last one would count, and whoever wrote the first would not learn of it."""
    if twice := [name for name, values in query.lists() if len(values) > 1]:
        raise serializers.ValidationError({name: [_("Send this once.")] for name in twice}, code="twice")
    return {name: str(values[-1]) for name, values in query.lists()}


class Text(serializers.CharField):
    """A string that was sent as one, without control characters."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Send text in quotes."),
        "blank": _("This may not be empty."),
        "max_length": _("Use at most {max_length} characters."),
        "control": _("Leave out line ends and control characters."),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if LINE_ENDS.search(data) or HIDDEN_SIGNS.search(data):
            self.fail("control")
        return super().to_internal_value(data)


class Port(Text):
    """The UN/LOCODE of a port, airport or crossing of the country."""

    default_error_messages = {
        "port": _("Send the UN/LOCODE of a port of the country, such as “PABLB”."),
    }

    def to_internal_value(self, data: Any) -> str:
        said = super().to_internal_value(data)
        if said not in {port.code for port in pack().ports}:
            self.fail("port")
        return said


class Whole(serializers.IntegerField):
    """A whole number that was sent as one: not "1", not 1.0, not true."""

    default_error_messages = {**MISSING, "invalid": _("Send a whole number without quotes.")}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": QUANTITY_PATTERN},
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10**14},
        ],
        "description": "More than zero, at most 14 digits before the point and 4 after it. Send a string.",
    }
)
class QuantityAsked(serializers.Field[Decimal, Any, Any, Any]):
    """A quantity in digits, best as a string; a JSON number is read exactly as well."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Send a quantity in digits with a point, such as “12.5”."),
        "not_positive": _("Send more than zero."),
    }

    def to_internal_value(self, data: Any) -> Decimal:
        digits = f"{data:f}" if isinstance(data, Decimal) and -10 < data.adjusted() < 20 else str(data)
        if isinstance(data, bool) or not DIGITS.fullmatch(digits):
            self.fail("invalid")
        if not (quantity := Decimal(digits)):
            self.fail("not_positive")
        return quantity


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": MONEY_PATTERN},
            {"type": "number", "minimum": 0, "exclusiveMaximum": 10**14},
        ],
        "description": "At most 14 digits before the point and 2 after it. Send a string.",
    }
)
class MoneyAsked(serializers.Field[Decimal, Any, Any, Any]):
    """An amount of money in digits, best as a string; a JSON number is read exactly as well."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Send an amount in digits with a point and at most two decimals, such as “1250.50”."),
    }

    def to_internal_value(self, data: Any) -> Decimal:
        digits = f"{data:f}" if isinstance(data, Decimal) and -10 < data.adjusted() < 20 else str(data)
        if isinstance(data, bool) or not MONEY.fullmatch(digits):
            self.fail("invalid")
        return Decimal(digits)


class Day(serializers.DateField):
    """A day as RFC 3339 writes it: weeks and days without dashes, which Python reads too, are refused."""

    default_error_messages = {**MISSING, "invalid": _("Send a day as 2026-03-03.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not DAY.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "date-time", "pattern": f"^{CENTURY}{WITHIN_A_CENTURY}$"})
class PastMoment(serializers.Field[datetime, Any, Any, Any]):
    """A moment that has come by our clock, or by one that is minutes ahead of it, with its distance from UTC
    (RFC 3339); given in UTC."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Send a moment with its time zone, such as “2026-03-02T09:30:00-05:00”."),
        "century": _("This moment is of another century. Check the year."),
        "not_yet": _("This moment has not come yet. Send when it was."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not MOMENT.fullmatch(data):
            self.fail("invalid")
        if not data.startswith(CENTURY):
            self.fail("century")
        try:
            moment = parse_datetime(data)
        except ValueError:  # no such day or hour
            moment = None
        if moment is None:
            self.fail("invalid")
        if moment > timezone.now() + CLOCKS_DIFFER:
            self.fail("not_yet")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@extend_schema_field({"type": "boolean"})
class YesNo(serializers.Field[bool, Any, bool, Any]):
    """True or false, sent as such: not "true", not 1."""

    default_error_messages = {**MISSING, "invalid": _("Send true or false without quotes.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


@extend_schema_field({"type": "string", "pattern": QUANTITY_PATTERN})
class Quantity(serializers.Field[Any, Any, str, Any]):
    """A quantity as we give it: exact digits in a string, no trailing zeros."""

    def to_representation(self, value: Decimal) -> str:
        return plain(value)


@extend_schema_field({"type": "string", "pattern": AMOUNT_PATTERN})
class Amount(Quantity):
    """An amount of money as we give it: exact digits in a string, no trailing zeros."""


class Closed(serializers.Serializer[Any]):
    """An object that holds nothing but what is described: a mistyped name must not pass unseen."""

    default_error_messages = {
        "required": _("Send this field."),
        "null": _("Send an object in braces, not null."),
        "invalid": _("Send an object in braces, with the fields described."),
        "unknown": _("We don't know this field."),
    }

    @cached_property
    def own(self) -> list[tuple[str, Any]]:
        """Return the fields by their names; `fields` itself takes as long as reading one of them."""
        return list(self.fields.items())

    @cached_property
    def reads_plainly(self) -> bool:
        """Whether nothing is done with what is sent but what `taken` does too."""
        fields = [field for _name, field in self.own]
        return (
            type(self).validate is serializers.Serializer.validate
            and not self.validators
            and not any(hasattr(self, f"validate_{field.field_name}") for field in fields)
            and all(
                field.source == field.field_name
                and not field.read_only
                and field.default is serializers.empty
                and not any(getattr(check, "requires_context", False) for check in field.validators)
                for field in fields
            )
        )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return what was sent. What has no fault is taken straight away, in a third of the time; what may
        have one is read as a serializer reads, which finds all of them and their words."""
        if self.reads_plainly:
            try:
                return self.taken(data)
            except (serializers.ValidationError, DjangoValidationError):
                pass
        return super().run_validation(data)

    def taken(self, data: Any) -> dict[str, Any]:
        """Return the values of the fields. Raises ValidationError where one may have a fault."""
        if not isinstance(data, dict):
            raise MAY_BE_WRONG
        found = {}
        for name, field in self.own:
            if name in data:
                found[name] = taken(field, data[name])
            elif field.required:
                raise MAY_BE_WRONG
        if len(found) != len(data):
            raise MAY_BE_WRONG
        return found

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            text = self.error_messages["unknown"]
            raise serializers.ValidationError({name: [text] for name in sorted(unknown)}, code="unknown")
        return super().to_internal_value(data)


MAY_BE_WRONG = serializers.ValidationError("")


def taken(field: Any, data: Any) -> Any:
    """Return the value of one field. Raises ValidationError where it may have a fault."""
    if data is None or isinstance(data, str) and not data.strip():
        raise MAY_BE_WRONG
    if isinstance(field, Closed):
        return field.run_validation(data)
    if isinstance(field, serializers.ListField):
        if not isinstance(data, list) or not data:
            raise MAY_BE_WRONG
        found: Any = [taken(field.child, one) for one in data]
    else:
        found = field.to_internal_value(data)
    for check in field.validators:
        check(found)
    return found
