"""What the parsers of lists outside the United States make of their publishers' formats."""

import io
import os
import subprocess
import sys
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from screening.importers import PARSERS
from screening.importers.countries import code_of
from screening.importers.dates import day_first
from screening.importers.rows import AddressRow, IdentifierRow, RelationRow
from screening.importers.uk_rows import countries, documents, several
from screening.models import EntityKind
from screening.refusals import BadList
from tests.screening import files_world as world


def read(source, text):
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    publication, rows = PARSERS[source][1](file)
    return publication, list(rows)


def one(source, text):
    (row,) = read(source, text)[1]
    return row


def named(row):
    return [(name.name, name.kind.value) for name in row.names]


# European Union


def test_a_person_of_the_european_list_is_read_whole():
    inside = f"""
      <remark>Made up.</remark><remark>Twice.</remark>
      <regulation regulationType="amendment" entryIntoForceDate="2020-05-01" programme="FIC"/>
      <regulation regulationType="regulation" entryIntoForceDate="2019-05-01" programme="TAL"/>
      {world.eu_alias("FANTASIA DE LA NADA", title="Doctor", function="Captain")}
      {world.eu_alias("La Nada", strong="false")}
      {world.eu_alias("Fanta", "<remark>Low quality a.k.a.</remark>")}
      {world.eu_alias("Fantasia Vieja", "<remark>Formerly known as</remark>")}
      {world.eu_alias("Химера", nameLanguage="RU")}
      {world.eu_alias("", firstName="Fantasia", lastName="Otra")}
      <citizenship countryIso2Code="IR" countryDescription="IRAN (ISLAMIC REPUBLIC OF)"/>
      <birthdate circa="false" calendarType="GREGORIAN" birthdate="1961-04-30" city="Fabula" place=""
        countryIso2Code="UY" countryDescription="URUGUAY"/>
      <birthdate circa="true" calendarType="GREGORIAN" year="1960" countryIso2Code="00"
        countryDescription="UNKNOWN"/>
      <birthdate circa="false" year="1962" monthOfYear="3" countryDescription="UNKNOWN"/>
      <birthdate circa="false" yearRangeFrom="1958" yearRangeTo="1963" countryDescription="UNKNOWN"/>
      <birthdate circa="false" calendarType="ISLAMIC" year="1402" countryDescription="UNKNOWN"/>
      <identification number="ZZ 1" identificationTypeCode="passport" knownFalse="true"
        identificationTypeDescription="National passport" countryIso2Code="CL" countryDescription="CHILE">
        <remark>issued 2012</remark></identification>
      <address street="Calle 0" city="Colon" poBox="" zipCode="0301" countryIso2Code="PA"
        countryDescription="PANAMA"><remark>in 2020</remark></address>
      <address countryIso2Code="00" countryDescription="UNKNOWN"/>"""
    entity = world.eu_entity(7, inside=inside, euReferenceNumber="EU.7.77", unitedNationId="XXi.009")

    row = one("eu-sanctions", world.eu_text(entity))

    assert (row.source_id, row.reference, row.kind) == ("7", "EU.7.77", EntityKind.PERSON)
    assert named(row) == [
        ("FANTASIA DE LA NADA", "primary"),
        ("La Nada", "weak-alias"),
        ("Fanta", "weak-alias"),
        ("Fantasia Vieja", "former"),
        ("Химера", "original-script"),
        ("Fantasia Otra", "alias"),
    ]
    assert row.countries == ("CL", "IR", "PA", "UY")
    assert row.dates_of_birth == ("1961-04-30", "1960~", "1962-03", "1958/1963")
    assert row.places_of_birth == ("Fabula, URUGUAY",)
    assert row.positions == ("Doctor", "Captain")
    assert row.programmes == ("FIC", "TAL")
    assert row.identifiers == (IdentifierRow("National passport", "ZZ 1", "CL", "false; issued 2012"),)
    assert row.addresses == (AddressRow("Calle 0, 0301, Colon, PANAMA", "PA", "in 2020"),)
    assert row.listed_on == date(2019, 5, 1)
    assert row.remarks == "Made up.\nTwice.\nUnited Nations: XXi.009"


def test_the_day_of_designation_goes_before_that_of_a_regulation():
    inside = '<regulation entryIntoForceDate="2019-05-01" programme="FIC"/>'
    entity = world.eu_entity(7, "NADA", code="E", inside=inside, designationDate="2021-01-02")

    row = one("eu-sanctions", world.eu_text(entity))

    assert (row.kind, row.listed_on) == (EntityKind.ORGANISATION, date(2021, 1, 2))


def test_the_edition_of_the_european_list_is_when_it_was_made():
    publication, _rows = read("eu-sanctions", world.eu_text(world.eu_entity(7, "NADA")))

    assert publication.published_on == date(2026, 2, 1)
    assert publication.edition == "2026-02-01T16:47:04.449+02:00"


OLD_ENTITY = world.eu_old_entity(
    7,
    "Fantasia Quimera",
    reg_date="2016-01-02",
    remark="(Made up.)",
    inside="""
    <NAME reg_date="2015-05-01"><LASTNAME>Nada</LASTNAME><FIRSTNAME>Fanta</FIRSTNAME><MIDDLENAME/><WHOLENAME/>
      <TITLE>Doctor</TITLE><FUNCTION>Captain</FUNCTION></NAME>
    <BIRTH><DATE>1957 (approximative)</DATE><PLACE>Fabula</PLACE><COUNTRY>URY</COUNTRY></BIRTH>
    <PASSPORT><NUMBER>ZZ 1 (passport-National passport) ((issued 2012))</NUMBER><COUNTRY>CHL</COUNTRY>
    </PASSPORT>
    <CITIZEN><COUNTRY>IRN</COUNTRY></CITIZEN>
    <ADDRESS><NUMBER>0</NUMBER><STREET>Calle</STREET><ZIPCODE/><CITY>Colon</CITY><COUNTRY>PAN</COUNTRY>
      <OTHER>in 2020</OTHER></ADDRESS>""",
)
OLD_ROWS = [
    world.eu_csv_row(
        7, Programme="FIC", Entity_remark="(Made up.)", Leba_publication_date="2016-01-02", **said
    )
    for said in (
        {"Naal_logical_id": "1", "Naal_wholename": "Fantasia Quimera"},
        {
            "Naal_logical_id": "2",
            "Naal_firstname": "Fanta",
            "Naal_lastname": "Nada",
            "Naal_title": "Doctor",
            "Naal_function": "Captain",
            "Naal_leba_publication_date": "2015-05-01",
        },
        {
            "Birt_logical_id": "3",
            "Birt_date": "1957 (approximative)",
            "Birt_place": "Fabula",
            "Birt_country": "URY",
        },
        {
            "Iden_logical_id": "4",
            "Iden_number": "ZZ 1 (passport-National passport) ((issued 2012))",
            "Iden_country": "CHL",
        },
        {"Citi_logical_id": "5", "Citi_country": "IRN"},
        {
            "Addr_logical_id": "6",
            "Addr_number": "0",
            "Addr_street": "Calle",
            "Addr_city": "Colon",
            "Addr_country": "PAN",
            "Addr_other": "in 2020",
        },
    )
]


