"""Every operation of the API, asked what its description allows and what it does not, by Schemathesis."""

from copy import deepcopy

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from licensing.models import ApiScope
from portal.api.schema import description
from portal.wsgi import application
from tests.factories import LicenceLineFactory
from tests.portal.machines import Machine

EXAMPLES = 15  # of each operation


@pytest.fixture
def machine(transactional_db):
    LicenceLineFactory()
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
    case.call_and_validate(headers={"Authorization": machine.headers["Authorization"]})
