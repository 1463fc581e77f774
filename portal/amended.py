"""What an amendment changes of the licence in force, field by field, for whoever decides about it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from licensing import amendments
from licensing.actions.amendments import GOODS_FIELDS, OWN_FIELDS
from licensing.country import pack
from licensing.errors import Reason
from licensing.models import Amendment, Application, Document, GoodsLine, LicenceLine, Party
from portal.changes import Change, of_rows
from portal.templatetags.portal import quantity

FIELDS = [
    field.name
    for field in Application._meta.concrete_fields
    if field.name not in OWN_FIELDS and field.name != "organisation"
]
PARTY_FIELDS = [
    field.name
    for field in Party._meta.concrete_fields
    if field.name not in ("id", "application", "company", "account") and not field.name.startswith("screened")
]


@dataclass(frozen=True, slots=True)
class Amended:
    amendment: Amendment
    changes: list[Change]  # in the order of the form
    left_out: list[LicenceLine]
    against: list[Reason]  # its issue, as the books of the licence stand now


def of_case(application: Application) -> Amended | None:
    """Return what the application changes of the licence that it amends; None where it amends none."""
    amendment = amendments.of(application)
    if amendment is None:
        return None
    before = amendment.licence.application
    changes = [
        *of_rows("", before, application, _fields(amendment)),
        *_goods(amendment),
        *_parties(list(before.parties.order_by("pk")), list(application.parties.order_by("pk"))),
        *_declarations(before, application),
        *_documents(list(before.documents.order_by("pk")), list(application.documents.order_by("pk"))),
    ]
    return Amended(amendment, changes, amendments.left_out(amendment), _against(amendment))


def _fields(amendment: Amendment) -> list[str]:
    """Return the fields to compare. A date that was past was left empty by the portal: nobody changed it."""
    old, new = amendment.licence.application.dispatch_on, amendment.application.dispatch_on
    begun_on = pack().legal_day(amendment.at)
    is_left_empty = new is None and old is not None and old < begun_on
    return [name for name in FIELDS if name != "dispatch_on" or not is_left_empty]


def _against(amendment: Amendment) -> list[Reason]:
    if not amendment.is_open:
        return []
    books = amendments.against_books(amendment, with_reservations=True)
    return [*amendments.against_state(amendment), *books]


def _goods(amendment: Amendment) -> list[Change]:
    links = amendment.lines.select_related("line__goods", "goods")
    known = {link.goods_id: link.line.goods for link in links}
    changes: list[Change] = []
    for goods in amendment.application.goods.all():
        side = _line(goods.number)
        if goods.pk in known:
            changes += of_rows(side, known[goods.pk], goods, GOODS_FIELDS)
        else:
            changes.append(Change(side, _("New line"), "", _in_short(goods)))
    changes += [
        Change(_line(line.number), _("Left out"), _in_short(line.goods), "")
        for line in amendments.left_out(amendment)
    ]
    return changes


def _line(number: int) -> str:
    return _("Line %(number)s") % {"number": number}


def _in_short(goods: GoodsLine) -> str:
    return f"{goods.description} ({quantity(goods.quantity, goods.unit)})"


def _parties(before: list[Party], after: list[Party]) -> list[Change]:
    """Compare parties of the same role and name; whoever is left over in a role took the place of another."""
    pairs = _paired(before, after, lambda party: (party.role, party.name))
    pairs += _paired(*_unpaired(before, after, pairs), lambda party: party.role)
    gone, added = _unpaired(before, after, pairs)
    return [
        *(
            change
            for one, other in pairs
            for change in of_rows(str(other.get_role_display()), one, other, PARTY_FIELDS)
        ),
        *(Change(str(party.get_role_display()), _("Party added"), "", party.name) for party in added),
        *(Change(str(party.get_role_display()), _("Party left out"), party.name, "") for party in gone),
    ]


def _paired(
    before: Iterable[Party], after: Iterable[Party], key: Callable[[Party], Hashable]
) -> list[tuple[Party, Party]]:
    """Return those of both sides that have the same key, each once, the first with the first."""
    waiting: dict[Hashable, list[Party]] = defaultdict(list)
    for party in before:
        waiting[key(party)].append(party)
    return [(waiting[key(party)].pop(0), party) for party in after if waiting[key(party)]]


def _unpaired(
    before: Iterable[Party], after: Iterable[Party], pairs: Iterable[tuple[Party, Party]]
) -> tuple[list[Party], list[Party]]:
    paired = {party.pk for pair in pairs for party in pair}
    return [one for one in before if one.pk not in paired], [one for one in after if one.pk not in paired]


def _declarations(before: Application, after: Application) -> list[Change]:
    known = {one.question: one for one in before.declarations.all()}
    return [
        change
        for one in after.declarations.order_by("pk")
        if one.question in known
        for change in of_rows(
            str(one.get_question_display()), known[one.question], one, ["answer", "explanation"]
        )
    ]


def _documents(before: list[Document], after: list[Document]) -> list[Change]:
    old = {(one.kind, one.file_id) for one in before}
    new = {(one.kind, one.file_id) for one in after}
    return [
        *(
            Change(str(one.get_kind_display()), _("Document added"), "", one.name)
            for one in after
            if (one.kind, one.file_id) not in old
        ),
        *(
            Change(str(one.get_kind_display()), _("Document left out"), one.name, "")
            for one in before
            if (one.kind, one.file_id) not in new
        ),
    ]
