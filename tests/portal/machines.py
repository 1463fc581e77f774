"""A customs system with a key, as it calls the API."""

import json
import secrets
from base64 import b64encode
from urllib.parse import urlencode

from django.test import Client

from licensing.actions import accounts
from tests.factories import ApiKeyFactory

TOKEN = "/api/v1/oauth/token"
FORM = "application/x-www-form-urlencoded"


def item_of(line, quantity: str) -> dict:
    """Return what a declaration of one item says of it, which the licence line covers."""
    return {
        "item": 1,
        "licence": str(line.licence),
        "line": line.number,
        "quantity": quantity,
        "unit": line.unit,
    }


class Machine:
    def __init__(self, language: str = "en", **key) -> None:
        self.secret = accounts.KEY_START + secrets.token_urlsafe(32)
        self.key = ApiKeyFactory(digest=accounts.digest(self.secret), prefix=self.secret[:12], **key)
        self.headers = {"Authorization": f"Bearer {self.secret}", "Accept-Language": language}
        self.client = Client(raise_request_exception=False)

    @property
    def as_client(self) -> str:
        """The header by which OAuth's token endpoint knows the machine."""
        return "Basic " + b64encode(f"{self.key.prefix}:{self.secret}".encode()).decode()

    def token(self, *, authorization: str | None = None, headers: dict | None = None, **form: str):
        """Ask for an access token; `authorization` "" leaves the header out."""
        said = self.as_client if authorization is None else authorization
        sent = {**({"Authorization": said} if said else {}), **(headers or {})}
        return self.post_form(urlencode({"grant_type": "client_credentials", **form}), **sent)

    def post_form(self, form: object, content_type: str = FORM, **headers: str):
        """Send what stands for a form to the token endpoint, as it is."""
        said = {"Accept-Language": self.headers["Accept-Language"], **headers}
        return self.client.post(TOKEN, form, content_type=content_type, headers=said)

    def by_token(self, **form: str) -> dict[str, str]:
        """Return headers with a fresh access token in place of the key."""
        return {**self.headers, "Authorization": f"Bearer {self.token(**form).json()['access_token']}"}

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers={**self.headers, **headers})

    def licence(self, number: object, **headers: str):
        return self.get(f"/api/v1/licences/{number}", **headers)

    def report(self, number: object, body: object, **headers: str):
        """Send a message about licence `number`: a dict as JSON, bytes as they are."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            f"/api/v1/licences/{number}/usages",
            sent,
            content_type="application/json",
            headers={**self.headers, **headers},
        )

    def send(self, operation: str, body: object, **headers: str):
        """Send a message to an operation that is not about one licence alone: reservations, batches …"""
        return self.client.post(
            f"/api/v1/{operation}",
            json.dumps(body).encode(),
            content_type="application/json",
            headers={**self.headers, **headers},
        )


def message(quantity: object = "4", *, id: str = "siga-1", line: int = 1, unit: str = "C62", **more) -> dict:
    return {
        "id": id,
        "declaration": "PABLB-2026-0009481",
        "lines": [{"line": line, "quantity": quantity, "unit": unit}],
        **more,
    }
