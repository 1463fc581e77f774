"""What each parser makes of the formats of the United States, and what it refuses."""

import io
import tracemalloc
from datetime import date

import pytest
from django.core.management import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.importers import PARSERS, ofac, ofac_csv, ofac_enhanced, us_csl, us_dpl
from screening.importers.aliases import unique
from screening.importers.files import unpacked
from screening.importers.ofac_terms import labelled, written_number
from screening.importers.rows import AddressRow, IdentifierRow, NameRow, RelationRow, load
from screening.importers.us_names import alias_in, names_of
from screening.models import EntityKind, ListedEntity, ListVersion, NameKind, RelationKind
from screening.refusals import REFUSALS, BadList
from tests.factories import NOON
from tests.screening.files import ofac_entry, ofac_text, written
from tests.screening.files_us import (
    CSL_COLUMNS,
    DPL_COLUMNS,
    EL,
    SDN,
    csl_csv,
    csl_json,
    csl_row,
    dpl,
    dpl_text,
    enhanced,
    enhanced_country,
    enhanced_entity,
    enhanced_feature,
    enhanced_name,
    gzipped,
    ofac_table,
    ofac_zip,
    sdn,
    zipped,
)
from tests.screening.test_imports import command


def read(parser, content):
    data = content.encode() if isinstance(content, str) else content
    publication, rows = parser.parse(unpacked(io.BytesIO(data)))
    return publication, list(rows)


def one(parser, content):
    (row,) = read(parser, content)[1]
    return row


def named(row):
    return [(name.name, name.kind.value) for name in row.names]


def refusal_of(parser, content):
    with pytest.raises(BadList) as refusal:
        read(parser, content)
    return refusal.value.code


@pytest.fixture
def load_file(db, tmp_path):
    """Import a file with this content, and return the version in force."""

    def load_it(source, content, **options):
        path = written(tmp_path, content, "list")
        return load(source, PARSERS[source][1], path, by_name="Prueba", **{"at": NOON, **options})

    return load_it


# OFAC, the old tables


def test_a_person_of_the_old_tables_is_read_whole():
    remarks = (
        "DOB 03 May 1971; alt. DOB circa 1970; POB Fabula, Uruguay; nationality Chile; citizen Korea, North; "
        "Gender Male; Passport ZZ 77 (Korea, North) issued 01 Feb 2001 expires 31 Jan 2011; "
        "alt. Passport K9; Cedula No. 8-000-1 (Panama); Website www.example.org; "
        "a.k.a. 'EL X'; f.k.a. 'QUIMERA, Vieja'; Linked To: NADA (IRGC)-SUR; "
        "Additional Sanctions Information - Subject to Secondary Sanctions; "
        "Passport issued in Nowhere; DOB unknown; Minister of Nothing; (Linked To: NOBODY, Nemo); "
        "Linked To: LA NADA S.A."
    )
    main = sdn(
        7, "DE LA NADA, Ximena", kind="individual", programmes="ONE] [TWO", title="Broker", remarks=remarks
    )
    alt = [
        [7, 1, "aka", "NADA, Jimena", ""],
        [7, 2, "fka", "VIEJA", ""],
        [7, 3, "nka", "Nueva", ""],
        [7, 4, "aka", "", ""],
    ]
    add = [
        [7, 1, "Calle 0", "Colon", "Panama", ""],
        [7, 2, "", "", "", ""],
        [7, 3, "", "", "Panama", "in 2020"],
    ]

    row = one(ofac_csv, ofac_zip([main], alt, add))

    assert (row.source_id, row.kind) == ("7", EntityKind.PERSON)
    assert named(row) == [
        ("Ximena DE LA NADA", "primary"),
        ("Jimena NADA", "alias"),
        ("VIEJA", "former"),
        ("Nueva", "alias"),
        ("EL X", "weak-alias"),
        ("Vieja QUIMERA", "weak-alias"),
    ]
    assert row.dates_of_birth == ("1971-05-03", "1970~")
    assert row.places_of_birth == ("Fabula, Uruguay",)
    assert row.countries == ("CL", "KP", "PA")
    assert (row.positions, row.programmes) == (("Broker",), ("ONE", "TWO"))
    assert row.identifiers == (
        IdentifierRow("Passport", "ZZ 77", "KP", "issued 01 Feb 2001 expires 31 Jan 2011"),
        IdentifierRow("Passport", "K9"),
        IdentifierRow("Cedula No.", "8-000-1", "PA"),
        IdentifierRow("Website", "www.example.org"),
    )
    assert row.addresses == (
        AddressRow("Calle 0, Colon, Panama", "PA"),
        AddressRow("Panama", "PA", "in 2020"),
    )
    assert row.relations == (
        RelationRow(RelationKind.LINKED, "NADA (IRGC)-SUR"),
        RelationRow(RelationKind.LINKED, "NOBODY, Nemo"),
        RelationRow(RelationKind.LINKED, "LA NADA S.A."),
    )
    assert row.remarks == (
        "Gender: Male\nAdditional Sanctions Information: Subject to Secondary Sanctions\n"
        "Passport issued in Nowhere\nDOB: unknown\nMinister of Nothing"
    )
    assert (row.vessel, row.listed_on) == ((), None)


