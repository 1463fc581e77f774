"""The border's own token endpoint: whoever signs in by OAuth 2 gets tokens while the portal is away.

What is asked and answered is the portal's (`portal.api.grants`). Guesses are counted in the memory of the
process. A connection is opened for one request and closed after it: clients come four times an hour.
"""

import threading
from collections import OrderedDict
from http import HTTPStatus
from typing import Any, NamedTuple
from wsgiref.types import WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, transaction
from django.utils import timezone

from portal.api import grants
from portal.api.grants import NOT_KEPT, Asking, NoToken
from portal.border.lookup import PATIENCE
from portal.limits import seconds_to_wait

TOKEN_PATH = "/api/v1/oauth/token"
REMEMBERED = 10_000  # names that are counted; the one that knocked longest ago is forgotten
BE_QUICK = "; ".join(f"SET LOCAL {name} = {most}" for name, most in PATIENCE.items())


class Issued(NamedTuple):
    status: HTTPStatus
    headers: dict[str, str]
    body: dict[str, Any]


class Memory:
    """Counts as Redis does for the portal, for all threads of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: OrderedDict[str, int] = OrderedDict()

    def count(self, name: str, _seconds: int, knocks: int) -> int:
        with self.lock:
            counted = self.counts[name] = self.counts.get(name, 0) + knocks
            self.counts.move_to_end(name)
            if len(self.counts) > REMEMBERED:
                self.counts.popitem(last=False)
        return counted


class Issuing:
    """The endpoint of one process."""

    def __init__(self) -> None:
        self.memory = Memory()

    def answer(self, environ: WSGIEnvironment, address: str) -> Issued:
        """Answer a form that was posted from `address`, in the language in use.

        Raises grants.TooOften, TooLarge, and django.db.Error where the database does not answer.
        """
        request = WSGIRequest(environ)
        asking = Asking(environ.get("HTTP_AUTHORIZATION", ""), environ, address)
        try:
            with transaction.atomic():
                self.be_quick()
                body = grants.exchange(
                    asking,
                    lambda: grants.fields_of(request, environ.get("CONTENT_TYPE", "")),
                    self.counted,
                    timezone.now(),
                )
            return Issued(HTTPStatus.OK, dict(NOT_KEPT), body)
        except NoToken as refused:
            return Issued(HTTPStatus(refused.status), refused.headers, dict(refused.told()))
        finally:
            connection.close()

    def be_quick(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BE_QUICK)

    def counted(self, what: str, who: str) -> int | None:
        rate = settings.OAUTH_RATES[what]
        return seconds_to_wait(f"oauth-{what}", who, rate, counting=self.memory.count)
