"""The WSGI application: a plain function from a request to an answer, without middlewares.

It speaks as the rest of the interface does: the same body, headers, errors and languages. A test asks both.
"""

import hashlib
import json
import logging
import math
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson
import psycopg
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing.models import ApiScope
from licensing.permissions import GRANTS, Permission
from licensing.references import read_licence_number
from portal import credentials
from portal.api.errors import MEDIA_TYPE, RETRY_AFTER_OUTAGE, problem
from portal.api.grants import TooOften
from portal.api.parsers import TooLarge
from portal.border.answer import Answer, answer_of
from portal.border.issuing import TOKEN_PATH, Issuing
from portal.border.lookup import Found, Key, Lookup
from portal.border.shares import Shares
from portal.border.tokens import Paper, answer_to, paper_of
from portal.etags import is_known

logger = logging.getLogger(__name__)

JSON = "application/json"
READING = ("GET", "HEAD")
ALLOWED = frozenset(role.value for role, granted in GRANTS.items() if Permission.SEE_LICENCES in granted)
LONGEST_SECRET = 200
KEYS_REMEMBERED = 10_000
ALWAYS = [("X-Content-Type-Options", "nosniff"), ("Vary", "Accept-Language")]

LACKS_SCOPE = _("This key lacks the scope %(scope)s.")
UNKNOWN_NUMBER = _("No licence has this number.")

# How a licence may be asked for: by its number, or by the token of its QR code.
NUMBERS, TOKENS = "licences", "licence-tokens"

Headers = list[tuple[str, str]]


class Problem(Exception):
    """An answer that is no licence, in the words of portal.api.errors.KINDS."""

    def __init__(
        self,
        code: str,
        detail: str | Promise = "",
        *,
        values: dict[str, str] | None = None,
        headers: Headers | None = None,
    ) -> None:
        self.code, self.detail, self.values, self.headers = code, detail, values, headers or []

    def body(self, environ: WSGIEnvironment) -> dict[str, Any]:
        detail = str(self.detail) % self.values if self.values else str(self.detail)
        return problem(self.code, WSGIRequest(environ), detail)


