"""What is wrong with the settings of the lists, said before anything starts."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from screening import download, sources


@register
def addresses_are_of_lists(app_configs: Any, **_more: Any) -> list[Error]:
    """Refuse to start with a list nobody would ever fetch, or an address nobody may."""
    wrong = [
        Error(
            f"No list is called {key}",
            hint="See SCREENING_FETCH, SCREENING_OLDEST_DAYS and SCREENING_FETCH_HOURS in the environment.",
            id="screening.E001",
        )
        for key in sources.unknown()
    ]
    return wrong + [
        Error(
            f"{key} may not be fetched from {address}",
            hint="Addresses in SCREENING_FETCH start with https:// and hold no password.",
            id="screening.E002",
        )
        for key, address in settings.SCREENING_FETCH.items()
        if not download.is_allowed(address)
    ]
