"""The API's description of itself: OpenAPI 3.1 at /api/v1/schema."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licensing.errors import ReasonCode, said
from licensing.models import ApiScope, DetentionState, LicenceState
from portal.api import examples
from portal.api.errors import KINDS, MEDIA_TYPE

READING = ("not-authenticated", "not-allowed", "not-found", "not-acceptable")
WRITING = (
    "malformed",
    *READING,
    "refused",
    "too-large",
    "unsupported-media-type",
    "wrong-fields",
    "id-reused",
)
SCREENING = (
    "malformed",
    *(kind for kind in READING if kind != "not-found"),
    "too-large",
    "unsupported-media-type",
    "wrong-fields",
    "no-list-in-force",
)
DETERMINING = tuple(kind for kind in SCREENING if kind != "no-list-in-force")
CLASSIFYING = (*(kind for kind in SCREENING if kind != "no-list-in-force"), "no-control-list-in-force")
ALWAYS = ("method-not-allowed", "too-many-requests", "server-error", "unavailable")

OVERVIEW = """\
For customs systems: ask what a licence is worth at this moment, and write off what leaves under it. For
machines that check parties: compare them with the lists of sanctions in force, or ask whether goods need a
licence. For machines that describe goods: ask which entries of a control list may be meant.

**Keys.** The authority's administrator makes a key for your system's account and shows it once. Send it with
every request as `Authorization: Bearer istmo_…`, or as `X-Api-Key: istmo_…` where the header Authorization is
taken. A key has scopes, an end, and can be revoked at any moment.

**Tokens.** A client that speaks OAuth 2 exchanges its key for an access token of some minutes
(`issueToken`; `/.well-known/oauth-authorization-server` describes it, RFC 8414): the first twelve characters
of the key are the client's id, the whole key is its secret. Send a token in place of the key. It has the
key's scopes or fewer, and ends at once with the key. Where no token can be had, the key itself still opens.

**Certificates.** The administrator can bind a key to a client certificate (RFC 8705). Such a key and its
tokens open nothing unless the TLS connection was made with that certificate; the answer is 401 and says so.

**Quantities** are exact: strings of digits with a point, at most four decimal places, with the unit's UN/ECE
Recommendation 20 code. A quantity in a message is what leaves with that message, never a running total.

**Retries.** Give every message an `id`, store it before sending, and send the same message with the same id
until you have an answer. It counts once; a repeat gets the first answer again, refusals too, with the header
`Idempotency-Replayed: true`; only what is irregular of a departure is said in the language of whoever asks
again. The same id with other content is refused. Ids are kept for ever. The id stands in the body; a header
`Idempotency-Key` is not read.

**All or nothing.** A message is written off with all its lines, or refused with the reasons and none of them.

**Lists.** A hit is a likeness for people to judge, no verdict; no hit means that nobody on the lists named in
the answer resembles the subject. An answer rests on one edition of each list. Where no list is in force the
answer is `503`, never an empty one. Every question is recorded with its subjects and the key's account.

**Goods.** A suggested entry is for an expert to judge. No suggestion, or `may_be_listed: false`, clears
nothing: the questions in `catch_all` and the check remain. What is sent is not recorded.

**Two steps.** Reserve what a declaration covers when you accept it, post what leaves, wholly or in parts,
and release what does not; an amended declaration is an adjustment. What stays reserved for too long is
released by itself. `recordUsage` is both steps in one. Goods that have left already are reported as a
departure, which is recorded even where no licence covers them. The same item of the same version of a
declaration counts once, even under two ids.

**Detained goods.** What you keep back you say with `detain`, and nothing of its declaration is written off
until two officers of the authority let it go. They answer by `due_at`; both sides keep the record.

**Webhooks** (Standard Webhooks, signed) tell you at once: `licence.issued`, `.suspended`, `.reinstated`,
`.revoked`, `.surrendered`, `.replaced` (with `replaced_by`, the number of the licence that counts instead),
`.expired`, `.exhausted`, and of your own detentions `detention.opened`, `.answered`, `.closed`. Those about
one licence come in order. They say what happened to what; ask for how it stands now. An address that answers
410 is told nothing more, until an administrator adds it again.

