"""What is sent and what is answered, field by field, as the description of the interface has it.

Quantities and amounts of money are exact digits in a string; moments are ISO 8601 in UTC, days ISO 8601.
"""

from typing import Literal, NotRequired, TypedDict

State = Literal[
    "valid", "not-yet-valid", "expired", "exhausted", "suspended", "revoked", "surrendered", "replaced"
]
ReasonCode = Literal[
    "not-in-force",
    "licence-replaced",
    "nothing-asked",
    "line-twice",
    "item-twice",
    "unknown-licence",
    "unknown-line",
    "other-unit",
    "other-currency",
    "not-positive",
    "too-fine",
    "not-enough",
    "not-enough-value",
    "nothing-left",
    "no-reservation",
    "more-than-reserved",
    "already-reserved",
    "already-recorded",
    "detained",
    "over-limit",
    "port-not-said",
    "other-port",
    "regime-not-said",
    "other-regime",
    "too-early",
    "too-late",
    "consignee-not-said",
    "other-consignee",
    "other-entry",
    "other-destination",
    "other-party",
    "nothing-to-correct",
    "item-not-said",
    "already-corrected",
    "already-asked",
    "day-to-come",
    "already-released",
    "other-file-kind",
    "file-too-large",
]
Verdict = Literal["not-covered", "ask", "covered", "not-listed"]
Outcome = Literal["needed", "person", "general", "questions"]
Question = Literal["wmd", "military", "informed", "onward", "unusual"]
MovementKind = Literal["reserve", "post", "release", "adjust"]

# --- problems -----------------------------------------------------------------------------------------


class Reason(TypedDict):
    code: ReasonCode
    detail: str
    item: NotRequired[int]
    line: NotRequired[int]
    remaining: NotRequired[str]
    remaining_value: NotRequired[str]
    unit: NotRequired[str]
    state: NotRequired[State]
    replaced_by: NotRequired[str]


class Fault(TypedDict):
    pointer: str
    code: str
    detail: str


