"""What each parser makes of its publisher's format."""

import io
import tracemalloc
from datetime import date

import pytest

from screening.importers import ofac_xml, un_consolidated
from screening.importers.aliases import names_in
from screening.importers.countries import country_code
from screening.importers.dates import edtf, iso_day
from screening.importers.rows import AddressRow, IdentifierRow, RelationRow
from screening.models import EntityKind, NameKind, RelationKind
from tests.screening.files import ofac_entry, ofac_text, un_alias, un_organisation, un_person, un_text


def read(parser, text):
    publication, rows = parser.parse(io.BytesIO(text.encode()))
    return publication, list(rows)


def one(parser, text):
    (row,) = read(parser, text)[1]
    return row


def named(row):
    return [(name.name, name.kind.value) for name in row.names]


def test_a_person_of_the_united_nations_list_is_read_whole():
    inside = """
      <THIRD_NAME>DE LA</THIRD_NAME><FOURTH_NAME>FÁBULA</FOURTH_NAME>
      <REFERENCE_NUMBER>XXi.009</REFERENCE_NUMBER><LISTED_ON>2001-01-25-05:00</LISTED_ON>
      <NAME_ORIGINAL_SCRIPT>خيالي</NAME_ORIGINAL_SCRIPT><COMMENTS1> Made up.
Twice. </COMMENTS1>
      <TITLE><VALUE>Doctor</VALUE></TITLE><DESIGNATION><VALUE>Captain</VALUE><VALUE>Cook</VALUE></DESIGNATION>
      <NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>
      <INDIVIDUAL_ADDRESS><CITY>Colon</CITY><COUNTRY>Panama</COUNTRY><NOTE>in 2020</NOTE></INDIVIDUAL_ADDRESS>
      <INDIVIDUAL_ADDRESS><COUNTRY/></INDIVIDUAL_ADDRESS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1961-04-30</DATE>
      </INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1960</YEAR>
      </INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE>
      <FROM_YEAR>1958</FROM_YEAR><TO_YEAR>1963</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>Nov. 1962 </NOTE>
      </INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_PLACE_OF_BIRTH><CITY>Fabula</CITY><COUNTRY>Uruguay</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
      <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>ZZ 1</NUMBER>
        <COUNTRY_OF_ISSUE>Chile</COUNTRY_OF_ISSUE><DATE_OF_ISSUE>2012-11-08</DATE_OF_ISSUE></INDIVIDUAL_DOCUMENT>
      <INDIVIDUAL_DOCUMENT/>"""

    row = one(un_consolidated, un_text(un_person(7, "FANTASIA PEREZ", inside=inside)))

    assert (row.source_id, row.reference, row.kind) == ("7", "XXi.009", EntityKind.PERSON)
    assert named(row) == [("FANTASIA PEREZ DE LA FÁBULA", "primary"), ("خيالي", "original-script")]
    assert row.countries == ("CL", "IR", "PA", "UY")
    assert row.dates_of_birth == ("1961-04-30", "1960~", "1958/1963", "1962-11")
    assert row.places_of_birth == ("Fabula, Uruguay",)
    assert row.positions == ("Doctor", "Captain", "Cook")
    assert row.programmes == ("Fiction",)
    assert row.identifiers == (IdentifierRow("Passport", "ZZ 1", "CL", "2012-11-08"),)
    assert row.addresses == (AddressRow("Colon, Panama", "PA", "in 2020"),)
    assert row.listed_on == date(2001, 1, 25)
    assert row.remarks == "Made up.\nTwice."


def test_the_quality_of_an_alias_becomes_its_kind():
    inside = "".join(
        un_alias(name, quality, "ENTITY")
        for name, quality in [
            ("One", "a.k.a."),
            ("Two", "f.k.a."),
            ("Three", "Low"),
            ("Four", "Good"),
            ("", ""),
        ]
    )

    row = one(un_consolidated, un_text(un_organisation(7, "ZERO WORKS", inside=inside)))

    assert row.kind == EntityKind.ORGANISATION
    assert named(row) == [
        ("ZERO WORKS", "primary"),
        ("One", "alias"),
        ("Two", "former"),
        ("Three", "weak-alias"),
        ("Four", "alias"),
    ]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Uno Quimera", ["Uno Quimera"]),
        ("Uno; Dos ;Tres", ["Uno", "Dos", "Tres"]),
        ("a) Uno b) Dos; Tres", ["Uno", "Dos", "Tres"]),
        ("AL-NADA / NADA", ["AL-NADA", "NADA"]),
        ("Al Nada/Nothing Army", ["Al Nada/Nothing Army"]),
        ("Xu Gouren (虚构人)", ["Xu Gouren", "虚构人"]),
        ("虚构人 (Xu Gouren; Hsu Koujen)", ["虚构人", "Xu Gouren", "Hsu Koujen"]),
        ("Quimera (original script: Химера)", ["Quimera", "Химера"]),
        ("NOWHERE WORKS (NW) LIMITED", ["NOWHERE WORKS LIMITED", "NW"]),
        ("Quimera (birth name)", ["Quimera (birth name)", "Quimera"]),
        ("Fantasia Quimera, born in Nowhere on 1 Jan. 1967", ["Fantasia Quimera"]),
        ("Uno, Dos, Tres", ["Uno", "Dos", "Tres"]),
        ("Quimera, Fantasia", ["Quimera, Fantasia"]),
        (") Fantasia Quimera", ["Fantasia Quimera"]),
        ("Fantasia\n      Quimera ", ["Fantasia Quimera"]),
        ("Quimera; Quimera", ["Quimera"]),
        (" ; ", []),
        ("", []),
    ],
)
def test_the_names_in_one_field(field, names):
    assert [row.name for row in names_in(field, NameKind.ALIAS)] == names


