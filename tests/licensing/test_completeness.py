import pytest

from licensing import completeness
from licensing.completeness import Section
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db


def lacking(application):
    return {section for section, reasons in completeness.missing(application).items() if reasons}


def test_a_new_draft_lacks_every_section():
    assert lacking(ApplicationFactory()) == set(Section)


def test_a_complete_application_lacks_nothing():
    assert lacking(ApplicationFactory(complete=True)) == set()


def test_a_broker_is_named_when_somebody_brokers():
    application = ApplicationFactory(complete=True, kind="brokering")

    assert lacking(application) == {Section.PARTIES}


@pytest.mark.parametrize(("mode", "missing"), [("sea", {Section.ROUTE}), ("electronic", set())])
def test_what_is_sent_over_a_wire_leaves_through_no_port(mode, missing):
    application = ApplicationFactory(complete=True, transport_mode=mode, port_of_loading="")

    assert lacking(application) == missing
