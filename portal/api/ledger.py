"""What customs systems reserve, let leave and give back, in messages about one declaration each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.actions import ledger
from licensing.actions.messages import Declared, Message, Part
from licensing.models import ApiScope, LicenceChange, Usage, User
from licensing.references import read_licence_number
from portal.api import errors, schema
from portal.api.access import needs
from portal.api.customs import IN_A_REASON, LIST_OF_LINES, MOST_LINES, IdentifiedIn, ShipmentIn, shipment_of
from portal.api.errors import Said, problem, respond
from portal.api.fields import Closed, MoneyAsked, PastMoment, QuantityAsked, Text, Whole, YesNo, asked_once
from portal.border.answer import moment
from portal.http import ApiRequest

MOST_MESSAGES = 100  # of one batch
MOST_CHANGES = 500  # of one answer
LARGEST = 2_147_483_647


# What moves quantities between what is granted, reserved and used; the write-off in one step has an endpoint
# of its own.
MOVEMENT_KINDS = [kind.value for kind in Usage.Kind if kind not in (Usage.Kind.USE, Usage.Kind.DEPART)]


class ValueIn(Closed):
    value = MoneyAsked(
        required=False,
        help_text="Declared value of it. Without it, the quantity at the price of the licence's line, as far "
        "as the line's value reaches; such a value never refuses anything.",
    )
    currency = Text(
        required=False, max_length=3, help_text="Of the value; must be the line's own, and may be left out."
    )


class DeclaredIn(ValueIn):
    item = Whole(min_value=1, max_value=LARGEST, help_text="Number of the item within your declaration.")
    licence = Text(max_length=60, help_text="Number of the licence that covers it.")
    line = Whole(min_value=1, max_value=32767, help_text="Number of the line within the licence.")
    quantity = QuantityAsked(help_text="Of this item alone; never a running total.")
    unit = Text(max_length=3, help_text="UN/ECE Recommendation 20 code; converted into the line's own.")


class PartIn(ValueIn):
    item = Whole(min_value=1, max_value=LARGEST, help_text="Number of the item within your declaration.")
    quantity = QuantityAsked(required=False, help_text="Without it, all that is reserved for the item.")
    unit = Text(
        required=False, max_length=3, help_text="UN/ECE Recommendation 20 code; without it, the line's own."
    )


class MessageIn(IdentifiedIn):
    declaration = Text(max_length=60, help_text="Number of your declaration.")


class VersionIn(MessageIn):
    version = Whole(
        required=False,
        min_value=1,
        max_value=LARGEST,
        help_text="1 unless said. Raise it with every amendment of the declaration, and with every further "
        "part that leaves: the same item in the same version counts once, whatever the id.",
    )


class DeclarationIn(VersionIn, ShipmentIn):
    lines = serializers.ListField(
        child=DeclaredIn(),
        min_length=1,
        max_length=MOST_LINES,
        error_messages=LIST_OF_LINES,
        help_text="The items, each with the licence line that covers it. Licences may differ.",
    )


class DepartedIn(DeclarationIn):
    left_at = PastMoment(
        required=False,
        help_text="When the goods left, if that was earlier than this message, as after an outage. What is "
        "irregular is judged by the state of the licence and of the goods at that moment, and the books "
        "count it for that day. Up to five minutes ahead of our clock count as the moment we received it.",
    )


class PostingIn(VersionIn):
    lines = serializers.ListField(
        child=PartIn(),
        min_length=1,
        max_length=MOST_LINES,
        error_messages=LIST_OF_LINES,
        help_text="What leaves, by item.",
    )
    last = YesNo(
        required=False, help_text="`true` releases what stays of these items: nothing more of them leaves."
    )


class ReleaseIn(MessageIn):
    lines = serializers.ListField(
        child=PartIn(),
        required=False,
        min_length=1,
        max_length=MOST_LINES,
        error_messages=LIST_OF_LINES,
        help_text="What is given back, by item; without it, all that is reserved for the declaration.",
    )


class MovedOut(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    licence = serializers.CharField()
    line = serializers.IntegerField()
    quantity = serializers.CharField(help_text="Moved by this message, in the line's unit.")
    unit = serializers.CharField(help_text="The line's unit.")
    value = serializers.CharField(help_text="Moved by this message, in the line's currency.")
    currency = serializers.CharField()
    reserved = serializers.CharField(help_text="Still reserved for the item right after it.")
    remaining = serializers.CharField(help_text="What remained of the line right after it.")


class GoneOut(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    licence = serializers.CharField()
    line = serializers.IntegerField()
    quantity = serializers.CharField(help_text="As you reported it.")
    unit = serializers.CharField()
    counted = serializers.CharField(help_text="Written off, in the line's unit.")
    irregular = schema.ReasonOut(many=True, help_text="Why officers look into it; empty if all is covered.")


def only(kind: Usage.Kind) -> serializers.CharField:
    """Return a field that holds this kind and no other, so that machines tell messages apart by it."""

    @extend_schema_field({"type": "string", "const": kind.value})
    class Only(serializers.CharField):
        pass

    return Only()


class MovementOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="client_key")
    kind = serializers.ChoiceField(choices=MOVEMENT_KINDS)
    declaration = serializers.CharField()
    version = serializers.IntegerField()
    recorded_at = serializers.DateTimeField(source="at")
    lines = MovedOut(source="answer.lines", many=True)


class DepartureOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="client_key")
    kind = only(Usage.Kind.DEPART)
    declaration = serializers.CharField()
    version = serializers.IntegerField()
    recorded_at = serializers.DateTimeField(source="at")
    left_at = PastMoment(
        allow_null=True,
        help_text="When the goods left, as you reported it, but not later than `recorded_at`; null if you "
        "did not.",
    )
    lines = GoneOut(source="answer.lines", many=True)


class ReserveIn(DeclarationIn):
    kind = only(Usage.Kind.RESERVE)


class AdjustIn(DeclarationIn):
    kind = only(Usage.Kind.ADJUST)


class PostIn(PostingIn):
    kind = only(Usage.Kind.POST)


class GiveBackIn(ReleaseIn):
    kind = only(Usage.Kind.RELEASE)


class DepartIn(DepartedIn):
    kind = only(Usage.Kind.DEPART)


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="BatchMessage",
        serializers=[ReserveIn, AdjustIn, PostIn, GiveBackIn, DepartIn],
        resource_type_field_name=None,
    )
)
class AnyMessage(serializers.DictField):
    """Any object: a message that is not right is answered in its place, and ends no batch."""


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="BatchAnswer",
        serializers=[MovementOut, DepartureOut, schema.ProblemOut],
        resource_type_field_name=None,
    )
)
class AnyAnswer(serializers.DictField):
    pass


class BatchIn(Closed):
    messages = serializers.ListField(
        child=AnyMessage(error_messages={"not_a_dict": gettext_lazy("Send an object in braces.")}),
        min_length=1,
        max_length=MOST_MESSAGES,
        error_messages={
            **LIST_OF_LINES,
            "min_length": gettext_lazy("Send at least one message."),
            "max_length": gettext_lazy("Send at most {max_length} messages."),
        },
        help_text="Messages in the order they happened, each as its own operation takes it, with its `kind` "
        "beside: reserve, adjust, post, release or depart.",
    )


class AnswerOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The message's own; empty if it had none.")
    status = serializers.IntegerField(help_text="What the operation alone would have answered with.")
    replayed = serializers.BooleanField(help_text="True if this is the stored answer of an earlier message.")
    body = AnyAnswer(help_text="The operation's answer, or a problem.")


class BatchOut(serializers.Serializer[Any]):
    answers = AnswerOut(many=True, help_text="One for each message, in their order.")


BEGINNING = "0-0"  # the cursor before the first change
NO_CURSOR = gettext_lazy("Send what an earlier answer gave as “next”, or nothing to begin.")


class ChangesAskedIn(Closed):
    """What stands after the question mark."""

    after = serializers.RegexField(
        r"^[0-9]{1,19}-[0-9]{1,19}$",
        required=False,
        error_messages={"invalid": NO_CURSOR, "blank": NO_CURSOR},
    )

    def validate_after(self, sent: str) -> str:
        """Take the place of a change that can have been told. Any other was told before our records were put
        back to an earlier day: whoever goes on from there would not hear what comes to stand before it."""
        xact, row = map(int, sent.split("-"))
        told = LicenceChange.objects.filter(xact=xact, pk=row, xact__lt=horizon())
        if sent != BEGINNING and not told.exists():
            words = _("No change stands here in our records. Start anew, without “after”.")
            raise ValidationError(words, "start-anew")
        return sent


class ChangeOut(serializers.Serializer[Any]):
    licence = serializers.CharField(source="licence.reference")
    what = serializers.ChoiceField(choices=LicenceChange.What.values)
    at = serializers.DateTimeField()


class ChangesOut(serializers.Serializer[Any]):
    changes = ChangeOut(many=True, help_text="The oldest first.")
    next = serializers.CharField(help_text="Send it as `after` the next time.")
    more = serializers.BooleanField(help_text="True if there is more already.")


Do = Callable[[Message, dict[str, Any], User], tuple[Usage, bool]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What reads a message of a kind, and what does it."""

    reads: MessageIn  # for every message: one made for each would copy all of its fields anew
    does: Do


