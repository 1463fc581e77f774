"""Customs systems keep goods back, ask the authority with photos, and read what it answers."""

import base64
import binascii
from datetime import datetime
from io import BytesIO
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.actions import detentions
from licensing.actions.detentions import LONGEST_DECLARATION, MOST_PHOTOS
from licensing.bookings import id_reused
from licensing.documents import SIGNATURES, Upload
from licensing.models import (
    ApiScope,
    Detention,
    DetentionNote,
    DetentionPhoto,
    DetentionState,
    DetentionVerdict,
    Role,
)
from licensing.models.detentions import DetentionQuerySet
from licensing.references import read_reference
from portal.api import schema
from portal.api.access import needs
from portal.api.fields import MISSING, Closed, Port, Text, asked_once, numbered
from portal.api.ledger import MessageIn
from portal.api.parsers import StrictJSONParser
from portal.api.screening_messages import list_messages, says_something
from portal.downloads import handed_out
from portal.http import ApiRequest

LARGEST_WITH_PHOTOS = 32 * 1024 * 1024  # bytes of a message
MOST_DETENTIONS = 100  # of one answer
LARGEST_ID = 2**63 - 1
STATES = [state.value for state in DetentionState]
VERDICTS = [verdict.value for verdict in DetentionVerdict]
AUTHORITY, CUSTOMS = "authority", "customs"


class PhotosParser(StrictJSONParser):
    largest_body = LARGEST_WITH_PHOTOS


@extend_schema_field({"type": "string", "contentEncoding": "base64", "minLength": 1})
class Base64(serializers.Field[bytes, Any, Any, Any]):
    """Bytes in base64 (RFC 4648, section 4), with its padding and without line ends."""

    default_error_messages = {
        **MISSING,
        "invalid": gettext_lazy("Send the file in base64, without line ends."),
        "empty": gettext_lazy("This file is empty."),
    }

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            content = base64.b64decode(data, validate=True)
        except (ValueError, binascii.Error):
            self.fail("invalid")
        if not content:
            self.fail("empty")
        return content


class PhotoIn(Closed):
    name = Text(max_length=200, help_text="Name to show, such as `IMG_0017.jpg`.")
    content = Base64(help_text="The file in base64: JPEG, PNG or PDF, by what is in it.")


def renderer_of(media_type: str) -> type[JSONRenderer]:
    """Return what lets a caller accept such files alone; problems are JSON all the same."""
    own = {"media_type": media_type, "format": media_type.rpartition("/")[2], "charset": None}
    return type("FileRenderer", (JSONRenderer,), own)


def photos() -> serializers.ListField:
    return serializers.ListField(
        child=PhotoIn(),
        required=False,
        max_length=MOST_PHOTOS,
        error_messages=list_messages(),
        help_text="Photos or papers. A whole message has at most 32 MiB; send more with notes.",
    )


class DetentionIn(MessageIn):
    licence = Text(
        required=False, max_length=60, help_text="Number of the licence as presented; leave out if none was."
    )
    port = Port(max_length=10, help_text="Where the goods are: UN/LOCODE of a port of the country.")
    goods = Text(
        max_length=1000,
        validators=[says_something],
        help_text="What lies before you: kind, quantity, markings, maker.",
    )
    question = Text(
        max_length=4000,
        validators=[says_something],
        help_text="Why you keep the goods back, and what the authority should answer.",
    )
    photos = photos()

    def validate_declaration(self, sent: str) -> str:
        says_something(sent)
        if len(read_reference(sent)) > LONGEST_DECLARATION:
            told = _("Use at most {max_length} characters.").format(max_length=LONGEST_DECLARATION)
            raise ValidationError(told, "max_length")
        return sent


class DetentionNoteIn(Closed):
    id = MessageIn().fields["id"]
    text = Text(max_length=4000, validators=[says_something], help_text="What the authority should know.")
    photos = photos()


class PhotoOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    media_type = serializers.CharField(source="file.media_type")
    size = serializers.IntegerField(source="file.size", help_text="In bytes.")
    sha256 = serializers.CharField(
        source="file.sha256", help_text="Of the file as it was sent; `getDetentionPhoto` takes it."
    )


class DetentionNoteOut(serializers.Serializer[Any]):
    side = serializers.ChoiceField(choices=[CUSTOMS, AUTHORITY], help_text="Who says it.")
    text = serializers.CharField()
    at = serializers.DateTimeField()
    photos = PhotoOut(many=True)


