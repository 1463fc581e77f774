"""What customs systems ask and tell us."""

from typing import Any

from django.core.validators import RegexValidator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing import terms
from licensing.actions import customs
from licensing.actions.customs import UsedLine
from licensing.models import ApiScope, Licence, LicenceState, Usage, User
from licensing.references import read_licence_number
from licensing.terms import ClauseKind, Shipment
from portal.api import schema
from portal.api.access import needs
from portal.api.errors import Said, problem, respond
from portal.api.fields import MISSING, Amount, Closed, Quantity, QuantityAsked, Text, Whole
from portal.border.answer import Answer, Facts, answer_of, moment
from portal.etags import is_known
from portal.http import ApiRequest

MOST_LINES = 200  # of one message
CLAUSE_KINDS = [kind.value for kind in ClauseKind]
# In this order, always
IN_A_REASON = (
    "code",
    "detail",
    "item",
    "line",
    "remaining",
    "remaining_value",
    "unit",
    "state",
    "replaced_by",
)


class Names(serializers.Serializer[Any]):
    es = serializers.CharField()
    en = serializers.CharField()


class Holder(serializers.Serializer[Any]):
    name = serializers.CharField()
    tax_id = serializers.CharField(help_text="Tax number (RUC in Panama); empty if unknown.")


class LineOut(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Number of the line within the licence.")
    description = serializers.CharField()
    hs_code = serializers.CharField(help_text="6 to 12 digits.")
    control_code = serializers.CharField(help_text="Entry of the control list; empty if none.")
    unit = serializers.CharField(help_text="UN/ECE Recommendation 20 code of all four quantities.")
    unit_name = Names()
    granted = Quantity()
    used = Quantity()
    reserved = Quantity(help_text="Kept for declarations that have not left yet.")
    remaining = Quantity(help_text="What may still be reserved, or leave without a reservation.")
    currency = serializers.CharField(help_text="ISO 4217 code of both values.")
    value = Amount(help_text="Granted for the whole line.")
    remaining_value = Amount(help_text="What may still be declared of it.")


class PartyOut(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=[role.value for role in customs.PARTIES_AT_THE_BORDER])
    name = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")


class TermOut(serializers.Serializer[Any]):
    """Describes what portal.border.answer says of a condition."""

    kind = serializers.ChoiceField(
        choices=CLAUSE_KINDS,
        help_text="`port`, `regime`, `consignee`: what a message must say, one of `values`. `first-day`, "
        "`last-day`: legal days of the country, the last included. `most-per-declaration`: of one line. "
        "`quantity-tolerance`, `value-tolerance`: by how much more than granted may leave; `remaining` "
        "counts it in already.",
    )
    values = serializers.ListField(
        child=serializers.CharField(),
        help_text="UN/LOCODEs, codes of customs procedures, names, a day or an exact amount.",
    )
    unit = serializers.CharField(
        help_text="UN/ECE Recommendation 20 code of an amount (`P1` is per cent); empty for all else."
    )
    line = serializers.IntegerField(allow_null=True, help_text="Line of the licence; null if about all.")
    text = serializers.CharField(help_text="The condition for people, in the language of the answer.")


class AnsweredOut(serializers.Serializer[Any]):
    """Describes what every answer of portal.border.answer begins with."""

    as_of = serializers.DateTimeField(help_text="The moment all of this is true of, in UTC.")
    version = serializers.CharField(help_text="Changes when anything but `as_of` changes; also the ETag.")


class WorthOut(serializers.Serializer[Any]):
    """Describes what portal.border.answer says of a licence."""

    number = serializers.CharField()
    state = serializers.ChoiceField(
        choices=LicenceState.values, help_text="What the licence is worth at `as_of`."
    )
    usable = serializers.BooleanField(help_text="True if, and only if, the state is `valid`.")
    replaced_by = serializers.CharField(
        help_text="Number of the licence that counts in its place; empty unless the state is `replaced`."
    )
    holder = Holder()
    valid_from = serializers.DateField(help_text="First legal day, in the country's time zone.")
    valid_to = serializers.DateField(help_text="Last legal day, included.")
    starts_at = serializers.DateTimeField(help_text="First moment of `valid_from`, in UTC.")
    ends_at = serializers.DateTimeField(help_text="First moment after `valid_to`, in UTC.")
    destination = serializers.CharField(help_text="Country of final destination, ISO 3166-1 alpha-2.")
    parties = PartyOut(many=True)
    conditions = serializers.ListField(
        child=serializers.CharField(), help_text="All conditions, as the licence prints them."
    )
    terms = TermOut(many=True, help_text="Those of the conditions that we check messages against.")
    lines = LineOut(many=True)


class LicenceOut(AnsweredOut, WorthOut):
    pass


LIST_OF_LINES: dict[str, Any] = {
    **MISSING,
    "not_a_list": gettext_lazy("Send a list in brackets."),
    "empty": gettext_lazy("Send at least one line."),
    "min_length": gettext_lazy("Send at least one line."),
    "max_length": gettext_lazy("Send at most {max_length} lines."),
}


class UsedLineIn(Closed):
    line = Whole(min_value=1, max_value=32767, help_text="Number of the line within the licence.")
    quantity = QuantityAsked(help_text="What leaves with this message; never a running total.")
    unit = Text(max_length=3, help_text="UN/ECE Recommendation 20 code; converted into the line's own.")


class ShipmentIn(Closed):
    """What a licence may set conditions on; each is needed only where the licence does."""

    port = Text(required=False, max_length=10, help_text="UN/LOCODE of the place it leaves through.")
    regime = Text(required=False, max_length=20, help_text="Customs procedure, by a code of the country.")
    consignee = Text(required=False, max_length=300, help_text="Full name of whoever receives the goods.")


def shipment_of(sent: dict[str, Any]) -> Shipment:
    return Shipment(**{name: sent[name] for name in ("port", "regime", "consignee") if name in sent})


class IdentifiedIn(Closed):
    id = Text(
        max_length=100,
        validators=[RegexValidator(r"^[!-~]+$", gettext_lazy("Use ASCII characters without blanks."))],
        help_text="Your own id of this message: printable ASCII without blanks. Make it once, store it, and "
        "send the same one with every retry.",
    )


class UsageHeadIn(IdentifiedIn):
    declaration = Text(max_length=60, help_text="Your reference of the movement.")


class UsageIn(UsageHeadIn, ShipmentIn):
    lines = serializers.ListField(
        child=UsedLineIn(),
        min_length=1,
        max_length=MOST_LINES,
        error_messages=LIST_OF_LINES,
        help_text="What leaves, by line of the licence.",
    )


READS_USAGE = UsageIn()  # for every message: one made for each would copy all of its fields anew


class WrittenOffOut(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    quantity = serializers.CharField(help_text="Written off by this message, in the line's unit.")
    unit = serializers.CharField(help_text="The line's unit.")
    remaining = serializers.CharField(help_text="What remained right after it.")


class UsageOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="client_key")
    licence = serializers.CharField(source="licence.reference")
    declaration = serializers.CharField()
    recorded_at = serializers.DateTimeField(source="at")
    lines = WrittenOffOut(source="answer.lines", many=True)


class LicenceView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]

    @extend_schema(
        **schema.GET_LICENCE,
        responses={200: LicenceOut, 304: schema.UNCHANGED, **schema.problems(schema.READING)},
    )
    def get(self, request: ApiRequest, number: str) -> Response:
        told = licence_now(find(number, request.user))
        if is_known(request.headers.get("If-None-Match"), told.headers["ETag"]):
            return Response(status=304, headers=told.headers)
        return Response(told.whole, headers=told.headers)