def test_a_ship_of_the_old_tables_has_its_numbers_and_facts():
    remarks = (
        "Former Vessel Flag Malta; alt. Former Vessel Flag None Identified; Other Vessel Flag Tanzania; "
        "Other Vessel Type Tug; Vessel Registration Identification IMO 0000005; MMSI 999000005; "
        "International Maritime Organization No. (0000007); Other Vessel Call Sign ZZZ6; "
        "Company Number IMO 0000006."
    )
    ship = ("ZZZ5", "Cargo", "318,000", "163,660", "Panama", "Nadie")

    row = one(ofac_csv, ofac_zip([sdn(8, "DUTCHMAN'S COUSIN", kind="vessel", ship=ship, remarks=remarks)]))

    assert row.kind == EntityKind.VESSEL
    assert [(item.kind, item.number) for item in row.identifiers] == [
        ("Call sign", "ZZZ5"),
        ("IMO number", "0000005"),
        ("MMSI", "999000005"),
        ("IMO number", "0000007"),
        ("Call sign", "ZZZ6"),
        ("IMO number", "0000006"),
    ]
    assert row.vessel == (
        ("flag", "PA"),
        ("former-flags", "MT"),
        ("type", "Cargo, Tug"),
        ("tonnage", "318000, 163660 GRT"),
        ("owner", "Nadie"),
    )
    assert row.countries == ("MT", "PA", "TZ")
    assert row.remarks == "Former Vessel Flag: None Identified\nOther Vessel Flag: Tanzania"


def test_an_aircraft_is_no_number_by_its_model():
    remarks = "Aircraft Model IL76-TD; Aircraft Operator NADA AIR; Aircraft Tail Number ZZ-AAA."

    row = one(ofac_csv, ofac_zip([sdn(9, "ZZ-AAA", kind="aircraft", remarks=remarks)]))

    assert row.kind == EntityKind.AIRCRAFT
    assert row.identifiers == (IdentifierRow("Aircraft Tail Number", "ZZ-AAA"),)
    assert row.remarks == "Aircraft Model: IL76-TD\nAircraft Operator: NADA AIR"


@pytest.mark.parametrize(
    ("remarks", "name"),
    [
        ("Linked To: NADA S.A.", "NADA S.A."),
        ("Linked To: NADA CO.", "NADA CO."),
        ("Linked To: NADA.", "NADA"),
        ("Linked To: NADA S.A.; DOB 1970.", "NADA S.A."),
    ],
)
def test_the_full_stop_of_the_remarks_is_not_that_of_a_name(remarks, name):
    (tie,) = one(ofac_csv, ofac_zip([sdn(7, "NADIE", remarks=remarks)])).relations

    assert tie.name == name


@pytest.mark.parametrize("cut", [1000, 1001, 1002, 1003, 1004, 1005, 1008])
def test_long_remarks_go_on_in_the_comments_wherever_they_were_cut(cut):
    text = "; ".join(f"Passport X{number:05}" for number in range(80)) + "."
    main = sdn(7, "NADA", remarks=text[:cut])

    row = one(ofac_csv, ofac_zip([main], comments=[[7, text[cut:]]]))

    assert [item.number for item in row.identifiers] == [f"X{number:05}" for number in range(80)]
    assert row.remarks == ""


def test_without_the_comments_the_last_piece_of_long_remarks_is_kept_and_not_understood():
    pieces = ["Linked To: NADIE", "X" * 957, "Linked To: NADA INTERNATIONAL."]
    cut = "; ".join(pieces)[:1000]

    row = one(ofac_csv, ofac_zip([sdn(7, "NADA", remarks=cut)]))

    assert row.remarks.splitlines()[-1] == "Linked To: NADA INTERNA…"
    assert row.relations == (RelationRow(RelationKind.LINKED, "NADIE"),)


def test_the_tables_of_the_other_lists_and_longer_names_of_files_are_known():
    content = ofac_zip([sdn(7, "NADA")], names="2026-02_cons_prim 2026-02_cons_alt 2026-02_cons_add")

    assert named(one(ofac_csv, content)) == [("NADA", "primary")]


def test_a_letter_that_is_not_utf_8_is_read_as_windows_writes_it():
    members = {"sdn.csv": ofac_table([sdn(7, "QUIMERA Ñ")]).encode("cp1252"), "alt.csv": "", "add.csv": ""}

    assert one(ofac_csv, zipped(members)).names[0].name == "QUIMERA Ñ"


def test_every_entry_takes_the_lines_beside_it():
    main = [sdn(number, f"NADA {number}") for number in (3, 5, 9, 20)]
    alt = [[number, 1, "aka", f"ALIAS OF {number}", ""] for number in (3, 9, 9, 20)]

    rows = read(ofac_csv, ofac_zip(main, alt))[1]

    assert [[name.name for name in row.names] for row in rows] == [
        ["NADA 3", "ALIAS OF 3"],
        ["NADA 5"],
        ["NADA 9", "ALIAS OF 9"],
        ["NADA 20", "ALIAS OF 20"],
    ]


