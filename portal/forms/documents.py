"""What exporters choose when they add a document."""

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.documents import SIGNATURES
from licensing.models import DocumentKind
from portal.forms.fields import PageForm, choice, said


def kinds_and_limit() -> dict[str, str | int]:
    """Return what a hint says of files: which kinds are taken, and the most MB."""
    return {
        "kinds": ", ".join(name for _signature, name in SIGNATURES.values()),
        "limit": settings.UPLOAD_LIMIT_BYTES // (1024 * 1024),
    }


def _hint() -> str:
    return gettext("One file of type %(kinds)s, at most %(limit)d MB.") % kinds_and_limit()


HINT = lazy(_hint, str)()


class DocumentForm(PageForm):
    """Size and content of the file are for `licensing.documents` to judge."""

    kind = choice(
        _("What is it?"), DocumentKind.choices, required=_("Choose what kind of document it is."), radios=True
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        error_messages=said(_("Choose the file to add.")),
        help_text=HINT,
        widget=forms.FileInput({"accept": ",".join(SIGNATURES)}),
    )
