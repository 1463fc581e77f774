"""The sentence for every reason the matcher gives. Its codes are stored; the sentences are read later."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "same-name": _("The name is the same: %(detail)s"),
    "same-words": _("The same words, in another order or spelling: %(detail)s"),
    "similar-name": _("The name is similar: %(detail)s"),
    "written-together": _("The same letters, with other spaces: %(detail)s"),
    "common-words": _("What they share is short or common: others may be called so too."),
    "other-signs": _("The signs of the two names are not the same."),
    "one-word-alike": _("Only one word is alike: %(detail)s"),
    "other-name": _("The names have nothing in common."),
    "same-number": _("The same number: %(detail)s"),
    "other-number": _("Other register numbers: %(detail)s"),
    "same-country": _("The same country: %(detail)s"),
    "other-country": _("Other countries: %(detail)s"),
    "same-birth": _("The same date of birth: %(detail)s"),
    "near-birth": _("The dates of birth can agree: %(detail)s"),
    "other-birth": _("Other dates of birth: %(detail)s"),
    "other-kind": _("Not the same kind: %(detail)s"),
    "same-address": _("The same address: %(detail)s"),
    "owned-party": _("Not listed itself, but half or more of it belongs to this entry: %(detail)s"),
    "listed-owner": _("The list names an owner that is listed itself: %(detail)s"),
    "half-owned": _("Listed parties own half or more of it: %(detail)s"),
    "weak-alias": _("The publisher calls this a weak alias: %(detail)s"),
}

TOKEN_WORDS: dict[str, Promise] = {
    "same": _("same word"),
    "similar": _("similar letters"),
    "sound": _("similar sound"),
    "initial": _("initial"),
    "consonants": _("same consonants"),
    "together": _("written together"),
    "missing": _("not in the other name"),
}


def sentence(feature: str, detail: str = "") -> str:
    """Return the sentence for one reason in the language in use; an unknown code returns as it is."""
    words = SENTENCES.get(feature)
    return gettext(str(words)) % {"detail": detail} if words else f"{feature} {detail}".strip()