def test_a_name_of_another_script_says_so():
    kinds = [row.kind for row in names_in("Xu Gouren (虚构人)", NameKind.WEAK_ALIAS)]

    assert kinds == [NameKind.WEAK_ALIAS, NameKind.ORIGINAL_SCRIPT]


def test_a_primary_name_stands_as_published_and_its_parts_beside_it():
    row = one(un_consolidated, un_text(un_organisation(7, "COMPAGNIE DE NULLE PART (CNP) ; NOWHERE CO (NC)")))

    assert [name.name for name in row.names] == [
        "COMPAGNIE DE NULLE PART (CNP) ; NOWHERE CO (NC)",
        "COMPAGNIE DE NULLE PART",
        "CNP",
        "NOWHERE CO",
        "NC",
    ]
    assert row.names[0].kind == NameKind.PRIMARY


def test_the_edition_of_the_united_nations_list_is_when_it_was_made():
    publication, _rows = read(un_consolidated, un_text(dated="2020-11-30T20:31:19.923-05:00"))

    assert publication.published_on == date(2020, 11, 30)
    assert publication.edition == "2020-11-30T20:31:19.923-05:00"


def test_an_entry_of_the_treasury_list_is_read_whole():
    inside = """<firstName>Ximena</firstName><title>Broker</title><remarks>Made up.</remarks>
      <programList><program>ONE</program><program>TWO</program></programList>
      <idList><id><uid>1</uid><idType>Tax ID No.</idType><idNumber>ZZ-77</idNumber>
        <idCountry>Russia</idCountry></id>
        <id><uid>2</uid><idType>Secondary sanctions risk:</idType><idNumber>section 9</idNumber></id></idList>
      <akaList><aka><uid>3</uid><type>a.k.a.</type><category>strong</category><lastName>NADA</lastName>
        <firstName>Jimena</firstName></aka>
        <aka><uid>4</uid><type>a.k.a.</type><category>weak</category><lastName>LA X</lastName></aka>
        <aka><uid>5</uid><type>f.k.a.</type><category>strong</category><lastName>VIEJA</lastName></aka>
        <aka><uid>6</uid><type>a.k.a.</type><category>strong</category><lastName>虚构</lastName></aka>
      </akaList>
      <addressList><address><uid>7</uid><address1>Calle 0</address1><city>Colon</city>
        <country>Panama</country></address></addressList>
      <nationalityList><nationality><uid>8</uid><country>Korea, North</country></nationality>
      </nationalityList>
      <citizenshipList><citizenship><uid>9</uid><country>Burma</country></citizenship>
      </citizenshipList>
      <dateOfBirthList><dateOfBirthItem><uid>10</uid><dateOfBirth>circa 1975</dateOfBirth></dateOfBirthItem>
      </dateOfBirthList>
      <placeOfBirthList><placeOfBirthItem><uid>11</uid><placeOfBirth>Nowhere</placeOfBirth></placeOfBirthItem>
      </placeOfBirthList>"""

    row = one(ofac_xml, ofac_text(ofac_entry(8002, "DE LA NADA", kind="Individual", inside=inside)))

    assert (row.source_id, row.kind) == ("8002", EntityKind.PERSON)
    assert named(row) == [
        ("Ximena DE LA NADA", "primary"),
        ("Jimena NADA", "alias"),
        ("LA X", "weak-alias"),
        ("VIEJA", "former"),
        ("虚构", "original-script"),
    ]
    assert row.countries == ("KP", "MM", "PA", "RU")
    assert row.dates_of_birth == ("1975~",)
    assert row.places_of_birth == ("Nowhere",)
    assert row.positions == ("Broker",)
    assert row.programmes == ("ONE", "TWO")
    assert row.identifiers == (IdentifierRow("Tax ID No.", "ZZ-77", "RU"),)
    assert row.addresses == (AddressRow("Calle 0, Colon, Panama", "PA"),)
    assert row.remarks == "Made up.\nSecondary sanctions risk: section 9"


