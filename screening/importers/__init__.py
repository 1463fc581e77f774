"""One module per published format. Each reads the publisher's file; `rows.load` is the same for all."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening.importers import ofac_xml, un_consolidated
from screening.importers.rows import Parser
from screening.refusals import BadList

# Source key -> (what people call the list, who reads its file).
PARSERS: dict[str, tuple[Promise, Parser]] = {
    "un-consolidated": (_("United Nations Security Council Consolidated List"), un_consolidated.parse),
    "ofac-consolidated": (_("OFAC Consolidated (non-SDN) List, United States"), ofac_xml.parse),
    "ofac-sdn": (_("OFAC Specially Designated Nationals List, United States"), ofac_xml.parse),
    "demo-un": (_("Demonstration list of fictional parties"), un_consolidated.parse),
    "demo-ofac": (_("Second demonstration list of fictional parties"), ofac_xml.parse),
}


def parser_of(source: str) -> Parser:
    """Return the parser of a source. Raises BadList, naming the known ones."""
    if source not in PARSERS:
        raise BadList("unknown-source", source=source, known=", ".join(PARSERS))
    return PARSERS[source][1]


def label_of(source: str) -> str:
    """Return what people call the list, in the language in use; a key we no longer read returns as it is."""
    return str(PARSERS[source][0]) if source in PARSERS else source
