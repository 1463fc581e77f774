"""Which files of control lists we can read, by the name that `import_control_list` knows them by."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening.control import eu_formex, eu_json, neutral, tables, us_ccl, us_tables, watched_goods
from screening.control.load import Parser
from screening.refusals import BadList

SOURCES: dict[str, tuple[str | Promise, Parser]] = {
    "eu-annex1": (_("Annex I of the European Union, Formex XML, one language a file"), eu_formex.parse),
    "eu-annex1-json": (_("Annex I of the European Union, JSON of its provisions"), eu_json.parse),
    "eu-correlation": (_("Correlation table of the European Commission, XLSX"), tables.parse_correlation),
    "us-ccl": (_("Commerce Control List of the United States, eCFR XML"), us_ccl.parse),
    "us-country-chart": (_("Commerce Country Chart, eCFR XML or JSON"), us_tables.parse_chart),
    "us-country-groups": (_("Country Groups of the United States, eCFR XML or JSON"), us_tables.parse_groups),
    "watched-goods": (
        _("Goods under watch or sanctions: our own form, or JSON of annexes"),
        watched_goods.parse,
    ),
    "table": (_("Our own form of any list, CSV, XLSX or JSON lines"), neutral.parse),
}


def parser_of(source: str) -> Parser:
    if source not in SOURCES:
        raise BadList("unknown-source", source=source, known=", ".join(SOURCES))
    return SOURCES[source][1]
