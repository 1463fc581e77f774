"""Write small list files in the formats of publishers outside the United States. Every party is made up."""

import csv
import io
import json
from xml.sax.saxutils import escape, quoteattr

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CONLIST_2018 = (
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,DOB,Town of Birth,Country of Birth,Nationality,"
    "Passport Details,NI Number,Position,Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,"
    "Post/Zip Code,Country,Other Information,Group Type,Alias Type,Regime,Listed On,Last Updated,Group ID"
)
CONLIST_2022 = (
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,Non-Latin Script Type,"
    "Non-Latin Script Language,DOB,Town of Birth,Country of Birth,Nationality,Passport Number,"
    "Passport Details,National Identification Number,National Identification Details,Position,"
    "Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,Post/Zip Code,Country,Other Information,"
    "Group Type,Alias Type,Alias Quality,Regime,Listed On,UK Sanctions List Date Designated,"
    "Last Updated,Group ID"
)
UK_2026 = (
    "Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,"
    "Name type,Alias strength,Title,Name non-latin script,Non-latin script type,Non-latin script language,"
    "Regime Name,Designation Type,Designation source,Sanctions Imposed,Other Information,"
    "UK Statement of Reasons,Address Line 1,Address Line 2,Address Line 3,Address Line 4,Address Line 5,"
    "Address Line 6,Address Postal Code,Address Country,Phone number,Website,Email address,Date Designated,"
    "D.O.B,Nationality(/ies),National Identifier number,National Identifier additional information,"
    "Passport number,Passport additional information,Position,Gender,Town of birth,Country of birth,"
    "Type of entity,Subsidiaries,Parent company,Business registration number (s),IMO number,"
    "Current owner/operator (s),Previous owner/operator (s),Current believed flag of ship,Previous flags,"
    "Type of ship,Tonnage of ship,Length of ship,Year Built,Hull identification number (HIN)"
)
EU_CSV = (
    "Date_file;Entity_logical_id;Subject_type;Leba_numtitle;Leba_publication_date;Leba_url;Programme;"
    "Entity_remark;Naal_logical_id;Entity_logical_id;Naal_leba_numtitle;Naal_leba_publication_date;"
    "Naal_leba_url;Naal_programme;Naal_lastname;Naal_firstname;Naal_middlename;Naal_wholename;Naal_gender;"
    "Naal_title;Naal_function;Naal_language;Addr_logical_id;Entity_logical_id;Addr_leba_numtitle;"
    "Addr_leba_publication_date;Addr_leba_url;Addr_programme;Addr_number;Addr_street;Addr_zipcode;Addr_city;"
    "Addr_country;Addr_other;Birt_logical_id;Entity_logical_id;Birt_leba_numtitle;Birt_leba_publication_date;"
    "Birt_leba_url;Birt_programme;Birt_date;Birt_place;Birt_country;Iden_logical_id;Entity_logical_id;"
    "Iden_leba_numtitle;Iden_leba_publication_date;Iden_leba_url;Iden_programme;Iden_number;Iden_country;"
    "Citi_logical_id;Entity_logical_id;Citi_leba_numtitle;Citi_leba_publication_date;Citi_leba_url;"
    "Citi_programme;Citi_country;EU_ref_num"
)
SIMPLE = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,"
    "dataset,first_seen,last_seen,last_change"
)


def table(columns, rows, *, delimiter=",", before=""):
    """Return a table of dictionaries below its head; of columns with one name only the first is filled."""
    columns = columns.split(delimiter)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        assert row.keys() <= set(columns), row.keys() - set(columns)
        writer.writerow(
            row.get(name, "") if name not in columns[:at] else "" for at, name in enumerate(columns)
        )
    return before + out.getvalue()


def attributes(**values):
    return "".join(f" {key}={quoteattr(value)}" for key, value in values.items())


def eu_alias(name, inside="", strong="true", **more):
    return f"<nameAlias{attributes(wholeName=name, strong=strong, **more)}>{inside}</nameAlias>"


def eu_entity(number, name="", *, code="P", inside="", **more):
    alias = eu_alias(name) if name else ""
    return (
        f"<sanctionEntity{attributes(logicalId=str(number), **more)}>"
        f'<subjectType classificationCode="{code}"/>{alias}{inside}</sanctionEntity>'
    )


def eu_text(*entities, dated="2026-02-01T16:47:04.449+02:00"):
    return (
        f'{XML}<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="{dated}">\n'
        f"{chr(10).join(entities)}\n</export>\n"
    )


def eu_old_text(*entities, dated="01/02/2026"):
    return f'{XML}<WHOLE Date="{dated}">\n{chr(10).join(entities)}\n</WHOLE>\n'


def eu_old_entity(number, name, *, inside="", **more):
    head = attributes(Id=str(number), **{"Type": "P", "programme": "FIC", "remark": "", **more})
    return f"<ENTITY{head}><NAME><WHOLENAME>{escape(name)}</WHOLENAME></NAME>{inside}</ENTITY>"


def eu_csv_row(number, **more):
    return {"Date_file": "01/02/2026", "Entity_logical_id": str(number), "Subject_type": "P", **more}