class DetentionAnswerOut(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=VERDICTS)
    reasons = serializers.CharField()
    at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(
        allow_null=True, help_text="When a second officer let the goods go; null if nobody has."
    )


class DetentionOut(serializers.Serializer[Any]):
    detention = serializers.IntegerField(help_text="Our number of it.")
    id = serializers.CharField(help_text="Your id of the message; what was typed on a page has one of ours.")
    licence = serializers.CharField(help_text="Number of the licence as presented; empty if there was none.")
    declaration = serializers.CharField(
        help_text="In its one form, in which every spelling of it is compared: capitals without blanks, "
        "plain letters and dashes."
    )
    port = serializers.CharField()
    goods = serializers.CharField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="By when the authority answers.")
    state = serializers.ChoiceField(
        choices=STATES,
        help_text="`waiting`: not answered. `release-proposed`: one officer would let the goods go, a second "
        "must agree. `kept`: keep the goods. `released`: the goods may go; messages of the declaration are "
        "taken again.",
    )
    may_go = serializers.BooleanField(help_text="True if, and only if, the state is `released`.")
    answer = DetentionAnswerOut(allow_null=True, help_text="The newest answer; null if there is none.")
    notes = DetentionNoteOut(many=True, help_text="Your question first, then what both sides added.")


class DetentionsOut(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField(help_text="The moment all of this is true of, in UTC.")
    detentions = DetentionOut(many=True, help_text="In the order they were opened.")
    next = serializers.CharField(help_text="Send it as `after` for those that follow.")
    more = serializers.BooleanField(help_text="True if there are more already.")


class DetentionsAskedIn(Closed):
    """What stands after the question mark."""

    state = serializers.ChoiceField(
        choices=STATES,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Send a state as the description names them.")},
    )
    declaration = Text(required=False, max_length=60)
    after = serializers.RegexField(
        r"^[0-9]{1,19}$",
        required=False,
        error_messages={"invalid": gettext_lazy("Send `next` of the last answer as it came.")},
    )

    def validate_after(self, sent: str) -> int:
        if int(sent) > LARGEST_ID:
            raise ValidationError(_("Send `next` of the last answer as it came."), "invalid")
        return int(sent)


class DetentionsView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head", "post"]
    parser_classes = (PhotosParser,)

    def get_permissions(self) -> list[Any]:
        scope = ApiScope.WRITE_USAGES if self.request.method == "POST" else ApiScope.READ_LICENCES
        return [needs(scope)()]

    @extend_schema(
        **schema.LIST_DETENTIONS, responses={200: DetentionsOut, **schema.problems(schema.CHANGES_FAIL)}
    )
    def get(self, request: ApiRequest) -> Response:
        message = DetentionsAskedIn(data=asked_once(request.query_params))
        message.is_valid(raise_exception=True)
        asked = message.validated_data
        rows = Detention.objects.visible_to(request.user).filter(pk__gt=asked.get("after", 0))
        if asked.get("state"):
            rows = rows.in_state(DetentionState(asked["state"]))
        if asked.get("declaration"):
            rows = rows.filter(declaration=read_reference(asked["declaration"]))
        found = list(with_notes(rows).order_by("pk")[: MOST_DETENTIONS + 1])
        shown = found[:MOST_DETENTIONS]
        body = {
            "as_of": timezone.now(),
            "detentions": [told(one) for one in shown],
            "next": str(shown[-1].pk if shown else asked.get("after", 0)),
            "more": len(found) > MOST_DETENTIONS,
        }
        return Response(DetentionsOut(body).data, headers={"Cache-Control": "no-store"})

    @extend_schema(
        **schema.DETAIN, request=DetentionIn, responses={201: DetentionOut, **schema.problems(schema.WRITING)}
    )
    def post(self, request: ApiRequest) -> Response:
        message = DetentionIn(data=[] if request.data is None else request.data)
        message.is_valid(raise_exception=True)
        sent = message.validated_data
        said: dict[str, Any] = {
            "number": sent.get("licence", ""),
            **{name: sent[name] for name in ("declaration", "port", "goods", "question")},
            "photos": uploads(sent),
        }
        made, is_new = detentions.detain(**said, once=sent["id"], by=request.user, at=timezone.now())
        if not is_new and not detentions.repeats(made, **said):
            raise id_reused()
        return answered(request, made.pk, is_new=is_new)


class DetentionView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]

    @extend_schema(**schema.GET_DETENTION, responses={200: DetentionOut, **schema.problems(schema.READING)})
    def get(self, request: ApiRequest, detention: str) -> Response:
        shown = DetentionOut(told(find(request, detention)))
        return Response(shown.data, headers={"Cache-Control": "no-store"})


