"""A customs system's side of the interface: one method for each operation."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar
from urllib.parse import quote, urlencode

from tests.client.connection import Connection, Reply
from tests.client.messages import (
    AccessToken,
    AnyMessage,
    Batch,
    BatchAnswer,
    BatchAnswers,
    Book,
    Changes,
    Consignment,
    Correction,
    CorrectionAsked,
    Coverage,
    Declaration,
    Departed,
    Departure,
    Detention,
    Detentions,
    DetentionSent,
    DetentionState,
    Determination,
    FormBlock,
    FormsAsked,
    Held,
    HeldBy,
    Licence,
    Movement,
    NoteSent,
    Posting,
    Reconciled,
    Release,
    Requirement,
    State,
    TokenAnswer,
    Usage,
    Used,
)
from tests.client.offline import Key, Snapshot, keys_in, open_snapshot

API = "/api/v1"
MOST_MESSAGES = 100  # of one batch
UNCHANGED = 304

T = TypeVar("T")


@dataclass(frozen=True)
class Told(Generic[T]):
    """The answer to a message. `is_replayed`: it was answered so before, and counted only then."""

    body: T
    is_replayed: bool


class CustomsSystem:
    """Asks and tells the authority. Raises problems.Problem, and connection.NoAnswer.

    `border` is the address of the application that answers about one licence, if it has its own.
    """

    def __init__(
        self, address: str, key: str, *, border: str = "", connect: Callable[..., Connection] = Connection
    ) -> None:
        self._portal = connect(address, key)
        self._border = connect(border, key) if border else self._portal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._portal.close()
        self._border.close()

    # What a licence is worth

    def licence(self, number: str) -> Licence:
        body: Licence = self._border.ask("GET", _address(number)).body
        return body

    def licence_if_changed(self, seen: Licence) -> Licence | None:
        """Return the licence as it is, None if only time went by since it was seen."""
        known = {"If-None-Match": f'W/"{seen["version"]}"'}
        reply = self._border.ask("GET", _address(seen["number"]), headers=known)
        body: Licence | None = None if reply.status == UNCHANGED else reply.body
        return body

    def licences_of(self, holder: str, state: State | None = None) -> Iterator[Held]:
        """Yield the licences of a company, known by tax number or name; in any state unless said."""
        asked = {"holder": holder} | ({"state": state} if state else {})
        more = True
        while more:
            page: HeldBy = self._portal.ask("GET", f"{API}/licences?{urlencode(asked)}").body
            yield from page["licences"]
            asked["after"], more = page["next"], page["more"]

    def token(self, token: str) -> TokenAnswer:
        """Return what the licence is worth whose QR code has this token after `/V/`."""
        body: TokenAnswer = self._border.ask("GET", f"{API}/licence-tokens/{quote(token, safe='')}").body
        return body

    def coverage(self, consignment: Consignment) -> Coverage:
        body: Coverage = self._portal.ask("POST", f"{API}/coverage", consignment).body
        return body

    def is_licence_needed(self, requirement: Requirement) -> Determination:
        body: Determination = self._portal.ask("POST", f"{API}/licence-requirements", requirement).body
        return body

    # What is reserved and what leaves

    def use(self, number: str, usage: Usage) -> Told[Used]:
        return _told(self._portal.ask("POST", f"{_address(number)}/usages", usage))

    def reserve(self, declaration: Declaration) -> Told[Movement]:
        return _told(self._portal.ask("POST", f"{API}/reservations", declaration))

    def adjust(self, declaration: Declaration) -> Told[Movement]:
        return _told(self._portal.ask("POST", f"{API}/adjustments", declaration))

    def post(self, posting: Posting) -> Told[Movement]:
        return _told(self._portal.ask("POST", f"{API}/postings", posting))

    def release(self, release: Release) -> Told[Movement]:
        return _told(self._portal.ask("POST", f"{API}/releases", release))

    def depart(self, declaration: Departed) -> Told[Departure]:
        """Report what has left already: recorded even where no licence covers it."""
        return _told(self._portal.ask("POST", f"{API}/departures", declaration))

    def send(self, messages: Sequence[AnyMessage]) -> Iterator[BatchAnswer]:
        """Send a queue, in its order. Yields the answer to each, a problem's body where it is refused."""
        for start in range(0, len(messages), MOST_MESSAGES):
            batch: Batch = {"messages": list(messages[start : start + MOST_MESSAGES])}
            answered: BatchAnswers = self._portal.ask("POST", f"{API}/batches", batch).body
            yield from answered["answers"]

    # What is kept back

    def detain(self, detention: DetentionSent) -> Told[Detention]:
        """Keep goods back and ask the authority. Until they may go, nothing leaves under the declaration."""
        return _told(self._portal.ask("POST", f"{API}/detentions", detention))

    def add_to_detention(self, number: int, note: NoteSent) -> Told[Detention]:
        return _told(self._portal.ask("POST", f"{API}/detentions/{number}/notes", note))

    def detention(self, number: int) -> Detention:
        body: Detention = self._portal.ask("GET", f"{API}/detentions/{number}").body
        return body

    def photo(self, number: int, sha256: str) -> bytes:
        """Return a file that goes with a detention, as it was sent. Raises ValueError if another came."""
        content = self._portal.ask("GET", f"{API}/detentions/{number}/photos/{sha256}").content
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError("This is another file than asked for")
        return content

    def detentions(self, state: DetentionState | None = None) -> Iterator[Detention]:
        """Yield what is kept back, the oldest first; in any state unless said."""
        asked: dict[str, str] = {"state": state} if state else {}
        more = True
        while more:
            page: Detentions = self._portal.ask("GET", f"{API}/detentions?{urlencode(asked)}").body
            yield from page["detentions"]
            asked["after"], more = page["next"], page["more"]

    # Afterwards

    def changes(self, after: str = "") -> Iterator[Changes]:
        """Yield what changed since `after`, page by page. Keep the `next` of the last page you worked on.

        Raises problems.StartAnew if the authority's records were put back to before that: begin without it.
        """
        more = True
        while more:
            query = f"?{urlencode({'after': after})}" if after else ""
            page: Changes = self._portal.ask("GET", f"{API}/changes{query}").body
            after, more = page["next"], page["more"]
            yield page

    def ask_correction(self, asked: CorrectionAsked) -> Told[Correction]:
        """Ask for a write-off of one's own to be reversed. Nothing moves before two officers agree."""
        return _told(self._portal.ask("POST", f"{API}/corrections", asked))

    def correction(self, number: int) -> Correction:
        body: Correction = self._portal.ask("GET", f"{API}/corrections/{number}").body
        return body

    def reconcile(self, book: Book) -> Reconciled:
        body: Reconciled = self._portal.ask("POST", f"{API}/reconciliations", book).body
        return body

    # Signing in as OAuth 2 has it

    def access_token(self, scope: str = "") -> AccessToken:
        """Exchange the key for a token, which other connections use in its place."""
        asked = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        body: AccessToken = self._portal.ask_as_client(f"{API}/oauth/token", asked).body
        return body

    # Before and while the network is down

    def take_forms(self, asked: FormsAsked) -> FormBlock:
        """Take numbers in advance. Not asked again when the answer is lost: that would take others."""
        body: FormBlock = self._portal.ask("POST", f"{API}/form-blocks", asked, repeatable=False).body
        return body

    def keys(self) -> dict[str, Key]:
        return keys_in(self._portal.ask("GET", f"{API}/keys").body)

    def snapshot(self, keys: dict[str, Key]) -> Snapshot:
        """Return the newest snapshot, verified. Raises offline.NotGenuine."""
        return open_snapshot(self._portal.ask("GET", f"{API}/snapshots/latest").content, keys)


def _address(number: str) -> str:
    return f"{API}/licences/{quote(number, safe='')}"


def _told(reply: Reply) -> Told[T]:
    return Told(reply.body, reply.headers.get("idempotency-replayed") == "true")
