"""The pages of an amendment, and that everybody at the border hears of the licence that counts."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing import licence_document, licence_sheet, snapshots, webhooks
from licensing.actions import amendments, applications, drafts
from licensing.licence_token import STATES
from licensing.models import (
    Amendment,
    LicenceNews,
    LicenceState,
    WebhookEndpoint,
)
from tests.amending import amended, ask, filer_of, granted, recommended
from tests.factories import OrganisationFactory, UserFactory
from tests.people import client_of
from tests.portal.machines import Machine, message
from tests.portal.reading import words_of as text_of

pytestmark = pytest.mark.django_db

WHY = "Diez unidades más, porque el cliente amplió el pedido."


@pytest.fixture
def line():
    return granted(granted=Decimal(10), value=Decimal(1000))


@pytest.fixture
def holder(line):
    return filer_of(line.licence)


@pytest.fixture
def replaced(line):
    """Return the old licence and the one that counts."""
    return line.licence, amended(line.licence, quantity=Decimal(20))


def get(user, name, *args, language="en", **options):
    return client_of(user, language).get(reverse(name, args=args), **options)


# --- asking ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Ask for an amendment"), ("es", "Solicitar una modificación")]
)
def test_the_holder_asks_from_the_page_of_the_licence(line, holder, language, words):
    address = reverse("licence-amend", args=[line.licence])
    page = text_of(get(holder, "licence", line.licence, language=language))
    assert words in page and address in page

    answer = client_of(holder, language).post(address, {"changes": WHY, "once": "w0rd"})

    case = Amendment.objects.get(licence=line.licence).application
    assert answer.url == reverse("form", args=[case])
    draft = text_of(get(holder, "form", case, language=language))
    assert WHY in draft and line.licence.reference in draft
    assert address not in text_of(get(holder, "licence", line.licence, language=language))


def test_without_a_reason_nothing_is_begun_and_nothing_typed_is_lost(line, holder):
    address = reverse("licence-amend", args=[line.licence])

    answer = text_of(client_of(holder, "en").post(address, {"changes": " ", "once": "w0rd"}))

    assert "Write what changes, and why." in answer
    assert not Amendment.objects.exists()


def test_an_open_one_is_shown_in_place_of_a_second(line, holder):
    case = ask(line.licence)

    page = text_of(get(holder, "licence-amend", line.licence))

    assert f"An amendment of {line.licence} is open already: {case}." in page
    assert "<textarea" not in page
    answer = client_of(holder).post(
        reverse("licence-amend", args=[line.licence]), {"changes": WHY, "once": "w0rd"}
    )
    assert WHY in text_of(answer)


def test_nobody_else_amends_a_licence(line, officer):
    stranger = UserFactory(exporter=True)

    assert get(stranger, "licence-amend", line.licence).status_code == 404
    assert get(officer, "licence-amend", line.licence).status_code == 403
    case = ask(line.licence)
    for name, args in (("form-amendment", [case]), ("form-amendment-line", [case, line.pk])):
        assert client_of(stranger).post(reverse(name, args=args), {"changes": "x"}).status_code == 404


def test_officers_do_not_see_that_a_draft_is_being_written(line, officer):
    case = ask(line.licence)
    assert case.reference not in text_of(get(officer, "licence", line.licence))

    applications.submit(case.pk, by=case.created_by, at=timezone.now())

    assert case.reference in text_of(get(officer, "licence", line.licence))


def test_what_changes_is_said_anew_and_a_line_put_back(line, holder):
    case = ask(line.licence)
    drafts.drop_goods(case.pk, case.goods.get().pk, by=case.created_by, at=timezone.now())
    page = text_of(get(holder, "form-amendment", case))
    put_back = reverse("form-amendment-line", args=[case, line.pk])
    assert put_back in page

    client_of(holder).post(put_back)
    client_of(holder).post(reverse("form-amendment", args=[case]), {"changes": WHY, "seen": "9" * 9})

    assert Amendment.objects.get().changes == WHY
    assert put_back not in text_of(get(holder, "form-amendment", case))


def test_a_colleagues_words_are_not_overwritten_unseen(line, holder):
    case = ask(line.licence)
    amendments.reword(case.pk, changes="Otro motivo.", by=filer_of(line.licence), at=timezone.now())

    answer = text_of(
        client_of(holder).post(reverse("form-amendment", args=[case]), {"changes": WHY, "seen": "0"})
    )

    assert "Otro motivo." in answer and WHY in answer
    assert Amendment.objects.get().changes == "Otro motivo."


# --- deciding -------------------------------------------------------------------------------------------


def test_officers_read_what_differs_before_and_after(line, officer):
    case = recommended(line.licence, quantity=Decimal(25), origin="JP")
    type(case).objects.filter(pk=case.pk).update(destination="CL")
    case.parties.filter(role="consignee").update(name="Vidrios del Pacífico")
    case.parties.filter(role="end-user").update(city="Osaka")

    page = text_of(get(officer, "case", case))

    assert f"{line.licence}" in page
    for before, after in (
        ("10 units", "25 units"),
        ("Japan", "Chile"),
        ("Kyoto Glass Works", "Vidrios del Pacífico"),
    ):
        assert f"<del>{before}</del>" in page and f"<ins>{after}</ins>" in page
    assert "<ins>Osaka</ins>" in page
    decider = UserFactory(decider=True)
    decision = text_of(get(decider, "case-decide", case))
    assert "<ins>Chile</ins>" in decision
    assert f"It takes the place of licence {line.licence}" in decision


def test_officers_read_what_stands_in_the_way_before_anybody_decides(line, officer):
    Machine().report(line.licence, message("4"))
    case = recommended(line.licence, quantity=Decimal(3))

    page = text_of(get(officer, "case", case))

    assert "As the books of the licence stand now, this can’t be issued" in page
    assert "Line 1 asks for 3 units in all, but 4 units have left already." in page


def test_an_ordinary_case_speaks_of_no_amendment(officer):
    case = granted().licence.application

    assert "Amendment of a licence" not in text_of(get(officer, "case", case))


# --- afterwards -----------------------------------------------------------------------------------------


def test_the_chain_stands_on_the_page_of_each_licence(replaced, holder, officer):
    old, new = replaced

    for user in (holder, officer):
        for one, other in ((old, new), (new, old)):
            page = text_of(get(user, "licence", one))
            assert "Amended from licence to licence" in page
            assert reverse("licence", args=[other]) in page
    page = text_of(get(holder, "licence", old))
    assert f"Licence {new} replaced it; what has left counts there." in page
    assert f"It no longer counts: licence {new} took its place." in page
    assert "licence-amend" not in page and reverse("licence-give-back", args=[old]) not in page


def test_whoever_holds_the_old_paper_hears_of_the_new_number(replaced, customs_officer, client):
    old, new = replaced

    at_the_dock = text_of(get(customs_officer, "customs-licence", old))
    public = text_of(client.get(reverse("check-licence", args=[old, old.check_code])))

    assert f"It was replaced by licence {new}." in at_the_dock
    assert reverse("customs-licence", args=[new]) in at_the_dock
    assert "<form" not in at_the_dock.split("<main")[1]
    assert new.reference in public


def test_machines_hear_of_the_new_number(replaced):
    old, new = replaced
    machine = Machine()

    said = machine.licence(old).json()

    assert (said["state"], said["usable"], said["replaced_by"]) == ("replaced", False, new.reference)
    assert [line["remaining"] for line in said["lines"]] == ["0"]
    assert machine.licence(new).json()["replaced_by"] == ""
    refused = machine.report(old, message("1"))
    [reason] = refused.json()["reasons"]
    assert refused.status_code == 409
    assert (reason["code"], reason["replaced_by"]) == ("licence-replaced", new.reference)


def test_the_signed_list_of_states_names_the_licence_that_counts(replaced):
    old, new = replaced
    rows = {row[0]: row for row in snapshots._rows(timezone.now())}

    assert STATES[rows[old.reference][1]] == LicenceState.REPLACED
    assert rows[old.reference][2] == [[1, "0", "C62"]]
    assert rows[old.reference][3] == {snapshots.REPLACED_BY: new.reference}
    assert STATES[rows[new.reference][1]] == LicenceState.VALID


def test_customs_systems_are_told_once_each(line):
    WebhookEndpoint.objects.create(
        organisation=OrganisationFactory(),
        address="https://siga.example.org/hook",
        secret=webhooks.lock(webhooks.new_secret()),
        created_by=UserFactory(administrator=True),
        created_at=timezone.now(),
        resume_at=timezone.now(),
        lease_ends_at=timezone.now(),
    )
    new = amended(line.licence)

    webhooks.spread(timezone.now())

    told = [json.loads(one.body) for news in LicenceNews.objects.all() for one in news.messages.all()]
    kinds = {(one["type"], one["data"]["licence"]): one["data"].get("replaced_by") for one in told}
    assert kinds == {
        ("licence.issued", new.reference): None,
        ("licence.replaced", line.licence.reference): new.reference,
    }


def test_the_new_document_says_what_it_replaces_and_what_has_left(line):
    Machine().report(line.licence, message("4"))
    new = amended(line.licence, quantity=Decimal(20))

    facts = licence_sheet.facts_of(licence_sheet.LICENCES.get(pk=new.pk))
    old = licence_sheet.facts_of(licence_sheet.LICENCES.get(pk=line.licence.pk))

    assert facts["replaces"]["reference"] == line.licence.reference
    assert [one["left_before"] for one in facts["lines"]] == ["4"]
    assert "replaces" not in old and "left_before" not in old["lines"][0]
    assert licence_sheet.sheet_of(facts)["replaced_on"].es
    assert licence_document.draw(facts)
