"""How a customs system of a trial sends its messages: over a connection that is made again when it broke."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from portal.http_load import BROKEN, Connection, Reply, get, post
from portal.torture.stack import Stack

RECORDED, REFUSED, UNPROCESSABLE = 201, 409, 422
NO_ANSWER, AGAIN = 0, 503  # the connection broke; the server asks for the same message again
SECONDS_TO_ANSWER = 20.0
REPLACED = "licence-replaced"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and where it goes."""

    path: str
    body: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.body["id"])

    def numbers(self) -> dict[int | None, str]:
        """Return the licences it names by item, under None what it names as a whole."""
        head, _slash, rest = self.path.partition("/")
        if head == "licences":
            return {None: rest.partition("/")[0]}
        return {line["item"]: line["licence"] for line in self.body["lines"] if "licence" in line}


def replacements(sent: Sent, answer: dict[str, Any]) -> dict[str, str]:
    """Return the licences that a refusal says were replaced, each with the number to name instead."""
    named = sent.numbers()
    reasons = [one for one in answer.get("reasons", ()) if one["code"] == REPLACED]
    return {named[one.get("item")]: one["replaced_by"] for one in reasons}


class Customs:
    """What a customs system sends over: asks, or sends now and hears later."""

    def __init__(self, stack: Stack, port: int | None = None) -> None:
        self.address = ("127.0.0.1", port or stack.port)
        self.key = stack.key
        self.connection: Connection | None = None

    def send(self, sent: Sent) -> None:
        self.write(post(f"/api/v1/{sent.path}", self.key, json.dumps(sent.body).encode()))

    def write(self, request: bytes) -> None:
        try:
            self.connection = self.connection or Connection(self.address, SECONDS_TO_ANSWER)
            self.connection.write(request)
        except OSError:
            self.close()

    def answer(self) -> Reply:
        """Return the answer to what was sent; its status is NO_ANSWER if there is none."""
        if self.connection is None:
            return BROKEN
        reply = self.connection.answer()
        if reply is BROKEN:
            self.close()
        return reply

    def ask(self, sent: Sent) -> Reply:
        self.send(sent)
        return self.answer()

    def get(self, path: str) -> Reply:
        self.write(get(f"/api/v1/{path}", self.key))
        return self.answer()

    def close(self) -> None:
        if self.connection:
            self.connection.socket.close()
        self.connection = None
