"""What an action refused, said at the form that asked for it."""

from collections.abc import Callable

from django import forms

from licensing.edits import Overtaken
from licensing.errors import Refused


def add_reasons(form: forms.Form, refused: Refused, field: str | None = None) -> None:
    """Let the form say why, at `field` or above it all."""
    for reason in refused.reasons:
        form.add_error(field, str(reason))


def attempt(form: forms.Form, act: Callable[[], object], field: str | None = None) -> bool:
    """Do it and say whether it was done; if it was refused, the form says why.

    Raises Overtaken, of which there is more to say.
    """
    try:
        act()
    except Overtaken:
        raise
    except Refused as refused:
        add_reasons(form, refused, field)
        return False
    return True
