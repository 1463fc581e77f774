"""How tests read a page."""

import re


def words_of(response):
    """Return the HTML of a page with single blanks, and without what keeps licences' numbers on one line."""
    assert response.status_code == 200, response
    html = re.sub(r'<span class="app-nowrap">([^<]*)</span>', r"\1", response.content.decode())
    return " ".join(html.replace("\N{NO-BREAK SPACE}", " ").split())
