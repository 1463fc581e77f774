"""Every operation of the API, asked what its description allows and what it does not, by Schemathesis.

Left out is its check that nothing described is refused: a description can't say that a quantity is above
zero, that an id is no other message's, or what a kind of message holds in a batch. Such a refusal is itself
described, and the others of its checks look at it too.
"""

from copy import deepcopy

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from licensing.models import ApiScope
from portal.api.schema import description
from portal.wsgi import application
from tests.factories import LicenceLineFactory, ListedEntityFactory
from tests.portal.machines import Machine

EXAMPLES = 10  # of each operation


@pytest.fixture
def machine(transactional_db):
    LicenceLineFactory()
    ListedEntityFactory(version__source="national")  # without a list in force nobody is screened
    return Machine(scopes=list(ApiScope.values))


api = schemathesis.openapi.from_dict(deepcopy(description()))
api.app = application


@api.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_operation_keeps_to_its_description(case, machine):
    headers = {"Authorization": machine.headers["Authorization"]}
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
