"""The trail above a page names every page on the way to it."""

import re

import pytest

from tests.factories import ApplicationFactory, GoodsLineFactory, UserFactory
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return ApplicationFactory(complete=True)


def trail(application, rest: str) -> list[tuple[str, str]]:
    """Return what the trail of a page of the form names: (address or "", words)."""
    client = client_of(application.created_by, "en")
    html = client.get(f"/applications/{application.reference}/form/{rest}").content.decode()
    items = re.findall(r'<li class="govuk-breadcrumbs__list-item".*?</li>', html)
    return [
        ("".join(re.findall(r'href="([^"]+)"', item)), re.sub(r"<[^>]+>", "", item).strip()) for item in items
    ]


def above(application, section: str, label: str) -> list[tuple[str, str]]:
    form = f"/applications/{application.reference}/form/"
    return [("/applications/", "Applications"), (form, application.reference), (f"{form}{section}/", label)]


def test_a_line_and_a_party_stand_below_their_section(draft):
    line, party = draft.goods.get(), draft.parties.first()

    assert trail(draft, f"goods/{line.pk}/") == [
        *above(draft, "goods", "Goods"),
        ("", f"Line {line.number} of the goods"),
    ]
    assert trail(draft, "goods/new/") == [*above(draft, "goods", "Goods"), ("", "New line of goods")]
    assert trail(draft, f"parties/{party.pk}/") == [*above(draft, "parties", "Parties"), ("", party.name)]


def test_the_question_before_removing_stands_below_its_section(draft):
    document = draft.documents.get()

    assert trail(draft, f"documents/{document.pk}/remove/") == [
        *above(draft, "documents", "Documents"),
        ("", "Remove"),
    ]


def test_a_section_stands_below_its_application(draft):
    assert trail(draft, "goods/")[-1] == ("", "Goods")
    assert len(trail(draft, "goods/")) == 3


def test_the_card_beside_a_form_names_the_goods_once():
    case = ApplicationFactory(in_review=True)
    GoodsLineFactory.create_batch(2, application=case)
    officer = UserFactory()
    case.case_officer = officer
    case.save()

    html = client_of(officer, "en").get(f"/cases/{case.reference}/request-information/").content.decode()

    assert html.count(">Goods<") == 1
    assert html.count(case.goods.last().description) == 3
