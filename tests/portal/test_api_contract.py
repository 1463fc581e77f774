"""Every operation of the API, asked what its description allows and what it does not, by Schemathesis.

Left out is its check that nothing described is refused: a description can't say that a quantity is above
zero, that an id is no other message's, or what a kind of message holds in a batch. Such a refusal is itself
described, and the others of its checks look at it too. In a batch a message that the description forbids is
answered in its place and the batch is not refused, so the check that it should be is left out there.
"""

from copy import deepcopy

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from licensing import snapshots
from licensing.models import ApiScope
from portal.api.schema import description
from portal.wsgi import application
from screening.control import parser_of
from screening.control.load import load
from tests.factories import NOON, LicenceLineFactory, ListedEntityFactory
from tests.portal.machines import Machine
from tests.screening.control.files import eu_json

TOKEN_PATH = "/api/v1/oauth/token"
ISSUE_TOKEN = f"POST {TOKEN_PATH}"
FORM = "application/x-www-form-urlencoded"
EXAMPLES = 10  # of each operation


@pytest.fixture
def machine(transactional_db, tmp_path):
    """A key for everything, and what there must be for an answer other than that nothing is in force."""
    LicenceLineFactory()
    ListedEntityFactory(version__source="national")  # without a list in force nobody is screened
    control_list = tmp_path / "list"
    control_list.write_bytes(eu_json({"6A005": "6A005 Lasers that cut"}))
    load("eu-annex1-json", parser_of("eu-annex1-json"), control_list, by_name="Prueba", at=NOON)
    snapshots.make_if_due(timezone.now())
    return Machine(scopes=list(ApiScope.values))


# A message with more rows than allowed may be too large to be read at all.
REJECTED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429"]
config = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REJECTED}}}
)
api = schemathesis.openapi.from_dict(deepcopy(description()), config=config)
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
    in_its_place = [negative_data_rejection] if case.operation.path.endswith("/batches") else []
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance, *in_its_place])


def test_a_token_is_issued_as_described_and_opens_what_it_is_for(machine):
    case = api[TOKEN_PATH]["POST"].Case(body={"grant_type": "client_credentials"}, media_type=FORM)
    issued = case.call_and_validate(headers={"Authorization": machine.as_client})
    assert issued.status_code == 200

    token = issued.json()["access_token"]
    case = api["/api/v1/changes"]["GET"].Case()
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
