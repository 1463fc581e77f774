"""What customs people say of goods they keep back, and what officers answer."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing import counted
from licensing.actions.detentions import MOST_PHOTOS
from licensing.counted import Counted
from licensing.country import pack
from licensing.documents import SIGNATURES, Upload
from licensing.models import Detention, DetentionVerdict
from licensing.references import read_reference
from portal.forms.check import ReferenceField
from portal.forms.documents import kinds_and_limit
from portal.forms.fields import PageForm, choice, no_hidden_signs, said, says_something, text
from portal.forms.ticks import asked

TEXT_LONGEST = 4000


def _hint() -> str:
    words = gettext("At most %(most)d files of type %(kinds)s at a time, each of at most %(limit)d MB.")
    return words % {"most": MOST_PHOTOS, **kinds_and_limit()}


PHOTOS_HINT = lazy(_hint, str)()


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files, as pictures from a phone come; what is in them is for `documents` to judge."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Photos"),
            required=False,
            allow_empty_file=True,
            help_text=PHOTOS_HINT,
            error_messages=said(None),
            widget=SeveralFiles({"accept": ",".join(SIGNATURES), "multiple": True}),
        )

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files: Sequence[UploadedFile[Any]] = data if isinstance(data, list) else [data] if data else []
        kept = [super(PhotosField, self).clean(file, initial) for file in files]
        return [Upload(file.name, file.size, file.file) for file in kept]


def _ports() -> list[tuple[str, Any]]:
    return [("", _("Choose a place")), *((port.code, port.name) for port in pack().ports)]


def _words(label: Any, hint: Any, otherwise: Any, rows: int, longest: int = TEXT_LONGEST) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=longest,
        error_messages=said(otherwise),
        validators=[no_hidden_signs, says_something(otherwise)],
        widget=forms.Textarea({"rows": rows}),
    )


class DetainForm(PageForm):
    number = ReferenceField()
    declaration = text(
        Detention,
        "declaration",
        required=_("Write the number of the declaration. From then on nothing is written off for it."),
        width=20,
        autocomplete="off",
        spellcheck="false",
    )
    port = choice(
        Detention._meta.get_field("port").verbose_name, _ports, required=_("Choose where the goods are.")
    )
    goods = text(
        Detention,
        "goods",
        required=_("Write what lies before you: kind, quantity, markings."),
        hint=_("What lies before you: kind, quantity, markings, maker."),
        rows=3,
    )
    question = _words(
        _("What do you want to know?"),
        _("Why you keep the goods back, and what the authority should answer."),
        _("Write what the authority should answer."),
        4,
    )
    photos = PhotosField()
    once = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, number: str = "") -> None:
        super().__init__(data, files, initial={"number": number, "once": uuid.uuid4().hex})
        self.counted: list[Counted] = []  # what the books say of the declaration, once it is asked about
        self.fields["number"].required = False
        self.fields["number"].help_text = _("As printed, such as PA-L-2026-000123. Empty if there is none.")

    def clean_photos(self) -> list[Upload]:
        return at_most(self.cleaned_data["photos"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        declaration = given.get("declaration", "")
        self.counted = counted.for_declaration(declaration) if declaration else []
        if self.counted:
            asked(
                self,
                "is_known",
                read_reference(declaration),
                label=_("Detain the goods all the same"),
                hint=_(
                    "Nothing is taken back by it: what was written off stays so, and what is reserved waits. "
                    "The authority is told."
                ),
                otherwise=_(
                    "Something was counted for this declaration before. Look at it above, then tick here. "
                    "Choose photos again if you had chosen some."
                ),
            )
        return given


class NoteForm(PageForm):
    text = _words(
        _("Add something"),
        _("What the other side should know."),
        _("Write what the other side should know."),
        3,
    )
    photos = PhotosField()

    def clean_photos(self) -> list[Upload]:
        return at_most(self.cleaned_data["photos"])


class AnswerForm(PageForm):
    verdict = choice(
        _("What should customs do?"),
        DetentionVerdict.choices,
        required=_("Choose whether the goods may go."),
        radios=True,
    )
    reasons = _words(
        _("Reasons"),
        _("Customs reads them. Keeping holds at once; letting go takes a second person."),
        _("Give the reasons."),
        4,
    )


class ConfirmReleaseForm(forms.Form):
    """Nothing to type: the button says it."""

    answer = forms.IntegerField(widget=forms.HiddenInput)


def at_most(photos: list[Upload]) -> list[Upload]:
    if len(photos) > MOST_PHOTOS:
        raise forms.ValidationError(_("Send at most %(most)d files at a time."), params={"most": MOST_PHOTOS})
    return photos
