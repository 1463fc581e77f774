"""Pages that say something went wrong, and what was kept."""

import re
from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from portal.access import open_to_all

# Fields that nobody writes himself, or whose content must never be shown.
NOT_SHOWN = re.compile(
    r"csrf|passw|token|secret|credential|^(code|once|key|then|next|action)$|_FORMS$|(^|-)(id|DELETE)$"
)
CHOSEN = re.compile(
    r"[A-Z]{2,3}|on|yes|no|True|False|[a-z]+(-[a-z]+)+"
)  # "PA", "re-export": chosen again quickly


@open_to_all
@never_cache
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: the page was open too long, or cookies are off.

    What was typed is shown to be copied, and is never sent again: nobody knows who made the browser send it.
    """
    return render(request, "403_form.html", {"written": "\n\n".join(written(request))}, status=403)


def written(request: HttpRequest) -> list[str]:
    """Return the texts typed into the form, in its order, without secrets; none of a form of another site."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return []
    shown = (texts for name, texts in request.POST.lists() if not NOT_SHOWN.search(name))
    texts = (text.strip() for text in chain.from_iterable(shown) if isinstance(text, str))
    return [text for text in texts if text and not CHOSEN.fullmatch(text)]