TABLE = ofac_table([sdn(number, f"NADA {number}") for number in (3, 5)])


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"sdn.csv": TABLE, "alt.csv": ""}, "archive-lacks"),
        ({"sdn.csv": TABLE, "alt.csv": "", "address.csv": ""}, "archive-lacks"),
        ({"sdn.csv": "1,2,3\r\n", "alt.csv": "", "add.csv": ""}, "wrong-width"),
        ({"sdn.csv": TABLE[:-3], "alt.csv": "", "add.csv": ""}, "cut-off"),
        ({"sdn.csv": TABLE[:-10] + '"', "alt.csv": "", "add.csv": ""}, "cut-off"),
        ({"sdn.csv": TABLE + '7,"a\r\n', "alt.csv": "", "add.csv": ""}, "cut-off"),
        ({"sdn.csv": TABLE.replace("NADA 5", 'NA"DA'), "alt.csv": "", "add.csv": ""}, "not-csv"),
        ({"sdn.csv": TABLE.replace("NADA 5", "NA\x00DA"), "alt.csv": "", "add.csv": ""}, "not-csv"),
        (
            {"sdn.csv": TABLE.encode().replace(b"NADA 5", b"NA\x81DA"), "alt.csv": "", "add.csv": ""},
            "not-csv",
        ),
        ({"sdn.csv": TABLE.replace("5,", "x,", 1), "alt.csv": "", "add.csv": ""}, "out-of-order"),
        ({"sdn.csv": TABLE.replace("5,", "2,", 1), "alt.csv": "", "add.csv": ""}, "out-of-order"),
        (
            {"sdn.csv": TABLE, "alt.csv": ofac_table([[4, 1, "aka", "X", ""]]), "add.csv": ""},
            "belongs-to-nobody",
        ),
        (
            {"sdn.csv": TABLE, "alt.csv": "", "add.csv": ofac_table([[6, 1, "X", "", "", ""]])},
            "belongs-to-nobody",
        ),
    ],
)
def test_old_tables_not_as_published_are_refused(members, code):
    assert refusal_of(ofac_csv, zipped(members)) == code


def test_a_single_table_is_no_list_of_the_old_form():
    assert refusal_of(ofac_csv, TABLE) == "archive-lacks"


def test_an_entry_given_twice_is_refused(load_file):
    with pytest.raises(BadList) as refusal:
        load_file("ofac-sdn", ofac_zip([sdn(7, "NADA"), sdn(7, "NADA")]))

    assert refusal.value.code == "twice"
    assert not ListVersion.objects.exists()


def test_old_tables_are_of_the_day_of_the_newest_member_of_their_zip_file(load_file):
    version = load_file("ofac-sdn", ofac_zip([sdn(7, "NADA")], [[7, 1, "aka", "X", ""]]))

    assert (version.published_on, version.edition) == (date(2026, 2, 1), "2026-02-01")
    assert (version.entities_count, version.names_count) == (1, 2)


def test_the_day_a_person_gives_counts_more_than_the_time_stamp(load_file):
    assert load_file("ofac-sdn", ofac_zip([sdn(7, "NADA")]), dated=date(2026, 1, 15)).published_on == date(
        2026, 1, 15
    )


def test_the_command_takes_a_zip_file_and_its_day(db, tmp_path):
    path = str(written(tmp_path, ofac_zip([sdn(7, "NADA")]), "sdn.zip"))

    assert "of 2026-01-15 is in force: 1 parties, 1 names" in command(
        "ofac-sdn", path, "--dated", "2026-01-15"
    )


def test_the_command_refuses_a_day_that_is_none(db, tmp_path):
    with pytest.raises(CommandError, match="dated"):
        command("ofac-sdn", str(written(tmp_path, ofac_zip([sdn(7, "NADA")]))), "--dated", "soon")


def test_one_source_takes_every_form_of_its_list(load_file, settings):
    settings.SCREENING_SMALLEST_SHARE = 0  # two people let a file in that shrank
    names = [enhanced_name(("Latin", "", "NADA"), primary=True)]
    forms = [
        ofac_text(ofac_entry(7, "NADA")),
        zipped({"SDN.XML": ofac_text(ofac_entry(7, "NADA"), ofac_entry(8, "MAS"))}),
        zipped({"SDN_ENHANCED.XML": enhanced(enhanced_entity(7, names))}),
        enhanced(enhanced_entity(7, names), enhanced_entity(8, names)),
        ofac_zip([sdn(7, "NADA")]),
    ]

    for form in forms:
        load_file("ofac-sdn", form)

    assert ListedEntity.objects.filter(source_id="7", primary_name="NADA").count() == len(forms)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Passport AB1", ("Passport", "AB1")),
        ("alt. Passport AB1", ("Passport", "AB1")),
        ("Diplomatic Passport AB1", ("Diplomatic Passport", "AB1")),
        ("Secondary sanctions risk: section 9", ("Secondary sanctions risk", "section 9")),
        ("Digital Currency Address - ZZZ 0x1", ("Digital Currency Address - ZZZ", "0x1")),
        (
            "Effective Date (EO 99999 Directive 9): 01 Jan 2031",
            ("Effective Date (EO 99999 Directive 9)", "01 Jan 2031"),
        ),
        ("Passports of all kinds", None),
        ("Passport", None),
        ("Minister", None),
    ],
)
def test_the_label_at_the_start_of_a_remark(text, expected):
    assert labelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A 1", ("A 1", "", "")),
        ("A 1 (Panama)", ("A 1", "PA", "")),
        ("A 1 (Panama) expires 2030", ("A 1", "PA", "expires 2030")),
        ("A 1 (Congo, Democratic Republic of the)", ("A 1", "CD", "")),
        ("A 1 (no country)", ("A 1 (no country)", "", "")),
        ("A 1 issued 2001", ("A 1", "", "issued 2001")),
    ],
)
def test_a_number_as_remarks_give_it(text, expected):
    number, country, note = written_number(text)

    assert (number, {"Panama": "PA"}.get(country, "CD" if country else ""), note) == expected


# OFAC, enhanced XML


