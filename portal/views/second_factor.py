"""Second factors: setting one up also proves it, and the last one stays where the role needs one."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
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


class RemoveKey(RemoveWebAuthnView):  # type: ignore[misc]
    """The library asks for apps only whether one may go; keys are asked for here."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            form.add_error(None, adapter.validation_error("cannot_delete_authenticator"))
            return self.form_invalid(form)  # type: ignore[no-any-return]
        return super().form_valid(form)  # type: ignore[no-any-return]


def _prove(request: HttpRequest, authenticator: Authenticator) -> None:
    record_authentication(request, authenticator.user, "mfa", id=authenticator.pk, type=authenticator.type)


activate_totp = signed_in(ActivateTotp.as_view())
add_key = signed_in(AddKey.as_view())
remove_key = signed_in(RemoveKey.as_view())
