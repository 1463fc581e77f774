"""What a recommendation begins with: the words of one that was sent back, or the conditions of the licence
that is amended. Otherwise they would have to be typed anew, and one forgotten would be lost."""

from typing import Any

from licensing import amendments, terms
from licensing.country import pack
from licensing.models import Application, Recommendation, Terms
from licensing.units import plain


def begun(application: Application) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the two forms begin with: the words, and the conditions that are data."""
    sent_back = application.recommendations.order_by("at", "pk").last()
    if sent_back is not None:
        said = {"outcome": sent_back.outcome, "reasons": sent_back.reasons, "months": sent_back.months}
        numbers = {goods.pk: goods.number for goods in application.goods.all()}
        return {**said, **_conditions(sent_back)}, _typed(terms.of(sent_back), numbers)
    said = {"months": pack().licence_months}
    amendment = amendments.of(application)
    if amendment is None:
        return said, {}
    links = amendment.lines.select_related("line__goods", "goods")
    # A limit in another unit would be another limit.
    numbers = {one.line.goods_id: one.goods.number for one in links if one.line.unit == one.goods.unit}
    granted = amendment.licence.decision.recommendation
    return {**said, **_conditions(granted)}, _typed(terms.of(granted), numbers)


def _conditions(recommendation: Recommendation) -> dict[str, str]:
    return {"conditions": "\n".join(recommendation.conditions)}


def _typed(set_before: Terms | None, numbers: dict[int, int]) -> dict[str, Any]:
    """Return conditions as the form takes them; `numbers` are those of the lines by the id of the goods that
    bear a limit."""
    if set_before is None:
        return {}
    limits = {
        f"limit_{numbers[one.goods_id]}": plain(one.most)
        for one in set_before.limits.all()
        if one.goods_id in numbers
    }
    shares = {
        name: plain(share)
        for name in ("quantity_tolerance", "value_tolerance")
        if (share := getattr(set_before, name))
    }
    asked = {name: getattr(set_before, name) for name in ("ports", "regimes", "first_day", "last_day")}
    return {**asked, "named_consignee": set_before.named_consignee, **shares, **limits}
