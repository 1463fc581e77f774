"""Numbers as people type them, in either language, or a message that says how to write them."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WHOLE_DIGITS_AT_MOST = 14  # what the columns of quantities and amounts hold before the decimal mark
ABOVE_ZERO = gettext_lazy("Write a number above zero, for example 12 or 1,250.5.")
ZERO_OR_MORE = gettext_lazy("Write zero or more, for example 12 or 1,250.5.")
SPACES = re.compile("[\\s'\N{RIGHT SINGLE QUOTATION MARK}]")
BY_SPACE = re.compile(r"([1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,]([0-9]+))?", re.ASCII)
PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?", re.ASCII)
BY_COMMA = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.([0-9]+))?", re.ASCII)
BY_POINT = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,([0-9]+))?", re.ASCII)
TWO_WAYS = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})", re.ASCII)
MARKS = re.compile("[ .,]")


def read_number(typed: str, *, decimals: int, above_zero: bool = False) -> Decimal:
    """Return the number, zero or more, that `typed` can only mean, in Spanish and English alike.

    "1,234.5", "1.234,5", "1 234,5" and "1234,5" are all the same. Raises ValidationError for what is no
    number, is below zero, too large, or can be read in two ways, as "1.234" where `decimals` is 3 or more;
    `above_zero` says only how the message for a number below zero puts it.
    """
    text = SPACES.sub(" ", typed.strip())
    if re.match(r"[-\N{MINUS SIGN}]\s*[0-9]", text):
        raise ValidationError(str(ABOVE_ZERO if above_zero else ZERO_OR_MORE), "negative")
    if decimals >= 3 and (both := TWO_WAYS.fullmatch(text)):
        raise ValidationError(
            _("“%(typed)s” can be read in two ways. Write %(large)s, or %(small)s.")
            % {
                "typed": typed.strip(),
                "large": "".join(both.groups()),
                "small": ".".join(both.groups()) + "0",
            },
            "two-ways",
        )
    for form in (BY_COMMA, BY_POINT, BY_SPACE, PLAIN):
        if found := form.fullmatch(text):
            return _exact(MARKS.sub("", found[1]), found[2] or "")
    raise ValidationError(
        _("Write the number in digits, for example 12 or 1,250.5. “%(typed)s” can't be read.")
        % {"typed": typed[:40]},
        "not-a-number",
    )


def _exact(whole: str, decimals: str) -> Decimal:
    if len(whole.lstrip("0")) > WHOLE_DIGITS_AT_MOST:
        raise ValidationError(
            _("This number is too large: at most %(count)d digits before the decimal mark. Check the unit.")
            % {"count": WHOLE_DIGITS_AT_MOST},
            "too-large",
        )
    return Decimal(f"{whole}.{decimals or 0}")


def written(number: Decimal) -> str:
    """Return the number in plain digits that `read_number` reads back: never with three decimals alone."""
    whole, _mark, decimals = f"{number:f}".partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) == 3:
        decimals += "0"
    return f"{whole}.{decimals}" if decimals else whole
