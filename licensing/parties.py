"""Facts about parties that other modules compare: pure functions."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from licensing.models import Address, Application, Organisation, Party, PartyKind, PartyRole, User


def facts(party: Party) -> dict[str, Any]:
    """Return everything about the party that screening looks at. In which role it takes part says nothing
    of who it is."""
    return {
        "kind": party.kind,
        "names": list(party.names()),
        "country": party.country,
        "address": party.address_lines(),
        "registration_number": party.registration_number,
        "born_on": party.born_on.isoformat() if party.born_on else "",
    }


def digest(party: Party) -> str:
    """Return the SHA-256 of the party's facts."""
    return digest_of_facts(facts(party))


def digest_of_facts(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def digest_of_all(parties: Iterable[Party]) -> str:
    """Return one SHA-256 for a set of parties, whatever their order."""
    return hashlib.sha256("".join(sorted(map(digest, parties))).encode()).hexdigest()


def as_company(organisation: Organisation) -> Party:
    """Return the company as the lists are asked about it; not stored, see licensing.watched."""
    return Party(
        company=organisation,
        role=PartyRole.APPLICANT,
        kind=PartyKind.ORGANISATION,
        name=organisation.name,
        registration_number=organisation.tax_id,
        **{field.name: getattr(organisation, field.name) for field in Address._meta.get_fields()},
    )


def as_account(user: User) -> Party:
    """Return the person as the lists are asked about them. Where they live is not known."""
    return Party(account=user, role=PartyRole.USER, kind=PartyKind.PERSON, name=user.name)


def digest_of_case(application: Application) -> str:
    """Return one SHA-256 for everybody an application is about, as they are now: its parties and the company
    that applies."""
    return digest_of_all([*application.parties.all(), as_company(application.organisation)])


def key(party: Party) -> str:
    """Return what shows that two parties are probably one, even if other facts differ: the main name."""
    return name_key(party.name)


def name_key(name: str) -> str:
    return " ".join(name.casefold().split())[:200]