def test_a_person_of_the_enhanced_form_is_read_whole():
    names = [
        enhanced_name(("Latin", "Jimena", "NADA"), kind="A.K.A."),
        enhanced_name(("Latin", "Ximena", "DE LA NADA"), ("Cyrillic", "", "Химера"), primary=True),
        enhanced_name(("Latin", "", "NADA, La Vieja"), kind="F.K.A."),
        enhanced_name(("Latin", "", "LA X"), kind="A.K.A.", weak=True),
    ]
    features = [
        enhanced_feature("Birthdate", "03 May 1971"),
        enhanced_feature(
            "Birthdate",
            "",
            "<valueDate><fromDateBegin>1970-01-01</fromDateBegin><toDateEnd>1972-12-31</toDateEnd>"
            "<isApproximate>false</isApproximate></valueDate>",
        ),
        enhanced_feature("Place of Birth", "Fabula, Uruguay"),
        enhanced_feature("Nationality Country", "Land of Nowhere", "<valueRefId>7</valueRefId>"),
        enhanced_feature("Gender", "Female"),
        enhanced_feature("SWIFT/BIC", "ZZZZPAPA", "<comments>old</comments>"),
        enhanced_feature("Secondary sanctions risk:", "section 9"),
    ]
    inside = """
      <sanctionsLists><sanctionsList datePublished="2022-02-24">SDN List</sanctionsList>
        <sanctionsList datePublished="2015-12-22">Consolidated List</sanctionsList></sanctionsLists>
      <sanctionsPrograms><sanctionsProgram>FICTION</sanctionsProgram></sanctionsPrograms>
      <legalAuthorities><legalAuthority>Executive Order 99999</legalAuthority></legalAuthorities>
      <addresses><address><country refId="8">Panama</country><translations><translation><addressParts>
        <addressPart><type>ADDRESS1</type><value>Calle 0</value></addressPart>
        <addressPart><type>CITY</type><value>Colon</value></addressPart></addressParts></translation>
        </translations></address>
        <address><translations><translation><addressParts>
        <addressPart><type>REGION</type><value>Gaza</value></addressPart>
        <addressPart><type>CITY</type><value>Fabula</value></addressPart></addressParts></translation>
        </translations></address></addresses>
      <identityDocuments><identityDocument><type>Passport</type><documentNumber>ZZ 77</documentNumber>
        <isValid>false</isValid><issueDate>2001-02-01</issueDate>
        <issuingCountry refId="8">Panama</issuingCountry>
        </identityDocument></identityDocuments>
      <relationships><relationship><type>Owned or Controlled By</type><relatedEntity entityId="99">NADA SA
        </relatedEntity></relationship><relationship><type>Acting for or on behalf of</type>
        <quality>High</quality>
        <relatedEntity entityId="98">NADIE</relatedEntity></relationship></relationships>"""
    general = "<title>Broker</title><remarks>Made up.</remarks>"
    entity = enhanced_entity(7, names, kind="Individual", general=general, inside=inside, features=features)

    values = enhanced_country(7, "Land of Nowhere", "KP") + enhanced_country(8, "Panama", "PA")
    publication, (row,) = read(ofac_enhanced, enhanced(entity, values=values))

    assert (publication.edition, publication.published_on) == ("2026-02-01T00:00:00", date(2026, 2, 1))
    assert (row.source_id, row.kind) == ("7", EntityKind.PERSON)
    assert named(row) == [
        ("Ximena DE LA NADA", "primary"),
        ("Jimena NADA", "alias"),
        ("Химера", "original-script"),
        ("La Vieja NADA", "former"),
        ("LA X", "weak-alias"),
    ]
    assert row.dates_of_birth == ("1971-05-03", "1970-01-01/1972-12-31")
    assert row.places_of_birth == ("Fabula, Uruguay",)
    assert row.countries == ("KP", "PA", "PS")
    assert row.positions == ("Broker",)
    assert row.programmes == ("FICTION", "SDN List", "Consolidated List")
    assert row.identifiers == (
        IdentifierRow("SWIFT/BIC", "ZZZZPAPA", note="old"),
        IdentifierRow("Passport", "ZZ 77", "PA", "issued 2001-02-01; not valid"),
    )
    assert row.addresses == (AddressRow("Calle 0, Colon, Panama", "PA"), AddressRow("Fabula, Gaza", "PS"))
    assert row.relations == (
        RelationRow(RelationKind.OWNED_BY, "NADA SA", "99", note="Owned or Controlled By"),
        RelationRow(RelationKind.ACTS_FOR, "NADIE", "98", note="Acting for or on behalf of, High"),
    )
    assert row.listed_on == date(2015, 12, 22)
    assert row.remarks == (
        "Made up.\nLegal authority: Executive Order 99999\nGender: Female\n"
        "Secondary sanctions risk: section 9"
    )


