"""What the examples of the API's description speak of."""

from datetime import date, timedelta
from decimal import Decimal

from licensing.terms import Given
from portal.api import examples
from tests.factories import NOON, OrganisationFactory, conditioned


def licence_of_the_examples():
    """Return the licence, as its goods' second message leaves it."""
    return conditioned(
        Given(last_day=date(2026, 11, 30)),
        most=Decimal(8),
        line={"used": Decimal(4), "value": Decimal(250000)},
        reference="PA-L-2026-000123",
        issued_at=NOON - timedelta(days=1),  # before what the examples let leave
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        conditions=examples.LICENCE["conditions"],
        holder=OrganisationFactory(name="Óptica del Istmo, S. A.", tax_id="155612345-2-2016"),
    )
