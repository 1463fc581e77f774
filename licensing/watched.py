"""Companies and people with an account, as rows that the lists are asked about.

Nobody declares them: the rows follow the accounts, and are brought up to them whenever somebody is screened.
"""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from licensing import parties
from licensing.models import Address, Organisation, OrganisationKind, Party, Role, User

ADDRESS = tuple(field.name for field in Address._meta.get_fields())
FOLLOWED = ("name", "registration_number", *ADDRESS)


def company(organisation: Organisation) -> Party:
    """Return the row of a company, as the company is now."""
    return _brought_up(parties.as_company(organisation))


def account(user: User) -> Party:
    return _brought_up(parties.as_account(user))


def follow_accounts() -> int:
    """Bring every row up to its company or account; return how many were made or changed."""
    behind = 0
    for party in _behind():
        _brought_up(party)
        behind += 1
    return behind


def _behind() -> Iterator[Party]:
    """Yield what is not stored yet, or otherwise than it is now, without reading what is."""
    companies = Organisation.objects.filter(kind=OrganisationKind.EXPORTER)
    same = {name: OuterRef(name) for name in (*ADDRESS, "name")}
    there = Party.objects.filter(company=OuterRef("pk"), registration_number=OuterRef("tax_id"), **same)
    yield from map(parties.as_company, companies.exclude(Exists(there)).iterator())
    yield from map(parties.as_account, _people().exclude(screened_as__name=F("name")).iterator())


def _people() -> QuerySet[User]:
    """Everybody who can sign in; machines have no name of their own."""
    return User.objects.filter(is_active=True).exclude(role=Role.CUSTOMS_SYSTEM)


@transaction.atomic
def _brought_up(party: Party) -> Party:
    owner = {"company": party.company} if party.company_id else {"account": party.account}
    facts = {name: getattr(party, name) for name in FOLLOWED}
    row, made = Party.objects.select_for_update(of=("self",)).get_or_create(
        **owner, defaults={**facts, "role": party.role, "kind": party.kind}
    )
    if not made and any(getattr(row, name) != value for name, value in facts.items()):
        for name, value in facts.items():
            setattr(row, name, value)
        row.save(update_fields=list(facts))
    return row