def eu_csv_text(*rows):
    return table(EU_CSV, rows, delimiter=";")


def conlist_text(*rows, columns=CONLIST_2022, dated="01/02/2026"):
    return table(columns, rows, before=f"Last Updated,{dated}{',' * (columns.count(',') - 1)}\n")


def conlist_row(number, name, **more):
    return {
        "Group ID": str(number),
        "Name 6": name,
        "Group Type": "Individual",
        "Alias Type": "Primary name",
        "Regime": "Fiction",
        **more,
    }


def uk_csv_text(*rows, dated="01-Feb-2026"):
    return table(UK_2026, rows, before=f"Report Date: {dated}\n")


def tagged(tag, *inside):
    return f"<{tag}>{''.join(inside)}</{tag}>"


def uk_name(kind="Primary Name", strength="", **parts):
    inside = "".join(tagged(part, escape(value)) for part, value in parts.items())
    return tagged("Name", inside, tagged("NameType", kind), tagged("AliasStrength", strength))


def uk_designation(number, *names, kind="Individual", inside=""):
    return tagged(
        "Designation",
        tagged("UniqueID", str(number)),
        tagged("Names", *names),
        tagged("IndividualEntityShip", kind),
        inside,
    )


def uk_text(*designations, dated="01/02/2026"):
    head = tagged("DateGenerated", dated) if dated else ""
    return f"{XML}<Designations>{head}\n{chr(10).join(designations)}\n</Designations>\n"


def seco_name(*parts, kind="primary-name", quality="good"):
    """`parts`: (type, value, {(lang, script): spelling}) in their order."""
    inside = ""
    for order, (part, value, *variants) in enumerate(parts, start=1):
        spelt = "".join(
            f'<spelling-variant lang="{lang}" script="{script}">{escape(spelling)}</spelling-variant>'
            for (lang, script), spelling in (variants[0] if variants else {}).items()
        )
        said = f"<value>{escape(value)}</value>{spelt}"
        inside += f'<name-part order="{order}" name-part-type="{part}">{said}</name-part>'
    return f'<name name-type="{kind}" quality="{quality}">{inside}</name>'


def seco_target(number, *names, tag="individual", more="", identity="", inside="", changes=("listed",)):
    changed = "".join(
        f'<modification modification-type="{change}"/>' if isinstance(change, str) else change[0]
        for change in changes
    )
    return (
        f'<target ssid="{number}"><sanctions-set-id>11</sanctions-set-id><{tag}{more}>'
        f'<identity main="true">{"".join(names)}{identity}</identity>{inside}</{tag}>{changed}</target>'
    )


def seco_text(*targets, places="", dated="2026-02-01", kind="whole-list"):
    return (
        f'{XML}<swiss-sanctions-list list-type="{kind}" date="{dated}"><sanctions-program ssid="1">'
        '<program-key lang="ger">Fiktion</program-key><program-key lang="eng">Fiction</program-key>'
        '<program-name lang="eng">Ordinance on fiction</program-name>'
        '<sanctions-set ssid="11" lang="eng">annex 1</sanctions-set></sanctions-program>\n'
        f"{chr(10).join(targets)}\n{places}</swiss-sanctions-list>\n"
    )


def ca_record(item, *, country="Nowhere / Nulle part", listed="2026-02-01", **more):
    said = {"Country": country, "Schedule": "1, Part 1", "Item": str(item), "DateOfListing": listed, **more}
    return tagged("record", *(tagged(tag, escape(value)) for tag, value in said.items()))


def ca_text(*records):
    return f"{XML}<data-set>\n{chr(10).join(records)}\n</data-set>\n"


def jp_item(number, name, **more):
    return {
        "id": f"jp-eul-{number}",
        "entity_name": name,
        "aliases": [],
        "addresses": ["State of Israel"],
        "reason": "大量破壊兵器等の懸念: 核 N",
        "source_url": "https://www.meti.go.jp/press/2025/09/20260201006/20260201006.html",
        **more,
    }


def jp_text(*items):
    return json.dumps(items, ensure_ascii=False, indent=1)


def ftm(number, schema, /, *, target=None, last_seen="2026-02-01T05:41:01", **properties):
    entity = {"id": number, "schema": schema, "last_seen": last_seen, "datasets": ["fiction"]}
    entity |= {"target": target} if target is not None else {}
    return entity | {"properties": {key: [v] if isinstance(v, str) else v for key, v in properties.items()}}


def ftm_text(*entities):
    return "".join(json.dumps(entity, ensure_ascii=False) + "\n" for entity in entities)


def simple_row(number, schema, name, **more):
    return {
        "id": number,
        "schema": schema,
        "name": name,
        "dataset": "Fiction",
        "last_seen": "2026-02-01T05:41:01",
        **more,
    }


def simple_text(*rows):
    return table(SIMPLE, rows)


def own_text(*rows, edition="# edition: 2026-02-01", columns=()):
    names = dict.fromkeys(["id", "kind", "name", *columns, *(key for row in rows for key in row)])
    return table(",".join(names), rows, before=f"{edition}\n")


def own_row(number, name, kind="organisation", **more):
    return {"id": str(number), "kind": kind, "name": name, **more}
