"""Every part of the pages at once: readable, reachable by keys, in both schemes, wide and narrow."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db(transaction=True)

# A focused thing has a ring of three pixels in the colour of focus, or its label shows it for it.
WITHOUT_RING = """() => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter((part) => !part.disabled && part.checkVisibility())
  .filter((part) => {
    part.focus({focusVisible: true});
    if (document.activeElement !== part) return false;
    const {outlineStyle, outlineWidth} = getComputedStyle(part);
    return outlineStyle === 'none' || parseFloat(outlineWidth) < 3;
  })
  .map((part) => part.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part_is_good_in_both_schemes(page, live_server, assert_good, complaints, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("gallery"))

    assert_good(page)
    assert complaints == []


def test_whatever_has_the_focus_shows_it(page, live_server):
    page.goto(live_server.url + reverse("gallery"))

    assert page.evaluate(WITHOUT_RING) == []


def test_the_queue_is_walked_by_keys_but_only_from_inside(page, live_server):
    page.goto(live_server.url + reverse("gallery"))
    page.locator("h1").click()
    page.keyboard.press("j")
    outside = page.evaluate("document.activeElement.className")
    page.locator(".app-table-scroll--tall").focus()
    for key in "jjk":
        page.keyboard.press(key)

    assert "app-queue__open" not in outside
    assert page.evaluate("document.activeElement.textContent") == "PA-2026-00011"


def test_the_account_menu_opens_without_scripts(new_context, live_server, officer, sign_in):
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, officer, "en")
    page.goto(live_server.url + reverse("gallery"))
    page.locator("summary.app-menu__summary").click()
    page.get_by_role("link", name="Password").click()

    assert page.url.endswith(reverse("account_change_password"))
