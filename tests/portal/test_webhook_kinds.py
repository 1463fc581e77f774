"""Administrators and developers read of every kind of news that customs systems are told."""

import pytest
from django.urls import reverse

from licensing.models import NewsKind
from licensing.models.webhooks import OF_DETENTIONS
from portal.api.schema import description
from tests.factories import UserFactory
from tests.people import client_of

WORDS = {
    NewsKind.ISSUED: ("issued", "se emitió"),
    NewsKind.SUSPENDED: ("suspended", "se suspendió"),
    NewsKind.REINSTATED: ("reinstated", "se restableció"),
    NewsKind.REVOKED: ("revoked", "se revocó"),
    NewsKind.SURRENDERED: ("given back", "se devolvió"),
    NewsKind.REPLACED: ("replaced by another", "fue reemplazada por otra"),
    NewsKind.EXPIRED: ("has expired", "venció"),
    NewsKind.EXHAUSTED: ("was used up", "se agotó"),
    NewsKind.OPENED: ("are detained", "están retenidas"),
    NewsKind.ANSWERED: ("what the authority answers", "de lo que responde la autoridad"),
    NewsKind.CLOSED: ("are let go", "se liberan"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "place"), [("en", 0), ("es", 1)])
def test_the_page_of_the_addresses_names_every_kind(language, place):
    administrator = client_of(UserFactory(administrator=True), language)

    page = administrator.get(reverse("webhooks")).content.decode()

    assert all(WORDS[kind][place] in page for kind in NewsKind)


def test_the_description_of_the_interface_names_every_kind():
    told = " ".join(description()["info"]["description"].split())
    webhooks = told.split("**Webhooks**")[1].split("**")[0]

    for kind in NewsKind:
        about = "detention" if kind in OF_DETENTIONS else "licence"
        assert f"`.{kind}`" in webhooks or f"`{about}.{kind}`" in webhooks
