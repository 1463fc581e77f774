"""Requests as our views see them: somebody is signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from licensing.models import User


class PortalRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


class ApiRequest(Request):
    user: User
