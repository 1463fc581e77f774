"""How officers assess goods: under which entries of a control list they fall."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from licensing.actions.casework import refusals_in_review
from licensing.classification import digest, editions_of, unknown_codes
from licensing.errors import Refused
from licensing.models import Action, Application, Event, GoodsAssessment, GoodsLine, User
from screening.control.lists import label_in_words

CODES_AT_MOST = 20


@transaction.atomic
def assess(
    line_id: int, *, codes: Sequence[str], edition_id: int, reason: str, by: User, at: datetime, seen: str
) -> GoodsAssessment:
    """Say under which codes of an edition a line falls; none for "not listed".

    `seen` is the digest of the line that the officer looked at: goods that were corrected meanwhile are
    looked at again. Raises Refused.
    """
    application_id = GoodsLine.objects.values_list("application_id", flat=True).get(pk=line_id)
    application = Application.objects.lock(application_id)
    if reasons := refusals_in_review(application, by):
        raise Refused(*reasons)
    line = GoodsLine.objects.get(pk=line_id)
    if digest(line) != seen:
        raise Refused(_("The exporter has corrected this line meanwhile. Look at it again, then assess it."))
    if not reason.strip():
        raise Refused(_("Give the reason."))
    edition = next((one for one in editions_of(application, at) if one.pk == edition_id), None)
    if edition is None:
        raise Refused(_("This edition was not in force when the application was handed in. Choose another."))
    if len(codes) > CODES_AT_MOST:
        raise Refused(_("Name at most %(count)d entries.") % {"count": CODES_AT_MOST})
    if unknown := unknown_codes(edition, codes):
        raise Refused(
            _(
                "The edition %(edition)s has no entry %(codes)s."
                " Write it as the list does, for example 6A005.a.1."
            )
            % {"edition": label_in_words(edition.label), "codes": ", ".join(unknown)}
        )
    row = GoodsAssessment.objects.create(
        line=line, edition=edition, codes=list(codes), reason=reason.strip(), goods_digest=seen, by=by, at=at
    )
    Event.objects.create(
        application=application,
        action=Action.ASSESS_GOODS,
        by=by,
        at=at,
        after={"codes": row.codes},
        data={
            "line": line.number,
            "id": line.pk,
            "edition": edition.label,
            "list_code": edition.list.code,
            "reason": row.reason,
        },
    )
    return row
