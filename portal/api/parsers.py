"""Read JSON strictly: what could mean two things, or loses digits, is refused."""

import json
from codecs import BOM_UTF8
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

LARGEST_BODY = 64 * 1024  # bytes; 200 lines of a declaration need a quarter of it
MOST_OPENINGS = 500  # of { and [: bounds the depth as well


class TooLarge(APIException):
    status_code = 413

    def __init__(self, largest: int) -> None:
        super().__init__(_("Send at most %(count)d bytes.") % {"count": largest})


class Encoded(APIException):
    """The body was compressed; RFC 9110, section 15.5.16, has the status for it."""

    status_code = 415

    def __init__(self) -> None:
        super().__init__(_("Send the message as it is, without compression or another Content-Encoding."))


class StrictJSONParser(BaseParser):
    """Numbers become int or Decimal, never float. Raises ParseError (400), TooLarge (413) or
    Encoded (415)."""

    media_type = "application/json"
    largest_body = LARGEST_BODY
    most_openings = MOST_OPENINGS

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        headers = parser_context["request"].META if parser_context else {}
        if headers.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
            raise Encoded
        raw = stream.read(self.largest_body + 1)
        if len(raw) > self.largest_body:
            raise TooLarge(self.largest_body)
        text = _decoded(raw)
        if text.count("{") + text.count("[") > self.most_openings:
            raise ParseError(_("This JSON has more objects and lists than any message needs."))
        try:
            parsed = STRICT.decode(text)
            _check_whole(parsed, text)
        except UnicodeEncodeError:
            raise ParseError(_("This JSON holds half a character.")) from None
        except json.JSONDecodeError as problem:
            where = {"line": problem.lineno, "column": problem.colno}
            raise ParseError(
                _("This is not JSON: line %(line)d can't be read from character %(column)d on.") % where
            ) from problem
        except RecursionError:
            raise ParseError(_("This JSON is nested deeper than any message.")) from None
        except ValueError as problem:  # Python refuses to read whole numbers of thousands of digits
            raise ParseError(_("This JSON holds a number of too many digits.")) from problem
        return parsed


def _decoded(raw: bytes) -> str:
    if raw.startswith(BOM_UTF8):
        raise ParseError(_("Leave out the byte order mark before the JSON."))
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        detail = _("Send UTF-8; byte %(position)d is something else.") % {"position": problem.start}
        raise ParseError(detail) from problem


def _check_whole(parsed: Any, text: str) -> None:
    """Raise UnicodeEncodeError for "\\ud800", half a character: it can't be stored and can't be sent back."""
    if "\\u" in text:  # it can't come otherwise, the text being UTF-8
        json.dumps(parsed, ensure_ascii=False, default=str).encode()


def _exact(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent beyond all bounds
        raise ParseError(_("%(number)s is not a usable number.") % {"number": digits[:40]}) from None


def _refuse_constant(word: str) -> NoReturn:
    raise ParseError(_("%(number)s is not a usable number.") % {"number": word})


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ParseError(_("“%(key)s” stands twice in one object.") % {"key": key[:40]})
        found[key] = value
    return found


STRICT = json.JSONDecoder(parse_float=_exact, parse_constant=_refuse_constant, object_pairs_hook=_unique)
