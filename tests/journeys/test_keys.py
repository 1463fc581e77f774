"""The pages on which administrators see keys and bind them to certificates."""

import pytest
from django.urls import reverse

from tests.factories import ApiKeyFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_administrators_see_keys_and_bind_them(page, live_server, sign_in, assert_good, language, width):
    page.set_viewport_size({"width": width, "height": 800})
    key = ApiKeyFactory(name="SIGA, puerto de Balboa")
    sign_in(page, UserFactory(administrator=True), language)
    binding = f"{live_server.url}{reverse('key-certificate', args=[key.pk])}"

    page.goto(binding)
    page.locator("textarea").fill("SHA-1 a1b2")
    page.locator("main form button").click()
    assert page.locator("textarea").input_value() == "SHA-1 a1b2"
    assert_good(page)

    page.locator("textarea").fill("AB:" * 31 + "AB")
    page.locator("main form button").click()
    page.wait_for_url(f"{live_server.url}{reverse('account', args=[key.account_id])}")
    assert "abababab…" in page.locator("main").inner_text()
    assert_good(page)

    page.goto(binding)
    assert_good(page)