def declared(sent: dict[str, Any]) -> list[Declared]:
    return [
        Declared(
            item=one["item"],
            licence=read_licence_number(one["licence"]),
            number=one["line"],
            quantity=one["quantity"],
            unit=one["unit"],
            value=one.get("value"),
            currency=one.get("currency", ""),
        )
        for one in sent["lines"]
    ]


def parts(sent: dict[str, Any]) -> list[Part]:
    names = ("item", "quantity", "unit", "value", "currency")
    return [Part(**{name: one[name] for name in names if name in one}) for one in sent.get("lines", [])]


OPERATIONS = {
    Usage.Kind.RESERVE: Operation(
        DeclarationIn(),
        lambda message, sent, by: ledger.reserve(message, declared(sent), by=by, at=timezone.now()),
    ),
    Usage.Kind.ADJUST: Operation(
        DeclarationIn(),
        lambda message, sent, by: ledger.adjust(message, declared(sent), by=by, at=timezone.now()),
    ),
    Usage.Kind.POST: Operation(
        PostingIn(),
        lambda message, sent, by: ledger.post(
            message, parts(sent), last=sent.get("last", False), by=by, at=timezone.now()
        ),
    ),
    Usage.Kind.RELEASE: Operation(
        ReleaseIn(), lambda message, sent, by: ledger.release(message, parts(sent), by=by, at=timezone.now())
    ),
    Usage.Kind.DEPART: Operation(
        DepartedIn(),
        lambda message, sent, by: ledger.depart(message, declared(sent), by=by, at=timezone.now()),
    ),
}


