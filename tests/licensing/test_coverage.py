"""Does a licence cover what stands before the officer, and is one needed?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from licensing import coverage
from licensing.coverage import Actor, Consignment, Goods, Verdict
from licensing.models import Licence, LicenceState, LicenceStatus
from licensing.terms import Shipment
from screening.control import parser_of
from screening.control.load import load
from tests.factories import (
    NOON,
    LicenceFactory,
    LicenceLineFactory,
    OrganisationFactory,
    PartyFactory,
    UserFactory,
)
from tests.licensing.test_terms import issued
from tests.screening.control.files import eu_json

RUC = "155612345-2-2016"


@pytest.fixture
def holder(db):
    return OrganisationFactory(name="Óptica del Istmo, S. A.", tax_id=RUC)


@pytest.fixture
def listed(db, tmp_path):
    path = tmp_path / "list"
    path.write_bytes(eu_json())
    return load("eu-annex1-json", parser_of("eu-annex1-json"), path, by_name="Prueba", at=NOON)


@pytest.fixture
def line(holder, listed):
    return licensed(holder)


def licensed(holder, **more):
    made = {"goods__control_code": "3A001.a", "goods__hs_code": "8542310000", "granted": Decimal(10)}
    return LicenceLineFactory(**{"licence__holder": holder, **made, **more})


def goods(item=1, hs="854231", code="3A001.a", quantity="4", unit="C62"):
    return Goods(item, hs, code, Decimal(quantity) if quantity else None, unit)


def ask(*items, by=None, holder=RUC, destination="JP", parties=("Kyoto Glass Works",)):
    asked = Consignment(holder, destination, items or [goods()], parties)
    return coverage.answer(asked, by=by or UserFactory(customs=True), at=NOON + timedelta(hours=1))


def lacking(answer):
    [item] = answer.items
    return [lack["code"] for one in item.candidates for lack in one.lacks]


def test_a_licence_in_force_covers_goods_that_agree_with_it(line):
    found = ask()

    assert (found.verdict, found.actor) == (Verdict.COVERED, Actor.CUSTOMS)
    assert found.items[0].covered_by.line == line
    assert found.items[0].need.outcome == "needed"


@pytest.mark.parametrize("said", ["optica del istmo SA", "ÓPTICA DEL ISTMO, S.A.", RUC])
def test_a_holder_is_known_by_number_or_by_name_however_it_is_written(line, said):
    assert ask(holder=said).verdict == Verdict.COVERED


def test_a_name_that_two_companies_have_is_nobodys(line):
    OrganisationFactory(name="Optica del Istmo S.A.")

    assert ask(holder="Óptica del Istmo, S. A.").holder is None


def test_a_licence_of_somebody_else_covers_nothing(line):
    OrganisationFactory(name="Otra, S. A.", tax_id="1-1-1")

    found = ask(holder="1-1-1")

    assert (found.verdict, found.actor) == (Verdict.NOT_COVERED, Actor.EXPORTER)
    assert found.items[0].candidates == []


def test_a_sub_entry_of_what_is_licensed_is_covered_and_one_above_is_not(line):
    assert ask(goods(code="3A001.a.1")).verdict == Verdict.COVERED
    found = ask(goods(code="3A001"))
    assert found.verdict == Verdict.NOT_COVERED
    assert lacking(found) == ["other-entry"]


def test_goods_by_customs_code_alone_are_covered_by_a_line_of_that_code(line):
    assert ask(goods(code="")).verdict == Verdict.COVERED


def test_a_line_that_was_on_no_list_covers_no_listed_goods(holder, listed):
    licensed(holder, goods__control_code="")

    assert ask().items[0].candidates == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"destination": "KR"}, "other-destination"),
        ({"parties": ["Kyoto Glass Works", "Osaka Shadow Trading"]}, "other-party"),
    ],
)
def test_another_destination_or_party_is_not_covered(line, asked, code):
    found = ask(**asked)

    assert found.verdict == Verdict.NOT_COVERED
    assert lacking(found) == [code]


def test_the_holder_itself_is_named(line):
    assert ask(parties=["Optica del Istmo S.A."]).verdict == Verdict.COVERED


def test_what_remains_must_be_enough_in_whatever_unit_of_the_kind(holder, listed):
    licensed(holder, goods__unit="KGM", unit="KGM")

    assert ask(goods(quantity="9000", unit="GRM")).verdict == Verdict.COVERED
    assert lacking(ask(goods(quantity="11", unit="KGM"))) == ["not-enough"]
    assert lacking(ask(goods(quantity="1", unit="C62"))) == ["other-unit"]


def test_two_items_do_not_share_what_is_enough_for_one(line):
    found = ask(goods(1, quantity="6"), goods(2, quantity="6"))

    assert [item.verdict for item in found.items] == [Verdict.COVERED, Verdict.NOT_COVERED]
    assert found.verdict == Verdict.NOT_COVERED


def test_without_a_quantity_something_must_remain(line):
    assert ask(goods(quantity="")).verdict == Verdict.COVERED
    type(line).objects.update(reserved=10)
    assert lacking(ask(goods(quantity=""))) == ["nothing-left"]


def test_a_suspended_licence_covers_nothing_and_is_for_the_authority(line):
    Licence.objects.update(status=LicenceStatus.SUSPENDED)

    found = ask()

    assert (found.verdict, found.actor) == (Verdict.NOT_COVERED, Actor.AUTHORITY)
    assert found.items[0].candidates[0].lacks[0]["state"] == "suspended"


def test_conditions_kept_as_data_are_asked(db):
    licence = issued(ports=("PABLB",))
    asked = {"holder": licence.holder.name, "destination": "JP", "goods": [goods(hs="845611", code="")]}
    officer, now = UserFactory(customs=True), timezone.now()

    silent = coverage.answer(Consignment(**asked), by=officer, at=now)
    told = coverage.answer(Consignment(**asked, shipment=Shipment("PABLB")), by=officer, at=now)

    assert lacking(silent) == ["port-not-said"]
    assert told.verdict == Verdict.COVERED


def test_goods_on_no_list_are_told_so_and_goods_that_had_a_licence_are_asked_about(holder, listed):
    assert ask(goods(hs="392690", code="")).verdict == Verdict.NOT_LISTED
    licensed(holder, goods__control_code="", goods__hs_code="392690")
    assert ask(goods(hs="392690", code=""), destination="KR").verdict == Verdict.ASK


def test_a_customs_code_that_hints_at_something_is_for_somebody_to_look_at(holder, listed):
    found = ask(goods(code=""))  # on the Common High Priority List

    assert (found.verdict, found.actor) == (Verdict.ASK, Actor.AUTHORITY)


def test_whoever_sees_no_licence_is_told_of_none(line):
    stranger = UserFactory(exporter=True)

    assert ask(by=stranger).items[0].candidates == []
    assert ask(by=UserFactory(administrator=True)).items[0].candidates == []


def test_the_states_in_a_query_are_those_of_each_licence(db):
    now = NOON
    day = timedelta(days=1)
    LicenceLineFactory()
    LicenceLineFactory(licence__starts_at=now - 2 * day, licence__ends_at=now - day)
    LicenceLineFactory(licence__starts_at=now + day, licence__ends_at=now + 2 * day)
    LicenceLineFactory(used=Decimal(10))
    LicenceLineFactory(licence__status=LicenceStatus.SUSPENDED)
    LicenceLineFactory(licence__status=LicenceStatus.REVOKED)
    LicenceFactory()  # without a line

    for state in LicenceState:
        found = set(Licence.objects.in_state(state, now))
        assert found == {one for one in Licence.objects.all() if one.state(now) == state}


def test_a_party_is_found_under_any_role(line):
    PartyFactory(application=line.licence.application, role="freight-forwarder", name="Naviera Modelo")

    assert ask(parties=["Naviera Modelo, S. A."]).verdict == Verdict.COVERED