def test_a_ship_of_the_enhanced_form_has_its_numbers_and_facts():
    features = [
        enhanced_feature("Vessel Call Sign", "ZZZ5"),
        enhanced_feature("VESSEL TYPE", "Cargo"),
        enhanced_feature("Vessel Flag", "Panama"),
        enhanced_feature("Former Vessel Flag", "Malta"),
        enhanced_feature("Vessel Tonnage", "318,000"),
        enhanced_feature("Vessel Gross Registered Tonnage", "163,660"),
        enhanced_feature("Vessel Owner", "Nadie"),
        enhanced_feature("Vessel Year of Build", "1999"),
        enhanced_feature("MMSI", "999000005"),
    ]
    inside = """<identityDocuments><identityDocument><type>Vessel Registration Identification</type>
      <documentNumber>IMO 0000005</documentNumber></identityDocument></identityDocuments>"""
    names = [enhanced_name(("Latin", "", "COUSIN, DUTCHMAN'S"), primary=True)]

    row = one(
        ofac_enhanced, enhanced(enhanced_entity(8, names, kind="Vessel", inside=inside, features=features))
    )

    assert (row.kind, row.names[0].name) == (EntityKind.VESSEL, "COUSIN, DUTCHMAN'S")
    assert [(item.kind, item.number) for item in row.identifiers] == [
        ("Call sign", "ZZZ5"),
        ("MMSI", "999000005"),
        ("IMO number", "0000005"),
    ]
    assert row.vessel == (
        ("flag", "PA"),
        ("former-flags", "MT"),
        ("type", "Cargo"),
        ("tonnage", "318000, 163660 GRT"),
        ("built", "1999"),
        ("owner", "Nadie"),
    )


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Owns, controls, or operates", "owns"),
        ("Property in the interest of", "owned-by"),
        ("Leader or official of", "member-of"),
        ("Family member of", "family"),
        ("Providing support to", "linked"),
    ],
)
def test_the_ties_of_the_enhanced_form(words, kind):
    tie = f"<relationship><type>{words}</type><relatedEntity entityId='9'>NADA</relatedEntity></relationship>"
    names = [enhanced_name(("Latin", "", "NADIE"), primary=True)]

    row = one(
        ofac_enhanced, enhanced(enhanced_entity(8, names, inside=f"<relationships>{tie}</relationships>"))
    )

    assert row.relations == (RelationRow(kind, "NADA", "9", note=words),)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (enhanced(dated="soon"), "no-date"),
        (enhanced().replace("publicationInfo", "somethingElse"), "no-date"),
        (enhanced()[:-20], "cut-off"),
        (ofac_text(ofac_entry(1, "NADA")), "wrong-root"),
    ],
)
def test_an_enhanced_file_not_as_published_is_refused(content, code):
    assert refusal_of(ofac_enhanced, content) == code


# Consolidated Screening List


def test_an_entry_of_commerce_is_read_whole():
    row = one(
        us_csl,
        csl_csv(
            csl_row(
                "Nowhere Works (NOWO) Ltd. and any successor, sub-unit, or subsidiary thereof",
                addresses="Calle 0, Colon, PA; and Road 1, Nowhere; KP",
                federal_register_notice="99 FR 1",
                start_date="2025-12-31",
                license_requirement="For all items subject to the EAR",
                license_policy="Presumption of denial",
                remarks="Made up",
                alt_names="Nada (NADA);  f.k.a. Vieja; and Nueva",
            )
        ),
    )

    assert row.source_id.startswith("EL:id of Nowhere")
    assert row.kind == EntityKind.OTHER
    assert named(row) == [
        ("Nowhere Works (NOWO) Ltd.", "primary"),
        ("Nada (NADA)", "alias"),
        ("Nada", "alias"),
        ("NADA", "alias"),
        ("Vieja", "former"),
        ("Nueva", "alias"),
    ]
    assert row.programmes == ("Entity List (EL)",)
    assert row.countries == ("KP", "PA")
    assert row.addresses == (AddressRow("Calle 0, Colon, PA", "PA"), AddressRow("Road 1, Nowhere"))
    assert row.listed_on == date(2025, 12, 31)
    assert row.remarks == (
        "Nowhere Works (NOWO) Ltd. and any successor, sub-unit, or subsidiary thereof\nMade up\n"
        "Licence requirement: For all items subject to the EAR\nLicence policy: Presumption of denial\n"
        "Federal Register notice: 99 FR 1"
    )


PERSON = {
    "source": SDN,
    "entity_number": "7",
    "type": "Individual",
    "programs": "ONE; TWO",
    "title": "Broker; Cook",
    "addresses": "Calle 0, Colon, PA",
    "remarks": "Made up; (Linked To: NADA (IRGC)); (Linked To: NADIE, Nemo)",
    "alt_names": "NADA, Jimena; LA X",
    "citizenships": "KP",
    "nationalities": "CL; UY",
    "dates_of_birth": "1971-05-03; circa 1970",
    "places_of_birth": "Fabula, Uruguay; Nowhere",
}
IDS_BEFORE = (
    "PA, 2011-01-31, 2001-02-01, ZZ 77, Passport; K9, Passport; CL, 2030-01-01, L1, License; Male, Gender; "
    "01 Feb 2001, Organization Established Date; North Sanctions Regulations, section 1; and 2, "
    "Secondary sanctions risk:"
)
IDS_SINCE = (
    "Passport, ZZ 77, PA, 01 Feb 2001, 31 Jan 2011; Passport, K9; License, L1, CL, 01 Jan 2030; "
    "Gender, Male; Organization Established Date, 01 Feb 2001; "
    "Secondary sanctions risk:, North Sanctions Regulations, section 1; and 2"
)


@pytest.mark.parametrize(
    ("ids", "issued", "either"),
    [
        (IDS_BEFORE, "issued 2001-02-01; expires 2011-01-31", "2030-01-01"),
        (IDS_SINCE, "issued 01 Feb 2001; expires 31 Jan 2011", "01 Jan 2030"),
    ],
)
def test_a_person_of_the_treasury_in_the_screening_list_is_read_whole(ids, issued, either):
    row = one(us_csl, csl_csv(csl_row("DE LA NADA, Ximena", **PERSON, ids=ids)))

    assert (row.source_id, row.kind) == ("SDN:7", EntityKind.PERSON)
    assert named(row) == [("Ximena DE LA NADA", "primary"), ("Jimena NADA", "alias"), ("LA X", "alias")]
    assert row.programmes == ("Specially Designated Nationals (SDN)", "ONE", "TWO")
    assert row.positions == ("Broker", "Cook")
    assert row.countries == ("CL", "KP", "PA", "UY")
    assert row.dates_of_birth == ("1971-05-03", "1970~")
    assert row.places_of_birth == ("Fabula, Uruguay", "Nowhere")
    assert row.identifiers == (
        IdentifierRow("Passport", "ZZ 77", "PA", issued),
        IdentifierRow("Passport", "K9"),
        IdentifierRow("License", "L1", "CL", f"issued or expires {either}"),
    )
    assert [tie.name for tie in row.relations] == ["NADA (IRGC)", "NADIE, Nemo"]
    assert row.remarks.splitlines()[:2] == ["Gender: Male", "Organization Established Date: 01 Feb 2001"]
    assert row.remarks.splitlines()[-1] == "Made up"
    assert "Secondary sanctions risk: North Sanctions Regulations, section 1; and 2" in row.remarks


