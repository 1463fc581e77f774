"""Setting up a second factor also proves it: the session that did so need not show it once more."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from portal.access import signed_in


class ActivateTotp(ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: BaseForm) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        added = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        TOTP(added).validate_code(form.cleaned_data["code"])  # so that it works nowhere a second time
        _prove(self.request, added)
        return answer


class AddKey(AddWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: BaseForm) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        _prove(
            self.request,
            Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.WEBAUTHN).latest(
                "pk"
            ),
        )
        return answer


def _prove(request: HttpRequest, authenticator: Authenticator) -> None:
    record_authentication(request, authenticator.user, "mfa", id=authenticator.pk, type=authenticator.type)


activate_totp = signed_in(ActivateTotp.as_view())
add_key = signed_in(AddKey.as_view())