@pytest.mark.parametrize(
    "text", [world.eu_old_text(OLD_ENTITY), world.eu_csv_text(*OLD_ROWS)], ids=["xml", "csv"]
)
def test_both_older_forms_of_the_european_list_say_the_same(text):
    row = one("eu-sanctions", text)

    assert (row.source_id, row.kind) == ("7", EntityKind.PERSON)
    assert named(row) == [("Fantasia Quimera", "primary"), ("Fanta Nada", "alias")]
    assert row.countries == ("CL", "IR", "PA", "UY")
    assert row.dates_of_birth == ("1957~",)
    assert row.places_of_birth == ("Fabula, URY",)
    assert row.positions == ("Doctor", "Captain")
    assert row.programmes == ("FIC",)
    assert row.identifiers == (IdentifierRow("National passport", "ZZ 1", "CL", "issued 2012"),)
    assert row.addresses == (AddressRow("0, Calle, Colon, PAN", "PA", "in 2020"),)
    assert row.listed_on == date(2015, 5, 1)
    assert row.remarks == "Made up."


def test_rows_of_one_entity_are_joined_wherever_they_stand():
    first, second = (
        world.eu_csv_row(number, Naal_logical_id="1", Naal_wholename=f"NADA {number}") for number in (1, 2)
    )
    later = world.eu_csv_row(1, Naal_logical_id="2", Naal_wholename="NADA OTRA", EU_ref_num="EU.1.1")

    _publication, rows = read("eu-sanctions", world.eu_csv_text(first, second, later))

    assert [(row.source_id, len(row.names)) for row in rows] == [("1", 2), ("2", 1)]


# United Kingdom


def test_the_rows_of_one_group_are_one_party():
    shared = {
        "DOB": "00/00/1980",
        "Town of Birth": "(1) Fabula (2) Nada",
        "Country of Birth": "(1) Uruguay (2) Chile",
        "Nationality": "1) Saudi Arabia 2) Tunisian",
        "Passport Number": "ZZ 100",
        "Passport Details": "Chilean, issued 2012",
        "National Identification Number": "(1) 4711 (2) 4712",
        "Position": "Captain",
        "Address 1": "Calle 0",
        "Address 6": "Colon",
        "Post/Zip Code": "0301",
        "Country": "Panama (since 2009)",
        "Other Information": "(UK Sanctions List Ref):FIC0007. (UK Statement of Reasons):Made up.",
        "Listed On": "02/01/2020",
        "UK Sanctions List Date Designated": "31/12/2019",
    }
    other = world.conlist_row(8, "ALGUIEN")
    rows = [
        world.conlist_row(7, "OTRA", **{**shared, "Alias Type": "AKA", "DOB": "17/08/1981"}),
        other,
        world.conlist_row(
            7, "QUIMERA", **{**shared, "Name 1": "Fantasia", "Name Non-Latin Script": "Химера"}
        ),
        world.conlist_row(7, "QUIMERITA", **{**shared, "Alias Type": "Primary name variation"}),
        world.conlist_row(7, "FANTA", **{**shared, "Alias Type": "AKA", "Alias Quality": "Low quality"}),
        world.conlist_row(7, "VIEJA", **{**shared, "Alias Type": "FKA"}),
    ]

    publication, (row, _other) = read("uk-conlist", world.conlist_text(*rows))

    assert publication.published_on == date(2026, 2, 1)
    assert (row.source_id, row.reference, row.kind) == ("7", "FIC0007", EntityKind.PERSON)
    assert named(row) == [
        ("Fantasia QUIMERA", "primary"),
        ("OTRA", "alias"),
        ("QUIMERITA", "alias"),
        ("FANTA", "weak-alias"),
        ("VIEJA", "former"),
        ("Химера", "original-script"),
    ]
    assert row.dates_of_birth == ("1981-08-17", "1980")
    assert row.places_of_birth == ("Fabula, Uruguay", "Nada, Chile")
    assert row.countries == ("CL", "PA", "SA", "TN", "UY")
    assert row.identifiers == (
        IdentifierRow("Passport", "ZZ 100", "CL", "Chilean, issued 2012"),
        IdentifierRow("National identification", "4711"),
        IdentifierRow("National identification", "4712"),
    )
    assert row.addresses == (AddressRow("Calle 0, Colon, 0301, Panama (since 2009)", "PA"),)
    assert (row.positions, row.programmes) == (("Captain",), ("Fiction",))
    assert row.listed_on == date(2019, 12, 31)


def test_a_ship_of_the_ofsi_list_has_its_facts_in_words():
    words = (
        "(UK Sanctions List Ref):FIC0008. (IMO number):1234567 (Current owners):Naviera Nada Ltd. "
        "(Flag of ship):Panama (Previous flags):Liberia, Togo (Type of ship):Tanker (Year built):1999"
    )
    text = world.conlist_text(
        world.conlist_row(8, "QUIMERA MARU", **{"Group Type": "Ship", "Other Information": words})
    )

    row = one("uk-conlist", text)

    assert row.kind == EntityKind.VESSEL
    assert row.identifiers == (IdentifierRow("IMO number", "1234567"),)
    assert row.vessel == (
        ("flag", "PA"),
        ("former-flags", "LR, TG"),
        ("type", "Tanker"),
        ("built", "1999"),
        ("owner", "Naviera Nada Ltd"),
    )
    assert row.relations == (RelationRow("owned-by", "Naviera Nada Ltd"),)


def test_a_ship_of_the_ofsi_list_of_2018_is_known_by_its_number():
    row = one(
        "uk-conlist",
        world.conlist_text(
            {
                "Group ID": "8",
                "Name 6": "QUIMERA MARU",
                "Group Type": "Entity",
                "Alias Type": "Prime Alias",
                "Other Information": "IMO: 1234567. MMSI: 123456789. Made up.",
            },
            columns=world.CONLIST_2018,
        ),
    )

    assert row.kind == EntityKind.VESSEL
    assert row.identifiers == (IdentifierRow("IMO number", "1234567"), IdentifierRow("MMSI", "123456789"))


SHIP_2026 = {
    "Unique ID": "FIC0009",
    "Name 6": "QUIMERA MARU",
    "Name type": "Primary Name",
    "Designation Type": "Ship",
    "Regime Name": "Fiction",
    "Date Designated": "02/01/2020",
    "Sanctions Imposed": "Port ban",
    "UK Statement of Reasons": "Made up.",
    "IMO number": "IMO1234567",
    "Current owner/operator (s)": "Naviera Nada",
    "Current believed flag of ship": "Panama",
    "Previous flags": "Liberia",
    "Type of ship": "Tanker",
    "Tonnage of ship": "7078",
    "Length of ship": "99",
    "Year Built": "1999",
}
SHIP_XML = world.uk_designation(
    "FIC0009",
    world.uk_name(Name6="QUIMERA MARU"),
    kind="Ship",
    inside="""<RegimeName>Fiction</RegimeName><DateDesignated>02/01/2020</DateDesignated>
    <SanctionsImposed>Port ban</SanctionsImposed><UKStatementofReasons>Made up.</UKStatementofReasons>
    <ShipDetails><Ship><IMONumbers><IMONumber>IMO1234567</IMONumber></IMONumbers>
    <CurrentOwnerOperators><CurrentOwnerOperator>Naviera Nada</CurrentOwnerOperator></CurrentOwnerOperators>
    <CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Panama</CurrentBelievedFlagOfShip>
    </CurrentBelievedFlagOfShips><PreviousFlags><PreviousFlag>Liberia</PreviousFlag></PreviousFlags>
    <TypeOfShipDetails><TypeOfShip>Tanker</TypeOfShip></TypeOfShipDetails>
    <TonnageOfShipDetails><TonnageOfShip>7078</TonnageOfShip></TonnageOfShipDetails>
    <LengthOfShipDetails><LengthOfShip>99</LengthOfShip></LengthOfShipDetails>
    <YearsBuilt><YearBuilt>1999</YearBuilt></YearsBuilt></Ship></ShipDetails>""",
)


