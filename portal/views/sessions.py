"""Signing in; where somebody is signed in, and the way to end that elsewhere."""

from http import HTTPStatus

from allauth.account.views import LoginView
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from licensing.actions import accounts
from portal.access import open_to_all, signed_in

TOO_MANY = ("too_many_login_attempts", "rate_limited")  # from one network, from all together


class LogIn(LoginView):  # type: ignore[misc]
    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Tell machines too, by the status, that an address rests after too many wrong passwords."""
        answer: HttpResponse = super().form_invalid(form)
        if any(form.has_error(NON_FIELD_ERRORS, code) for code in TOO_MANY):
            answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return answer


class Sessions(ListUserSessionsView):  # type: ignore[misc]
    def form_valid(self, form: BaseForm) -> HttpResponse:
        """End the others as an act of ours, so that it stands in the record."""
        user, key = self.request.user, self.request.session.session_key
        accounts.end_sessions(user.pk, by=user, at=timezone.now(), keep=key)
        messages.success(self.request, _("You are signed out everywhere else."))
        return redirect("usersessions_list")


log_in = open_to_all(LogIn.as_view())
show = signed_in(Sessions.as_view())
