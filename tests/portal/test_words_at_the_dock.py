"""What forms and chips of customs say: several photos at a time, and what is in force stands out."""

import pytest
from django.urls import reverse

from licensing.actions.detentions import MOST_PHOTOS
from licensing.models import LicenceState
from portal.templatetags.portal import tone
from tests.people import client_of


@pytest.mark.django_db
def test_the_field_for_photos_says_how_many_go_at_a_time(customs_officer):
    page = client_of(customs_officer, "en").get(reverse("detention-new")).content.decode()

    assert f"At most {MOST_PHOTOS} files of type" in page


def test_a_licence_in_force_is_not_grey_beside_one_that_ended():
    assert tone(LicenceState.VALID) == "good"
    assert tone(LicenceState.NOT_YET) == "info"
    assert tone(LicenceState.EXPIRED) == "plain"
