"""Two windows or two colleagues on the same page of a draft: nobody undoes the other's answers unseen."""

import re

import pytest
from django.urls import reverse

from tests.factories import (
    ApplicationFactory,
    EndUseDeclarationFactory,
    GoodsLineFactory,
    PartyFactory,
    UserFactory,
)
from tests.people import client_of
from tests.portal.test_form import LINE, PARTY, ROUTE

ABOUT = {"kind": "export", "contact_name": "Ana", "contact_email": "ana@example.org"}


@pytest.fixture
def colleague(exporter):
    return UserFactory(exporter=True, organisation=exporter.organisation, name="Bruno Ficticio")


@pytest.fixture
def mine(exporter):
    return client_of(exporter, "en")


@pytest.fixture
def theirs(colleague):
    return client_of(colleague, "en")


@pytest.fixture
def draft(exporter):
    return ApplicationFactory(organisation=exporter.organisation, created_by=exporter)


class Page:
    """A page as one browser has it open."""

    def __init__(self, client, name, draft, *more):
        self.client, self.url = client, reverse(name, args=[draft.reference, *more])
        self.read(client.get(self.url))

    def read(self, answer):
        assert answer.status_code == 200
        html = answer.content.decode()
        self.seen = re.search(r'name="seen" value="(\d+)"', html)[1]
        self.html = re.sub(r"\s+", " ", html)

    def send(self, answers, **more):
        answer = self.client.post(self.url, {**answers, "seen": self.seen, "then": "tasks", **more})
        if answer.status_code == 200:
            self.read(answer)
        return answer.status_code


@pytest.mark.parametrize(
    ("page", "answers", "field", "first", "second"),
    [
        ("form-about", ABOUT, "contact_name", "Theirs", "Mine"),
        ("form-route", ROUTE, "port_of_discharge", "Osaka", "Kobe"),
        ("form-end-use", {}, "end_use", "To cut glass", "To weld steel"),
        ("form-goods-line", LINE, "description", "A laser of theirs", "A laser of mine"),
        ("form-party", PARTY, "name", "Kyoto Theirs", "Kyoto Mine"),
    ],
)
def test_the_second_sees_both_answers_and_who_gave_the_other(
    mine, theirs, draft, page, answers, field, first, second
):
    row = {"form-goods-line": GoodsLineFactory, "form-party": PartyFactory}.get(page)
    row = row(application=draft) if row else None
    more = [row.pk] if row else []
    here, there = Page(mine, page, draft, *more), Page(theirs, page, draft, *more)
    assert there.send({**answers, field: first}) == 302

    assert here.send({**answers, field: second}) == 200

    about = row or draft
    about.refresh_from_db()
    assert getattr(about, field) == first, "nothing is overwritten"
    assert "Bruno Ficticio changed this after you opened this page." in here.html
    assert "Bruno Ficticio saved other answers on this page: " in here.html
    box = here.html[here.html.index('id="overtaken"') : here.html.index("</section>")]
    assert first in box and second in box
    assert second in here.html[here.html.index("</section>") :], "what was typed is still in the form"

    assert here.send({**answers, field: second}) == 302, "said knowingly, it replaces"
    about.refresh_from_db()
    assert getattr(about, field) == second


def test_only_what_differs_is_shown(mine, theirs, draft):
    here, there = Page(mine, "form-about", draft), Page(theirs, "form-about", draft)
    there.send({**ABOUT, "contact_name": "Theirs"})

    here.send({**ABOUT, "contact_name": "Mine"})

    box = here.html[here.html.index('id="overtaken"') : here.html.index("</section>")]
    assert "Who can we ask?" in box
    assert "What will you do?" not in box and "E-mail" not in box


def test_my_own_other_window_is_called_so(mine, draft):
    one, other = Page(mine, "form-about", draft), Page(mine, "form-about", draft)
    one.send({**ABOUT, "contact_name": "First"})

    other.send({**ABOUT, "contact_name": "Second"})

    assert "You changed this elsewhere after you opened this page." in other.html


def test_the_same_press_twice_is_no_conflict(mine, draft):
    page = Page(mine, "form-about", draft)

    assert [page.send({**ABOUT, "contact_name": "Once"}) for _press in range(2)] == [302, 302]


def test_other_answers_on_another_page_are_no_conflict(mine, theirs, draft):
    here, there = Page(mine, "form-about", draft), Page(theirs, "form-route", draft)
    there.send(ROUTE)

    assert here.send(ABOUT) == 302


def test_a_mistake_in_between_does_not_hide_the_conflict(mine, theirs, draft):
    here, there = Page(mine, "form-about", draft), Page(theirs, "form-about", draft)
    there.send({**ABOUT, "contact_name": "Theirs"})
    here.send({**ABOUT, "contact_name": "Mine", "contact_email": "no address"})

    assert here.send({**ABOUT, "contact_name": "Mine"}) == 200
    assert "Bruno Ficticio changed this" in here.html


def test_an_answer_about_the_end_use_is_not_undone_either(mine, theirs, draft):
    declared = EndUseDeclarationFactory(application=draft, question="military", answer=False)
    here, there = Page(mine, "form-end-use", draft), Page(theirs, "form-end-use", draft)
    assert there.send({"end_use": "x", "military": "yes", "military_what": "Radar"}) == 302

    assert here.send({"end_use": "x", "military": "no"}) == 200

    declared.refresh_from_db()
    assert declared.answer is True
    assert "Radar" in here.html


@pytest.mark.parametrize(
    ("page", "make", "answers", "rows"),
    [
        ("form-goods-line", GoodsLineFactory, LINE, "goods"),
        ("form-party", PartyFactory, PARTY, "parties"),
    ],
)
def test_what_was_typed_about_a_removed_row_can_be_added_again(mine, draft, page, make, answers, rows):
    row = make(application=draft)
    here = Page(mine, page, draft, row.pk)
    row.delete()

    assert here.send(answers) == 200
    assert "This has been removed meanwhile. Add it again if it is needed." in here.html
    [here.url] = re.findall(r'action="([^"]+)" novalidate', here.html)

    assert here.send(answers) == 302
    assert getattr(draft, rows).count() == 1