def test_a_ship_of_the_treasury_list_has_its_numbers_and_facts():
    inside = """<remarks>(Linked To: NADA SHIPPING)</remarks>
      <idList><id><uid>1</uid><idType>Vessel Registration Identification</idType>
      <idNumber>IMO 0000005</idNumber></id>
      <id><uid>2</uid><idType>MMSI</idType><idNumber>999000005</idNumber></id>
      <id><uid>3</uid><idType>Former Vessel Flag</idType><idNumber>Malta</idNumber></id></idList>
      <vesselInfo><callSign>ZZZ5</callSign><vesselType>Cargo</vesselType><vesselFlag>Panama</vesselFlag>
      <vesselOwner>Nadie</vesselOwner><tonnage>318,000</tonnage>
      <grossRegisteredTonnage>163,660</grossRegisteredTonnage></vesselInfo>"""

    row = one(ofac_xml, ofac_text(ofac_entry(8005, "DUTCHMAN'S COUSIN", kind="Vessel", inside=inside)))

    assert row.kind == EntityKind.VESSEL
    assert row.identifiers == (
        IdentifierRow("IMO number", "0000005"),
        IdentifierRow("MMSI", "999000005"),
        IdentifierRow("Call sign", "ZZZ5"),
    )
    assert row.vessel == (
        ("flag", "PA"),
        ("former-flags", "MT"),
        ("type", "Cargo"),
        ("tonnage", "318000, 163660 GRT"),
        ("owner", "Nadie"),
    )
    assert row.countries == ("MT", "PA")
    assert row.relations == (RelationRow(RelationKind.LINKED, "NADA SHIPPING"),)
    assert row.remarks == ""


def test_the_number_of_a_shipping_company_is_not_that_of_a_ship():
    inside = """<idList><id><uid>1</uid><idType>Identification Number</idType>
      <idNumber>IMO 0000006</idNumber></id></idList>"""

    row = one(ofac_xml, ofac_text(ofac_entry(8006, "NADA SHIPPING", inside=inside)))

    assert row.identifiers == (IdentifierRow("IMO company number", "0000006"),)


@pytest.mark.parametrize(
    ("kind", "expected"), [("Aircraft", "aircraft"), ("Entity", "organisation"), ("?", "other")]
)
def test_the_kinds_of_the_treasury_list(kind, expected):
    assert one(ofac_xml, ofac_text(ofac_entry(1, "NADA", kind=kind))).kind == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Panama", "PA"),
        ("PANAMA", "PA"),
        ("Iran (Islamic Republic of)", "IR"),
        ("Democratic People's Republic of Korea ", "KP"),
        ("Korea, North", "KP"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Viet Nam", "VN"),
        ("United Kingdom of Great Britain and Northern\nIreland", "GB"),
        ("Libya (in custody)", "LY"),
        ("China, Hong Kong Special Administrative Region", "HK"),
        ("Congo, Democratic Republic of the", "CD"),
        ("Côte d’Ivoire", "CI"),
        ("former Soviet Union", ""),
        ("na", ""),
        ("", ""),
    ],
)
def test_how_lists_write_countries(text, code):
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1962", "1962"),
        ("08 Feb 1980", "1980-02-08"),
        ("8 February 1980", "1980-02-08"),
        ("Feb 1980", "1980-02"),
        ("Nov. 1973 ", "1973-11"),
        ("1980-02-08", "1980-02-08"),
        ("circa 1960", "1960~"),
        ("Approximately 1960", "1960~"),
        ("1958 to 1963", "1958/1963"),
        ("01 Jan 1960 to 31 Dec 1962", "1960-01-01/1962-12-31"),
        ("30 Feb 1980", ""),
        ("24/06/1402 (Hijri Calendar)", ""),
        ("30-35 years old", ""),
        ("", ""),
    ],
)
def test_how_lists_write_dates(text, expected):
    assert edtf(text) == expected


def test_a_day_with_a_time_zone_is_that_day():
    assert iso_day("2001-01-25-05:00") == date(2001, 1, 25)
    assert iso_day("soon") is None


def test_equal_entries_have_equal_digests_and_any_change_shows():
    rows = [
        one(un_consolidated, un_text(un_person(7, "FANTASIA PEREZ", inside=inside)))
        for inside in (un_alias("Fanta"), un_alias("Fanta"), un_alias("Fanta", "Low"), "")
    ]

    same, again, weaker, without = (row.digest() for row in rows)

    assert same == again
    assert len({same, weaker, without}) == 3


def test_a_long_list_is_read_in_little_memory():
    people = (un_person(number, f"PERSON {number}", inside=un_alias("Q" * 500)) for number in range(1500))
    file = io.BytesIO(un_text(*people).encode())

    tracemalloc.start()
    _publication, rows = un_consolidated.parse(file)
    count = sum(1 for _row in rows)
    _held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 1500
    assert peak < 800_000
