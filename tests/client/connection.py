"""One conversation over HTTP. What was not answered is asked again, where that can do no harm."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.client.problems import is_problem, problem_of

LONGEST_WAIT = 300.0  # seconds; whoever is told to wait longer is told so instead
FIRST_WAIT = 0.5  # seconds, doubled each time, where the answer does not say how long
BUSY = 429  # nothing was done
BROKEN = (500, 502, 503, 504)  # it may have been done


class NoAnswer(Exception):
    """Nobody answered, however often it was asked. What was sent may have been done: keep the message and
    send the same again, with the same id."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)

    @property
    def retry_after(self) -> float | None:
        said = self.headers.get("retry-after", "")
        return float(said) if said.isascii() and said.isdigit() else None

    def problem_body(self) -> Any:
        """Return the body of a problem; None if this is none, such as a page of a proxy."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return None
        body = self.body
        return body if is_problem(body) else None


CLIENT_ID = 12  # characters at the head of a key by which OAuth 2 knows the client


class Connection:
    def __init__(
        self,
        address: str,
        key: str,
        *,
        language: str = "es",
        attempts: int = 5,
        timeout: float = 10.0,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """`address` is where the portal is, such as https://licences.example.org; `timeout` in seconds."""
        parts = urlsplit(address)
        maker = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._http = maker(parts.hostname or "", parts.port, timeout=timeout)
        self._key = key
        self._headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
        self._attempts, self._sleep = attempts, sleep

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        repeatable: bool = True,
    ) -> Reply:
        """Return the answer. Raises Problem for what is refused, and NoAnswer.

        What is not `repeatable` is sent again only if it is certain that nothing was done.
        """
        reply: Reply | None = None
        for attempt in range(self._attempts):
            if attempt:
                self._sleep(wait_before(attempt, reply))
            reply = self._once(method, path, body, headers or {})
            if reply and reply.status not in (BUSY, *BROKEN):
                break
            if not repeatable and (reply is None or reply.status in BROKEN):
                break
            if reply and (reply.retry_after or 0) > LONGEST_WAIT:
                break
        return answered(reply)

    def ask_as_client(self, path: str, form: Mapping[str, str]) -> Reply:
        """Send a form, with the key as the credentials of an OAuth 2 client. Raises Problem and NoAnswer."""
        pair = base64.b64encode(f"{self._key[:CLIENT_ID]}:{self._key}".encode()).decode()
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {pair}"}
        return self.ask("POST", path, urlencode(form).encode(), kind)

    def _once(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Reply | None:
        """Return the answer; None if the connection broke before there was one."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        try:
            self._http.request(method, path, sent, {**self._headers, **kind, **headers})
            answer = self._http.getresponse()
            lower = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, lower, answer.read())
        except (OSError, HTTPException):
            self._http.close()
            return None


def wait_before(attempt: int, reply: Reply | None) -> float:
    """Return how many seconds to wait: as long as was said, else longer each time."""
    said = reply.retry_after if reply else None
    return FIRST_WAIT * 2 ** (attempt - 1) if said is None else said


def answered(reply: Reply | None) -> Reply:
    if reply is None:
        raise NoAnswer("The connection broke.")
    if reply.status < 400:
        return reply
    body = reply.problem_body()
    if body is None:
        raise NoAnswer(f"The answer was {reply.status}, and no problem.")
    raise problem_of(body, reply.retry_after)
