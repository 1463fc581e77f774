"""Read JSON strictly: what could mean two things, or loses digits, is refused."""

import json
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


class StrictJSONParser(BaseParser):
    """Numbers become int or Decimal, never float. Raises ParseError (400) or TooLarge (413)."""

    media_type = "application/json"
    largest_body = LARGEST_BODY
    most_openings = MOST_OPENINGS

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(self.largest_body + 1)
        if len(raw) > self.largest_body:
            raise TooLarge(self.largest_body)
        text = _decoded(raw)
        if text.count("{") + text.count("[") > self.most_openings:
            raise ParseError(_("This JSON has more objects and lists than any message needs."))
        try:
            parsed = json.loads(
                text, parse_float=_exact, parse_constant=_refuse_constant, object_pairs_hook=_unique
            )
            # "\ud800" is half a character: it can't be stored and can't be sent back.
            json.dumps(parsed, ensure_ascii=False, default=str).encode()
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
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        detail = _("Send UTF-8; byte %(position)d is something else.") % {"position": problem.start}
        raise ParseError(detail) from problem


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