**Without a network.** The QR code of a licence is an address that ends in a token: a COSE_Sign1 (RFC 9052,
ES256, external_aad `istmo-licence-1`) in base 41, two bytes as three of the characters
`0-9 A-Z $ * + - :`, the lowest digit first, a last single byte as two. `/api/v1/keys` has the public keys as
a JWK set and needs no key of yours. `getSnapshot` says which licences were suspended, revoked or used up.
A script for both, `verify_token.py`, comes with the portal and needs nothing but Python and `cryptography`.

**Errors** are `application/problem+json` (RFC 9457). Match on the last part of `type` and on the `code` of
`reasons` and `errors`; the words are for people and follow `Accept-Language` (Spanish, or English).

**Rate.** Each key has its own limit for each minute, whichever of its tokens is sent. Beyond it the answer is
429 with `Retry-After`.
Each subject of a screening, and each of the goods of a classification, counts as one request.
"""


REASON_CODES = [code.value for code in ReasonCode]


class ReasonOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=REASON_CODES)
    detail = serializers.CharField()
    item = serializers.IntegerField(required=False, help_text="Item of the declaration.")
    line = serializers.IntegerField(required=False)
    remaining = serializers.CharField(
        required=False, help_text="What remains of the line, or of what is reserved for the item."
    )
    remaining_value = serializers.CharField(required=False, help_text="What remains of the line's value.")
    unit = serializers.CharField(required=False, help_text="The line's unit.")
    state = serializers.ChoiceField(
        choices=LicenceState.values,
        required=False,
        help_text="The licence's state, for `not-in-force` and `licence-replaced`; that at the departure "
        "where `left_at` says when it was.",
    )
    replaced_by = serializers.CharField(
        required=False, help_text="Number of the licence to name, for `licence-replaced`."
    )

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        return super().to_representation({**instance, "detail": said(instance)})


class ErrorOut(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="JSON Pointer (RFC 6901) into what was sent, after a `#`.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemOut(serializers.Serializer[Any]):
    type = serializers.URLField(help_text="The kind of problem; its last part, after `#`, is stable.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The address that was asked.")
    reasons = ReasonOut(
        many=True, required=False, help_text="With `refused`, always: what stands against it."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # DRF has an attribute of this name, so the field can't be one of the class.
        faults = ErrorOut(many=True, required=False, help_text="With `wrong-fields`: one entry for each.")
        return {**super().get_fields(), "errors": faults}


NUMBER = OpenApiParameter(
    "number",
    str,
    OpenApiParameter.PATH,
    description="Number of the licence as printed; capitals and blanks don't matter.",
    examples=[OpenApiExample("As printed", "PA-L-2026-000123")],
)
LANGUAGE = OpenApiParameter(
    "Accept-Language",
    str,
    OpenApiParameter.HEADER,
    description="Language of the words in errors: es (default) or en.",
)
GET_LICENCE: dict[str, Any] = {
    "operation_id": "getLicence",
    "summary": "What is this licence worth now?",
    "description": "Needs the scope `licences:read`. Only `usable: true` lets goods leave, and only up to "
    "each line's `remaining`. Send `If-None-Match` with the last ETag to be told `304` if nothing changed.",
    "parameters": [
        NUMBER,
        LANGUAGE,
        OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="ETag seen before."),
        OpenApiParameter(
            "ETag", str, OpenApiParameter.HEADER, response=[200], description="Stands for `version`."
        ),
    ],
    "examples": [
        OpenApiExample("In force", examples.LICENCE, response_only=True, status_codes=["200"]),
    ],
}
READ_TOKEN: dict[str, Any] = {
    "operation_id": "readToken",
    "summary": "What is the licence of this QR code worth now?",
    "description": "Needs the scope `licences:read`. Says whether the authority signed the token, whether a "
    "newer edition of the paper exists, and what the licence is worth at this moment. A token that is not "
    "genuine is answered with `200` and `genuine: false`: that is the answer.",
    "parameters": [
        OpenApiParameter(
            "token",
            str,
            OpenApiParameter.PATH,
            description="What the address in the QR code has after `/V/`.",
            examples=[OpenApiExample("Cut off", "A7K$*2")],
        ),
        LANGUAGE,
        OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="ETag seen before."),
        OpenApiParameter(
            "ETag", str, OpenApiParameter.HEADER, response=[200], description="Stands for `version`."
        ),
    ],
    "examples": [
        OpenApiExample("Genuine", examples.TOKEN, response_only=True, status_codes=["200"]),
        OpenApiExample("Not genuine", examples.NO_TOKEN, response_only=True, status_codes=["200"]),
    ],
}
UNCHANGED = OpenApiResponse(description="Nothing but `as_of` differs from what the ETag stands for.")
RECORD_USAGE: dict[str, Any] = {
    "operation_id": "recordUsage",
    "summary": "Write off what leaves, in one step",
    "description": "Needs the scope `usages:write`. All lines are written off together or none is. Safe to "
    "repeat with the same `id`. Another `id` is another write-off, even of the same declaration: this "
    "operation knows no items.",
    "parameters": [
        NUMBER,
        LANGUAGE,
        OpenApiParameter(
            "Idempotency-Replayed",
            str,
            OpenApiParameter.HEADER,
            response=[201, 409],
            description="`true` if this is the stored answer of an earlier message with the same id.",
        ),
    ],
    "examples": [
        OpenApiExample("Four units leave", examples.MESSAGE, request_only=True),
        OpenApiExample("Recorded", examples.RECORDED, response_only=True, status_codes=["201"]),
    ],
}

SCREEN: dict[str, Any] = {
    "operation_id": "screen",
    "summary": "Compare parties with the lists",
    "description": "Needs the scope `screenings:read`. Takes 1 to 1000 subjects, and answers with the hits "
    "of each and the editions of the lists that were searched. Nothing is changed; the question is recorded.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("Two subjects", examples.SUBJECTS, request_only=True),
        OpenApiExample("One hit", examples.SCREENED, response_only=True, status_codes=["200"]),
    ],
}

CLASSIFY: dict[str, Any] = {
    "operation_id": "classify",
    "summary": "Which entries of a control list may describe goods?",
    "description": "Needs the scope `classifications:read`. Takes 1 to 100 descriptions of goods, and "
    "answers with the entries that may be meant, why, which values decide and what to ask. Nothing is kept.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("A converter", examples.GOODS, request_only=True),
        OpenApiExample("One entry", examples.CLASSIFIED, response_only=True, status_codes=["200"]),
    ],
}

DETERMINE: dict[str, Any] = {
    "operation_id": "determineLicence",
    "summary": "Is a licence needed?",
    "description": "Needs the scope `licences:read`. Says what the rules say of an entry, a destination and "
    "what is stated of the end use, with every ground. It is no decision, and no answer frees anything: the "
    "mildest, `questions`, says that the goods are not listed as far as stated. Nothing is changed or kept.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("Listed goods", examples.DETERMINATION, request_only=True),
        OpenApiExample("A licence is needed", examples.DETERMINED, response_only=True, status_codes=["200"]),
    ],
}

COVER: dict[str, Any] = {
    "operation_id": "findCoverage",
    "summary": "Does a licence cover these goods, and is one needed?",
    "description": "Needs the scope `licences:read`. Ask by what stands before the officer when nobody names "
    "a licence: exporter, destination, goods. The answer is one verdict with its reasons and who acts next. "
    "Nothing is reserved, changed or kept.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("Four lasers", examples.CONSIGNMENT, request_only=True),
        OpenApiExample("Covered", examples.COVERED, response_only=True, status_codes=["200"]),
    ],
}
LIST_LICENCES: dict[str, Any] = {
    "operation_id": "listLicences",
    "summary": "Which licences does a company hold?",
    "description": "Needs the scope `licences:read`. At most a hundred an answer; ask with the last `next` "
    "for those that follow. `getLicence` says what each of them allows.",
    "parameters": [
        OpenApiParameter(
            "holder",
            str,
            OpenApiParameter.QUERY,
            required=True,
            description="The company's tax number (RUC in Panama), or its name.",
            examples=[OpenApiExample("By tax number", "155612345-2-2016")],
        ),
        OpenApiParameter(
            "state",
            str,
            OpenApiParameter.QUERY,
            enum=LicenceState.values,
            description="Only those that are worth this now.",
        ),
        OpenApiParameter("after", str, OpenApiParameter.QUERY, description="`next` of the last answer."),
        LANGUAGE,
    ],
    "examples": [
        OpenApiExample("One licence", examples.HELD, response_only=True, status_codes=["200"]),
    ],
}


REPLAYED = OpenApiParameter(
    "Idempotency-Replayed",
    str,
    OpenApiParameter.HEADER,
    response=[201, 409],
    description="`true` if this is the stored answer of an earlier message with the same id.",
)


def _moving(name: str, summary: str, description: str, sent: Any, answered: Any) -> dict[str, Any]:
    """Return what the description says of an operation that moves quantities."""
    return {
        "operation_id": name,
        "summary": summary,
        "description": f"Needs the scope `usages:write`. {description} Safe to repeat with the same `id`.",
        "parameters": [LANGUAGE, REPLAYED],
        "examples": [
            OpenApiExample("Sent", sent, request_only=True),
            OpenApiExample("Answered", answered, response_only=True, status_codes=["201"]),
        ],
    }


RESERVE = _moving(
    "reserve",
    "Reserve what a declaration covers",
    "All items are reserved together or none is.",
    examples.RESERVATION,
    examples.RESERVED,
)
ADJUST = _moving(
    "adjust",
    "Put an amended declaration in place of what is reserved",
    "Releases all that is reserved for the declaration and reserves `lines` anew, or changes nothing.",
    examples.ADJUSTMENT,
    examples.ADJUSTED,
)
POST = _moving(
    "post",
    "Write off what leaves of what is reserved",
    "A further part of the same item takes a higher `version`.",
    examples.POSTING,
    examples.POSTED,
)
RELEASE = _moving(
    "release",
    "Give back what is reserved",
    "Works in whatever state the licence is.",
    examples.RELEASE,
    examples.RELEASED,
)
DEPART = _moving(
    "reportDeparture",
    "Report goods that have left already",
    "For what left while we could not be asked. It is never refused for what the licence says: as much as "
    "its line bears is written off, and officers look into the rest. Say with `left_at` when they left; a "
    "moment more than five minutes to come is refused.",
    examples.DEPARTURE,
    examples.DEPARTED,
)
CORRECTION = OpenApiParameter(
    "correction",
    str,
    OpenApiParameter.PATH,
    description="`correction` of an earlier answer.",
    examples=[OpenApiExample("Ours", "5")],
)
ASK_CORRECTION: dict[str, Any] = {
    "operation_id": "askCorrection",
    "summary": "Ask for a write-off of yours to be reversed",
    "description": "Needs the scope `usages:write`. Nothing moves yet: two officers reverse the whole entry, "
    "or one says why not. What is right is then written off anew. Safe to repeat with the same `id`: a "
    "repeat gets the request as it is then.",
    "parameters": [LANGUAGE, REPLAYED],
    "examples": [
        OpenApiExample("Counted too much", examples.CORRECTION, request_only=True),
        OpenApiExample("Asked", examples.CORRECTION_ASKED, response_only=True, status_codes=["201"]),
    ],
}
GET_CORRECTION: dict[str, Any] = {
    "operation_id": "getCorrection",
    "summary": "What became of a correction we asked for?",
    "description": "Needs the scope `licences:read`. `corrected` says that the line has the quantity back.",
    "parameters": [CORRECTION, LANGUAGE],
    "examples": [
        OpenApiExample("Declined", examples.CORRECTION_DECLINED, response_only=True, status_codes=["200"]),
    ],
}
DETENTION = OpenApiParameter(
    "detention",
    str,
    OpenApiParameter.PATH,
    description="`detention` of an earlier answer.",
    examples=[OpenApiExample("Ours", "17")],
)
DETAIN: dict[str, Any] = {
    "operation_id": "detain",
    "summary": "Keep goods back and ask the authority",
    "description": "Needs the scope `usages:write`. From then on nothing is written off for the declaration, "
    "however it is spelled, until two officers let the goods go. The answer has its one form: `PABLB1` for "
    "`pablb 1`. Safe to repeat with the same `id`: a repeat gets the detention as it is then.",
    "parameters": [LANGUAGE, REPLAYED],
    "examples": [
        OpenApiExample("Two boxes", examples.DETENTION, request_only=True),
        OpenApiExample("Detained", examples.DETAINED, response_only=True, status_codes=["201"]),
    ],
}
LIST_DETENTIONS: dict[str, Any] = {
    "operation_id": "listDetentions",
    "summary": "Which goods do we keep back?",
    "description": "Needs the scope `licences:read`. Those of your own service, at most a hundred an answer; "
    "ask with the last `next` for those that follow.",
    "parameters": [
        OpenApiParameter(
            "state",
            str,
            OpenApiParameter.QUERY,
            enum=DetentionState.values,
            description="Only those in this state.",
        ),
        OpenApiParameter(
            "declaration", str, OpenApiParameter.QUERY, description="Only those of this declaration."
        ),
        OpenApiParameter("after", str, OpenApiParameter.QUERY, description="`next` of the last answer."),
        LANGUAGE,
    ],
    "examples": [
        OpenApiExample("One", examples.DETENTIONS, response_only=True, status_codes=["200"]),
    ],
}
GET_DETENTION: dict[str, Any] = {
    "operation_id": "getDetention",
    "summary": "What did the authority answer about goods we keep back?",
    "description": "Needs the scope `licences:read`. Only `may_go: true` lets the goods go; then report what "
    "leaves as ever. A webhook tells you when to ask again: `detention.opened`, `detention.answered`, "
    "`detention.closed`.",
    "parameters": [DETENTION, LANGUAGE],
    "examples": [
        OpenApiExample("Let go", examples.LET_GO, response_only=True, status_codes=["200"]),
    ],
}
PHOTO_SAYS = "The file as it was sent, to be saved: never shown as a page of ours."
GET_DETENTION_PHOTO: dict[str, Any] = {
    "operation_id": "getDetentionPhoto",
    "summary": "Fetch a photo or paper that goes with goods we keep back",
    "description": "Needs the scope `licences:read`. Those of both sides, as they were sent; the media type "
    "is by what is in the file. Compare the SHA-256 of what came.",
    "parameters": [
        DETENTION,
        OpenApiParameter(
            "sha256",
            str,
            OpenApiParameter.PATH,
            description="`sha256` of one of its photos.",
            examples=[OpenApiExample("Of a photo", examples.DETAINED["notes"][0]["photos"][0]["sha256"])],
        ),
        LANGUAGE,
        OpenApiParameter(
            "Content-Disposition",
            str,
            OpenApiParameter.HEADER,
            response=[200],
            description="`attachment`, with the file's name.",
        ),
        OpenApiParameter("format", exclude=True),  # the form is for the header Accept to say
    ],
}
NOTE_DETENTION: dict[str, Any] = {
    "operation_id": "addToDetention",
    "summary": "Tell the authority more about goods we keep back",
    "description": "Needs the scope `usages:write`. Refused once the goods were let go. Safe to repeat with "
    "the same `id`.",
    "parameters": [DETENTION, LANGUAGE, REPLAYED],
    "examples": [
        OpenApiExample("A label", examples.DETENTION_NOTE, request_only=True),
        OpenApiExample("Added", examples.NOTED, response_only=True, status_codes=["201"]),
    ],
}
BATCH: dict[str, Any] = {
    "operation_id": "sendBatch",
    "summary": "Send many messages at once",
    "description": "Needs the scope `usages:write`. For queues that come back after an outage. Each message "
    "is handled by itself, in their order, and gets the answer that its own operation would have given.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("Sent", examples.BATCH, request_only=True),
        OpenApiExample("Answered", examples.BATCHED, response_only=True, status_codes=["200"]),
    ],
}
RECONCILE: dict[str, Any] = {
    "operation_id": "reconcile",
    "summary": "Compare your book of a day with ours",
    "description": "Needs the scope `usages:write`. Send all that left on a day, by declaration and line of "
    "a licence, and read where the two books differ. No book is changed; officers see the differences too. "
    "Send it again when you have looked into them.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("Sent", examples.BOOK, request_only=True),
        OpenApiExample("Answered", examples.RECONCILED, response_only=True, status_codes=["201"]),
    ],
}
TAKE_FORMS: dict[str, Any] = {
    "operation_id": "takeForms",
    "summary": "Take numbers of forms in advance",
    "description": "Needs the scope `usages:write`. For what leaves while we can't be asked: one form with "
    "one of these numbers for each declaration, and later one message that has the number as its `id`. "
    "Nobody else gets the same numbers.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("Sent", examples.FORMS, request_only=True),
        OpenApiExample("Answered", examples.FORMS_TAKEN, response_only=True, status_codes=["201"]),
    ],
}
TOKEN_SAYS = {
    "200": "The token, told this once.",
    "400": "`invalid_request`, `invalid_scope` or `unsupported_grant_type` (RFC 6749, section 5.2).",
    "401": "`invalid_client`: no such client, the key is expired or revoked, or its certificate is missing.",
}
ISSUE_TOKEN: dict[str, Any] = {
    "operation_id": "issueToken",
    "summary": "Exchange the key for an access token",
    "description": "OAuth 2 client credentials (RFC 6749, section 4.4). Say who you are in the header "
    "Authorization (`Basic`, with the first twelve characters of the key and the whole key) or in the form, "
    "not in both. Ask anew when `expires_in` is nearly over, not for every request.",
    "parameters": [
        LANGUAGE,
        OpenApiParameter(
            "WWW-Authenticate", str, OpenApiParameter.HEADER, response=[401], description="`Basic`."
        ),
    ],
    "auth": [{"client": []}, {}],
    "examples": [
        OpenApiExample(
            "With fewer scopes",
            examples.TOKEN_ASKED,
            request_only=True,
            media_type="application/x-www-form-urlencoded",
        ),
        OpenApiExample("Issued", examples.TOKEN_ISSUED, response_only=True, status_codes=["200"]),
        *(
            OpenApiExample(refused["error"], refused, response_only=True, status_codes=[status])
            for status, refused in examples.TOKEN_REFUSED.items()
        ),
    ],
}
CHANGES_FAIL = ("not-authenticated", "not-allowed", "not-found", "not-acceptable", "wrong-fields")
SNAPSHOT_SAYS = """\
A COSE_Sign1 (RFC 9052, ES256, external_aad `istmo-snapshot-1`) over a CBOR array: format (2), issued at and
expires at (seconds since 1970, UTC), and a row for each licence: its number; its state (0 valid, 1 not yet
valid, 2 expired, 3 exhausted, 4 suspended, 5 revoked, 6 surrendered, 7 replaced); for each line its number,
what remains and the unit; and, of a licence in force, a map of what it asks for: 1 names of those who may
receive, 2 destination, 3 ports, 4 customs procedures, 5 first day and 6 last day (days since 1970), 7 whether
only those named may receive, 8 for each limited line its number and the most with one declaration, 9 how many
conditions stand on the paper. What asks for nothing is left out. 3 to 8 are `terms` of `getLicence`. Of a
licence that was replaced the map has 10, the number of the one that counts.
"""
SNAPSHOT: dict[str, Any] = {
    "operation_id": "getSnapshot",
    "summary": "Fetch what all licences are worth, signed, for when the network is down",
    "description": "Needs the scope `licences:read`. Fetch it every few minutes and keep the newest. Verify "
    "its signature with `/api/v1/keys`, and conclude nothing from it once it has expired: ask by telephone "
    "then. A licence that is not in it was issued later, or ended more than two months ago.",
    "parameters": [
        LANGUAGE,
        OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="ETag seen before."),
        OpenApiParameter(
            "ETag", str, OpenApiParameter.HEADER, response=[200], description="SHA-256 of the snapshot."
        ),
        OpenApiParameter("format", exclude=True),  # the form is for the header Accept to say
    ],
}
KEYS: dict[str, Any] = {
    "operation_id": "getKeys",
    "summary": "Fetch the public keys that verify licences and snapshots",
    "description": "Needs no key of yours. A JWK set (RFC 7517) with a member of our own, `revoked`: what "
    "such a key signed is genuine no longer. Fetch it anew at least once a day.",
    "parameters": [LANGUAGE],
    "examples": [
        OpenApiExample("One key", examples.KEY_SET, response_only=True, status_codes=["200"]),
    ],
}
CHANGES: dict[str, Any] = {
    "operation_id": "listChanges",
    "summary": "Which licences changed?",
    "description": "Needs the scope `licences:read`. Ask with the last `next` for what changed since: "
    "issued, another status, another balance. None is left out, and none comes twice. That a licence expires "
    "is no change: `ends_at` says it beforehand. The error code `start-anew` says that our records no longer "
    "hold the change that `after` stands for, as when they were restored from a copy: ask without `after`, "
    "and begin your own book of licences anew.",
    "parameters": [
        LANGUAGE,
        OpenApiParameter("after", str, OpenApiParameter.QUERY, description="`next` of the last answer."),
    ],
    "examples": [
        OpenApiExample("Changed", examples.CHANGED, response_only=True, status_codes=["200"]),
    ],
}


def problems(codes: tuple[str, ...]) -> dict[Any, OpenApiResponse]:
    """Return the responses for kinds of problems, those with one status together."""
    by_status: dict[int, list[str]] = {}
    for code in (*codes, *ALWAYS):
        by_status.setdefault(KINDS[code].status, []).append(code)
    with translation.override("en"):
        return {(status, MEDIA_TYPE): _response(status, of_it) for status, of_it in sorted(by_status.items())}


def token_answers(issued: type[Any], not_issued: type[Any]) -> dict[Any, OpenApiResponse]:
    """Return the responses of the one operation whose errors are those of OAuth."""
    shapes = {"200": issued, "400": not_issued, "401": not_issued}
    own = {int(status): OpenApiResponse(shapes[status], said) for status, said in TOKEN_SAYS.items()}
    return {**own, **problems(("not-acceptable", "too-large"))}


def _response(status: int, codes: list[str]) -> OpenApiResponse:
    titles = [f"`{code}`: {KINDS[code].title}. {KINDS[code].advice}" for code in codes]
    return OpenApiResponse(
        ProblemOut,
        description="\n\n".join(titles),
        examples=[
            OpenApiExample(code, example(code), media_type=MEDIA_TYPE, status_codes=[str(status)])
            for code in codes
        ],
    )


def example(code: str) -> dict[str, Any]:
    kind = KINDS[code]
    words: dict[str, Any] = examples.PROBLEMS.get(
        code, {"title": str(kind.title), "detail": str(kind.advice)}
    )
    return {
        "type": f"{settings.PORTAL_URL}/api/v1/docs#{code}",
        "title": words["title"],
        "status": kind.status,
        "detail": words["detail"],
        "instance": "/api/v1/licences/PA-L-2026-000123",
        **words,
    }


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A token, or one of the two headers a key may come in."""

    target_class = "portal.api.access.ApiKeyAuthentication"
    name = ["oauth2", "bearer", "header"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {
                "type": "oauth2",
                "description": "An access token in place of the key: `Authorization: Bearer istmo-token_…`",
                "flows": {
                    "clientCredentials": {
                        "tokenUrl": f"{settings.PORTAL_URL}/api/v1/oauth/token",
                        "scopes": {scope.value: str(scope.label) for scope in ApiScope},
                    }
                },
            },
            {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer istmo_…`"},
            {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "`X-Api-Key: istmo_…`"},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        scopes = [permission.scope for permission in auto_schema.view.get_permissions()]
        # One of them, not all.
        return [{name: scopes if name == "oauth2" else []} for name in self.name]


CLIENT_SCHEME = {
    "type": "http",
    "scheme": "basic",
    "description": "The first twelve characters of the key as the name, the whole key as the password.",
}


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description, in English; it changes with a new version of the portal only."""
    with translation.override("en"):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    made["info"]["description"] = OVERVIEW
    made["components"]["securitySchemes"]["client"] = CLIENT_SCHEME
    made["servers"] = [{"url": settings.PORTAL_URL}]
    for methods in made["paths"].values():
        for operation in methods.values():
            _say_when_to_retry(operation["responses"])
    return made


def _say_when_to_retry(responses: dict[str, Any]) -> None:
    """Describe the header Retry-After of every answer that may have one."""
    for status in {"429", "503"} & set(responses):
        header = {"schema": {"type": "integer", "minimum": 0}, "description": "Seconds to wait."}
        responses[status].setdefault("headers", {})["Retry-After"] = header


class SchemaView(APIView):
    """The description as JSON, or as YAML for those who accept nothing else. Open to all."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    http_method_names = ["get", "head"]
    renderer_classes = (OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(description(), headers={"Cache-Control": "public, max-age=300"})