class Border:
    """The application of one process."""

    def __init__(self, lookup: Lookup, shares: Shares, strangers: Shares, *, trusts_proxy: bool) -> None:
        self.lookup, self.shares, self.strangers = lookup, shares, strangers
        self.trusts_proxy = trusts_proxy
        self.issuing = Issuing()
        # Digests of keys and tokens that opened lately, and the key that each counts for.
        self.known: OrderedDict[bytes, int] = OrderedDict()
        self.health = {"/border/healthz": lambda: True, "/border/readyz": lookup.answers}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        try:
            if path in self.health:
                return self.answer_health(path, start_response)
            if path == TOKEN_PATH:
                return self.answer_client(environ, start_response)
            return self.answer_question(path, environ, start_response)
        except Problem as refusal:
            return self.answer_problem(refusal, environ, start_response)
        except (psycopg.Error, Error):
            logger.exception("The database did not answer")
            away = Problem("unavailable", headers=[("Retry-After", RETRY_AFTER_OUTAGE)])
            return self.answer_problem(away, environ, start_response)

    def answer_question(
        self, path: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        kind, asked = asked_for(path)
        if not accepts_json(environ.get("HTTP_ACCEPT", "")):
            raise Problem("not-acceptable")
        digest = self.let_in(environ)
        paper = paper_of(asked, self.lookup.keys()) if kind == TOKENS else None
        found = self.lookup.ask(digest, number_in(asked) if paper is None else paper.number)
        self.check_key(digest, found, environ)
        if environ["REQUEST_METHOD"] not in READING:
            raise Problem("method-not-allowed", headers=[("Allow", ", ".join(READING))])
        if found.facts is None and paper is None:
            raise Problem("not-found", UNKNOWN_NUMBER)
        language = language_of(environ)
        with speaking(language, found, paper):
            answer = self.answer_of(found, paper)
        headers = [*answer.headers.items(), ("Content-Language", language), *ALWAYS]
        if is_known(environ.get("HTTP_IF_NONE_MATCH"), answer.headers["ETag"]):
            return send(HTTPStatus.NOT_MODIFIED, b"", headers, environ, start_response)
        return send(HTTPStatus.OK, answer.body, [("Content-Type", JSON), *headers], environ, start_response)

    def answer_client(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Exchange the key of an OAuth 2 client for a token."""
        if not accepts_json(environ.get("HTTP_ACCEPT", "")):
            raise Problem("not-acceptable")
        if environ["REQUEST_METHOD"] != "POST":
            raise Problem("method-not-allowed", headers=[("Allow", "POST")])
        language = language_of(environ)
        with translation.override(language):
            try:
                issued = self.issuing.answer(environ, str(self.address(environ)))
            except TooOften as knocks:
                raise Problem("too-many-requests", headers=[("Retry-After", str(knocks.seconds))]) from knocks
            except TooLarge as form:
                raise Problem("too-large", str(form.detail)) from form
        own = [("Content-Type", JSON), ("Content-Language", language)]
        headers = [*own, *issued.headers.items(), *ALWAYS]
        return send(issued.status, orjson.dumps(issued.body), headers, environ, start_response)

    def answer_of(self, found: Found, paper: Paper | None) -> Answer:
        if paper is None:
            assert found.facts is not None  # looked at before
            return answer_of(found.facts, found.at)
        newest = self.lookup.newest_edition(paper.number) if found.facts else None
        return answer_to(paper, found.facts, newest, found.at)

    def let_in(self, environ: WSGIEnvironment) -> bytes:
        """Return the digest of the caller's key or token, if it is not asking too often. Nobody has looked it
        up yet: who is not known as somebody whose key opens shares with all others of the same network
        address."""
        secret = secret_in(environ)
        if not secret or len(secret) > LONGEST_SECRET:
            raise not_let_in(credentials.unknown(secret) if secret else "")
        digest = hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
        key_id = self.known.get(digest)
        if key_id is not None:
            wait = self.shares.seconds_to_wait(key_id)
        else:
            wait = self.strangers.seconds_to_wait(self.address(environ))
        if wait is not None:
            raise Problem("too-many-requests", headers=[("Retry-After", str(math.ceil(wait)))])
        return digest

    def address(self, environ: WSGIEnvironment) -> Hashable:
        """Return the caller's address as our own proxy saw it: the last one named, not those before, which
        the caller may have sent."""
        claimed = environ.get("HTTP_X_FORWARDED_FOR", "") if self.trusts_proxy else ""
        return claimed.rpartition(",")[2].strip() or environ.get("REMOTE_ADDR", "")

    def check_key(self, digest: bytes, found: Found, environ: WSGIEnvironment) -> None:
        key = found.key
        if key is None:
            self.known.pop(digest, None)
            raise not_let_in(credentials.unknown(secret_in(environ)))
        if fault := credentials.certificate_fault(key.certificate_sha256, environ):
            raise not_let_in(fault)
        if ApiScope.READ_LICENCES not in key.scopes or key.role not in ALLOWED:
            raise Problem("not-allowed", LACKS_SCOPE, values={"scope": ApiScope.READ_LICENCES.value})
        if digest not in self.known:
            self.known[digest] = key.id
            if len(self.known) > KEYS_REMEMBERED:
                self.known.popitem(last=False)
        self.note_use(key)

    def note_use(self, key: Key) -> None:
        """Write down, once a minute, that the key was used; the answer does not depend on it."""
        if not key.is_stale:
            return
        try:
            self.lookup.note_use(key.id)
        except psycopg.Error:
            logger.exception("The use of key %s could not be noted", key.id)

    def answer_health(self, path: str, start_response: StartResponse) -> Iterable[bytes]:
        well = self.health[path]()
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        body = json.dumps({"alive": True} if path.endswith("healthz") else {"database": well}).encode()
        headers = [("Content-Type", JSON), ("Cache-Control", "no-store")]
        return send(status, body, headers, {}, start_response)

    def answer_problem(
        self, refusal: Problem, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer with a problem, in the caller's language."""
        language = language_of(environ)
        with translation.override(language):
            body = refusal.body(environ)
        headers = [("Content-Type", MEDIA_TYPE), ("Content-Language", language), *refusal.headers, *ALWAYS]
        status, text = HTTPStatus(body["status"]), orjson.dumps(body)
        return send(status, text, headers, environ, start_response)


def border() -> Border:
    """Return the application as the settings have it."""
    return Border(
        Lookup(settings.DATABASES["default"]),
        Shares(settings.BORDER_RATE, settings.BORDER_CAPACITY),
        Shares(settings.BORDER_STRANGERS_RATE, settings.BORDER_CAPACITY),
        trusts_proxy=settings.PRODUCTION,
    )


def asked_for(path: str) -> tuple[str, str]:
    """Return what an address asks by, NUMBERS or TOKENS, and that number or token; "" for what is none."""
    _empty, _api, version, kind, asked = [*path.split("/", 4), "", "", "", "", ""][:5]
    if not path.startswith("/api/v1/") or kind not in (NUMBERS, TOKENS) or not asked or "/" in asked:
        raise Problem("not-found")
    try:
        return kind, asked.encode("latin-1").decode()
    except ValueError:
        return kind, ""  # no licence has that


def number_in(asked: str) -> str:
    try:
        return read_licence_number(asked)
    except ValueError:
        return ""


def secret_in(environ: WSGIEnvironment) -> str:
    """Return the key or token the request carries, "" if none."""
    scheme, _blank, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(secret.strip())
    return str(environ.get("HTTP_X_API_KEY", "").strip())


def not_let_in(why: str | Promise) -> Problem:
    """Return the answer to a key or token that opens nothing here, or, with "", to none at all."""
    invalid = ', error="invalid_token"' if why else ""
    challenge = [("WWW-Authenticate", f'Bearer realm="{settings.PRODUCT_NAME} API"{invalid}')]
    return Problem("not-authenticated", why, headers=challenge)


def speaking(language: str, found: Found, paper: Paper | None) -> AbstractContextManager[None]:
    """Return a context in which an answer's words are in `language`. Most answers have none, and changing the
    language takes as long as writing them."""
    has_words = paper is not None or (found.facts is not None and found.facts.terms is not None)
    return translation.override(language) if has_words else nullcontext()


def language_of(environ: WSGIEnvironment) -> str:
    return _language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""), environ.get("HTTP_COOKIE", ""))


@lru_cache(maxsize=1000)
def _language_of(accepted: str, cookies: str) -> str:
    asked = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_LANGUAGE": accepted, "HTTP_COOKIE": cookies}
    return translation.get_language_from_request(WSGIRequest({**asked, "wsgi.input": BytesIO()}))


def accepts_json(accept: str) -> bool:
    kinds = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return not accept or bool(kinds & {JSON, "application/*", "*/*"})


def send(
    status: HTTPStatus,
    body: bytes,
    headers: Headers,
    environ: dict[str, Any],
    start_response: StartResponse,
) -> Iterable[bytes]:
    length = [] if status == HTTPStatus.NOT_MODIFIED else [("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", [*headers, *length])
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