@pytest.mark.parametrize("text", [world.uk_csv_text(SHIP_2026), world.uk_text(SHIP_XML)], ids=["csv", "xml"])
def test_both_forms_of_the_uk_sanctions_list_say_the_same_of_a_ship(text):
    publication, (row,) = read("uk-sanctions", text)

    assert publication.published_on == date(2026, 2, 1)
    assert (row.source_id, row.kind) == ("FIC0009", EntityKind.VESSEL)
    assert named(row) == [("QUIMERA MARU", "primary")]
    assert row.identifiers == (IdentifierRow("IMO number", "1234567"),)
    assert row.vessel == (
        ("flag", "PA"),
        ("former-flags", "LR"),
        ("type", "Tanker"),
        ("tonnage", "7078"),
        ("length", "99"),
        ("built", "1999"),
        ("owner", "Naviera Nada"),
    )
    assert row.relations == (RelationRow("owned-by", "Naviera Nada"),)
    assert row.countries == ("LR", "PA")
    assert (row.programmes, row.listed_on) == (("Fiction",), date(2020, 1, 2))
    assert row.remarks == "Port ban\nMade up."


def test_a_person_of_the_uk_sanctions_list_is_read_whole():
    names = (
        world.uk_name("ALias", "Low quality a.k.a", Name6="Fanta"),
        world.uk_name("Primary name", Name1="FANTASIA", Name2="DE LA", Name6="NADA"),
        world.uk_name("Primary Name Variation", Name1="Fantasía", Name6="Nada"),
        world.uk_name("Alias"),
    )
    inside = """<UNReferenceNumber>XXi.009</UNReferenceNumber>
      <NonLatinNames><NonLatinName><NameNonLatinScript>Химера</NameNonLatinScript></NonLatinName></NonLatinNames>
      <Titles><Title>Doctor</Title></Titles><OtherInformation>Made up.</OtherInformation>
      <Addresses><Address><AddressLine1>Calle 0</AddressLine1><AddressLine6>Colon</AddressLine6>
        <AddressCountry>Panama</AddressCountry></Address></Addresses>
      <IndividualDetails><Individual><DOBs><DOB>dd/mm/1945</DOB><DOB>01/03/1958</DOB><DOB>15/08/19yy</DOB></DOBs>
      <PassportDetails><Passport><PassportNumber>ZZ100</PassportNumber>
        <PassportAdditionalInformation>Chilean passport</PassportAdditionalInformation></Passport>
        <Passport><PassportNumber>ZZ100</PassportNumber>
        <PassportAdditionalInformation>Chilean passport</PassportAdditionalInformation></Passport>
        </PassportDetails>
      <NationalIdentifierDetails><NationalIdentifier><NationalIdentifierNumber>4711</NationalIdentifierNumber>
        </NationalIdentifier></NationalIdentifierDetails>
      <Nationalities><Nationality>Iran</Nationality></Nationalities>
      <Positions><Position>Captain</Position></Positions>
      <BirthDetails><Location><TownOfBirth>Fabula</TownOfBirth><CountryOfBirth>Uruguay</CountryOfBirth></Location>
      </BirthDetails></Individual></IndividualDetails>"""

    row = one("uk-sanctions", world.uk_text(world.uk_designation("FIC0001", *names, inside=inside)))

    assert (row.source_id, row.reference, row.kind) == ("FIC0001", "XXi.009", EntityKind.PERSON)
    assert named(row) == [
        ("FANTASIA DE LA NADA", "primary"),
        ("Fanta", "weak-alias"),
        ("Fantasía Nada", "alias"),
        ("Химера", "original-script"),
    ]
    assert row.dates_of_birth == ("1945", "1958-03-01")
    assert row.places_of_birth == ("Fabula, Uruguay",)
    assert row.countries == ("IR", "PA", "UY")
    assert row.positions == ("Doctor", "Captain")
    assert row.identifiers == (
        IdentifierRow("Passport", "ZZ100", "CL", "Chilean passport"),
        IdentifierRow("National identification", "4711"),
    )
    assert row.addresses == (AddressRow("Calle 0, Colon, Panama", "PA"),)
    assert row.remarks == "Made up."


def test_a_company_of_the_uk_sanctions_list_says_who_owns_it():
    inside = """<EntityDetails><Entity>
      <BusinessRegistrationNumbers><BusinessRegistrationNumber>BR-99</BusinessRegistrationNumber>
      </BusinessRegistrationNumbers>
      <ParentCompanies><ParentCompany>Madre S.A.</ParentCompany></ParentCompanies>
      <Subsidiaries><Subsidiary>Hija S.A.</Subsidiary></Subsidiaries></Entity></EntityDetails>"""
    designation = world.uk_designation("FIC2", world.uk_name(Name6="NADA"), kind="Entity", inside=inside)

    row = one("uk-sanctions", world.uk_text(designation))

    assert row.kind == EntityKind.ORGANISATION
    assert row.identifiers == (IdentifierRow("Business registration", "BR-99"),)
    assert row.relations == (RelationRow("owned-by", "Madre S.A."), RelationRow("owns", "Hija S.A."))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("Uno", ["Uno"]),
        ("(1) Uno (2) Dos", ["Uno", "Dos"]),
        ("1) Uno 2) Dos", ["Uno", "Dos"]),
        ("a) Uno, b) Dos", ["Uno", "Dos"]),
        ("(1)-(2) Uno (3) Dos", ["Uno", "Dos"]),
        ("(1) Uno(2) Dos", ["Uno", "Dos"]),
        ("Ley 8) Uno", ["Ley", "Uno"]),
        ("Sala (b15)", ["Sala (b15)"]),
        (" ", []),
    ],
)
def test_numbered_values_of_one_field(field, values):
    assert several(field) == values


@pytest.mark.parametrize(
    ("text", "number", "country"),
    [
        ("Passport No: 592667 (Qatari passport issued on 3 May 2007).", "592667", "QA"),
        ("D 000952 (Afghan). Issued on 7 Jan 1999", "D 000952", "AF"),
        ("Passport No. 472120208 expires 22 Feb 2017", "472120208", ""),
        ("British passport no.C00146605", "C00146605", "GB"),
        ("SSDSBN68B10Z352F", "SSDSBN68B10Z352F", ""),
        ("54201-247561-5", "54201-247561-5", ""),
    ],
)
def test_numbers_of_documents_stand_among_words(text, number, country):
    (found,) = documents("Passport", [text])

    assert (found.number, found.country) == (number, country)


