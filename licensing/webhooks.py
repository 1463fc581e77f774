"""Tell customs systems what happens to licences (Standard Webhooks): news become messages, messages are sent.

Of one licence the next message waits until the one before is taken or given up, so that nobody hears
"suspended" after "reinstated"; what happens to goods detained under it comes in the same order. Messages of
other licences go on, and an endpoint that does not answer is left alone for a while without delaying another.
One that answers 410 is told nothing more, what waited for it is given up, and administrators get a letter.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import logging
import secrets
import socket
import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from licensing import notifications
from licensing.models import (
    ENDED,
    Action,
    Event,
    Licence,
    LicenceChange,
    LicenceNews,
    LicenceState,
    LicenceStatus,
    NewsKind,
    WebhookEndpoint,
    WebhookMessage,
)

log = logging.getLogger(__name__)

SECRET_START = "whsec_"
SECRET_BYTES = 32
LOOK_BACK = timedelta(hours=1)  # for licences that were used up
GIVE_UP_AFTER = timedelta(days=3)
# After a message's first, second … failure; the last one again and again until it is given up.
WAITS = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
WAITS += [timedelta(hours=hours) for hours in (2, 5, 10, 14)]
JITTER = 0.1  # of a wait, so that what failed together is not tried together
# While an endpoint does not answer at all.
PAUSES = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800)]
PATIENCE = 10  # seconds for an endpoint to answer
LEASE = timedelta(seconds=60)
SHIFT = 30  # seconds that a worker stays with one endpoint
SPREAD_AT_ONCE = 500
AGENT = "Istmo webhooks"
GONE = 410  # HTTP: by Standard Webhooks, the receiver wants no more
WHY_GONE = f"HTTP {GONE}"


class NotTaken(Exception):
    """The endpoint answered that it does not take this message."""


class Gone(NotTaken):
    """The endpoint answered that it wants nothing more, this message included."""


class NoAnswer(Exception):
    """The endpoint does not answer, or may not be called at all."""


# --- secrets -----------------------------------------------------------------------------------------


def new_secret() -> str:
    return SECRET_START + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def lock(secret: str) -> str:
    """Return the secret as it is stored: encrypted with SECRET_KEY."""
    return _cipher().encrypt(secret.encode()).decode()


def unlock(stored: str) -> str:
    return _cipher().decrypt(stored.encode()).decode()


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"webhooks {key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def sign(secret: str, key: str, at: datetime, body: str) -> str:
    """Return the header webhook-signature: v1 and HMAC-SHA256 of id, seconds and body."""
    signed = f"{key}.{int(at.timestamp())}.{body}".encode()
    digest = hmac.digest(base64.b64decode(secret.removeprefix(SECRET_START)), signed, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


# --- from news to messages ---------------------------------------------------------------------------


@transaction.atomic
def note_ends(at: datetime) -> None:
    """Write down which licences have expired or were used up since the last look, if anybody is told."""
    if not WebhookEndpoint.objects.live().exists():
        return
    told = LicenceNews.objects.filter(kind=NewsKind.EXPIRED).values("licence")
    over = Licence.objects.filter(ends_at__lte=at, ends_at__gt=at - GIVE_UP_AFTER).exclude(pk__in=told)
    over = over.exclude(status__in=ENDED)
    news = [LicenceNews(licence=licence, kind=NewsKind.EXPIRED, at=licence.ends_at) for licence in over]
    LicenceNews.objects.bulk_create(news, ignore_conflicts=True)
    for licence in _used_up(at):
        LicenceNews.objects.create(licence=licence, kind=NewsKind.EXHAUSTED, at=at)


def _used_up(at: datetime) -> Iterable[Licence]:
    """Return licences that are used up, if their balance changed since that was last told."""
    lately = Q(changes__what=LicenceChange.What.BALANCE, changes__at__gt=at - LOOK_BACK)
    told = LicenceNews.objects.filter(licence=OuterRef("pk"), kind=NewsKind.EXHAUSTED).order_by("-at")
    changed = Licence.objects.filter(lately, status=LicenceStatus.ACTIVE).annotate(
        changed_at=Max("changes__at", filter=lately), told_at=Subquery(told.values("at")[:1])
    )
    candidates = changed.filter(Q(told_at=None) | Q(told_at__lt=F("changed_at"))).prefetch_related("lines")
    return [licence for licence in candidates if licence.state(at) == LicenceState.EXHAUSTED]


@transaction.atomic
def spread(at: datetime) -> int:
    """Make a message of each piece of news for each endpoint; return how many messages."""
    waiting = (
        LicenceNews.objects.filter(spread_at=None).order_by("pk").select_related("licence", "detention__by")
    )
    news = list(waiting.select_for_update(of=("self",), skip_locked=True)[:SPREAD_AT_ONCE])
    endpoints = list(WebhookEndpoint.objects.live())
    messages = [
        _message(endpoint, one, at) for one in news for endpoint in endpoints if _concerns(one, endpoint)
    ]
    WebhookMessage.objects.bulk_create(messages, ignore_conflicts=True)
    _give_up_what_is_for_nobody(at)
    LicenceNews.objects.filter(pk__in=[one.pk for one in news]).update(spread_at=at)
    return len(messages)


def _concerns(news: LicenceNews, endpoint: WebhookEndpoint) -> bool:
    """Say whether a customs service is told: each of licences, of detained goods the one that has them."""
    return news.detention is None or news.detention.by.organisation_id == endpoint.organisation_id


def _said(news: LicenceNews) -> dict[str, Any]:
    """Return the type of a message, and what it is about: no state, since that may have changed meanwhile."""
    licence = news.licence.reference if news.licence else ""
    api = f"{settings.PORTAL_URL}/api/v1"
    if news.detention is None:
        data = {"licence": licence, "url": f"{api}/licences/{licence}"}
        if news.kind == NewsKind.REPLACED and news.licence and news.licence.replacement:
            data["replaced_by"] = news.licence.replacement.reference
        return {"type": f"licence.{news.kind}", "data": data}
    return {
        "type": f"detention.{news.kind}",
        "data": {
            "detention": news.detention.pk,
            "declaration": news.detention.declaration,
            "licence": licence,
            "url": f"{api}/detentions/{news.detention.pk}",
        },
    }


def _message(endpoint: WebhookEndpoint, news: LicenceNews, at: datetime) -> WebhookMessage:
    said = _said(news)
    body = {"type": said["type"], "timestamp": news.at.isoformat(), "data": said["data"]}
    return WebhookMessage(
        endpoint=endpoint,
        licence=news.licence,
        news=news,
        key=f"msg_{secrets.token_hex(12)}",
        body=json.dumps(body, ensure_ascii=False),
        created_at=at,
        first_at=at,
        due_at=at,
    )


# --- sending -----------------------------------------------------------------------------------------


def busy(at: datetime) -> list[int]:
    """Return the endpoints that have something to be sent now and that nobody is at."""
    ready = WebhookEndpoint.objects.live().filter(resume_at__lte=at, lease_ends_at__lte=at)
    due = WebhookMessage.objects.due(at).values("endpoint")
    return list(ready.filter(pk__in=due).values_list("pk", flat=True))


def deliver(endpoint_id: int, at: datetime) -> int:
    """Send an endpoint what is due, for half a minute at most; return how many it took.

    Of two workers only one is at it. Stops when the endpoint does not answer at all.
    """
    free = WebhookEndpoint.objects.live().filter(pk=endpoint_id, lease_ends_at__lte=at, resume_at__lte=at)
    if not free.update(lease_ends_at=at + LEASE):
        return 0
    endpoint, started, taken = WebhookEndpoint.objects.get(pk=endpoint_id), monotonic(), 0
    try:
        while monotonic() - started < SHIFT:
            now = at + timedelta(seconds=monotonic() - started)
            message = (
                WebhookMessage.objects.due(now).filter(endpoint=endpoint).order_by("due_at", "pk").first()
            )
            if message is None:
                break
            taken += _deliver_one(endpoint, message, now)
    except NoAnswer:
        pass  # kept with endpoint and message
    finally:
        WebhookEndpoint.objects.filter(pk=endpoint_id).update(lease_ends_at=at)
    return taken


def _deliver_one(endpoint: WebhookEndpoint, message: WebhookMessage, at: datetime) -> bool:
    """Send one message; say whether it was taken. Raises NoAnswer."""
    try:
        send(endpoint, message, at)
    except Gone:
        WebhookMessage.objects.filter(pk=message.pk).update(tries=F("tries") + 1)
        end(endpoint.pk, at)
        return False
    except (NotTaken, NoAnswer) as error:
        _put_off(message, str(error), at)
        if isinstance(error, NoAnswer):
            _pause(endpoint, at)
            raise
        return False
    WebhookMessage.objects.filter(pk=message.pk).update(delivered_at=at, tries=F("tries") + 1, failure="")
    if endpoint.failures:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=0)
        endpoint.failures = 0
    return True


@transaction.atomic
def end(endpoint_id: int, at: datetime) -> None:
    """Tell an endpoint nothing more that wants no more, and tell administrators, once."""
    if not WebhookEndpoint.objects.live().filter(pk=endpoint_id).update(gone_at=at):
        return
    _give_up_what_is_for_nobody(at)
    endpoint = WebhookEndpoint.objects.select_related("organisation").get(pk=endpoint_id)
    log.warning("Webhook endpoint %s wants no more", endpoint_id)
    event = Event.objects.create(
        organisation=endpoint.organisation,
        action=Action.END_WEBHOOK,
        at=at,
        data={"address": endpoint.address, "customs": endpoint.organisation.name},
    )
    notifications.announce(event)


def _give_up_what_is_for_nobody(at: datetime) -> None:
    """Give up what waits for endpoints that are gone, also what was made for one while it answered so."""
    waiting = WebhookMessage.objects.open().filter(endpoint__gone_at__isnull=False)
    waiting.update(dead_at=at, failure=WHY_GONE)


def _put_off(message: WebhookMessage, why: str, at: datetime) -> None:
    wait = WAITS[min(message.tries, len(WAITS) - 1)]
    wait += wait * JITTER * secrets.randbelow(100) / 100
    settled: dict[str, Any] = {"due_at": at + wait}
    if at + wait > message.first_at + GIVE_UP_AFTER:
        settled = {"dead_at": at}
        log.warning("Webhook message %s is given up after %s tries", message.key, message.tries + 1)
    WebhookMessage.objects.filter(pk=message.pk).update(tries=F("tries") + 1, failure=why[:300], **settled)


def _pause(endpoint: WebhookEndpoint, at: datetime) -> None:
    pause = PAUSES[min(endpoint.failures, len(PAUSES) - 1)]
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=F("failures") + 1, resume_at=at + pause)


def send(endpoint: WebhookEndpoint, message: WebhookMessage, at: datetime) -> None:
    """Send one message now. Raises NotTaken or NoAnswer."""
    parts = urlsplit(endpoint.address)
    headers = {
        "Host": parts.netloc,
        "User-Agent": AGENT,
        "Content-Type": "application/json",
        "webhook-id": message.key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign(unlock(endpoint.secret), message.key, at, message.body),
    }
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    pool = _pool(parts, checked_address(endpoint.address))
    try:
        # No redirect is followed: it could lead anywhere, and the message is for this address alone.
        answer = pool.urlopen(
            "POST",
            target,
            body=message.body.encode(),
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
        )
        answer.close()  # its status is all that counts
    except HTTPError as error:
        raise NoAnswer(type(error).__name__) from error
    finally:
        pool.close()
    if answer.status == GONE:
        raise Gone(WHY_GONE)
    if not 200 <= answer.status < 300:
        raise NotTaken(f"HTTP {answer.status}")


def checked_address(address: str) -> str:
    """Look the host up once and return where to connect. Raises NoAnswer for what may not be called.

    Only https, and plain http to networks that WEBHOOK_NETWORKS names; of our own networks only those.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NoAnswer("unsafe address") from error
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.password:
        raise NoAnswer("unsafe address")
    try:
        found = socket.getaddrinfo(host, port or parts.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer("the name is not known") from error
    ips = [ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_family, where in found]
    if not ips or not all(_may_be_called(ip, parts.scheme) for ip in ips):
        raise NoAnswer("unsafe address")
    return str(ips[0])


def _may_be_called(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, scheme: str) -> bool:
    named = any(ip in ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS)
    return named or (scheme == "https" and ip.is_global and not ip.is_multicast)


def _pool(parts: SplitResult, ip: str) -> HTTPConnectionPool:
    timeout = Timeout(total=PATIENCE)
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
