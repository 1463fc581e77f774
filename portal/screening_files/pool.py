"""What a process of the pool does first. It knows nothing of the portal, which must not be loaded before."""

import django
from django.utils import translation


def prepare(language: str) -> None:
    """Make this process ready to compare, with sentences in `language`."""
    django.setup()
    translation.activate(language)
