"""One module per published format. Each reads the publisher's file; `rows.load` is the same for all."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening.importers import (
    ca_sema,
    ch_seco,
    eu_fsf_old,
    eu_fsf_xml,
    ftm_json,
    ftm_simple,
    jp_meti,
    ofac,
    ofac_xml,
    own_csv,
    uk_csv,
    uk_xml,
    un_consolidated,
    us_csl,
    us_dpl,
)
from screening.importers.formats import any_of
from screening.importers.rows import Parser
from screening.refusals import BadList

EU_FORMS = {
    "XML 1.1": (r"<(?:\w+:)?export\b", eu_fsf_xml.parse),
    "XML (WHOLE)": (r"<WHOLE\b", eu_fsf_old.parse_xml),
    "CSV 1.0": (r"Entity_logical_id;", eu_fsf_old.parse_csv),
}
UK_FORMS = {
    "XML": (r"<(?:\w+:)?Designations\b", uk_xml.parse),
    "CSV": (r"Unique ID", uk_csv.parse_sanctions_list),
}
OPENSANCTIONS_FORMS = {
    "entities.ftm.json": (r"^\s*\{", ftm_json.parse),
    "targets.simple.csv": (r'^"?id"?,', ftm_simple.parse),
}

# Source key -> (what people call the list, who reads its file).
PARSERS: dict[str, tuple[Promise | str, Parser]] = {
    "un-consolidated": (_("United Nations Security Council Consolidated List"), un_consolidated.parse),
    "ofac-consolidated": (_("OFAC Consolidated (non-SDN) List, United States"), ofac.parse),
    "ofac-sdn": (_("OFAC Specially Designated Nationals List, United States"), ofac.parse),
    "us-csl": (_("Consolidated Screening List, United States"), us_csl.parse),
    "us-dpl": (_("BIS Denied Persons List, United States"), us_dpl.parse),
    "eu-sanctions": (_("Consolidated list of financial sanctions, European Union"), any_of(EU_FORMS)),
    "uk-sanctions": (_("UK Sanctions List, United Kingdom"), any_of(UK_FORMS)),
    "uk-conlist": (_("OFSI Consolidated List, United Kingdom"), uk_csv.parse_conlist),
    "ch-seco": (_("SECO sanctions list, Switzerland"), ch_seco.parse),
    "ca-sema": (_("Consolidated Canadian Autonomous Sanctions List"), ca_sema.parse),
    "jp-end-users": (_("Foreign End User List, Japan"), jp_meti.parse),
    "opensanctions": (_("OpenSanctions collection"), any_of(OPENSANCTIONS_FORMS)),
    "national": (_("National list"), own_csv.parse),
    "foreign-denials": (_("Denials notified by other states"), own_csv.parse),
    "demo-un": (_("Demonstration list of fictional parties"), un_consolidated.parse),
    "demo-ofac": (_("Second demonstration list of fictional parties"), ofac_xml.parse),
} | {key: (label, own_csv.parse) for key, label in settings.SCREENING_OWN_LISTS.items()}


# Lists whose publishers also write other encodings than UTF-8; their parsers see to it.
IN_OTHER_ENCODINGS = frozenset({"uk-conlist"})


def parser_of(source: str) -> Parser:
    """Return the parser of a source. Raises BadList, naming the known ones."""
    if source not in PARSERS:
        raise BadList("unknown-source", source=source, known=", ".join(PARSERS))
    return PARSERS[source][1]


def label_of(source: str) -> str:
    """Return what people call the list, in the language in use; a key we no longer read returns as it is."""
    return str(PARSERS[source][0]) if source in PARSERS else source
