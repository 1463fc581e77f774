"""What our templates share: the word and tone of a status, and amounts, places and times as the reader
writes them. The only place where a status gets a colour."""

from __future__ import annotations  # BaseFormSet is generic for type checkers only

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django import template
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm, BaseFormSet
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from licensing.country import pack
from licensing.impact import Change, codes_of
from licensing.references import licence_numbers
from licensing.units import unit_name as name_of_unit
from screening.control.hints import tier_of
from screening.control.lists import label_in_words, law_in_words
from screening.importers import label_of
from screening.models import ListVersion

register = template.Library()

MOST_CODES = 8  # of what changed, in one line
GOOD, BAD, ATTENTION, INFO, PLAIN = "good", "bad", "attention", "info", "plain"

# A status has the same tone wherever it is shown. What is not here is plain.
TONES = {
    # applications
    "draft": PLAIN,
    "submitted": INFO,
    "in-review": INFO,
    "information-requested": ATTENTION,
    "recommended": ATTENTION,
    "approved": GOOD,
    "refused": BAD,
    "withdrawn": PLAIN,
    # licences
    "active": GOOD,
    "valid": GOOD,
    "not-yet-valid": INFO,
    "suspended": ATTENTION,
    "revoked": BAD,
    "surrendered": PLAIN,
    "replaced": PLAIN,
    "expired": PLAIN,
    "exhausted": PLAIN,
    # detained goods
    "waiting": ATTENTION,
    "release-proposed": ATTENTION,
    "kept": BAD,
    "released": GOOD,
    # opinions of consulted bodies
    "no-objection": GOOD,
    "conditions": ATTENTION,
    "objection": BAD,
}
# English dates are British, as the words are; numbers in both are written as Panama does: 1,234.5
LOCALES = {"es": "es_PA", "en": "en_GB"}
# Signs in a user agent, in the order in which they must be looked for: most claim to be others too.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
FEW_DAYS_LEFT = 3


def locale() -> Locale:
    """Return the reader's Babel locale."""
    return Locale.parse(LOCALES[(get_language() or "es")[:2]])


@register.inclusion_tag("_parts/chip.html")
def chip(label: object, tone: str = PLAIN) -> dict[str, object]:
    """Show `label` as a small labelled chip; tone: info, good, attention, bad or plain."""
    return {"label": label, "tone": tone}


@register.inclusion_tag("_parts/chip.html")
def status(subject: Any) -> dict[str, object]:
    """Show the status of an application or licence (anything with `.status` and its display) as a chip."""
    return {"label": subject.get_status_display(), "tone": TONES.get(subject.status, PLAIN)}


@register.filter
def tone(value: str) -> str:
    """Return the tone of a status value."""
    return TONES.get(value, PLAIN)


@register.filter
def edition_label(label: str) -> str:
    """Return the label of an edition of a control list in the reader's words."""
    return label_in_words(label)


@register.filter
def law_name(name: str) -> str:
    return law_in_words(name)


@register.filter
def number(value: Decimal | int) -> str:
    """Return `value` in the reader's digits grouping, without trailing zeros: 1,250.5; below zero: −1"""
    return signed(format_decimal(value, format="#,##0.##########", locale=locale()))


def signed(digits: str) -> str:
    """Return an amount below zero with a minus sign, which no line ends after, instead of a hyphen."""
    return digits.replace("-", MINUS)


@register.filter
def points(value: float) -> str:
    """Return the points of a likeness, rounded down to a tenth: nobody reads 80 where 80 was not reached."""
    return number(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_FLOOR))


@register.filter
def unit_name(code: str, quantity: Decimal | None = None) -> str:
    """Return the name of a UN/ECE Rec 20 unit, plural unless `quantity` is one."""
    return name_of_unit(code, get_language() or "es", quantity)


@register.filter
def quantity(value: Decimal | None, unit: str) -> str:
    """Return a quantity with its unit (a UN/ECE Rec 20 code): "1,250.5 kilogramos"; a dash for none."""
    if value is None:
        return "–"
    return f"{number(value)}{NO_BREAK}{unit_name(unit, value)}"


@register.filter
def stated(digits: str, unit: str) -> str:
    """Return a quantity that is kept in digits, as answers and comparisons are, with its unit."""
    return quantity(Decimal(digits), unit)


@register.filter
def money(value: Decimal | None, currency: str) -> str:
    """Return an amount with its currency's ISO 4217 code first: "USD 1,234.50"; a dash for none."""
    if value is None:
        return "–"
    return f"{currency}{NO_BREAK}{signed(format_decimal(value, format='#,##0.00', locale=locale()))}"


@register.filter
def country_name(code: str) -> str:
    """Return the country of an ISO 3166-1 alpha-2 code by name; the code if it has none, "" for ""."""
    name: str = locale().territories.get(code, code)
    return name


@register.filter
def high_priority_tier(hs_code: str) -> str:
    """Return the tier of a customs code on the Common High Priority List, "" if it is not on it."""
    return tier_of(hs_code)


@register.filter
def changed_codes(changes: Iterable[Change]) -> str:
    """Return the codes that a new edition of a control list changed, the first eight of them."""
    few = list(changes)
    return codes_of(few[:MOST_CODES]) + ("…" if len(few) > MOST_CODES else "")


@register.filter
def port_name(code: str) -> str:
    """Return the port, airport or crossing of a UN/LOCODE of the country by name: "Balboa (PABLB)"."""
    return pack().port_name(code)