def test_a_document_without_a_number_is_none():
    assert list(documents("Passport", ["Iranian passport"])) == []


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("(1) Russian (2) Libya", ("LY", "RU")),
        ("Kuwaiti citizenship withdrawn in 2002", ("KW",)),
        ("Syrian Arab Republic as of September 2015", ("SY",)),
        ("Latakia Province, Syria", ("SY",)),
        ("Africa", ()),
    ],
)
def test_how_the_united_kingdom_writes_countries(field, codes):
    assert countries([field]) == codes


# Switzerland


def test_a_target_of_the_swiss_list_is_read_whole():
    names = (
        world.seco_name(
            ("title", "Doctor"),
            ("family-name", "Quimera", {("RUS", "CYRL"): "Химера", ("RUS", "LATN"): "Khimera"}),
            ("given-name", "Fantasia"),
        ),
        world.seco_name(("whole-name", "Fanta"), kind="alias", quality="low"),
        world.seco_name(("whole-name", "Quimera Vieja"), kind="formerly-known-as"),
    )
    identity = """<day-month-year day="30" month="4" year="1961" calendar="Gregorian"/>
      <day-month-year year="1960" calendar="Gregorian"/><day-month-year year="1402" calendar="Islamic"/>
      <nationality><country iso-code="IR">Iran</country></nationality>
      <place-of-birth place-id="91"/>
      <address place-id="92"><address-details>Calle 0</address-details><zip-code>0301</zip-code>
        <remarks>in 2020</remarks></address>
      <identification-document document-type="diplomatic-passport"><number>ZZ 1</number>
        <issuer code="CL">Chile</issuer><date-of-issue>2012-11-08</date-of-issue></identification-document>"""
    inside = """<identity main="false"><name name-type="primary-name" quality="good">
      <name-part order="1" name-part-type="whole-name"><value>Otra Quimera</value></name-part></name>
      </identity>
      <justification>Made up.</justification>
      <other-information>Taxpayer identification number: 77</other-information>
      <relation target-id="8" relation-type="related-to"><remark>sister</remark></relation>
      <relation target-id="9" relation-type="related-to"/>"""
    target = world.seco_target(
        7,
        *names,
        identity=identity,
        inside=inside,
        changes=(
            ('<modification modification-type="amended" publication-date="2021-01-01"/>',),
            ('<modification modification-type="listed" publication-date="2020-01-02"/>',),
        ),
    ).replace("<individual>", "<foreign-identifier>XXi.009</foreign-identifier><individual>")
    others = (
        world.seco_target(8, world.seco_name(("whole-name", "HERMANA"))),
        world.seco_target(9, world.seco_name(("whole-name", "IDA")), changes=("de-listed",)),
    )
    places = """<place ssid="91"><location>Fabula</location><country iso-code="UY">Uruguay</country></place>
      <place ssid="92"><location>Colon</location><country iso-code="PA">Panama</country></place>"""

    publication, rows = read("ch-seco", world.seco_text(target, *others, places=places))

    row = rows[0]
    assert publication.published_on == date(2026, 2, 1)
    assert [row.source_id for row in rows] == ["7", "8"]
    assert (row.reference, row.kind) == ("XXi.009", EntityKind.PERSON)
    assert named(row) == [
        ("Quimera Fantasia", "primary"),
        ("Химера Fantasia", "alias"),
        ("Khimera Fantasia", "alias"),
        ("Fanta", "weak-alias"),
        ("Quimera Vieja", "former"),
        ("Otra Quimera", "alias"),
    ]
    assert row.dates_of_birth == ("1961-04-30", "1960")
    assert row.places_of_birth == ("Fabula, Uruguay",)
    assert row.positions == ("Doctor",)
    assert row.countries == ("CL", "IR", "PA")
    assert row.identifiers == (
        IdentifierRow("Diplomatic passport", "ZZ 1", "CL", "2012-11-08"),
        IdentifierRow("Tax number", "77"),
    )
    assert row.addresses == (AddressRow("Calle 0, 0301, Colon, Panama", "PA", "in 2020"),)
    assert row.programmes == ("Fiction",)
    assert row.relations == (
        RelationRow("linked", "HERMANA", "8", note="related-to; sister"),
        RelationRow("linked", "IDA", "", note="related-to"),
    )
    assert row.listed_on == date(2020, 1, 2)
    assert row.remarks.splitlines() == [
        "Ordinance on fiction, annex 1",
        "Made up.",
        "Taxpayer identification number: 77",
    ]


def modified(kind, day, inside=""):
    return (f'<modification modification-type="{kind}" effective-date="{day}">{inside}</modification>',)


@pytest.mark.parametrize(
    ("changes", "is_listed"),
    [
        ((), True),
        ((modified("listed", "2020-01-01"), modified("de-listed", "2021-01-01")), False),
        ((modified("de-listed", "2021-01-01"), modified("listed", "2020-01-01")), False),
        ((modified("de-listed", "2021-01-01"), modified("listed", "2022-01-01")), True),
        ((modified("de-listed", "2021-01-01"), modified("amended", "2021-01-01")), False),
        ((modified("amended", "2021-01-01"), modified("de-listed", "2021-01-01")), True),
    ],
)
def test_the_last_change_says_whether_a_target_is_in_force(changes, is_listed):
    target = world.seco_target(7, world.seco_name(("whole-name", "QUIMERA")), changes=changes)

    assert len(read("ch-seco", world.seco_text(target))[1]) == is_listed


def test_copies_in_the_history_of_a_target_are_no_targets():
    name = world.seco_name(("whole-name", "VIEJA"))
    change = modified("amended", "2021-01-01", f"<removed>{world.seco_target(8, name)}</removed>")
    target = world.seco_target(7, world.seco_name(("whole-name", "NUEVA")), changes=(change,))

    row = one("ch-seco", world.seco_text(target))

    assert (row.source_id, named(row)) == ("7", [("NUEVA", "primary")])


def test_a_ship_of_the_swiss_list_has_its_number():
    target = world.seco_target(
        7,
        world.seco_name(("whole-name", "QUIMERA MARU")),
        tag="object",
        more=' object-type="vessel"',
        identity='<nationality><country iso-code="PA">Panama</country></nationality>',
        inside="<other-information>IMO Number: 1234567</other-information>",
    )

    row = one("ch-seco", world.seco_text(target))

    assert row.kind == EntityKind.VESSEL
    assert row.identifiers == (IdentifierRow("IMO number", "1234567"),)
    assert row.vessel == (("flag", "PA"),)


# Canada and Japan