class ProblemBody(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    reasons: NotRequired[list[Reason]]
    errors: NotRequired[list[Fault]]


# --- a licence ----------------------------------------------------------------------------------------


class Names(TypedDict):
    es: str
    en: str


class Holder(TypedDict):
    name: str
    tax_id: str


class Line(TypedDict):
    line: int
    description: str
    hs_code: str
    control_code: str
    unit: str
    unit_name: Names
    granted: str
    used: str
    reserved: str
    remaining: str
    currency: str
    value: str
    remaining_value: str


class Party(TypedDict):
    role: Literal["consignee", "end-user", "ultimate-end-user"]
    name: str
    country: str


class Term(TypedDict):
    kind: Literal[
        "port",
        "regime",
        "consignee",
        "first-day",
        "last-day",
        "most-per-declaration",
        "quantity-tolerance",
        "value-tolerance",
    ]
    values: list[str]
    unit: str
    line: int | None
    text: str


class Worth(TypedDict):
    number: str
    state: State
    usable: bool
    replaced_by: str
    holder: Holder
    valid_from: str
    valid_to: str
    starts_at: str
    ends_at: str
    destination: str
    parties: list[Party]
    conditions: list[str]
    terms: list[Term]
    lines: list[Line]


class Licence(Worth):
    as_of: str
    version: str


class Paper(TypedDict):
    number: str
    edition: int
    holder: str
    valid_from: str
    valid_to: str
    issued_at: str
    state: State
    data_sha256: str
    kid: str


class TokenAnswer(TypedDict):
    as_of: str
    version: str
    verdict: Literal[
        "valid",
        "not-yet-valid",
        "expired",
        "exhausted",
        "suspended",
        "revoked",
        "surrendered",
        "replaced",
        "not-genuine",
        "unknown",
    ]
    usable: bool
    sentence: str
    next_step: str
    genuine: bool
    flaw: Literal[
        "",
        "unreadable",
        "unknown-format",
        "unknown-key",
        "wrong-signature",
        "key-revoked",
        "key-not-valid-then",
    ]
    outdated: bool
    token: Paper | None
    licence: Worth | None


class Held(TypedDict):
    number: str
    state: State
    valid_from: str
    valid_to: str
    destination: str


class HeldBy(TypedDict):
    as_of: str
    holder: Holder | None
    licences: list[Held]
    next: str
    more: bool


# --- what stands before the officer -------------------------------------------------------------------


class Shipment(TypedDict):
    port: NotRequired[str]
    regime: NotRequired[str]
    consignee: NotRequired[str]


class Consigned(TypedDict):
    item: int
    hs_code: NotRequired[str]
    entry: NotRequired[str]
    quantity: NotRequired[str]
    unit: NotRequired[str]


class Consignment(Shipment):
    holder: str
    destination: str
    parties: NotRequired[list[str]]
    goods: list[Consigned]


class Lack(TypedDict):
    code: ReasonCode
    detail: str


class Candidate(TypedDict):
    licence: str
    line: int
    state: State
    remaining: str
    unit: str
    conditions: list[str]
    terms: list[Term]
    lacks: list[Lack]


class Ground(TypedDict):
    code: str
    weight: Literal["needed", "person", "fact"]
    sentence: str
    basis: str


class Need(TypedDict):
    outcome: Outcome
    sentence: str
    grounds: list[Ground]


class ItemCovered(TypedDict):
    item: int
    verdict: Verdict
    need: Need
    licences: list[Candidate]


class Coverage(TypedDict):
    as_of: str
    verdict: Verdict
    acts: Literal["customs", "exporter", "authority"]
    sentence: str
    next_step: str
    holder: Holder | None
    items: list[ItemCovered]


class EndUse(TypedDict):
    wmd: NotRequired[bool]
    military: NotRequired[bool]
    informed: NotRequired[bool]
    onward: NotRequired[bool]
    unusual: NotRequired[bool]


class Requirement(TypedDict):
    entry: NotRequired[str]
    hs_code: NotRequired[str]
    destination: str
    end_user_countries: NotRequired[list[str]]
    origin: NotRequired[str]
    end_use: NotRequired[EndUse]


class GeneralLicence(TypedDict):
    code: str
    conditions: list[str]


class CatchAll(TypedDict):
    code: str
    question: str
    basis: str


class Edition(TypedDict):
    list: str
    name: str
    edition: str
    valid_from: str


class Determination(TypedDict):
    determined_at: str
    outcome: Outcome
    sentence: str
    grounds: list[Ground]
    foreign_grounds: list[Ground]
    general_licences: list[GeneralLicence]
    open_questions: list[Question]
    catch_all: list[CatchAll]
    editions: list[Edition]


# --- what is reserved and what leaves -----------------------------------------------------------------


class UsedLine(TypedDict):
    line: int
    quantity: str
    unit: str


class Usage(Shipment):
    id: str
    declaration: str
    lines: list[UsedLine]


class WrittenOff(TypedDict):
    line: int
    quantity: str
    unit: str
    remaining: str


class Used(TypedDict):
    id: str
    licence: str
    declaration: str
    recorded_at: str
    lines: list[WrittenOff]


class Declared(TypedDict):
    item: int
    licence: str
    line: int
    quantity: str
    unit: str
    value: NotRequired[str]
    currency: NotRequired[str]


class Declaration(Shipment):
    id: str
    declaration: str
    version: NotRequired[int]
    lines: list[Declared]


class Departed(Declaration):
    left_at: NotRequired[str]


class Part(TypedDict):
    item: int
    quantity: NotRequired[str]
    unit: NotRequired[str]
    value: NotRequired[str]
    currency: NotRequired[str]


class Posting(TypedDict):
    id: str
    declaration: str
    version: NotRequired[int]
    lines: list[Part]
    last: NotRequired[bool]


class Release(TypedDict):
    id: str
    declaration: str
    lines: NotRequired[list[Part]]


class Moved(TypedDict):
    item: int
    licence: str
    line: int
    quantity: str
    unit: str
    value: str
    currency: str
    reserved: str
    remaining: str


class Movement(TypedDict):
    id: str
    kind: MovementKind
    declaration: str
    version: int
    recorded_at: str
    lines: list[Moved]


class Gone(TypedDict):
    item: int
    licence: str
    line: int
    quantity: str
    unit: str
    counted: str
    irregular: list[Reason]


class Departure(TypedDict):
    id: str
    kind: Literal["depart"]
    declaration: str
    version: int
    recorded_at: str
    left_at: str | None
    lines: list[Gone]


# --- many at once, and afterwards ---------------------------------------------------------------------


class ToReserve(Declaration):
    kind: Literal["reserve"]


class ToAdjust(Declaration):
    kind: Literal["adjust"]


class ToPost(Posting):
    kind: Literal["post"]


class ToRelease(Release):
    kind: Literal["release"]


class ToDepart(Departed):
    kind: Literal["depart"]


AnyMessage = ToReserve | ToAdjust | ToPost | ToRelease | ToDepart


class Batch(TypedDict):
    messages: list[AnyMessage]


class BatchAnswer(TypedDict):
    id: str
    status: int
    replayed: bool
    body: Movement | Departure | ProblemBody


class BatchAnswers(TypedDict):
    answers: list[BatchAnswer]


class Change(TypedDict):
    licence: str
    what: Literal["issued", "status", "balance"]
    at: str


class Changes(TypedDict):
    changes: list[Change]
    next: str
    more: bool


class Total(TypedDict):
    licence: str
    line: int
    declaration: str
    quantity: str
    unit: str


class Book(TypedDict):
    day: str
    lines: list[Total]


class Difference(TypedDict):
    kind: Literal["missing-here", "missing-there", "differing", "other-day"]
    licence: str
    line: int
    declaration: str
    theirs: str
    ours: str
    unit: str


class Reconciled(TypedDict):
    id: int
    day: str
    at: str
    matched: int
    differences: list[Difference]


class PhotoSent(TypedDict):
    name: str
    content: str  # base64


class DetentionSent(TypedDict):
    id: str
    declaration: str
    licence: NotRequired[str]
    port: str
    goods: str
    question: str
    photos: NotRequired[list[PhotoSent]]


class NoteSent(TypedDict):
    id: str
    text: str
    photos: NotRequired[list[PhotoSent]]


class Photo(TypedDict):
    name: str
    media_type: str
    size: int
    sha256: str


class DetentionNote(TypedDict):
    side: Literal["customs", "authority"]
    text: str
    at: str
    photos: list[Photo]


class DetentionAnswer(TypedDict):
    verdict: Literal["release", "keep"]
    reasons: str
    at: str
    confirmed_at: str | None


DetentionState = Literal["waiting", "release-proposed", "kept", "released"]


class Detention(TypedDict):
    detention: int
    id: str
    licence: str
    declaration: str
    port: str
    goods: str
    opened_at: str
    due_at: str
    state: DetentionState
    may_go: bool
    answer: DetentionAnswer | None
    notes: list[DetentionNote]


class Detentions(TypedDict):
    as_of: str
    detentions: list[Detention]
    next: str
    more: bool


class AccessToken(TypedDict):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


class CorrectionAsked(TypedDict):
    id: str
    message: str
    item: NotRequired[int]
    reason: str


class Declined(TypedDict):
    reason: str
    at: str


class Correction(TypedDict):
    correction: int
    id: str
    message: str
    item: int
    licence: str
    line: int
    quantity: str
    unit: str
    reason: str
    asked_at: str
    state: Literal["waiting", "proposed", "corrected", "declined"]
    answer: Declined | None


class FormsAsked(TypedDict):
    port: str
    count: int


class FormBlock(TypedDict):
    id: int
    block: str
    port: str
    numbers: list[str]


# --- keys ---------------------------------------------------------------------------------------------


class Jwk(TypedDict):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    alg: Literal["ES256"]
    use: Literal["sig"]
    kid: str
    x: str
    y: str
    nbf: int
    exp: int
    revoked: bool


class KeySet(TypedDict):
    keys: list[Jwk]