def test_the_json_says_the_same_as_the_csv():
    ids = "PA, 2011-01-31, 2001-02-01, ZZ 77, Passport; IMO 0000006, Identification Number"
    from_csv = one(us_csl, csl_csv(csl_row("DE LA NADA, Ximena", **PERSON, ids=ids)))
    entry = PERSON | {
        "name": "DE LA NADA, Ximena",
        "id": "7",
        "programs": ["ONE", "TWO"],
        "addresses": [
            {"address": "Calle 0", "city": "Colon", "state": None, "postal_code": None, "country": "PA"}
        ],
        "alt_names": ["NADA, Jimena", "LA X"],
        "citizenships": ["KP"],
        "nationalities": ["CL", "UY"],
        "dates_of_birth": ["1971-05-03", "circa 1970"],
        "places_of_birth": ["Fabula, Uruguay", "Nowhere"],
        "call_sign": None,
        "ids": [
            {
                "type": "Passport",
                "number": "ZZ 77",
                "country": "PA",
                "issue_date": "2001-02-01",
                "expiration_date": "2011-01-31",
            },
            {"type": "Identification Number", "number": "IMO 0000006", "country": None},
        ],
    }

    assert one(us_csl, csl_json(entry)) == from_csv
    assert IdentifierRow("IMO company number", "0000006") in from_csv.identifiers


def test_a_ship_of_the_screening_list_has_its_numbers_and_facts():
    fields = {
        "source": SDN,
        "entity_number": "8",
        "type": "Vessel",
        "call_sign": "ZZZ5",
        "vessel_type": "Cargo",
        "gross_tonnage": "318000",
        "gross_registered_tonnage": "163660",
        "vessel_flag": "Panama",
        "vessel_owner": "Nadie",
        "ids": "IMO 0000005, Vessel Registration Identification; Malta, Former Vessel Flag; 999000005, MMSI",
    }

    row = one(us_csl, csl_csv(csl_row("DUTCHMAN, COUSIN", **fields)))

    assert row.names[0].name == "DUTCHMAN, COUSIN"
    assert [(item.kind, item.number) for item in row.identifiers] == [
        ("Call sign", "ZZZ5"),
        ("IMO number", "0000005"),
        ("MMSI", "999000005"),
    ]
    assert dict(row.vessel) == {
        "flag": "PA",
        "former-flags": "MT",
        "type": "Cargo",
        "tonnage": "318000, 163660 GRT",
        "owner": "Nadie",
    }


def test_the_compact_form_is_spelled_out():
    head = {
        "sourceGeneratedAt": "2026-01-31T13:15:00+00:00",
        "entryCount": 2,
        "tables": {
            "sources": [SDN, EL],
            "licenceRequirements": ["All items"],
            "licencePolicies": ["Denial"],
            "programmes": ["ONE; TWO"],
        },
        "entries": [
            {
                "n": "NADA, Ximena",
                "a": ["LA X"],
                "s": 0,
                "t": "Individual",
                "e": "7",
                "pg": 0,
                "c": ["PA"],
                "u": 3,
            },
            {"n": "Nowhere Works", "s": 1, "lr": 0, "lp": 0, "fr": "99 FR 1"},
        ],
    }
    content = csl_json().replace('"results": []', str_of(head)[1:-1])

    publication, (person, works) = read(us_csl, content)

    assert publication.published_on == date(2026, 1, 31)
    assert (person.source_id, named(person)) == ("SDN:7", [("Ximena NADA", "primary"), ("LA X", "alias")])
    assert person.programmes == ("Specially Designated Nationals (SDN)", "ONE", "TWO")
    assert (person.countries, person.addresses) == (("PA",), ())
    assert works.source_id.startswith("EL:")
    assert len(works.source_id) == 35
    assert (
        works.remarks
        == "Licence requirement: All items\nLicence policy: Denial\nFederal Register notice: 99 FR 1"
    )


def str_of(value):
    return csl_json(value).removeprefix('{"results": [').removesuffix("]}")


def test_a_row_that_says_the_same_again_is_left_out_and_one_that_differs_is_refused(load_file):
    row = csl_row("Nowhere Works")

    assert len(read(us_csl, csl_csv(row, row | {"source_list_url": "http://example.org"}))[1]) == 1

    with pytest.raises(BadList) as refusal:
        load_file("us-csl", csl_csv(row, row | {"remarks": "Another"}), dated=date(2026, 2, 1))
    assert refusal.value.code == "twice"


def test_entries_of_different_lists_may_have_the_same_number():
    rows = [csl_row("NADA", source, entity_number="7", type="Entity") for source in (SDN, EL)]

    assert [row.source_id for row in read(us_csl, csl_csv(*rows))[1]] == ["SDN:7", "EL:7"]


def test_a_head_given_twice_and_more_columns_do_no_harm():
    text = csl_csv(csl_row("Nowhere Works"), columns=[*CSL_COLUMNS, "extra"])
    head = text.splitlines(keepends=True)[0]

    assert len(read(us_csl, "\ufeff" + head + text)[1]) == 1


