"""Access tokens: a key is exchanged for a secret of minutes, which ends with the key."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from licensing.actions.accounts import digest
from licensing.models import AccessToken, Action, ApiKey, Event, User

TOKEN_START = "istmo-token_"  # no key starts like that, so a secret says what it is


@transaction.atomic
def issue(
    key: ApiKey, *, scopes: list[str], lifetime: timedelta, by: User, at: datetime
) -> tuple[AccessToken, str]:
    """Return a token for some of the key's scopes, and its secret, which is told this once.

    It ends after `lifetime`, or with the key if that is sooner. The key's machine asks for it itself.
    """
    secret = TOKEN_START + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        key=key,
        digest=digest(secret),
        scopes=scopes,
        issued_at=at,
        expires_at=min(at + lifetime, key.expires_at),
    )
    Event.objects.create(
        account=key.account,
        action=Action.ISSUE_TOKEN,
        by=by,
        at=at,
        data={"key": key.prefix, "scopes": scopes},
    )
    return token, secret