def handle(request: ApiRequest, kind: Usage.Kind, data: Any) -> Response | Said:
    """Read a message of `kind`, do it, and answer: the same bytes whenever the message comes again."""
    operation = OPERATIONS[kind]
    # Without data the serializer speaks words of its own; null is no object, as a list is none.
    sent = operation.reads.run_validation([] if data is None else data)
    head = Message(
        sent["id"], sent["declaration"], sent.get("version", 1), shipment_of(sent), sent.get("left_at")
    )
    usage, is_new = operation.does(head, sent, request.user)
    headers = {} if is_new else {"Idempotency-Replayed": "true"}
    if usage.outcome == Usage.Outcome.RECORDED:
        body = DepartureOut(usage).data if kind == Usage.Kind.DEPART else moved(usage)
        return Said(body, 201, headers)
    reasons = [
        {name: reason[name] for name in IN_A_REASON if name in reason} for reason in usage.answer["reasons"]
    ]
    detail = " ".join(dict.fromkeys(reason["detail"] for reason in reasons))
    refused = problem("refused", request, detail, title=usage.answer["title"], reasons=reasons)
    return respond(refused, headers)


# In this order, always: what is stored has lost its own.
IN_A_LINE = tuple(MovedOut().fields)


def moved(usage: Usage) -> dict[str, Any]:
    """Return the answer to what moved. A plain dict: MovementOut describes it, tests compare both."""
    return {
        "id": usage.client_key,
        "kind": Usage.Kind(usage.kind).value,
        "declaration": usage.declaration,
        "version": usage.version,
        "recorded_at": moment(usage.at),
        "lines": [{name: line[name] for name in IN_A_LINE} for line in usage.answer["lines"]],
    }


