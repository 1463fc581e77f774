"""What an exporter corrects after a question of the authority: the case tells it field by field."""

import pytest
from django.utils import translation

from licensing.actions import drafts
from licensing.models import Action, ApplicationStatus, Event
from portal.changes import Change
from portal.timeline import sentences
from tests.factories import (
    NOON,
    ApplicationFactory,
    ListVersionFactory,
    UserFactory,
)
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def case():
    """A case whose exporter was asked something."""
    case = ApplicationFactory(in_review=True, status=ApplicationStatus.INFORMATION_REQUESTED)
    Event.objects.create(application=case, action=Action.SUBMIT, by=case.created_by, at=NOON)
    return case


def told(case, for_exporter=False):
    return sentences(case.events.newest_first(), for_exporter)


def put(case, party, **said):
    drafts.put_party(case.pk, party.pk, by=case.created_by, at=NOON, **said)


def test_a_corrected_party_is_told_with_what_was_before_and_after(case):
    party = case.parties.first()
    name = party.name

    put(case, party, name="Kyoto Lens K. K.", country="KR", other_names=["KLI", "K-Lens"])

    assert told(case)[0].changes == (
        Change(name, "Full legal name", name, "Kyoto Lens K. K."),
        Change(name, "Country", "Japan", "South Korea"),
        Change(name, "Other names", "", "KLI, K-Lens"),
    )


def test_several_corrections_are_told_in_the_order_they_were_made(case):
    party = case.parties.first()
    put(case, party, city="Osaka")
    put(case, party, city="Nara")

    (entry,) = [entry for entry in told(case) if entry.action == Action.EDIT]

    assert [change.after for change in entry.changes] == ["Osaka", "Nara"]


def test_what_was_written_before_it_was_handed_in_is_told_without_its_fields():
    case = ApplicationFactory()
    drafts.save(case.pk, by=case.created_by, at=NOON, contact_name="Ana")
    Event.objects.create(application=case, action=Action.SUBMIT, by=case.created_by, at=NOON)

    assert [entry.changes for entry in told(case)] == [(), ()]


def test_goods_route_and_answers_are_told_in_words(case):
    by, line = case.created_by, case.goods.first()
    case.declarations.filter(question="military").update(answer=False, explanation="")
    drafts.put_goods(case.pk, line.pk, by=by, at=NOON, quantity=line.quantity + 1250, unit="KGM")
    drafts.save(case.pk, by=by, at=NOON, dispatch_on=NOON.date(), transit_countries=["CR", "MX"])
    answers = {"military": (True, "Para la guardia.")}
    drafts.declare(case.pk, end_use=case.end_use, answers=answers, by=by, at=NOON)

    said = {(change.label, change.after) for change in told(case)[0].changes}

    assert ("Unit", "kilograms") in said
    assert ("Countries on the way", "Costa Rica, Mexico") in said
    assert ("Expected date of the first shipment", "2 March 2026") in said
    assert ("Answer given", "Yes") in said
    assert any("armed forces" in change.side for change in told(case)[0].changes)


def test_a_party_added_later_has_nothing_before(case):
    said = {"role": "bank", "kind": "organisation", "name": "Banco Uno", "country": "PA"}
    drafts.put_party(case.pk, None, by=case.created_by, at=NOON, **said)

    changes = told(case)[0].changes

    assert {change.before for change in changes} == {""}
    assert {change.side for change in changes} == {"Banco Uno"}
    assert ("Role in this transaction", "Bank") in {(change.label, change.after) for change in changes}


def test_officers_read_it_on_the_case_and_exporters_do_not_read_of_edits(case):
    ListVersionFactory()
    put(case, case.parties.first(), name="Kyoto <b>Lens</b>")

    html = client_of(UserFactory(), "en").get(f"/cases/{case.reference}/").content.decode()

    assert "<ins>Kyoto &lt;b&gt;Lens&lt;/b&gt;</ins>" in html
    assert not any(entry.changes for entry in told(case, for_exporter=True))