@register.filter
def list_name(source: str) -> str:
    """Return what people call the list of this key."""
    return label_of(source)


TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}(?=T)")


@register.filter
def edition_name(version: ListVersion | str) -> str:
    """Return the edition of a version, or one by its words, as people name it: of a moment, the day."""
    edition = version if isinstance(version, str) else version.edition
    moment = TIMESTAMP.match(edition)
    return moment.group() if moment else edition


@register.filter
def flag(code: str) -> str:
    """Return the two letters of a country as its mark, for <span class="app-flag" aria-hidden="true">."""
    return code.upper()


@register.simple_tag
def country(code: str) -> SafeString:
    """Show a country by its two letters and its name; a dash for ""."""
    if not code:
        return SafeString("–")
    return format_html(
        '<span class="app-flag" aria-hidden="true">{}</span>{}', code.upper(), country_name(code)
    )


def legal_day(value: date | datetime) -> date:
    return pack().legal_day(value) if isinstance(value, datetime) else value


@register.filter
def legal_date(value: date | datetime | None) -> str:
    """Return the day in words, as the country counts it: "3 de marzo de 2026", "3 March 2026"."""
    return format_date(legal_day(value), format="long", locale=locale()) if value else "–"


@register.filter
def table_date(value: date | datetime | None) -> str:
    """Return the day for a table: 2026-03-03."""
    return legal_day(value).isoformat() if value else "–"


@register.filter
def last_day_before(value: datetime) -> date:
    """Return the last day, as the country counts it, that is not over yet just before `value`."""
    return legal_day(value - timedelta(microseconds=1))


@register.filter
def moment(value: datetime | None) -> str:
    """Return day and time in the country's zone: "3 de marzo de 2026, 14:32"."""
    if value is None:
        return "–"
    here = value.astimezone(pack().time_zone)
    return f"{legal_date(here)}, {format_datetime(here, format='HH:mm', locale=locale())}"


@register.filter
def told_moment(stored: str) -> str:
    """Return a moment that is stored as text (ISO 8601), as events hold it, in words."""
    return moment(datetime.fromisoformat(stored))


@register.filter
def clock_time(value: datetime | None) -> str:
    """Return the time of day in the country's zone: "14:32"."""
    return f"{value.astimezone(pack().time_zone):%H:%M}" if value else "–"


@register.filter
def file_size(size: int) -> str:
    """Return a number of bytes as people read it: 812 B, 34 KB, 1.2 MB."""
    if size < 1000:
        return f"{size}{NO_BREAK}B"
    if size < 1_000_000:
        return f"{format_decimal(round(size / 1000), locale=locale())}{NO_BREAK}KB"
    return f"{format_decimal(round(size / 1_000_000, 1), locale=locale())}{NO_BREAK}MB"


@register.filter
def browser(user_agent: str) -> str:
    """Return a browser and its system in two words, for people: "Firefox · Windows"; "–" for neither."""
    words = (next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS))
    return " · ".join(word for word in words if word) or "–"


@register.filter
def whole(text: object) -> object:
    """Return a text as HTML in which no line ends within the number of a licence, as it would after "PA-".

    What is no text, or holds tags already, is returned as it is.
    """
    if not isinstance(text, str | Promise) or (isinstance(text, SafeString) and "<" in text):
        return text
    whole_number = r'<span class="app-nowrap">\g<0></span>'
    words = text if isinstance(text, SafeString) else str(text)
    return SafeString(licence_numbers().sub(whole_number, conditional_escape(words)))


@register.filter
def absolute(value: int) -> int:
    return abs(value)


@register.filter
def clock_tone(left: int, total: int) -> str:
    """Return the tone of a clock with `left` of `total` working days to go."""
    if left < 0:
        return BAD
    return ATTENTION if left <= min(FEW_DAYS_LEFT, total // 2) else PLAIN


@register.simple_tag
def marked(tokens: Iterable[tuple[str, bool]]) -> SafeString:
    """Show a name's words, those that match marked: takes (word, matches) in order."""
    return SafeString(
        " ".join(
            format_html('<mark class="app-mark-token">{}</mark>', word)
            if matches
            else format_html("{}", word)
            for word, matches in tokens
        )
    )


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of an error summary; `target` is the id of the field to go to, "" for none."""

    text: str
    label: str = ""
    target: str = ""


@register.simple_tag
def form_errors(
    form: BaseForm | None = None,
    forms: Iterable[BaseForm] | None = None,
    formset: BaseFormSet[Any] | None = None,
    reasons: Iterable[object] | None = None,
) -> list[FormError]:
    """Return every error of what is given, in the order of the page."""
    found = [FormError(str(reason)) for reason in reasons or []]
    if formset:
        found += [FormError(str(text)) for text in formset.non_form_errors()]
    for one in [form, *(forms or []), *(formset or [])]:
        if one:
            found += errors_of(one)
    return found


def errors_of(form: BaseForm) -> Iterator[FormError]:
    for name, texts in form.errors.items():
        for text in texts:
            if name == NON_FIELD_ERRORS or form[name].is_hidden:
                yield FormError(str(text))
            else:
                bound = form[name]
                # A group of choices has no id of its own: its first choice gets the focus.
                yield FormError(str(text), str(bound.label), bound.id_for_label or f"{bound.auto_id}_0")