def test_a_person_of_the_canadian_list_is_read_whole():
    record = world.ca_record(
        12,
        country="Belarus / Bélarus",
        listed="2020-09-28",
        LastName=" Quimera\xa0",
        GivenName="Fantasia",
        TitleOrShip="Colonel",
        DateOfBirthOrShipBuildDate="1963 or 1964-02",
        Aliases="Fanta Quimera, Fantasía Nada, Belarusian: Хімера, Russian: Химера",
    )

    row = one("ca-sema", world.ca_text(record))

    assert (row.source_id, row.kind) == ("Belarus | 1, Part 1 | 12", EntityKind.PERSON)
    assert named(row) == [
        ("Fantasia Quimera", "primary"),
        ("Fanta Quimera", "alias"),
        ("Fantasía Nada", "alias"),
        ("Хімера", "original-script"),
        ("Химера", "original-script"),
    ]
    assert row.countries == ("BY",)
    assert row.dates_of_birth == ("1963", "1964-02")
    assert (row.positions, row.programmes) == (("Colonel",), ("Belarus",))
    assert row.listed_on == date(2020, 9, 28)


@pytest.mark.parametrize(
    ("name", "aliases", "names"),
    [
        ("Nowhere Works (NW)", "", ["Nowhere Works (NW)", "Nowhere Works", "NW"]),
        ("Nowhere Army/Armée fictive", "", ["Nowhere Army/Armée fictive", "Nowhere Army", "Armée fictive"]),
        ("AO/TV", "", ["AO/TV"]),
        ("Nada", "Nada Co., Ltd., Nothing", ["Nada", "Nada Co., Ltd.", "Nothing"]),
        ("Nada", "Nada, Nothing Co; Nil", ["Nada", "Nada, Nothing Co", "Nil"]),
        ("Nada", "Uno / Dos", ["Nada", "Uno", "Dos"]),
    ],
)
def test_the_names_of_an_organisation_of_the_canadian_list(name, aliases, names):
    row = one("ca-sema", world.ca_text(world.ca_record(1, EntityOrShip=name, Aliases=aliases)))

    assert [found.name for found in row.names] == names
    assert row.kind == EntityKind.ORGANISATION


def test_a_ship_of_the_canadian_list_was_built_not_born():
    record = world.ca_record(
        1,
        EntityOrShip="QUIMERA MARU",
        ShipIMONumber="1234567",
        TitleOrShip="Oil Tanker",
        DateOfBirthOrShipBuildDate="1980",
    )

    row = one("ca-sema", world.ca_text(record))

    assert (row.kind, row.dates_of_birth, row.positions) == (EntityKind.VESSEL, (), ())
    assert row.identifiers == (IdentifierRow("IMO number", "1234567"),)
    assert row.vessel == (("type", "Oil Tanker"), ("built", "1980"))


def test_the_edition_of_the_canadian_list_is_its_newest_listing():
    records = [
        world.ca_record(number, EntityOrShip="NADA", listed=day)
        for number, day in enumerate(("2020-01-01", "2025-03-20", "2024-01-01"))
    ]

    publication, _rows = read("ca-sema", world.ca_text(*records))

    assert publication.published_on == date(2025, 3, 20)


def test_an_end_user_of_the_japanese_list_is_read_whole():
    item = world.jp_item(
        7,
        "Quimera Works (虚構工業)",
        aliases=["QW"],
        reason="大量破壊兵器等の懸念: ミサイル、核 M,Ｎ; 通常兵器の懸念: CW",
    )

    publication, (row,) = read("jp-end-users", world.jp_text(item))

    assert publication.published_on == date(2026, 2, 1)
    assert (row.source_id, row.kind) == ("jp-eul-7", EntityKind.ORGANISATION)
    assert named(row) == [
        ("Quimera Works (虚構工業)", "primary"),
        ("Quimera Works", "alias"),
        ("虚構工業", "original-script"),
        ("QW", "alias"),
    ]
    assert row.programmes == ("M", "N", "CW")
    assert (row.countries, row.addresses) == (("IL",), (AddressRow("State of Israel", "IL"),))


def test_a_name_that_slipped_behind_the_country_is_found_there():
    item = world.jp_item(7, "", addresses=["People's Republic of China Quimera Works"], aliases=["QW"])

    row = one("jp-end-users", world.jp_text(item))

    assert named(row) == [("Quimera Works", "primary"), ("QW", "alias")]
    assert row.addresses == (AddressRow("People's Republic of China", "CN"),)


# OpenSanctions


def test_a_party_of_a_collection_is_joined_with_what_refers_to_it():
    entities = [
        world.ftm(
            "s1",
            "Sanction",
            entity="p1",
            authority="Ministry of Nothing",
            reason="Made up.",
            authorityId="XX-9",
            programId="FIC-1",
            startDate="2020-01-02",
        ),
        world.ftm(
            "d1", "Passport", holder="p1", number="ZZ 1", country="cl", type="passport", startDate="2012"
        ),
        world.ftm("a1", "Address", full="Calle 0, Colon", country="pa"),
        world.ftm(
            "p1",
            "Person",
            target=True,
            name=["Fantasia Quimera", "Химера"],
            alias="Fanta Nada",
            weakAlias="Fanta",
            previousName="Quimera Vieja",
            birthDate=["1961-04-30", "1960"],
            birthPlace="Fabula",
            nationality="ir",
            position="Captain",
            innCode="770077",
            address=["Calle 0, Colon", "Calle 1"],
            addressEntity="a1",
            topics=["sanction", "export.control"],
            notes="A note.",
        ),
        world.ftm("o1", "Ownership", owner="p1", asset="c1", percentage="50 %", role="shareholder"),
        world.ftm("x1", "Directorship", director="p1", organization="c2", role="director"),
        world.ftm("f1", "Family", person="p1", relative="p2", relationship="sister"),
        world.ftm("u1", "UnknownLink", subject="p2", object="p1"),
        world.ftm("c1", "Company", target=True, name="Nada S.A.", leiCode="L1", registrationNumber="R1"),
        world.ftm("c2", "Company", target=False, name="Otra S.A."),
        world.ftm("p2", "Person", topics="role.rca", name="Hermana Quimera"),
    ]
    entities[3]["caption"] = "Fantasia Quimera"

    publication, rows = read("opensanctions", world.ftm_text(*entities))

    person, company, sister = rows
    assert (publication.edition, publication.published_on) == ("2026-02-01T05:41:01", date(2026, 2, 1))
    assert [row.source_id for row in rows] == ["p1", "c1", "p2"]
    assert (person.kind, person.reference) == (EntityKind.PERSON, "XX-9")
    assert named(person) == [
        ("Fantasia Quimera", "primary"),
        ("Химера", "original-script"),
        ("Fanta Nada", "alias"),
        ("Quimera Vieja", "former"),
        ("Fanta", "weak-alias"),
    ]
    assert person.countries == ("IR", "PA")
    assert person.dates_of_birth == ("1961-04-30", "1960")
    assert (person.places_of_birth, person.positions) == (("Fabula",), ("Captain",))
    assert person.programmes == ("FIC-1",)
    assert person.identifiers == (
        IdentifierRow("INN", "770077"),
        IdentifierRow("passport", "ZZ 1", "CL", "2012"),
    )
    assert person.addresses == (AddressRow("Calle 0, Colon", "PA"), AddressRow("Calle 1"))
    assert person.relations == (
        RelationRow("owns", "Nada S.A.", "c1", "50", "shareholder"),
        RelationRow("acts-for", "Otra S.A.", "", note="director"),
        RelationRow("family", "Hermana Quimera", "p2", note="sister"),
        RelationRow("linked", "Hermana Quimera", "p2"),
    )
    assert person.listed_on == date(2020, 1, 2)
    assert person.remarks.splitlines() == [
        "Topics: sanction, export.control",
        "A note.",
        "Ministry of Nothing: Made up.",
    ]
    assert company.relations == (RelationRow("owned-by", "Fantasia Quimera", "p1", "50", "shareholder"),)
    assert company.identifiers == (IdentifierRow("LEI", "L1"), IdentifierRow("Registration number", "R1"))
    assert company.programmes == ("fiction",)
    assert sister.relations[0] == RelationRow("family", "Fantasia Quimera", "p1", note="sister")