def test_the_day_of_a_list_that_says_none(load_file):
    old, new, to_come = (csl_row(day, start_date=day) for day in ("2025-12-30", "2026-01-30", "2031-01-01"))

    def published_on(content, **options):
        return load_file("us-csl", content, **options).published_on

    assert published_on(csl_csv(old, to_come)) == date(2025, 12, 30)
    assert published_on(csl_csv(old, new)) == date(2026, 1, 30)
    assert published_on(gzipped(csl_csv(new, old), when=1_769_900_000)) == date(2026, 1, 31)
    assert published_on(csl_csv(old, new, columns=[*CSL_COLUMNS, "extra"]), dated=date(2026, 2, 1)) == date(
        2026, 2, 1
    )


def test_a_list_of_no_known_day_is_refused(load_file):
    with pytest.raises(BadList) as refusal:
        load_file("us-csl", csl_csv(csl_row("Nowhere Works")))

    assert refusal.value.code == "undated"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (csl_csv(csl_row("NADA"), columns=CSL_COLUMNS[:-1]), "wrong-columns"),
        (csl_csv(csl_row("NADA"), columns=[*CSL_COLUMNS, "name"]), "wrong-columns"),
        (" \n", "wrong-columns"),
        ("no table at all\n", "wrong-columns"),
        (csl_csv(csl_row("NADA"))[:-1], "cut-off"),
        (csl_csv(csl_row("NADA")) + "one,two\n", "wrong-width"),
        (csl_csv(csl_row("NADA")) + '"' + "x\n" * 90_000, "not-csv"),
        (csl_csv(csl_row("NADA")) + "x" * 2_000_000, "not-csv"),
        (csl_csv(csl_row("Química")).encode("latin-1"), "wrong-encoding"),
        (csl_json({"name": "NADA", "source": EL, "id": "1"})[:-1], "json-cut-off"),
        (csl_json({"name": "NADA", "source": EL, "id": "1"}) + "}", "not-json"),
        ('{"results": [{"name": "NA\\u0000DA"}]}', "not-json"),
        ('{"results": [' + "[" * 20 + "]" * 20 + "]}", "not-json"),
        ('{"results": [' + "1" * 5000 + "]}", "not-json"),
        ('{"results": ["NADA"]}', "wrong-value"),
        ('{"results": [{"name": ["NADA"], "source": "X"}]}', "wrong-value"),
        ('{"results": [{"name": true, "source": "X"}]}', "wrong-value"),
        ('{"results": [{"name": "NADA", "source": "X", "ids": ["7"]}]}', "wrong-value"),
        ('{"entries": [{"n": "NADA", "s": 0}], "tables": {"sources": ["X"]}}', "wrong-value"),
        ('{"tables": {"sources": []}, "entries": [{"n": "NADA", "s": 0}]}', "wrong-value"),
        ('{"lists": []}', "not-this-json"),
        (csl_json({"name": "NADA", "source": EL, "id": "1"}, total=2), "count-differs"),
        ('{"results": [{"name": "NADA", "source": "X", "id": "1"}], "total": 2}', "count-differs"),
    ],
)
def test_a_screening_list_not_as_published_is_refused(content, code):
    assert refusal_of(us_csl, content) == code


@pytest.mark.parametrize("entry", [{"name": "NADA", "id": "1"}, {"name": "NADA", "source": EL}])
def test_an_entry_without_its_list_or_its_id_is_refused(load_file, entry):
    with pytest.raises(BadList) as refusal:
        load_file("us-csl", csl_json(entry), dated=date(2026, 2, 1))

    assert refusal.value.code == "no-id"


ENTRIES = [csl_row(f'Fantasía "Works", {number}', alt_names="One; Two\nThree") for number in range(3)]
WHOLE = {
    "csv": csl_csv(*ENTRIES),
    "json": csl_json(*ENTRIES),
    "zip": ofac_zip([sdn(number, "NADA") for number in range(9)]),
}


@given(st.sampled_from(sorted(WHOLE)), st.data())
@settings(max_examples=200)
def test_a_file_cut_off_anywhere_is_refused_or_has_whole_rows_only(form, data):
    whole = WHOLE[form] if form == "zip" else WHOLE[form].encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    parser = ofac if form == "zip" else us_csl

    try:
        _publication, rows = read(parser, cut)
    except BadList as refusal:
        assert refusal.code in REFUSALS
    else:
        assert form == "csv"  # a table does not say how many rows it has
        assert cut.endswith(b"\n")
        assert all(row.names[0].name.startswith("Fantasía") for row in rows)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_a_file_holds_the_screening_list_refuses_it_with_a_reason(content):
    assert refusal_of(us_csl, content) in REFUSALS


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Nowhere Works", ["Nowhere Works"]),
        (" Nowhere\n Works, ", ["Nowhere Works"]),
        ("JSC ?Quimera? Works", ["JSC Quimera Works"]),
        ("Fa?ur Works", ["Fa?ur Works"]),
        ("Nowhere Works (NOWO)", ["Nowhere Works (NOWO)", "Nowhere Works", "NOWO"]),
        ("Nowhere (HK) Works", ["Nowhere (HK) Works"]),
        ("Nowhere Works (HK)", ["Nowhere Works (HK)"]),
        ("Nowhere Works (PVT)", ["Nowhere Works (PVT)"]),
        ("Nowhere Works (Nowhere)", ["Nowhere Works (Nowhere)"]),
        ("Nowhere, and its sub-units and successors", ["Nowhere"]),
        ("Nowhere and Sons", ["Nowhere and Sons"]),
        (
            "Nowhere Corp (NC 13). Subordinate Institution - Nada",
            ["Nowhere Corp (NC 13). Subordinate Institution - Nada", "Nada"],
        ),
        ("FU A/K/A FRANK", ["FU A/K/A FRANK", "FU", "FRANK"]),
        ("PEARL (A.K.A. NADA) LI", ["PEARL (A.K.A. NADA) LI", "NADA", "PEARL LI"]),
        (" ; ", []),
        ("", []),
    ],
)
def test_the_names_commerce_and_state_write_into_one_field(field, names):
    assert [row.name for row in names_of(field, NameKind.PRIMARY)] == names


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("and Nueva", [("Nueva", "alias")]),
        ("Andes", [("Andes", "alias")]),
        ("f.k.a. Vieja", [("Vieja", "former")]),
        ("a.k.a., Otra", [("Otra", "alias")]),
        ("Nada, f.k.a., Vieja", [("Nada, f.k.a., Vieja", "alias"), ("Nada", "alias"), ("Vieja", "former")]),
        ("虚构", [("虚构", "original-script")]),
    ],
)
def test_an_alias_of_commerce_and_state(field, names):
    assert [(row.name, row.kind.value) for row in alias_in(field)] == names


