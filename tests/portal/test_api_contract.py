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

TOKEN_PATH = "/api/v1/oauth/token"
ISSUE_TOKEN = f"POST {TOKEN_PATH}"
FORM = "application/x-www-form-urlencoded"
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
    if case.operation.label == ISSUE_TOKEN:
        headers = {"Authorization": machine.as_client}
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])


def test_a_token_is_issued_as_described_and_opens_what_it_is_for(machine):
    case = api[TOKEN_PATH]["POST"].Case(body={"grant_type": "client_credentials"}, media_type=FORM)
    issued = case.call_and_validate(headers={"Authorization": machine.as_client})
    assert issued.status_code == 200

    token = issued.json()["access_token"]
    case = api["/api/v1/changes"]["GET"].Case()
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
