"""Goods without a licence are those that customs keeps back most."""

import pytest

from licensing.models import Detention
from tests.people import client_of

pytestmark = pytest.mark.django_db

ASKED = {
    "declaration": "PABLB-77",
    "port": "PABLB",
    "goods": "Boxes without markings",
    "question": "Is a licence needed?",
    "once": "0123456789",
}


@pytest.mark.parametrize("number", ["", "  "])
def test_goods_are_detained_where_nobody_names_a_licence(customs_officer, number):
    answer = client_of(customs_officer, "en").post("/detentions/new/", {**ASKED, "number": number})

    assert answer.status_code == 302, answer.content.decode()
    detention = Detention.objects.get()
    assert (detention.declaration, detention.licence) == ("PABLB-77", None)


def test_a_number_that_can_not_be_one_is_still_told_so(customs_officer):
    answer = client_of(customs_officer, "en").post("/detentions/new/", {**ASKED, "number": "?"})

    assert "Type letters, digits and hyphens as printed" in answer.content.decode()
    assert not Detention.objects.exists()


def test_a_form_of_a_departure_still_asks_for_the_licence(customs_officer):
    answer = client_of(customs_officer, "en").post("/customs/forms/report/", {"licence": "", "act": "report"})

    assert "Type the number printed at the top of the licence." in answer.content.decode()