def test_a_name_given_again_stands_where_it_came_first():
    rows = [
        NameRow(name, kind)
        for name, kind in [("A", NameKind.PRIMARY), ("B", NameKind.ALIAS), ("A", NameKind.ALIAS)]
    ]

    assert unique(rows) == tuple(rows[:2])


# Denied Persons List


def test_a_denied_person_is_read_whole():
    fields = {
        "City": "Nowhere",
        "State": "TX",
        "Postal_Code": "00000",
        "Standard_Order": "Y",
        "Last_Update": "2007-01-31",
        "Action": "FR NOTICE ADDED",
        "FR_Citation": "68 F.R. 0 6/27/03",
    }

    row = one(
        us_dpl,
        dpl_text(dpl(" X. QUIMERA A/K/A EQUIS", **fields), dpl(" X. QUIMERA A/K/A EQUIS", street="Calle 0")),
    )

    assert (row.kind, len(row.source_id)) == (EntityKind.OTHER, 32)
    assert named(row) == [
        ("X. QUIMERA A/K/A EQUIS", "primary"),
        ("X. QUIMERA", "alias"),
        ("EQUIS", "alias"),
    ]
    assert row.addresses == (
        AddressRow("Nowhere Street 0, Nowhere, TX, 00000, PA", "PA"),
        AddressRow("Calle 0, PA", "PA"),
    )
    assert (row.countries, row.programmes) == (("PA",), ("Denied Persons List (DPL)",))
    assert row.listed_on == date(2003, 6, 19)
    assert row.remarks == (
        "In force until: 2056-06-29\nFederal Register notice: 68 F.R. 0 6/27/03\nStandard order: Y\n"
        "Action: FR NOTICE ADDED\nLast update: 2007-01-31"
    )


def test_orders_of_different_days_are_different_entries_and_their_ids_stay():
    rows = [dpl("QUIMERA"), dpl("QUIMERA", effective="01/01/2020", expires="")]

    first, second = (row.source_id for row in read(us_dpl, dpl_text(*rows))[1])
    (moved,) = read(us_dpl, dpl_text(dpl("QUIMERA", street="Elsewhere", Action="MOVED")))[1]

    assert first != second
    assert moved.source_id == first


def test_a_denied_persons_list_is_of_the_day_of_its_newest_order(load_file):
    version = load_file("us-dpl", dpl_text(dpl("ONE"), dpl("TWO", effective="01/31/2026")))

    assert (version.published_on, version.entities_count) == (date(2026, 1, 31), 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (dpl_text(dpl("QUIMERA"), columns=DPL_COLUMNS[:-1]), "wrong-columns"),
        (dpl_text(dpl("QUIMERA")).replace("\t", ","), "not-csv"),
        (dpl_text(dpl("QUIMERA"))[:-8], "cut-off"),
        (dpl_text(dpl("QUIMERA", effective="2003-06-19")), "wrong-value"),
        (dpl_text(dpl("QUIMERA", expires="13/13/2003")), "wrong-value"),
    ],
)
def test_a_denied_persons_list_not_as_published_is_refused(content, code):
    assert refusal_of(us_dpl, content) == code


def test_lines_of_one_order_that_stand_apart_are_refused(load_file):
    with pytest.raises(BadList) as refusal:
        load_file("us-dpl", dpl_text(dpl("ONE"), dpl("TWO"), dpl("ONE")))

    assert refusal.value.code == "twice"


# All


LONG = [csl_row(f"QUIMERA {number}", alt_names="Q" * 500) for number in range(1500)]


@pytest.mark.parametrize(
    ("parser", "content"),
    [
        (us_csl, csl_csv(*LONG)),
        (us_csl, csl_json(*LONG)),
        (us_csl, gzipped(csl_csv(*LONG))),
        (ofac_csv, ofac_zip([sdn(n, f"QUIMERA {n}", remarks=f"a.k.a. '{'Q' * 500}'.") for n in range(1500)])),
        (
            ofac_enhanced,
            enhanced(
                *(
                    enhanced_entity(n, [enhanced_name(("Latin", "", "Q" * 500), primary=True)])
                    for n in range(1500)
                )
            ),
        ),
        (us_dpl, dpl_text(*(dpl(f"QUIMERA {n}", Action="Q" * 500) for n in range(1500)))),
    ],
)
def test_a_long_list_is_read_in_little_memory(parser, content):
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    list(parser.parse(unpacked(file))[1])  # what is read once and kept, as the names of countries
    file.seek(0)

    tracemalloc.start()
    count = sum(1 for _row in parser.parse(unpacked(file))[1])
    _held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 1500
    assert peak < 1_200_000
