"""Say that the portal lives (/healthz), and that all it needs answers (/readyz)."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from redis.exceptions import RedisError

from licensing.outbox import HEARTBEAT


class HealthMiddleware:
    """Answer before hosts, sessions and redirects are looked at: a load balancer has none of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return JsonResponse({"alive": True})
        if request.path == "/readyz":
            parts = {"database": database_answers(), **broker_and_workers()}
            return JsonResponse(parts, status=200 if all(parts.values()) else 503)
        return self.get_response(request)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_and_workers() -> dict[str, bool]:
    """A worker that ran the last heartbeat proves the clock, the broker and itself."""
    try:
        return {"broker": True, "workers": cache.get(HEARTBEAT) is not None}
    except RedisError:
        return {"broker": False, "workers": False}