class UsagesView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.RECORD_USAGE,
        request=UsageIn,
        responses={201: UsageOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest, number: str) -> Response | Said:
        # Without data the serializer speaks words of its own; null is no object, as a list is none.
        sent = READS_USAGE.run_validation([] if request.data is None else request.data)
        try:
            usage, is_new = customs.record_usage(
                read_licence_number(number),
                client_key=sent["id"],
                declaration=sent["declaration"],
                used=[UsedLine(part["line"], part["quantity"], part["unit"]) for part in sent["lines"]],
                by=request.user,
                at=timezone.now(),
                shipment=shipment_of(sent),
            )
        except Licence.DoesNotExist:
            raise unknown() from None
        return answer(usage, request, is_new)


# In this order, always: what is stored has lost its own.
IN_A_LINE = tuple(WrittenOffOut().fields)


def written_off(usage: Usage, licence: Licence) -> dict[str, Any]:
    """Return the answer to a write-off. A plain dict: UsageOut describes it, tests compare both."""
    return {
        "id": usage.client_key,
        "licence": licence.reference,
        "declaration": usage.declaration,
        "recorded_at": moment(usage.at),
        "lines": [{name: line[name] for name in IN_A_LINE} for line in usage.answer["lines"]],
    }


def find(number: str, user: User) -> Licence:
    licences = Licence.objects.visible_to(user).select_related("application", "holder")
    try:
        return licences.prefetch_related("lines").get(reference=read_licence_number(number))
    except Licence.DoesNotExist:
        raise unknown() from None


def unknown() -> NotFound:
    return NotFound(_("No licence has this number."))


def licence_now(licence: Licence) -> Answer:
    """Return everything the border asks of a licence, as it is at this moment."""
    return answer_of(facts_of(licence), timezone.now())


def facts_of(licence: Licence) -> Facts:
    parties = licence.application.parties.filter(role__in=customs.PARTIES_AT_THE_BORDER).order_by("pk")
    return Facts(
        reference=licence.reference,
        status=licence.status,
        holder=licence.holder.name,
        tax_id=licence.holder.tax_id,
        valid_from=licence.valid_from,
        valid_to=licence.valid_to,
        starts_at=licence.starts_at,
        ends_at=licence.ends_at,
        destination=licence.application.destination,
        conditions=licence.conditions,
        parties=parties.values_list("role", "name", "country"),
        lines=licence.lines.all(),
        terms=terms.stated_of(licence),
        replaced_by=str(licence.replacement or ""),
    )


def answer(usage: Usage, request: ApiRequest, is_new: bool) -> Response | Said:
    """Return the answer of a message: the same bytes whenever the message comes again."""
    headers = {} if is_new else {"Idempotency-Replayed": "true"}
    assert usage.licence is not None  # a message in one step is about one licence
    if usage.outcome == Usage.Outcome.RECORDED:
        return Said(written_off(usage, usage.licence), 201, headers)
    reasons = [
        {name: reason[name] for name in IN_A_REASON if name in reason} for reason in usage.answer["reasons"]
    ]
    body = problem(
        "refused",
        request,
        " ".join(reason["detail"] for reason in reasons),
        title=usage.answer["title"],
        instance=reverse("api-usages", args=[usage.licence.reference]),
        reasons=reasons,
    )
    return respond(body, headers)