class ReservationsView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.RESERVE,
        request=DeclarationIn,
        responses={201: MovementOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest) -> Response | Said:
        return handle(request, Usage.Kind.RESERVE, request.data)


class AdjustmentsView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.ADJUST,
        request=DeclarationIn,
        responses={201: MovementOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest) -> Response | Said:
        return handle(request, Usage.Kind.ADJUST, request.data)


class PostingsView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.POST, request=PostingIn, responses={201: MovementOut, **schema.problems(schema.WRITING)}
    )
    def post(self, request: ApiRequest) -> Response | Said:
        return handle(request, Usage.Kind.POST, request.data)


class ReleasesView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.RELEASE, request=ReleaseIn, responses={201: MovementOut, **schema.problems(schema.WRITING)}
    )
    def post(self, request: ApiRequest) -> Response | Said:
        return handle(request, Usage.Kind.RELEASE, request.data)


class DeparturesView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.DEPART,
        request=DepartedIn,
        responses={201: DepartureOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest) -> Response | Said:
        return handle(request, Usage.Kind.DEPART, request.data)


class BatchesView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]

    @extend_schema(
        **schema.BATCH, request=BatchIn, responses={200: BatchOut, **schema.problems(schema.WRITING)}
    )
    def post(self, request: ApiRequest) -> Response:
        batch = BatchIn(data=[] if request.data is None else request.data)
        batch.is_valid(raise_exception=True)
        return Response({"answers": [one_of(request, sent) for sent in batch.validated_data["messages"]]})


def one_of(request: ApiRequest, sent: dict[str, Any]) -> dict[str, Any]:
    """Do one message of a batch, in a transaction of its own, and return its answer."""
    try:
        answer = handle(request, kind_of(sent), {name: sent[name] for name in sent if name != "kind"})
    # As DRF does for a message of its own: what has an answer must not end the batch, as the messages after
    # this one wait for theirs; anything else is raised again.
    except Exception as error:
        told = errors.answer(error, {"request": request})
        if told is None:
            raise
        if isinstance(error, OperationalError):
            connection.close_if_unusable_or_obsolete()
        answer = told
    named = sent.get("id")
    return {
        "id": named if isinstance(named, str) else "",
        "status": answer.status_code,
        "replayed": "Idempotency-Replayed" in answer.headers,
        "body": answer.data,
    }


def kind_of(sent: dict[str, Any]) -> Usage.Kind:
    kind = sent.get("kind")
    if kind not in [one.value for one in OPERATIONS]:
        told = _("Send one of %(kinds)s.") % {"kinds": ", ".join(one.value for one in OPERATIONS)}
        raise ValidationError({"kind": [told]}, code="invalid")
    return Usage.Kind(kind)


class ChangesView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]

    @extend_schema(**schema.CHANGES, responses={200: ChangesOut, **schema.problems(schema.CHANGES_FAIL)})
    def get(self, request: ApiRequest) -> Response:
        asked = ChangesAskedIn(data=asked_once(request.query_params))
        asked.is_valid(raise_exception=True)
        after = asked.validated_data.get("after", BEGINNING)
        xact, row = map(int, after.split("-"))
        rows = LicenceChange.objects.filter(Q(xact__gt=xact) | Q(xact=xact, pk__gt=row), xact__lt=horizon())
        found = list(rows.select_related("licence").order_by("xact", "pk")[: MOST_CHANGES + 1])
        shown = found[:MOST_CHANGES]
        cursor = f"{shown[-1].xact}-{shown[-1].pk}" if shown else after
        answer = {"changes": shown, "next": cursor, "more": len(found) > MOST_CHANGES}
        return Response(ChangesOut(answer).data, headers={"Cache-Control": "no-store"})


def horizon() -> int:
    """Return the oldest transaction that is still running: whatever is older can't change any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (oldest,) = cursor.fetchone()
    return int(oldest)