def test_a_ship_of_a_collection_has_its_facts_and_numbers():
    entities = [
        world.ftm(
            "v1",
            "Vessel",
            topics="sanction",
            name="QUIMERA MARU",
            previousName="NADA MARU",
            imoNumber="IMO1234567",
            mmsi="123456789",
            callSign="ZZ5",
            flag="pa",
            pastFlags=["lr", "tg"],
            type="Tanker",
            tonnage="7078",
            buildDate="1999",
            operator="c1",
        ),
        world.ftm("c1", "Company", target=False, name="Naviera Nada"),
        world.ftm("o1", "Ownership", owner="c1", asset="v1"),
    ]

    row = one("opensanctions", world.ftm_text(*entities))

    assert row.kind == EntityKind.VESSEL
    assert row.identifiers == (
        IdentifierRow("IMO number", "1234567"),
        IdentifierRow("MMSI", "123456789"),
        IdentifierRow("Call sign", "ZZ5"),
    )
    assert row.vessel == (
        ("flag", "PA"),
        ("former-flags", "LR, TG"),
        ("type", "Tanker"),
        ("tonnage", "7078"),
        ("built", "1999"),
        ("owner", "Naviera Nada"),
        ("operator", "Naviera Nada"),
    )
    assert row.countries == ("LR", "PA", "TG")
    assert row.relations == (RelationRow("owned-by", "Naviera Nada"),)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("PublicBody", "organisation"),
        ("Organization", "organisation"),
        ("LegalEntity", "organisation"),
        ("Airplane", "aircraft"),
        ("CryptoWallet", "other"),
    ],
)
def test_the_kinds_of_a_collection(schema, kind):
    text = world.ftm_text(world.ftm("x", schema, topics="sanction", name="NADA"))

    assert one("opensanctions", text).kind == kind


@pytest.mark.parametrize(("share", "kept"), [("33,3", "33.3"), ("100%", "100"), ("most", ""), ("25-50", "")])
def test_shares_are_numbers_or_not_said(share, kept):
    entities = [
        world.ftm("c1", "Company", target=True, name="Nada"),
        world.ftm("c2", "Company", target=False, name="Madre"),
        world.ftm("o1", "Ownership", owner="c2", asset="c1", percentage=share),
    ]

    assert one("opensanctions", world.ftm_text(*entities)).relations == (
        RelationRow("owned-by", "Madre", share=kept),
    )


def test_the_simple_table_of_a_collection():
    text = world.simple_text(
        world.simple_row(
            "NK-1",
            "Vessel",
            "QUIMERA MARU",
            aliases='"Nada ""N""; Maru";Химера',
            countries="pa;lr",
            identifiers="IMO1234567;123456789;ZZZ5;RS 15",
            program_ids="FIC-1;FIC-2",
            sanctions="Made up.",
            addresses="Calle 0",
        ),
        world.simple_row(
            "NK-2", "Person", "Fantasia Quimera", birth_date="1961-04-30;1960", identifiers="77"
        ),
    )

    ship, person = read("opensanctions", text)[1]

    assert named(ship) == [
        ("QUIMERA MARU", "primary"),
        ('Nada "N"; Maru', "alias"),
        ("Химера", "original-script"),
    ]
    assert ship.countries == ("LR", "PA")
    assert [(item.kind, item.number) for item in ship.identifiers] == [
        ("IMO number", "1234567"),
        ("MMSI", "123456789"),
        ("Call sign", "ZZZ5"),
        ("Identifier", "RS 15"),
    ]
    assert (ship.programmes, ship.remarks) == (("FIC-1", "FIC-2"), "Made up.")
    assert person.dates_of_birth == ("1961-04-30", "1960")
    assert (person.programmes, person.identifiers) == (("Fiction",), (IdentifierRow("Identifier", "77"),))


# Our own table


def test_a_person_of_our_own_table_is_read_whole():
    row = one(
        "national",
        world.own_text(
            world.own_row(
                7,
                "Fantasia Quimera",
                "Person",
                reference="R-7",
                aliases='Fanta Nada; "Uno; ""Dos"""',
                weak_aliases="Fanta",
                former_names="Quimera Vieja",
                original_script_names="Химера",
                countries="ir; PA",
                born="1961-04-30; 1960~; 08 Feb 1980; 1958/1963",
                places_of_birth="Fabula",
                positions="Captain; Cook",
                identifiers="Passport:ZZ 1:CL; File:A:7:",
                addresses="Calle 0, Colon|PA; Calle 1",
                programme="Decree 1",
                listed_on="2020-01-02",
                owned_percent="",
                family="Hermana Quimera",
                remarks=" Made up.\nTwice. ",
            )
        ),
    )

    assert (row.source_id, row.reference, row.kind) == ("7", "R-7", EntityKind.PERSON)
    assert named(row) == [
        ("Fantasia Quimera", "primary"),
        ("Fanta Nada", "alias"),
        ('Uno; "Dos"', "alias"),
        ("Fanta", "weak-alias"),
        ("Quimera Vieja", "former"),
        ("Химера", "original-script"),
    ]
    assert row.countries == ("IR", "PA")
    assert row.dates_of_birth == ("1961-04-30", "1960~", "1980-02-08", "1958/1963")
    assert (row.places_of_birth, row.positions) == (("Fabula",), ("Captain", "Cook"))
    assert row.identifiers == (IdentifierRow("Passport", "ZZ 1", "CL"), IdentifierRow("File", "A:7"))
    assert row.addresses == (AddressRow("Calle 0, Colon", "PA"), AddressRow("Calle 1"))
    assert (row.programmes, row.listed_on) == (("Decree 1",), date(2020, 1, 2))
    assert row.relations == (RelationRow("family", "Hermana Quimera"),)
    assert row.remarks == "Made up.\nTwice."


def test_a_ship_of_our_own_table_has_its_facts_and_owners():
    row = one(
        "foreign-denials",
        world.own_text(
            world.own_row(
                8,
                "QUIMERA MARU",
                "vessel",
                imo="1234567",
                mmsi="123456789",
                call_sign="ZZ5",
                flag="pa",
                former_flags="LR;TG",
                ship_type="Tanker",
                tonnage="7078",
                length="99",
                built="1999",
                operator="Naviera Otra",
                owner="Naviera Nada; Madre; Tercera",
                owned_percent="33,3;;50",
                controlled_by="Jefe",
            )
        ),
    )

    assert [(item.kind, item.number) for item in row.identifiers] == [
        ("IMO number", "1234567"),
        ("MMSI", "123456789"),
        ("Call sign", "ZZ5"),
    ]
    assert row.vessel == (
        ("flag", "PA"),
        ("former-flags", "LR, TG"),
        ("type", "Tanker"),
        ("tonnage", "7078"),
        ("length", "99"),
        ("built", "1999"),
        ("owner", "Naviera Nada, Madre, Tercera"),
        ("operator", "Naviera Otra"),
    )
    assert row.relations == (
        RelationRow("owned-by", "Naviera Nada", share="33.3"),
        RelationRow("owned-by", "Madre"),
        RelationRow("owned-by", "Tercera", share="50"),
        RelationRow("controlled-by", "Jefe"),
    )


