"""Every operation of the API, asked what its description allows and what it does not, by Schemathesis.

Left out is its check that nothing described is refused: a description can't say that a quantity is above
zero, that an id is no other message's, or what a kind of message holds in a batch. Such a refusal is itself
described, and the others of its checks look at it too.
"""

from copy import deepcopy

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from licensing import snapshots
from licensing.models import ApiScope
from portal.api.schema import description
from portal.wsgi import application
from screening.control import parser_of
from screening.control.load import load
from tests.factories import NOON, LicenceLineFactory, ListedEntityFactory
from tests.portal.machines import Machine
from tests.screening.control.files import eu_json

EXAMPLES = 10  # of each operation


@pytest.fixture
def machine(transactional_db, tmp_path):
    LicenceLineFactory()
    # Without these a right answer is 503: nothing to compare with, nothing to fetch.
    ListedEntityFactory(version__source="national")
    control_list = tmp_path / "list"
    control_list.write_bytes(eu_json({"6A005": "6A005 Lasers that cut"}))
    load("eu-annex1-json", parser_of("eu-annex1-json"), control_list, by_name="Prueba", at=NOON)
    snapshots.make_if_due(timezone.now())
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
