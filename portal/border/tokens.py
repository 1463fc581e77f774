"""What the token of a QR code says, whether it is genuine, and what its licence is worth now."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from licensing.models import LicenceState
from licensing.signing import PublicKey
from portal import verdicts
from portal.border.answer import Answer, Facts, answered, content_of, moment
from portal.offline import verify_token
from portal.offline.verify_token import Key, NotGenuine, Token
from portal.verdicts import Verdict


class Beyond(StrEnum):
    """What can be said beside the states of a licence."""

    NOT_GENUINE = "not-genuine"
    UNKNOWN = "unknown"  # genuine, but no licence has its number


class Paper(NamedTuple):
    """What was read: either a token, or why it is not genuine."""

    token: Token | None
    flaw: str  # one of portal.verdicts.NOT_OURS, "" if genuine

    @property
    def number(self) -> str:
        return self.token.number if self.token else ""


def paper_of(text: str, keys: Iterable[PublicKey]) -> Paper:
    """Read a token as the address in the QR code ends with it, however it was copied."""
    try:
        return Paper(verify_token.verify(verify_token.tidied(text), known(keys)), "")
    except NotGenuine as error:
        return Paper(None, error.code)


def known(keys: Iterable[PublicKey]) -> dict[str, Key]:
    """Return keys as portal.offline.verify_token takes them."""
    return {key.kid: Key(key.key, key.starts_at, key.ends_at, key.is_revoked) for key in keys}


def answer_to(paper: Paper, facts: Facts | None, newest: int | None, at: datetime) -> Answer:
    """Return what a token is worth at `at`. `facts` are of the licence it names, `newest` the edition of that
    licence's newest document; None for what there is not."""
    content = content_of(facts, at) if facts else None
    outdated = bool(paper.token and newest and newest > paper.token.edition)
    judged = _judged(paper, facts, content)
    newer = " " + _("There is a newer edition of this paper.") if outdated else ""
    beyond = Beyond.UNKNOWN if paper.token else Beyond.NOT_GENUINE
    said = {
        "verdict": content["state"] if content else beyond.value,
        "usable": bool(content and content["usable"]),
        "sentence": f"{judged.word}. {judged.reason}{newer}",
        "next_step": judged.next_step,
        "genuine": paper.token is not None,
        "flaw": paper.flaw,
        "outdated": outdated,
        "token": token_shown(paper.token) if paper.token else None,
        "licence": content,
    }
    return answered(said, at)


def _judged(paper: Paper, facts: Facts | None, content: dict[str, Any] | None) -> Verdict:
    if paper.token is None:
        return verdicts.not_genuine(paper.flaw)
    if facts is None or content is None:
        return verdicts.unknown()
    some_used_up = any(line.is_used_up for line in facts.lines)
    state = LicenceState(content["state"])
    return verdicts.verdict_of(
        state, facts.valid_from, facts.valid_to, facts.replaced_by, some_used_up=some_used_up
    )


def token_shown(token: Token) -> dict[str, Any]:
    return {
        "number": token.number,
        "edition": token.edition,
        "holder": token.holder,
        "valid_from": token.valid_from.isoformat(),
        "valid_to": token.valid_to.isoformat(),
        "issued_at": moment(token.issued_at),
        "state": token.state,
        "data_sha256": token.data_sha256,
        "kid": token.kid,
    }
