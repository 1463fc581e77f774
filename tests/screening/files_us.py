"""Write small list files in the formats of the United States. Every party in them is made up."""

import csv
import gzip
import io
import json
import zipfile
from xml.sax.saxutils import escape

FEBRUARY = (2026, 2, 1, 12, 0, 0)
NOTHING = "-0- "
CSL_COLUMNS = [
    *("_id", "source", "entity_number", "type", "programs", "name", "title", "addresses"),
    *("federal_register_notice", "start_date", "end_date", "standard_order", "license_requirement"),
    *("license_policy", "call_sign", "vessel_type", "gross_tonnage", "gross_registered_tonnage"),
    *("vessel_flag", "vessel_owner", "remarks", "source_list_url", "alt_names", "citizenships"),
    *("dates_of_birth", "nationalities", "places_of_birth", "source_information_url", "ids"),
]
DPL_COLUMNS = [
    *("Name", "Street_Address", "City", "State", "Country", "Postal_Code", "Effective_Date"),
    *("Expiration_Date", "Standard_Order", "Last_Update", "Action", "FR_Citation"),
]
SDN = "Specially Designated Nationals (SDN) - Treasury Department"
EL = "Entity List (EL) - Bureau of Industry and Security"


def zipped(members, when=FEBRUARY, how=zipfile.ZIP_DEFLATED):
    """Return a ZIP file of {name: content}."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, when), content, how)
    return file.getvalue()


def gzipped(content, when=0):
    return gzip.compress(content.encode() if isinstance(content, str) else content, mtime=when)


def sdn(number, name, *, kind="", programmes="FICTION", title="", ship=("",) * 6, remarks=""):
    """Return a row of SDN.CSV; `ship` is call sign, type, tonnage, gross registered tonnage, flag, owner."""
    return [number, name, kind, programmes, title, *ship, remarks]


def ofac_table(rows, end="\x1a"):
    lines = (",".join(map(_ofac_field, row)) for row in rows)
    return "".join(f"{line}\r\n" for line in lines) + end


def _ofac_field(value):
    if value == "":
        return NOTHING
    return f'"{value}"' if isinstance(value, str) else str(value)


def ofac_zip(main, alt=(), add=(), comments=None, names="sdn alt add sdn_comments", when=FEBRUARY):
    tables = [main, alt, add] + ([comments] if comments is not None else [])
    return zipped(
        {f"{name}.csv": ofac_table(rows) for name, rows in zip(names.split(), tables, strict=False)}, when
    )


def enhanced(*entities, dated="2026-02-01T00:00:00", values=""):
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<sanctionsData xmlns="https://example.org/enhanced">\n'
        f"<publicationInfo><dataAsOf>{dated}</dataAsOf></publicationInfo>\n<referenceValues>{values}"
        f"</referenceValues>\n<entities>\n{chr(10).join(entities)}\n</entities>\n</sanctionsData>\n"
    )


def enhanced_country(number, name, code):
    return (
        f'<referenceValue refId="{number}"><type>COUNTRY</type><value>{name}</value><isoCode>{code}</isoCode>'
        "</referenceValue>"
    )


def enhanced_name(*translations, primary=False, weak=False, kind=""):
    """Return a <name> of (script, first name, last name)."""
    inside = "".join(
        f"<translation><script>{script}</script><formattedFirstName>{escape(first)}</formattedFirstName>"
        f"<formattedLastName>{escape(last)}</formattedLastName></translation>"
        for script, first, last in translations
    )
    return (
        f"<name><isPrimary>{str(primary).lower()}</isPrimary><aliasType>{kind}</aliasType>"
        f"<isLowQuality>{str(weak).lower()}</isLowQuality><translations>{inside}</translations></name>"
    )


def enhanced_feature(kind, value, inside=""):
    return f"<feature><type>{escape(kind)}</type><value>{escape(value)}</value>{inside}</feature>"


def enhanced_entity(number, names, *, kind="Entity", general="", inside="", features=()):
    return (
        f'<entity id="{number}"><generalInfo><entityType>{kind}</entityType>{general}</generalInfo>'
        f"<names>{''.join(names)}</names><features>{''.join(features)}</features>{inside}</entity>"
    )


def csl_row(name, source=EL, **fields):
    return dict.fromkeys(CSL_COLUMNS, "") | {"_id": f"id of {name}", "source": source, "name": name} | fields


def csl_csv(*rows, columns=CSL_COLUMNS):
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def csl_json(*entries, **head):
    return json.dumps({**head, "results": list(entries)}, ensure_ascii=False)


def dpl(
    name, *, effective="06/19/2003", expires="06/29/2056", street="Nowhere Street 0", country="PA", **fields
):
    named = {"Name": name, "Effective_Date": effective, "Expiration_Date": expires}
    return dict.fromkeys(DPL_COLUMNS, "") | named | {"Street_Address": street, "Country": country} | fields


def dpl_text(*rows, columns=DPL_COLUMNS):
    lines = [columns, *([row[column] for column in columns] for row in rows)]
    return "".join("\t".join(f'"{field}"' for field in line) + "\n" for line in lines)
