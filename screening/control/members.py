"""What the members of an object in JSON have to be: each check raises BadList with the member that is wrong.

`line` is that of the file, `path` says where the member stands: "thresholds.2.value", from 1.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from screening.refusals import BadList

Check = Callable[[int, str, Any], None]

LANGUAGE = re.compile(r"[a-z]{2}")
LONGEST_SHOWN = 60  # letters of a name that is wrong


def text(line: int, path: str, value: Any) -> None:
    if not isinstance(value, str):
        raise BadList("member-no-text", line=line, member=path)


def whole(line: int, path: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadList("member-no-number", line=line, member=path)


def number(line: int, path: str, value: Any) -> None:
    """Check for a number, which may be written as text."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise BadList("member-no-number", line=line, member=path)


def truth(line: int, path: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise BadList("member-no-truth", line=line, member=path)


def each(check: Check) -> Check:
    def check_all(line: int, path: str, value: Any) -> None:
        if not isinstance(value, list):
            raise BadList("member-no-array", line=line, member=path)
        for place, one in enumerate(value, start=1):
            check(line, f"{path}.{place}", one)

    return check_all


def one_or_more(check: Check) -> Check:
    several = each(check)

    def check_it(line: int, path: str, value: Any) -> None:
        (several if isinstance(value, list) else check)(line, path, value)

    return check_it


def by_language(check: Check) -> Check:
    """Check an object whose members are called as languages: {"es": …, "en": …}."""

    def check_all(line: int, path: str, value: Any) -> None:
        for language, one in _object(line, path, value).items():
            if not LANGUAGE.fullmatch(language):
                raise BadList("member-no-language", line=line, member=_below(path, language))
            check(line, _below(path, language), one)

    return check_all


def record(checks: Mapping[str, Check], *, needed: Collection[str] = ()) -> Check:
    """Check an object that has these members and no others."""

    def check_all(line: int, path: str, value: Any) -> None:
        held = _object(line, path, value)
        for name, one in held.items():
            if name not in checks:
                raise BadList("unknown-member", line=line, member=_below(path, name), known=", ".join(checks))
            checks[name](line, _below(path, name), one)
        for name in needed:
            if name not in held:
                raise BadList("member-missing", line=line, member=_below(path, name))

    return check_all


def _object(line: int, path: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadList("member-no-object", line=line, member=path)
    return value


def _below(path: str, name: str) -> str:
    return ".".join(filter(None, (path, name[:LONGEST_SHOWN])))
