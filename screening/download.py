"""Fetch one file over HTTP into a file of ours, with limits on everything a foreign server decides.

Only https, but for this machine itself (and where `SCREENING_FETCH_HTTP` allows it). Redirects are followed a
few times, each checked anew: a publisher's server, or whoever has taken it over, must not lead us to another
scheme or into our own network. The name is looked up once and that address is connected to, so that it
cannot be another between check and connection.
"""

import hashlib
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError, TimeoutError

from screening.refusals import BadList

CHUNK = 1 << 16
MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
UNCHANGED = 304
WEB_PAGE = re.compile(rb"^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
LONGEST_TAG, LONGEST_DAY = 300, 60  # of what is kept of a publisher's marks
AGENT = "Istmo (sanctions list import)"


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a publisher's server tells one file from the next, for asking only for a newer one."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    is_new: bool  # False: the server says that the file with our marks is still the newest
    marks: Marks = Marks()
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    size: int  # bytes
    seconds: float  # for everything
    silence: float  # seconds without a byte


def download(address: str, to: Path, *, marks: Marks, limits: Limits) -> Answer:
    """Write what is at `address` to the file `to`, unless it has not changed since `marks`.

    Raises BadList, with the reason, for whatever is not the whole file.
    """
    ends, here = monotonic() + limits.seconds, address
    for _step in range(MOST_REDIRECTS + 1):
        answer = _ask(here, _host(address), marks, limits)
        try:
            if answer.status in REDIRECTS and "Location" in answer.headers:
                here = urljoin(here, answer.headers["Location"])
                continue
            return _received(answer, to, limits, ends)
        finally:
            answer.close()
    raise BadList("led-in-circles")


def is_allowed(address: str) -> bool:
    """Say whether an address may be fetched from: https, or this machine, or http where that is allowed."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password:
        return False
    if parts.scheme == "http":
        return host in ("localhost", "127.0.0.1", "::1") or settings.SCREENING_FETCH_HTTP
    return parts.scheme == "https"


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "") if is_allowed(address) else ""


def _ask(address: str, trusted: str, marks: Marks, limits: Limits) -> BaseHTTPResponse:
    """Ask the server; only the host an operator has set may be in a network of our own."""
    if not is_allowed(address):
        raise BadList("unsafe-address", address=address[:200])
    parts = urlsplit(address)
    host = _host(address)
    headers = {
        "Host": parts.netloc,
        "User-Agent": AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        **marks.headers(),
    }
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    ips = _looked_up(parts)
    if host != trusted and not all(ipaddress.ip_address(ip).is_global for ip in ips):
        raise BadList("unsafe-address", address=address[:200])
    for number, ip in enumerate(ips, start=1):
        pool = _pool(parts, ip, limits)
        try:
            return pool.urlopen(
                "GET", target, headers=headers, redirect=False, retries=False, preload_content=False
            )
        except (NewConnectionError, TimeoutError, ProtocolError) as error:
            if number == len(ips):
                raise BadList("no-answer", host=host, why=_why(error)) from error
        except HTTPError as error:
            raise BadList("unproven-server", host=host, why=_why(error)) from error
    raise BadList("no-answer", host=host, why="-")


def _looked_up(parts: SplitResult) -> list[str]:
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or parts.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadList("no-answer", host=host, why=_why(error)) from error
    return list(dict.fromkeys(str(where[0]) for *_family, where in found))


def _pool(parts: SplitResult, ip: str, limits: Limits) -> HTTPConnectionPool:
    timeout = Timeout(connect=limits.silence, read=limits.silence)
    if parts.scheme == "http":
        return HTTPConnectionPool(ip, parts.port, timeout=timeout)
    host = parts.hostname or ""
    return HTTPSConnectionPool(
        ip,
        parts.port,
        timeout=timeout,
        ssl_context=ssl.create_default_context(),
        server_hostname=host,
        assert_hostname=host,
    )


def _received(answer: BaseHTTPResponse, to: Path, limits: Limits, ends: float) -> Answer:
    if answer.status == UNCHANGED:
        return Answer(is_new=False)
    if answer.status != 200:
        raise BadList("http-status", status=answer.status)
    said = answer.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > limits.size:
        raise _too_large(int(said), limits)
    marks = Marks(
        _mark(answer.headers.get("ETag"), LONGEST_TAG),
        _mark(answer.headers.get("Last-Modified"), LONGEST_DAY),
    )
    sha256, size = _written(answer, to, limits, ends)
    return Answer(True, marks, sha256, size)


def _mark(value: str | None, longest: int) -> str:
    """Half a mark would be another one, so a longer one is not kept."""
    return value if value and len(value) <= longest and value.isprintable() else ""


def _written(answer: BaseHTTPResponse, to: Path, limits: Limits, ends: float) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with to.open("wb") as file:
        for chunk in _chunks(answer, limits):
            if not size and WEB_PAGE.match(chunk):
                raise BadList("web-page")
            size += len(chunk)
            if size > limits.size:
                raise _too_large(size, limits)
            if monotonic() > ends:
                raise BadList("too-slow", seconds=round(limits.seconds))
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise BadList("empty-file")
    return digest.hexdigest(), size


def _chunks(answer: BaseHTTPResponse, limits: Limits) -> Iterator[bytes]:
    size = 0
    try:
        while chunk := answer.read1(CHUNK, decode_content=False):
            size += len(chunk)
            yield chunk
    except ReadTimeoutError as error:
        raise BadList("too-slow", seconds=round(limits.silence)) from error
    except HTTPError as error:
        raise BadList("not-in-full", size=size) from error


def _too_large(size: int, limits: Limits) -> BadList:
    return BadList("too-large", size=size // 1_000_000, limit=limits.size // 1_000_000)


def _why(error: Exception) -> str:
    """Return the last words of an error, which say what happened, without an object's address."""
    return re.sub(r"<[^>]*>:?\s*", "", str(error)).strip()[-200:] or type(error).__name__
