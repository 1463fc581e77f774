"""The border with a fault that ISTMO_FAULT names, to see that the trials find it."""

import os

from portal.border_wsgi import application as border

# Whatever follows needs Django to be set up, which the line above does.
# isort: split
from django.core.cache import cache

from portal.border.application import Border, Problem
from portal.border.lookup import Lookup

ask = Lookup.ask
remembered = {}


def application(environ, start_response):
    if os.environ.get("ISTMO_FAULT") == "touches-redis":
        cache.get("anything")
    return border(environ, start_response)


def from_a_cache(self, digest, reference):
    """Look a licence up once, and say the same ever after."""
    if reference not in remembered:
        remembered[reference] = ask(self, digest, reference)
    return remembered[reference]


def at_the_portal_alone(self, environ, start_response):
    raise Problem("not-found")


if os.environ.get("ISTMO_FAULT") == "no-tokens":
    Border.answer_client = at_the_portal_alone
if os.environ.get("ISTMO_FAULT") == "cached-state":
    Lookup.ask = from_a_cache
