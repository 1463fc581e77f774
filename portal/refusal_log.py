"""A page that was refused is one line in the log: who asked, for what, why not. No names, no addresses,
nothing that somebody typed: whoever reads the log looks the account up by its number."""

import copy
import logging
import re
from http import HTTPStatus

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

OF_OURS = re.compile(r"[A-Z]{2,3}(-[A-Z0-9]{1,6}){1,4}")  # the number of an application or a licence
ADDRESS_AT_THE_END = ": %s"  # how Django ends what it says of a refusal


class LineFormatter(logging.Formatter):
    """Words a refusal in one line; all other records as usual, an error of ours with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        status: int | None = getattr(record, "status_code", None)
        request: HttpRequest | None = getattr(record, "request", None)
        if status is None or request is None or not 400 <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return super().format(record)
        line = copy.copy(record)
        line.msg = "%d %s, by %s: %s"
        line.args = (status, _what(request), _who(request), _why(record, status))
        line.exc_info = line.exc_text = line.stack_info = None
        return super().format(line)


def _what(request: HttpRequest) -> str:
    found = request.resolver_match
    if found is None:
        return f"{request.method} of no page"
    reference = str(found.kwargs.get("reference") or found.kwargs.get("number", "")).upper()
    named = f" ({reference})" if OF_OURS.fullmatch(reference) else ""
    return f"{request.method} /{found.route}{named}"


def _who(request: HttpRequest) -> str:
    """Name the account by its number. Only one that is known already: the log asks the database nothing."""
    user = vars(request).get("user")
    if type(user) is SimpleLazyObject:
        user = getattr(request, "_cached_user", None)
    return f"account {user.pk} ({user.role})" if user and user.is_authenticated else "nobody signed in"


def _why(record: logging.LogRecord, status: int) -> str:
    said = str(record.msg)
    args = record.args if isinstance(record.args, tuple) else ()
    error = record.exc_info[1] if record.exc_info else None
    if args and said.endswith(ADDRESS_AT_THE_END):
        said = said.removesuffix(ADDRESS_AT_THE_END) % args[:-1]
    elif error is not None:  # of a suspicious request Django repeats what was sent
        return type(error).__name__
    else:
        said = HTTPStatus(status).phrase
    return f"{said}, {error}" if status == HTTPStatus.FORBIDDEN and str(error or "") else said
