"""A receiver of webhooks within the demonstration, so that a newcomer sees messages arrive.

It stands for a customs system: it checks signature and age as any receiver should, and keeps the last
messages in Redis, where both web processes find them. It is told by the same clock as every other address.
"""

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from redis import Redis
from redis.exceptions import RedisError

from licensing import redis_server, webhooks
from licensing.actions import webhooks as acts
from licensing.models import Organisation, OrganisationKind, User, WebhookEndpoint
from portal.demonstration import people

KEPT = 20  # messages
LARGEST = 10_000  # bytes; ours have some two hundred
LIST = "demonstration:received"
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came; `is_verified` says whether it bears our signature and is of now."""

    key: str  # webhook-id: the same with every try
    at: str  # ISO 8601
    is_verified: bool
    kind: str  # such as licence.suspended
    licence: str
    body: str


def address() -> str:
    return f"{settings.PORTAL_URL}{reverse('demonstration-receiver')}"


def register(at: datetime) -> None:
    """Have this demonstration's receiver told what happens, and one of an earlier port nothing more."""
    told = WebhookEndpoint.objects.live().filter(address__endswith=reverse("demonstration-receiver"))
    by = User.objects.get(email=people.ADMINISTRATOR)
    for other in told.exclude(address=address()):
        acts.disable(other.pk, by=by, at=at)
    if not told.filter(address=address()).exists():
        customs = Organisation.objects.filter(kind=OrganisationKind.CUSTOMS).earliest("pk")
        acts.add(customs, address(), by=by, at=at)


def take(key: str, seconds: str, signatures: str, body: bytes, at: datetime) -> bool:
    """Keep a message that came, and say whether it is ours."""
    written = body.decode("utf-8", "replace")
    said = _content(written)
    data = said.get("data")
    one = Received(
        key=key[:60],
        at=at.isoformat(),
        is_verified=_is_ours(key, seconds, signatures, written, at),
        kind=str(said.get("type", ""))[:60],
        licence=str(data.get("licence", ""))[:60] if isinstance(data, dict) else "",
        body=written,
    )

    def keep(server: Redis) -> None:
        server.lpush(LIST, json.dumps(asdict(one)))
        server.ltrim(LIST, 0, KEPT - 1)

    redis_server.ask(keep)
    return one.is_verified


def _content(written: str) -> dict[str, object]:
    try:
        said = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_ours(key: str, seconds: str, signatures: str, body: str, at: datetime) -> bool:
    """Check as the standard says: a signature of ours over id, moment and body, and a moment of now."""
    endpoint = WebhookEndpoint.objects.live().filter(address=address()).first()
    if endpoint is None or not seconds.isascii() or not seconds.isdigit() or len(seconds) > 11:
        return False
    sent_at = datetime.fromtimestamp(int(seconds), at.tzinfo)
    right = webhooks.sign(webhooks.unlock(endpoint.secret), key, sent_at, body)
    same = any(hmac.compare_digest(right.encode(), one.encode()) for one in signatures.split())
    return same and abs(at - sent_at) <= CLOCKS_DIFFER


def received() -> list[Received]:
    """Return the last messages, the newest first; none where Redis does not answer."""
    try:
        kept = redis_server.ask(lambda server: server.lrange(LIST, 0, KEPT - 1))
    except RedisError:
        return []
    return [Received(**json.loads(one)) for one in kept]
