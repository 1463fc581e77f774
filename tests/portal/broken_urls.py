"""Addresses with a bug behind them, for the tests of error answers."""

from django.urls import path

from portal.access import open_to_all
from portal.urls import urlpatterns as real


@open_to_all
def bug(request):
    raise ZeroDivisionError


urlpatterns = [path("api/bug", bug), *real]