@pytest.mark.parametrize(
    "edition", ["# edition: 2026-02-01", '"# Edition 2026-02-01",,', "#edition:2026-02-01,,,"]
)
def test_the_first_line_of_our_own_table_says_its_edition(edition):
    publication, _rows = read("national", world.own_text(world.own_row(1, "NADA"), edition=edition))

    assert (publication.edition, publication.published_on) == ("2026-02-01", date(2026, 2, 1))


def test_columns_of_our_own_table_come_in_any_order_and_lines_may_be_empty():
    text = "\ufeff# edition: 2026-02-01\n\nname,kind,id\n\nNADA,organisation,7\n,,\n"

    assert one("national", text).source_id == "7"


def test_the_example_in_the_readme_can_be_imported():
    readme = (Path(__file__).parent.parent.parent / "screening" / "README.md").read_text(encoding="utf-8")
    _before, _fence, rest = readme.partition("```csv\n")

    rows = read("national", rest.partition("```")[0])[1]

    assert [row.kind.value for row in rows] == ["organisation", "person", "vessel"]
    assert all(row.names and row.countries for row in rows)


def own_lists(value):
    """What a start with that setting prints, of the lists or of what is wrong."""
    code = "from portal.settings import SCREENING_OWN_LISTS as lists; print(lists)"
    environment = {**os.environ, "SCREENING_OWN_LISTS": value}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or done.stderr


def test_an_installation_names_further_lists_in_our_own_table():
    said = own_lists("ministry = List = of the ministry; ports=Ports; ;")

    assert said == "{'ministry': 'List = of the ministry', 'ports': 'Ports'}"


def test_a_setting_of_further_lists_that_is_wrong_is_said_at_once():
    assert "SCREENING_OWN_LISTS is a row of list=value" in own_lists("ministry=List; x")


# Refusals


def own(**cells):
    return world.own_text(world.own_row(1, "NADA"), world.own_row(2, "QUIMERA") | cells)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        (own(kind="firm"), "cell-kind", "kind"),
        (own(kind=""), "cell-empty", "kind"),
        (own(id=""), "cell-empty", "id"),
        (own(name=" "), "cell-empty", "name"),
        (own(countries="PA; Panama"), "cell-country", "countries"),
        (own(addresses="Calle 0|Panama"), "cell-country", "addresses"),
        (own(born="long ago"), "cell-date", "born"),
        (own(listed_on="2026-02"), "cell-date", "listed_on"),
        (own(listed_on="2026-02-01T00:00"), "cell-date", "listed_on"),
        (own(identifiers="ZZ 1"), "cell-identifier", "identifiers"),
        (own(identifiers="Passport:ZZ 1:Chile"), "cell-identifier", "identifiers"),
        (own(imo="IMO 1234567"), "cell-number", "imo"),
        (own(mmsi="12345"), "cell-number", "mmsi"),
        (own(owner="Madre", owned_percent="half"), "cell-share", "owned_percent"),
        (own(owner="Madre", owned_percent="101"), "cell-share", "owned_percent"),
        (own(owner="Madre", owned_percent="50;50"), "cell-share", "owned_percent"),
        (own(flag="PA"), "cell-ship", "flag"),
        (own(aliases='"Uno" Dos'), "cell-quotes", "aliases"),
    ],
)
def test_a_mistake_in_our_own_table_is_refused_with_its_place(text, code, column):
    with pytest.raises(BadList) as refusal:
        read("national", text)

    assert refusal.value.code == code
    assert (refusal.value.details["line"], refusal.value.details["column"]) == ("4", column)
    assert "%(" not in str(refusal.value)


EU = world.eu_text(world.eu_entity(1, "NADA"))
UK = world.uk_text(world.uk_designation("A1", world.uk_name(Name6="NADA")))
UK_CSV = world.uk_csv_text({"Unique ID": "A1", "Name 6": "NADA"})
CONLIST = world.conlist_text(world.conlist_row(1, "NADA"))
SECO = world.seco_text(world.seco_target(1, world.seco_name(("whole-name", "NADA"))))
CA = world.ca_text(world.ca_record(1, EntityOrShip="NADA"))
JP = world.jp_text(world.jp_item(1, "NADA"), world.jp_item(2, "OTRA"))
FTM = world.ftm_text(world.ftm("a", "Company", target=True, name="NADA"))
SIMPLE = world.simple_text(world.simple_row("a", "Company", "NADA"))
OWN = world.own_text(world.own_row(1, "NADA"))
OLD_XML, OLD_CSV = world.eu_old_text(OLD_ENTITY), world.eu_csv_text(*OLD_ROWS)


