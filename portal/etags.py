"""What a caller has already, by If-None-Match."""

from django.utils.http import parse_etags


def is_known(sent: str | None, etag: str) -> bool:
    """Say whether the header names the ETag: compared weakly, as RFC 9110 has it, and "*" names any."""
    if not sent:
        return False
    known = parse_etags(sent)
    return known == ["*"] or etag.removeprefix("W/") in {one.removeprefix("W/") for one in known}
