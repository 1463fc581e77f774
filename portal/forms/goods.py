"""What exporters type about one line of goods."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from licensing.classification import Offer, Weighed
from licensing.models import GoodsLine, GoodsSuggestion, SuggestionAnswer
from licensing.models.classification import REASON_AT_MOST
from licensing.units import decimals_of, fits, units
from portal.forms import fields
from portal.forms.fields import PageForm, choice, text
from portal.forms.numbers import ABOVE_ZERO, read_number, written
from portal.signs import HIDDEN_SIGNS
from screening.classification.answers import Goods
from screening.codes import is_known_code, is_known_hs, normalise_code, normalise_hs

SERIALS_AT_MOST = 2000
LONGEST_NAME = 200  # of a manufacturer or model, as the columns hold them
TYPED_AT_MOST = 60  # of a number or code: longer than any that could be right, however it is spaced

LISTED, NOT_LISTED = "yes", "no"


class GoodsForm(PageForm):
    description = text(
        GoodsLine,
        "description",
        rows=4,
        required=gettext_lazy(
            "Say what the goods are, for example “Laser cutting machine, 4 kW, for glass”."
        ),
        hint=gettext_lazy("What it is, what it does and its main technical data."),
    )
    hs_code = text(
        GoodsLine,
        "hs_code",
        required=gettext_lazy("Write the HS code, 6 to 12 digits, for example 8456.11."),
        hint=gettext_lazy("The customs code of the goods: 6 to 12 digits, for example 8456.11."),
        longest=TYPED_AT_MOST,
        width=10,
    )
    listed = choice(
        gettext_lazy("Are the goods on the control list?"),
        [
            (LISTED, gettext_lazy("Yes, under this entry")),
            (NOT_LISTED, gettext_lazy("Not on the list, as far as I know")),
        ],
        required=gettext_lazy("Choose whether the goods are on the control list, as far as you know."),
        radios=True,
    )
    control_code = text(
        GoodsLine,
        "control_code",
        hint=gettext_lazy("For example 6A005.a.1. Leave it empty if the goods are not on the list."),
        longest=TYPED_AT_MOST,
        width=10,
        spellcheck="false",
    )
    quantity = text(
        GoodsLine,
        "quantity",
        required=gettext_lazy("Write how much or how many, for example 12 or 1,250.5."),
        longest=TYPED_AT_MOST,
        inputmode="decimal",
        width=10,
    )
    unit = choice(
        gettext_lazy("Unit"),
        fields.unit_choices,
        required=gettext_lazy("Choose the unit in which the quantity is counted."),
    )
    value = text(
        GoodsLine,
        "value",
        required=gettext_lazy("Write the value of the whole line, for example 48,000 or 1,250.50."),
        hint=gettext_lazy("Of the whole line, not of one piece."),
        longest=TYPED_AT_MOST,
        inputmode="decimal",
        width=10,
    )
    currency = choice(
        gettext_lazy("Currency"),
        fields.currencies,
        required=gettext_lazy("Choose the currency of the value."),
    )
    origin = fields.country(
        gettext_lazy("Country of origin"), required=gettext_lazy("Choose where the goods were made.")
    )
    manufacturer = text(GoodsLine, "manufacturer")
    model = text(GoodsLine, "model")
    serial_numbers = fields.lines(
        gettext_lazy("Serial numbers"), hint=gettext_lazy("One a line."), longest=80, most=SERIALS_AT_MOST
    )

    def clean_hs_code(self) -> str:
        typed: str = self.cleaned_data["hs_code"]
        if is_known_hs(typed):
            return normalise_hs(typed)
        raise ValidationError(
            _(
                "“%(typed)s” is not a code of the Harmonized System of 2022."
                " Write its 6 to 12 digits, for example 8456.11."
            )
            % {"typed": typed}
        )

    def clean_control_code(self) -> str:
        typed: str = self.cleaned_data["control_code"]
        code = normalise_code(typed)
        longest = fields.column(GoodsLine, "control_code").max_length or 0
        if typed and (not is_known_code(code) or len(code) > longest):
            raise ValidationError(
                _(
                    "“%(typed)s” is not an entry of the control list. Write it as the list does,"
                    " for example 6A005.a.1, or leave it empty and choose “Not on the list”."
                )
                % {"typed": typed}
            )
        return code

    def clean_quantity(self) -> Decimal:
        code = self.data.get(self.add_prefix("unit"), "")
        unit = units().get(code)
        quantity = read_number(self.cleaned_data["quantity"], decimals=decimals_of(code), above_zero=True)
        if not quantity:
            raise ValidationError(str(ABOVE_ZERO))
        if unit and not fits(quantity, unit.code):
            raise ValidationError(_too_fine(unit.name(get_language() or "es"), unit.decimals))
        return quantity

    def clean_value(self) -> Decimal:
        value = read_number(self.cleaned_data["value"], decimals=2)
        if value != round(value, 2):
            raise ValidationError(_("Write the value with at most two decimals, for example 1,250.50."))
        return value

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._check_listed(self.cleaned_data.get("listed"), self.cleaned_data.get("control_code"))
        serials, quantity = self.cleaned_data.get("serial_numbers") or [], self.cleaned_data.get("quantity")
        if self.cleaned_data.get("unit") == "C62" and quantity and len(serials) > quantity:
            self.add_error(
                "serial_numbers",
                _("There are more serial numbers (%(serials)d) than units (%(units)d).")
                % {"serials": len(serials), "units": quantity},
            )
        return self.cleaned_data

    def _check_listed(self, listed: str | None, code: str | None) -> None:
        if listed == LISTED and code == "":
            self.add_error("control_code", _("Write the entry of the control list, for example 6A005.a.1."))
        if listed == NOT_LISTED and code:
            self.add_error(
                "control_code",
                _("You chose “Not on the list”, but wrote an entry. Delete the entry, or choose “Yes”."),
            )

    def facts(self) -> dict[str, Any]:
        """Return what was typed as the fields of a GoodsLine."""
        return {name: value for name, value in self.cleaned_data.items() if name != "listed"}


class WhyNotForm(PageForm):
    """Why the entries that a line of goods resembles do not fit it. The page has one for each question."""

    reason = text(
        GoodsSuggestion,
        "reason",
        rows=3,
        required=gettext_lazy("Write in a few words why none of these entries fits."),
        hint=gettext_lazy("For example “our laser is pulsed, below 50 W”."),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, line_id: int) -> None:
        super().__init__(data, auto_id=f"id_%s_{line_id}")
        self.fields["reason"].label = _("Why not?")

    def clean_reason(self) -> str:
        return one_line(self.cleaned_data["reason"])


def _too_fine(unit: str, decimals: int) -> str:
    if not decimals:
        return _("Write a whole number, for example 12: this unit is not divided.")
    return ngettext(
        "Write at most %(count)d decimal for %(unit)s.",
        "Write at most %(count)d decimals for %(unit)s.",
        decimals,
    ) % {"count": decimals, "unit": unit}


def shown(line: GoodsLine) -> dict[str, Any]:
    """Return the line as its form shows it."""
    return {
        **{name: getattr(line, name) for name in GoodsForm.base_fields if name != "listed"},
        "listed": LISTED if line.control_code else NOT_LISTED,
        "quantity": written(line.quantity),
        "value": f"{line.value:.2f}",
    }


def typed(data: Mapping[str, str]) -> dict[str, Any]:
    """Return what was typed so far, right or wrong, as the form shows it again."""
    return {name: data.get(name, "") for name in GoodsForm.base_fields}


def described(said: Mapping[str, Any]) -> Goods:
    """Return the goods of a form, as far as they are typed, for the search for entries."""
    longest = fields.column(GoodsLine, "description").max_length
    code = normalise_code(str(said.get("control_code") or "")[:TYPED_AT_MOST])
    hs = normalise_hs(str(said.get("hs_code") or "")[:TYPED_AT_MOST])
    names = [str(said.get(name) or "")[:LONGEST_NAME] for name in ("manufacturer", "model")]
    return Goods(
        description=str(said.get("description") or "")[:longest],
        hs_code=hs if hs.isdigit() else "",
        claimed=(code,) if code else (),
        maker=" ".join(filter(None, names)),
    )


def digest_of(goods: Goods) -> str:
    """Return the sha256 of what the goods are and are claimed to be.

    The customs code only hints at entries, and people look it up last: an answer stands without it.
    """
    said = [goods.description, goods.maker, goods.cas, goods.claimed]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def one_line(typed: str) -> str:
    """Return a reason without blanks and signs that nobody sees, which no field would take."""
    return " ".join(HIDDEN_SIGNS.sub("", typed.replace("\0", "")).split())[:REASON_AT_MOST]


class WeighedSuggestions:
    """What the page suggested and what was answered so far, carried in the form until the line is saved.

    What was suggested is signed with the goods it was suggested for, so that officers can rely on it; the
    answers are the exporter's own. Answers about goods that were described otherwise do not count: they are
    `overtaken`, and only the reasons typed stay.
    """

    SALT = "goods-suggestions"

    def __init__(
        self, data: Mapping[str, Any], accepted: list[str], rejected: list[str], goods: Goods | None = None
    ) -> None:
        self.edition_id, self.codes, offered_for = self._offered(str(data.get("offered", "")))
        self.accepted = set(accepted)
        self.rejected = {code: one_line(str(data.get(f"why-{code}", ""))) for code in rejected}
        self.reasons = {
            name.removeprefix("why-"): one_line(str(value))
            for name, value in data.items()
            if name.startswith("why-")
        }
        self.lost_answers = self._is_old = False
        if goods is not None and offered_for not in ("", digest_of(goods)):
            self.overtake()
        self._told_before = bool(data.get("overtaken"))

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        return cls(data, data.getlist("accepted"), data.getlist("rejected"), described(typed(data)))

    def _offered(self, signed: str) -> tuple[int | None, list[str], str]:
        try:
            edition_id, codes, offered_for = signing.loads(signed, salt=self.SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None, [], ""
        return edition_id, codes, offered_for

    @classmethod
    def signed(cls, edition_id: int, codes: list[str], goods: Goods) -> str:
        return signing.dumps([edition_id, codes, digest_of(goods)], salt=cls.SALT, compress=True)

    def overtake(self) -> None:
        """Take back what was offered and answered: it was about goods described otherwise."""
        self._is_old, self.lost_answers = True, bool(self.accepted or self.rejected)
        self.edition_id, self.codes, self.accepted, self.rejected = None, [], set(), {}

    @property
    def overtaken(self) -> bool:
        """Say whether answers stopped to count and none was given since."""
        return self.lost_answers or (self._told_before and not (self.accepted or self.rejected))

    def keep_only(self, codes: set[str]) -> None:
        """Take back the answers to other codes: they were given for what the line said before."""
        self.lost_answers = bool((self.accepted | set(self.rejected)) - codes)
        self.accepted &= codes
        self.rejected = {code: why for code, why in self.rejected.items() if code in codes}

    def accept(self, code: str) -> None:
        if self._is_old:
            self.lost_answers = True
            return
        self.rejected.pop(code, None)
        self.accepted.add(code)

    def reject(self, code: str) -> bool:
        """Say that it does not fit. Returns whether a reason was given: without one it does not count."""
        if self._is_old:
            self.lost_answers = True
            return True
        self.accepted.discard(code)
        if why := self.reasons.get(code, ""):
            self.rejected[code] = why
        return bool(why)

    def forget(self, code: str) -> None:
        self.accepted.discard(code)
        self.rejected.pop(code, None)

    def by_code(self) -> dict[str, Weighed]:
        """Return the answers given, by code; places are those of what was offered."""
        places = {code: place for place, code in enumerate(self.codes, start=1)}
        found = {
            code: Weighed(code, places.get(code, 1), SuggestionAnswer.ACCEPTED) for code in self.accepted
        }
        for code, why in self.rejected.items():
            if why:
                found[code] = Weighed(code, places.get(code, 1), SuggestionAnswer.REJECTED, why)
        return found

    def offer(self) -> Offer | None:
        """Return what was suggested under which edition and what was made of it; None if nothing was."""
        if self.edition_id is None:
            return None
        answers = self.by_code()
        rows = [answers.get(code) or Weighed(code, place) for place, code in enumerate(self.codes, start=1)]
        return Offer(self.edition_id, tuple(rows))
