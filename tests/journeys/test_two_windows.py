"""Two colleagues have the same page of a draft open; nobody undoes the other's answers unseen."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from licensing.actions import drafts
from licensing.models import Application
from tests.factories import ApplicationFactory, UserFactory


@pytest.mark.parametrize(
    ("language", "keep", "save"),
    [
        ("es", "Conservar lo guardado y descartar lo que escribí", "Guardar sin terminar"),
        ("en", "Keep what is stored, and drop what I typed", "Save unfinished"),
    ],
)
def test_the_second_chooses(
    transactional_db, page, live_server, sign_in, complaints, assert_good, language, keep, save
):
    exporter = UserFactory(exporter=True)
    colleague = UserFactory(exporter=True, organisation=exporter.organisation, name="Bruno Ficticio")
    draft = ApplicationFactory(organisation=exporter.organisation, created_by=exporter)
    sign_in(page, exporter, language)
    address = live_server.url + reverse("form-about", args=[draft.reference])
    page.goto(address)
    said = {"contact_name": "Carla Inventada", "contact_email": "carla@example.org"}
    drafts.save(draft.pk, by=colleague, at=draft.saved_at, **said)

    page.fill("[name=contact_name]", "Diego Imaginario")
    page.click(f"text={save}")

    box = page.locator("section[aria-labelledby=overtaken]")
    expect(box).to_contain_text("Bruno Ficticio")
    expect(box).to_contain_text("Carla Inventada")
    expect(box).to_contain_text("Diego Imaginario")
    assert page.input_value("[name=contact_name]") == "Diego Imaginario"
    assert_good(page)

    page.click(f"text={keep}")
    assert page.input_value("[name=contact_name]") == "Carla Inventada"
    assert Application.objects.get().contact_name == "Carla Inventada"
    assert complaints == []
