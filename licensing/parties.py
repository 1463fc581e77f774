"""Facts about parties that other modules compare: pure functions."""

import hashlib
import json
from collections.abc import Iterable

from licensing.models import Party


def digest(party: Party) -> str:
    """Return the SHA-256 of everything about the party that screening looks at."""
    facts = [
        party.role,
        party.kind,
        list(party.names()),
        party.country,
        party.address_lines(),
        party.registration_number,
        party.born_on.isoformat() if party.born_on else "",
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def digest_of_all(parties: Iterable[Party]) -> str:
    """Return one SHA-256 for a set of parties, whatever their order."""
    return hashlib.sha256("".join(sorted(map(digest, parties))).encode()).hexdigest()
