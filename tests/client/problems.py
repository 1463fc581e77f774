"""What the interface answers with when it does not do what was asked: an exception for each kind."""

from typing import Any

from tests.client.messages import Fault, ProblemBody, Reason, ReasonCode


class Problem(Exception):
    """A problem of a kind. `retry_after` are seconds to wait, None if the answer did not say."""

    def __init__(self, body: ProblemBody, retry_after: float | None = None) -> None:
        super().__init__(body["detail"])
        self.body = body
        self.status = body["status"]
        self.kind = kind_of(body)
        self.retry_after = retry_after


class Malformed(Problem):
    """The request could not be read: a fault of this client."""


class NotAuthenticated(Problem):
    """The key is unknown, expired or revoked."""


class NotAllowed(Problem):
    """The key lacks the scope of the operation."""


class NotFound(Problem):
    pass


class Refused(Problem):
    """Nothing was changed; `reasons` say what stands against it, in codes of a closed set."""

    @property
    def reasons(self) -> list[Reason]:
        return self.body.get("reasons", [])

    @property
    def codes(self) -> list[ReasonCode]:
        return [reason["code"] for reason in self.reasons]


class WrongFields(Problem):
    @property
    def faults(self) -> list[Fault]:
        return self.body.get("errors", [])


class StartAnew(WrongFields):
    """The authority knows nothing of the place to go on from."""


class IdReused(Problem):
    """This id belongs to another message: a fault of whoever made the id."""


class TooManyRequests(Problem):
    pass


class ServerError(Problem):
    pass


class Unavailable(Problem):
    pass


class NoListInForce(Problem):
    """There is nothing to compare with, so nothing is clear."""


KINDS: dict[str, type[Problem]] = {
    "malformed": Malformed,
    "not-authenticated": NotAuthenticated,
    "not-allowed": NotAllowed,
    "not-found": NotFound,
    "method-not-allowed": Malformed,
    "not-acceptable": Malformed,
    "refused": Refused,
    "too-large": Malformed,
    "unsupported-media-type": Malformed,
    "wrong-fields": WrongFields,
    "id-reused": IdReused,
    "too-many-requests": TooManyRequests,
    "server-error": ServerError,
    "unavailable": Unavailable,
    "no-list-in-force": NoListInForce,
    "no-control-list-in-force": NoListInForce,
}


def kind_of(body: ProblemBody) -> str:
    return body["type"].rpartition("#")[2]


def problem_of(body: ProblemBody, retry_after: float | None = None) -> Problem:
    """Return the exception for a problem; for a kind of a later day the plain one."""
    if any(fault["code"] == "start-anew" for fault in body.get("errors", [])):
        return StartAnew(body, retry_after)
    return KINDS.get(kind_of(body), Problem)(body, retry_after)


def is_problem(body: Any) -> bool:
    return {"type", "title", "status"} <= set(body)
