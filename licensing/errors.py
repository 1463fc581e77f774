"""The one kind of error that callers are meant to handle."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

Reason = str | Promise


class ReasonCode(StrEnum):
    """What can stand against a shipment, as machines read it: in refusals, irregular departures, coverage.
    From NOTHING_TO_CORRECT on, against what is asked afterwards."""

    NOT_IN_FORCE = "not-in-force"
    LICENCE_REPLACED = "licence-replaced"
    NOTHING_ASKED = "nothing-asked"
    LINE_TWICE = "line-twice"
    ITEM_TWICE = "item-twice"
    UNKNOWN_LICENCE = "unknown-licence"
    UNKNOWN_LINE = "unknown-line"
    OTHER_UNIT = "other-unit"
    OTHER_CURRENCY = "other-currency"
    NOT_POSITIVE = "not-positive"
    TOO_FINE = "too-fine"
    NOT_ENOUGH = "not-enough"
    NOT_ENOUGH_VALUE = "not-enough-value"
    NOTHING_LEFT = "nothing-left"
    NO_RESERVATION = "no-reservation"
    MORE_THAN_RESERVED = "more-than-reserved"
    ALREADY_RESERVED = "already-reserved"
    ALREADY_RECORDED = "already-recorded"
    DETAINED = "detained"
    OVER_LIMIT = "over-limit"
    PORT_NOT_SAID = "port-not-said"
    OTHER_PORT = "other-port"
    REGIME_NOT_SAID = "regime-not-said"
    OTHER_REGIME = "other-regime"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    CONSIGNEE_NOT_SAID = "consignee-not-said"
    OTHER_CONSIGNEE = "other-consignee"
    OTHER_ENTRY = "other-entry"
    OTHER_DESTINATION = "other-destination"
    OTHER_PARTY = "other-party"
    NOTHING_TO_CORRECT = "nothing-to-correct"
    ITEM_NOT_SAID = "item-not-said"
    ALREADY_CORRECTED = "already-corrected"
    ALREADY_ASKED = "already-asked"
    DAY_TO_COME = "day-to-come"
    ALREADY_RELEASED = "already-released"
    OTHER_FILE_KIND = "other-file-kind"
    FILE_TOO_LARGE = "file-too-large"


def said(reason: Mapping[str, Any]) -> str:
    """Return the words of a stored reason in the language in use, or the only ones that it has."""
    words: str = reason.get("words", {}).get(get_language(), reason["detail"])
    return words


class Refused(Exception):
    """An act that may not be done now, with every reason, worded for the person who tried.

    Pages show the reasons beside the form; the API answers with a problem that carries them. Anything
    else that goes wrong is a bug or an outage and is left to raise.
    """

    def __init__(self, *reasons: Reason, code: str = "refused") -> None:
        super().__init__(*reasons)
        self.reasons = reasons
        self.code = code  # a word for machines: a ReasonCode, or a kind of problem of the interface

    def __str__(self) -> str:
        return " ".join(map(str, self.reasons))