@pytest.mark.parametrize(
    ("source", "text", "code"),
    [
        ("eu-sanctions", EU.replace("generationDate", "made"), "no-date"),
        ("eu-sanctions", EU[:-20], "cut-off"),
        ("eu-sanctions", "<html>Not found</html>", "unknown-format"),
        ("eu-sanctions", OLD_XML.replace("01/02/2026", "soon"), "no-date"),
        ("eu-sanctions", OLD_CSV.replace("01/02/2026", "soon"), "no-date"),
        ("eu-sanctions", OLD_CSV.splitlines()[0], "no-date"),
        ("eu-sanctions", OLD_CSV.replace("Naal_wholename", "Naal_name"), "no-column"),
        ("eu-sanctions", OLD_CSV[:-60], "columns-differ"),
        ("uk-sanctions", UK.replace("DateGenerated", "Made"), "no-date"),
        ("uk-sanctions", world.uk_text(dated="soon"), "no-date"),
        ("uk-sanctions", UK[:-30], "cut-off"),
        ("uk-sanctions", "<Designation/>", "unknown-format"),
        ("uk-sanctions", UK_CSV.replace("01-Feb-2026", "soon"), "no-date"),
        ("uk-sanctions", UK_CSV.replace("IMO number", "IMO"), "no-column"),
        ("uk-conlist", CONLIST.replace("Last Updated,01/02/2026", "Last Updated,"), "no-date"),
        ("uk-conlist", CONLIST.replace("Group ID", "Group"), "no-column"),
        ("uk-conlist", CONLIST.partition("\n")[2], "no-date"),
        ("uk-conlist", CONLIST[:-8], "columns-differ"),
        ("uk-conlist", CONLIST + '"never closed', "cut-off"),
        ("uk-conlist", CONLIST + '"closed" too early,', "no-table"),
        ("uk-conlist", CONLIST + "N\0", "no-text"),
        ("uk-conlist", "", "no-date"),
        ("ch-seco", SECO.replace(' date="2026-02-01"', ""), "no-date"),
        ("ch-seco", SECO.replace("whole-list", "amendment"), "part-of-list"),
        ("ch-seco", SECO[:-30], "cut-off"),
        ("ch-seco", CA, "wrong-root"),
        ("ca-sema", CA.replace("DateOfListing", "Day"), "no-date"),
        ("ca-sema", world.ca_text(), "no-date"),
        ("ca-sema", CA[:-12], "cut-off"),
        ("ca-sema", SECO, "wrong-root"),
        ("jp-end-users", JP.replace("20260201006.html", "6.html"), "no-date"),
        ("jp-end-users", JP.replace("source_url", "url"), "no-text-under"),
        ("jp-end-users", JP.replace("entity_name", "name"), "no-text-under"),
        ("jp-end-users", world.jp_text(world.jp_item(1, None)), "no-text-under"),
        ("jp-end-users", world.jp_text(world.jp_item(1, "NA\0DA")), "no-text-under"),
        ("jp-end-users", world.jp_text(world.jp_item(1, "NADA", aliases="N")), "no-text-under"),
        ("jp-end-users", JP[:-40], "broken-json"),
        ("jp-end-users", JP.replace('"aliases": [', '"aliases": ]', 1), "broken-json"),
        ("jp-end-users", "[1]", "wrong-value"),
        ("jp-end-users", "[]", "names-nobody"),
        ("jp-end-users", "", "broken-json"),
        ("opensanctions", FTM[:-9], "cut-off"),
        ("opensanctions", FTM[:-9] + "\n" + FTM, "broken-json"),
        ("opensanctions", FTM.replace("last_seen", "seen"), "no-date"),
        ("opensanctions", FTM.replace('["NADA"]', '"NADA"'), "wrong-value"),
        ("opensanctions", FTM.replace('["NADA"]', '[{"id": "b"}]'), "wrong-value"),
        ("opensanctions", FTM.replace('["NADA"]', '["NA\\u0000DA"]'), "wrong-value"),
        ("opensanctions", FTM + "[]\n", "wrong-value"),
        ("opensanctions", FTM + FTM, "twice"),
        ("opensanctions", "[" * 5, "unknown-format"),
        ("opensanctions", '{"a":' * 100_000, "cut-off"),
        ("opensanctions", SIMPLE.replace("2026-02-01T", "T"), "no-date"),
        ("opensanctions", SIMPLE.replace("identifiers", "ids"), "no-column"),
        ("national", OWN.replace("# edition: 2026-02-01", "# edition"), "no-date"),
        ("national", OWN.replace("2026-02-01", "2026-02-30"), "no-date"),
        ("national", OWN.partition("\n")[2], "no-date"),
        ("national", OWN.replace("kind", "kinds"), "unknown-column"),
        ("national", OWN.replace("kind", "remarks"), "no-column"),
        ("national", OWN.replace(",", ";"), "unknown-column"),
        ("national", OWN + "8,organisation\n", "columns-differ"),
        ("national", "# edition: 2026-02-01\n", "no-column"),
        ("national", OWN.encode().replace(b"NADA", "Química".encode("cp1252")), "not-utf-8"),
        ("national", OWN.encode() + "é".encode()[:1], "not-utf-8"),
        ("national", OWN.encode("utf-16"), "not-utf-8"),
    ],
)
def test_what_is_not_as_published_is_refused(source, text, code):
    with pytest.raises(BadList) as refusal:
        read(source, text)

    assert refusal.value.code == code
    assert "%(" not in str(refusal.value)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("eu-sanctions", EU),
        ("eu-sanctions", OLD_XML),
        ("eu-sanctions", OLD_CSV),
        ("uk-sanctions", UK),
        ("uk-sanctions", UK_CSV),
        ("uk-conlist", CONLIST),
        ("ch-seco", SECO),
        ("ca-sema", CA),
        ("jp-end-users", JP),
        ("opensanctions", FTM),
        ("opensanctions", SIMPLE),
        ("national", OWN),
    ],
)
def test_the_smallest_file_of_each_form_is_read(source, text):
    rows = read(source, text)[1]

    assert [name.name for name in rows[0].names][:1] in (["NADA"], ["Fantasia Quimera"])


def test_a_line_longer_than_any_real_one_is_refused(monkeypatch):
    monkeypatch.setattr("screening.importers.tables.LONGEST_LINE", 200_000)

    with pytest.raises(BadList) as refusal:
        read("national", OWN + "Q" * 300_000)

    assert (refusal.value.code, refusal.value.details) == ("line-too-long", {"line": "4"})


@pytest.mark.parametrize(
    ("code", "country"),
    [
        ("pa", "PA"),
        ("DEU", "DE"),
        (" XK ", "XK"),
        ("YUG", ""),
        ("EU", ""),
        ("00", ""),
        ("suhh", ""),
        ("", ""),
    ],
)
def test_codes_of_countries(code, country):
    assert code_of(code) == country


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17/08/1957", "1957-08-17"),
        ("00/08/1957", "1957-08"),
        ("00/00/1957", "1957"),
        ("dd/mm/1957", "1957"),
        ("17/00/1957", "1957"),
        ("31/02/1957", ""),
        ("1957", ""),
    ],
)
def test_dates_with_the_day_first(text, expected):
    assert day_first(text) == expected


# Memory

MANY = range(1500)
LONG = "NADA " + "0" * 500


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("eu-sanctions", world.eu_text(*(world.eu_entity(n, LONG) for n in MANY))),
        (
            "eu-sanctions",
            world.eu_csv_text(*(world.eu_csv_row(n, Naal_logical_id="1", Naal_wholename=LONG) for n in MANY)),
        ),
        (
            "uk-sanctions",
            world.uk_text(*(world.uk_designation(n, world.uk_name(Name6=LONG)) for n in MANY)),
        ),
        ("uk-conlist", world.conlist_text(*(world.conlist_row(n, LONG) for n in MANY))),
        (
            "ch-seco",
            world.seco_text(*(world.seco_target(n, world.seco_name(("whole-name", LONG))) for n in MANY)),
        ),
        ("ca-sema", world.ca_text(*(world.ca_record(n, EntityOrShip=LONG) for n in MANY))),
        ("jp-end-users", world.jp_text(*(world.jp_item(n, LONG) for n in MANY))),
        (
            "opensanctions",
            world.ftm_text(*(world.ftm(f"c{n}", "Company", target=True, name=LONG) for n in MANY)),
        ),
        (
            "opensanctions",
            world.simple_text(*(world.simple_row(f"c{n}", "Company", LONG) for n in MANY)),
        ),
        ("national", world.own_text(*(world.own_row(n, LONG) for n in MANY))),
    ],
    ids=["eu", "eu-csv", "uk", "conlist", "seco", "canada", "japan", "ftm", "simple", "own"],
)
def test_a_long_list_is_read_in_little_memory(source, text):
    file = io.BytesIO(text.encode())

    tracemalloc.start()
    _publication, rows = PARSERS[source][1](file)
    count = sum(1 for _row in rows)
    _held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == len(MANY)
    assert peak < 500_000 < len(text)
