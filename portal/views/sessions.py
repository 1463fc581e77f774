"""Where somebody is signed in, and the way to end that elsewhere."""

from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from licensing.actions import accounts
from portal.access import signed_in


class Sessions(ListUserSessionsView):  # type: ignore[misc]
    def form_valid(self, form: BaseForm) -> HttpResponse:
        """End the others as an act of ours, so that it stands in the record."""
        user, key = self.request.user, self.request.session.session_key
        accounts.end_sessions(user.pk, by=user, at=timezone.now(), keep=key)
        messages.success(self.request, _("You are signed out everywhere else."))
        return redirect("usersessions_list")


show = signed_in(Sessions.as_view())