class DetentionNotesView(APIView):
    permission_classes = [needs(ApiScope.WRITE_USAGES)]
    http_method_names = ["post"]
    parser_classes = (PhotosParser,)

    @extend_schema(
        **schema.NOTE_DETENTION,
        request=DetentionNoteIn,
        responses={201: DetentionOut, **schema.problems(schema.WRITING)},
    )
    def post(self, request: ApiRequest, detention: str) -> Response:
        message = DetentionNoteIn(data=[] if request.data is None else request.data)
        message.is_valid(raise_exception=True)
        sent = message.validated_data
        kept, at, files = find(request, detention), timezone.now(), uploads(sent)
        note = detentions.add_note(
            kept.pk, text=sent["text"], photos=files, by=request.user, at=at, once=sent["id"]
        )
        is_new = note.at == at
        if note.detention_id != kept.pk or not (
            is_new or detentions.repeats_note(note, text=sent["text"], photos=files)
        ):
            raise id_reused()
        return answered(request, kept.pk, is_new=is_new)


class DetentionPhotoView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]
    renderer_classes = (JSONRenderer, *map(renderer_of, SIGNATURES))

    @extend_schema(
        **schema.GET_DETENTION_PHOTO,
        responses={
            **{
                (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description=schema.PHOTO_SAYS)
                for media_type in SIGNATURES
            },
            **schema.problems(schema.READING),
        },
    )
    def get(self, request: ApiRequest, detention: str, sha256: str) -> FileResponse:
        rows = DetentionPhoto.objects.select_related("file")
        kept = rows.filter(note__detention=find(request, detention), file__sha256=sha256).first()
        if kept is None:
            raise NotFound(_("No file of this detention has this SHA-256."))
        return handed_out(kept.file, kept.name)


def uploads(sent: dict[str, Any]) -> list[Upload]:
    return [
        Upload(photo["name"], len(photo["content"]), BytesIO(photo["content"]))
        for photo in sent.get("photos", [])
    ]


def find(request: ApiRequest, number: str) -> Detention:
    found = numbered(with_notes(Detention.objects.visible_to(request.user)), number)
    if found is None:
        raise NotFound(_("No detention has this number."))
    return found


def with_notes(rows: DetentionQuerySet) -> DetentionQuerySet:
    return rows.in_full().prefetch_related("notes__by", "notes__photos__file")


def answered(request: ApiRequest, pk: int, *, is_new: bool) -> Response:
    """Return the detention as it is now, also when its message comes again."""
    body = DetentionOut(told(find(request, str(pk)))).data
    return Response(body, status=201, headers={} if is_new else {"Idempotency-Replayed": "true"})


def told(detention: Detention) -> dict[str, Any]:
    newest, state = detention.newest_answer, detention.state
    return {
        "detention": detention.pk,
        "id": detention.once,
        "licence": detention.number,
        "declaration": detention.declaration,
        "port": detention.port,
        "goods": detention.goods,
        "opened_at": detention.at,
        "due_at": detention.due_at,
        "state": state.value,
        "may_go": state == DetentionState.RELEASED,
        "answer": newest
        and {
            "verdict": newest.verdict,
            "reasons": newest.reasons,
            "at": newest.at,
            "confirmed_at": confirmed_at(detention),
        },
        "notes": [note_told(note) for note in detention.notes.all()],
    }


def confirmed_at(detention: Detention) -> datetime | None:
    newest = detention.newest_answer
    return newest.confirmation.at if newest and newest.is_confirmed else None


def note_told(note: DetentionNote) -> dict[str, Any]:
    is_customs = note.by.role in (Role.CUSTOMS_OFFICER, Role.CUSTOMS_SYSTEM)
    kept: list[DetentionPhoto] = list(note.photos.all())
    return {"side": CUSTOMS if is_customs else AUTHORITY, "text": note.text, "at": note.at, "photos": kept}
