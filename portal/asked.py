"""What exporters are asked about goods that resemble listed ones, as pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from licensing.goods_checks import Asked
from portal.control_pages import Line, lines_of
from portal.forms.goods import WhyNotForm
from screening.classification.alarm import CERTAIN, THRESHOLD


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits for a reason, with the entries it names and the form that takes the reason."""

    asked: Asked
    entries: list[Line]
    form: WhyNotForm


def questions(asked: list[Asked], sent: Mapping[int, WhyNotForm]) -> list[Question]:
    """Return the questions that are open; `sent` holds the forms that came back, by line."""
    return [
        Question(
            one,
            entries_of(one, one.open_codes),
            sent.get(one.line.pk) or WhyNotForm(line_id=one.line.pk),
        )
        for one in asked
        if one.is_open
    ]


def entries_of(asked: Asked, codes: tuple[str, ...]) -> list[Line]:
    """Return the entries in the order in which they are asked about."""
    if asked.check is None:
        return []
    edition = asked.check.edition
    lines = lines_of(edition, edition.versions.filter(code__in=codes), (get_language() or "es")[:2])
    return sorted(lines, key=lambda line: codes.index(line.code))


def likelihood(alarm: Decimal) -> Promise:
    """Return in words how likely it is that goods are listed. The least of them is no clearance."""
    if alarm >= Decimal(str(CERTAIN)):
        return _("Very likely listed")
    if alarm >= Decimal(str(THRESHOLD)):
        return _("Possibly listed")
    return _("Little in common with listed goods, which is no clearance")
