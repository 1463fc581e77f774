import io
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from django.utils.translation import gettext, override
from pikepdf import Name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from licensing import documents, licence_sheet, pdf, seal
from licensing.licence_document import draw, facts_in, make
from licensing.licence_sheet import ROLES, TITLES, TooLong, day, facts_of, number, place
from licensing.models import (
    DECLARED_ROLES,
    Action,
    ApplicationKind,
    Event,
    Job,
    LicenceDocument,
    PartyRole,
    TransportMode,
    User,
)
from licensing.outbox import put
from licensing.tasks import run_job
from tests.factories import (
    NOON,
    DecisionFactory,
    LicenceFactory,
    LicenceLineFactory,
    OrganisationFactory,
    PartyFactory,
)

ISSUED = datetime(2026, 3, 3, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    """A document drawn once for all that only look at it."""
    return draw(FACTS)


FACTS = {
    "format": "istmo-licence-1",
    "reference": "PA-L-2026-000123",
    "check_code": "7K3M9QXT2B8V4HNC",
    "check_url": "https://licencias.example.org/check/PA-L-2026-000123/7K3M9QXT2B8V4HNC/",
    "kind": "export",
    "application": "PA-2026-000456",
    "issued_at": ISSUED.isoformat(),
    "valid_from": "2026-03-03",
    "valid_to": "2027-03-02",
    "time_zone": "America/Panama",
    "holder": {
        "name": "Óptica del Istmo, S. A.",
        "tax_id": "155612345-2-2016",
        "tax_id_check": "45",
        "address": ["Avenida Balboa", "0801 Panamá"],
        "country": "PA",
    },
    "parties": [
        {
            "role": "end-user",
            "name": "Kyoto Glass Works",
            "other_names": ["Точная оптика", "شركة البصريات"],
            "registration_number": "1300-01",
            "address": ["604-8152 Kioto"],
            "country": "JP",
        }
    ],
    "route": {
        "dispatched_from": "PA",
        "destination": "JP",
        "transport_mode": "sea",
        "port_of_loading": "PABLB",
        "port_of_discharge": "Yokohama",
        "transit_countries": ["KR"],
    },
    "end_use": "Corte de vidrio.",
    "lines": [
        {
            "number": 1,
            "description": "Láser de corte",
            "manufacturer": "Trumpf",
            "model": "3030",
            "serial_numbers": ["A-1"],
            "origin": "DE",
            "hs_code": "845611",
            "control_code": "6A005",
            "quantity": "12500.5",
            "unit": "KGM",
            "value": "1234567.50",
            "currency": "USD",
        }
    ],
    "conditions": ["Comunicar cada envío."],
    "recommended": {"name": "Ana Q.", "office": "Oficial", "on": "2026-03-02"},
    "decided": {"name": "Beto R.", "office": "Secretario", "on": "2026-03-03"},
}


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def metadata(content: bytes) -> str:
    with opened(content) as document:
        return document.Root.Metadata.read_bytes().decode()


def words_of(content: bytes) -> str:
    """Return the text a reader finds, read by a program that had no part in making it."""
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def with_lines(*changes):
    return {
        **FACTS,
        "lines": [
            {**FACTS["lines"][0], "number": number, **change}
            for number, change in enumerate(changes, start=1)
        ],
    }


# --- archive and accessibility ----------------------------------------------------------------------


def test_it_claims_pdf_a_3a_and_pdf_ua_1(drawn):
    text = metadata(drawn)

    assert re.search(r'pdfaid:part(="|>)3', text)
    assert re.search(r'pdfaid:conformance(="|>)A', text)
    assert re.search(r'pdfuaid:part(="|>)1', text)
    assert text.count("</rdf:RDF>") == 1


def test_the_claim_of_pdf_ua_is_described_as_pdf_a_wants(drawn):
    assert "http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>" in metadata(drawn)


def test_it_says_what_its_colours_mean(drawn):
    with opened(drawn) as document:
        assert [str(intent.S) for intent in document.Root.OutputIntents] == ["/GTS_PDFA1"]
        assert "/DestOutputProfile" in document.Root.OutputIntents[0]


def test_every_font_is_embedded_and_ours(drawn):
    with opened(drawn) as document:
        fonts = [thing for thing in document.objects if is_of_type(thing, Name.FontDescriptor)]
        names = {str(font.FontName).split("+")[-1] for font in fonts}

        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    families = ("Latin", "More-Latin", "Cyrillic", "Arabic", "Code", "More-Code")
    assert names <= {f"{family}{weight}" for family in families for weight in ("", "-Bold")}


def is_of_type(thing: object, name: Name) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == name


def test_the_data_for_machines_are_attached_as_data(drawn):
    with opened(drawn) as document:
        (specification,) = document.Root.AF

        assert specification.AFRelationship == Name.Data
        assert str(specification.UF) == "licencia.json"
    assert facts_in(drawn) == FACTS


def test_title_and_author_are_the_same_in_both_places(drawn):
    with opened(drawn) as document, document.open_metadata() as xmp:
        assert str(document.docinfo.Title) == xmp["dc:title"] == "Licencia de exportación PA-L-2026-000123"
        assert [str(document.docinfo.Author)] == xmp["dc:creator"]
        assert str(document.docinfo.CreationDate) == "D:20260303170000+00'00"
        assert xmp["xmp:CreateDate"] == ISSUED.isoformat()


def test_it_has_an_identifier(drawn):
    with opened(drawn) as document:
        assert len(document.trailer.ID) == 2


def test_nothing_in_it_runs_or_opens_anything(drawn):
    with opened(drawn) as document:
        kinds = {str(thing.get("/S")) for thing in document.objects if isinstance(thing, pikepdf.Dictionary)}

        assert not kinds & {"/JavaScript", "/Launch", "/URI", "/GoToR", "/SubmitForm", "/ImportData"}
        assert not {"/OpenAction", "/AA", "/Names.JavaScript"} & set(document.Root.keys())


def test_it_is_not_encrypted(drawn):
    with opened(drawn) as document:
        assert not document.is_encrypted


def test_it_is_tagged_in_spanish_and_shows_its_title(drawn):
    with opened(drawn) as document:
        assert document.Root.MarkInfo.Marked
        assert document.Root.StructTreeRoot.K
        assert str(document.Root.Lang) == "es"
        assert document.Root.ViewerPreferences.DisplayDocTitle


def test_its_structure_has_headings_a_table_with_heads_and_named_pictures(drawn):
    with opened(drawn) as document:
        elements = [thing for thing in document.objects if is_of_type(thing, Name.StructElem)]
        kinds = [str(element.S) for element in elements]

        assert kinds.count("/H1") == 1
        assert kinds.count("/Table") == 1
        assert kinds.count("/TH") == 7
        assert all("/Alt" in element for element in elements if str(element.S) == "/Figure")


def test_annotations_are_printed_and_described(drawn):
    with opened(drawn) as document:
        notes = [note for page in document.pages for note in page.obj.get("/Annots", [])]

        assert [str(note.TU) for note in notes] == ["Sello electrónico del organismo emisor"]
        assert all(int(note.F) & 4 for note in notes)


def test_its_syntax_is_sound(drawn):
    with opened(drawn) as document:
        assert document.check_pdf_syntax() == []


def test_the_same_facts_give_the_same_bytes(drawn):
    assert draw(json.loads(json.dumps(FACTS))) == drawn


def test_pages_are_a4_and_the_head_of_the_table_comes_again_on_each():
    lines = [{**FACTS["lines"][0], "number": number} for number in range(1, 61)]

    content = draw({**FACTS, "lines": lines})

    text = words_of(content)
    with opened(content) as document:
        pages = len(document.pages)
        assert {tuple(round(float(side)) for side in page.mediabox) for page in document.pages} == {
            (0, 0, 595, 842)
        }
    assert pages > 3
    assert text.count("Código SA") >= pages - 1
    assert f"Página {pages} de {pages}" in text
    assert text.count("PA-L-2026-000123") >= 2 * pages - 1
    assert "Fin de la lista: 60 líneas" in text


def test_a_condition_without_a_blank_stays_within_the_page():
    text = words_of(draw({**FACTS, "conditions": ["w" * 300 + "END"]}))

    assert "wEND" in text
    assert "w" * 200 not in text


# --- what it fetches and prints ---------------------------------------------------------------------


HOSTILE = [
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "https://example.org/font.woff2",
    "ftp://example.org/x",
    "portal-font:../../../etc/passwd",
    "portal-font:unknown.woff2",
    "source-sans-3-latin-400-normal.woff2",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_the_fetcher_hands_out_nothing_but_data_and_our_fonts(address):
    with pytest.raises(ValueError):
        pdf.OwnFilesOnly().fetch(address)


def test_the_fetcher_hands_out_our_fonts():
    assert pdf.OwnFilesOnly().fetch("portal-font:source-sans-3-latin-400-normal.woff2").read(4) == b"wOF2"


@pytest.mark.parametrize("address", HOSTILE[:4])
def test_addresses_in_names_fetch_nothing_and_are_printed_as_text(address, monkeypatch):
    asked = []
    fetch = pdf.OwnFilesOnly.fetch
    monkeypatch.setattr(
        pdf.OwnFilesOnly, "fetch", lambda self, url, *rest: asked.append(url) or fetch(self, url, *rest)
    )
    name = f'<img src="{address}"><link rel=attachment href="{address}"><style>@import "{address}";</style>'

    content = draw({**FACTS, "holder": {**FACTS["holder"], "name": name}})

    assert all(url.startswith(("data:", "portal-font:")) for url in asked)
    assert asked
    with opened(content) as document:
        assert list(document.attachments) == ["licencia.json"]
    assert "<img" in words_of(content)


def test_names_in_other_scripts_are_printed_or_spelled(drawn):
    assert "Точная оптика" in words_of(drawn)
    assert pdf.printable("Łódź, Škoda, Ñandú, Ελλάδα, Việt Nam") == "Łódź, Škoda, Ñandú, Ελλάδα, Việt Nam"
    assert pdf.printable("شركة") == "شركة"
    assert pdf.printable("北京 Optics") == "[BeiJing] Optics"
    assert pdf.printable("CO₂") == "CO2"


def test_characters_that_turn_or_hide_text_are_left_out():
    assert pdf.printable("a\u202egnp.exe\u202c\u200b\x00b") == "agnp.exeb"


def test_numbers_and_days_cannot_be_misread():
    assert number(Decimal("1234567.5"), places=2) == "1\xa0234\xa0567.50"
    assert number(Decimal("12500.5000")) == "12\xa0500.5"
    assert number(Decimal("10.0000")) == "10"
    assert (day(ISSUED.date()).es, day(ISSUED.date()).en) == (
        "3\xa0de\xa0marzo\xa0de\xa02026",
        "3\xa0March\xa02026",
    )
    assert (place("JP").es, place("JP").en) == ("Japón", "Japan")


def test_every_kind_role_and_means_of_transport_has_its_words():
    assert set(TITLES) == set(licence_sheet.PERMITS) == set(ApplicationKind)
    assert set(ROLES) == set(DECLARED_ROLES)
    assert set(licence_sheet.MODES) == set(TransportMode)


def test_the_document_does_not_follow_the_language_of_whoever_asks(drawn):
    with override("en"):
        assert draw(FACTS) == drawn


# --- what it says is what the rows say --------------------------------------------------------------


@pytest.fixture
def licence(db):
    holder = OrganisationFactory(
        name="Fábrica de Espejos del Barú, S. A.", tax_id="155612345-2-2016", street="Calle 50", city="David"
    )
    decision = DecisionFactory(application__organisation=holder, application__recommended=True, at=ISSUED)
    licence = LicenceFactory(
        decision=decision, issued_at=ISSUED, conditions=["Comunicar cada envío.", "No reexportar."]
    )
    LicenceLineFactory(
        licence=licence, granted=Decimal("1250.5"), goods__unit="KGM", goods__value=Decimal("9876.5")
    )
    LicenceLineFactory(licence=licence, granted=Decimal("7"), goods__description="Óptica de repuesto")
    PartyFactory(application=licence.application, name="Osaka Lens", role=PartyRole.BROKER)
    return licence


def test_every_printed_field_is_what_the_rows_say(licence):
    make(licence.pk, at=ISSUED)

    text = words_of(documents.read(licence.documents.get().file))
    application, decision = licence.application, licence.decision
    expected = [
        licence.reference,
        application.reference,
        licence.holder.name,
        licence.holder.tax_id,
        "Calle 50",
        "3 de marzo de 2026 3 March 2026",
        *(party.name for party in application.parties.all()),
        *(condition for condition in licence.conditions),
        decision.by.name,
        decision.recommended_by.name,
        application.end_use,
        "Balboa (PABLB)",
        "Japón",
    ]
    for line in licence.lines.all():
        expected += [line.hs_code, line.control_code, line.currency, line.unit]
        expected += [number(line.granted), number(line.value, places=2), line.goods.description]
    assert [field for field in expected if re.sub(r"\s+", " ", field) not in text] == []
    assert "1 250.5" in text
    assert "9 876.50" in text
    assert f"/check/{licence.reference}/{licence.check_code}/" in text.replace(" ", "")
    assert " ".join(re.findall("....", licence.check_code)) in text


def test_what_machines_read_is_what_the_rows_say(licence):
    make(licence.pk, at=ISSUED)

    said = facts_in(documents.read(licence.documents.get().file))

    assert said["reference"] == licence.reference
    assert said["valid_to"] == licence.valid_to.isoformat()
    assert [
        (line["number"], line["hs_code"], Decimal(line["quantity"]), line["unit"], Decimal(line["value"]))
        for line in said["lines"]
    ] == [(line.number, line.hs_code, line.granted, line.unit, line.value) for line in licence.lines.all()]


# --- editions ---------------------------------------------------------------------------------------


def test_making_it_twice_makes_one_edition(licence):
    make(licence.pk, at=ISSUED)
    make(licence.pk, at=ISSUED + timedelta(minutes=1))

    assert licence.documents.count() == 1
    event = Event.objects.get(action=Action.RENDER)
    assert (event.licence, event.by, event.at) == (licence, None, ISSUED)
    document = licence.documents.get()
    assert event.after == {"edition": 1, "sha256": document.file.sha256, "kid": document.kid}


def test_other_content_makes_a_new_edition_and_keeps_the_old_one(licence):
    make(licence.pk, at=ISSUED)
    User.objects.filter(pk=licence.decision.by_id).update(office="Secretaria encargada")
    make(licence.pk, at=ISSUED + timedelta(days=1))

    first, second = LicenceDocument.objects.order_by("edition")
    assert (first.edition, second.edition) == (1, 2)
    assert "Secretaria encargada" not in words_of(documents.read(first.file))
    assert "Secretaria encargada" in words_of(documents.read(second.file))


def test_what_a_quicker_worker_made_meanwhile_is_not_made_again(licence, monkeypatch):
    apply = seal.apply

    def apply_late(content, *, at):
        monkeypatch.setattr(seal, "apply", apply)
        make(licence.pk, at=at)
        return apply(content, at=at)

    monkeypatch.setattr(seal, "apply", apply_late)
    make(licence.pk, at=ISSUED)

    assert licence.documents.count() == 1


def test_write_offs_and_suspension_make_no_new_edition(licence):
    make(licence.pk, at=ISSUED)
    licence.lines.update(used=Decimal("1"))
    make(licence.pk, at=ISSUED + timedelta(days=1))

    assert licence.documents.count() == 1


def test_a_licence_too_long_for_a_document_is_refused(licence, monkeypatch):
    monkeypatch.setattr(licence_sheet, "MOST_LINES", 1)

    with pytest.raises(TooLong):
        facts_of(licence)


def test_the_worker_makes_it_and_its_failure_is_kept_with_the_job(licence, settings):
    settings.SEAL_KEY_FILE = "/nowhere.p12"
    job = put(Job.RENDER_LICENCE, at=NOON, licence_id=licence.pk)
    run_job(job.pk)
    job.refresh_from_db()
    assert "NoSeal" in job.failure
    assert not licence.documents.exists()

    settings.SEAL_KEY_FILE = ""
    job = put(Job.RENDER_LICENCE, at=NOON, licence_id=licence.pk)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.done_at
    assert licence.documents.count() == 1


# --- the seal ---------------------------------------------------------------------------------------


def signature_of(content: bytes):
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures
    return signature


def check(content: bytes):
    signature = signature_of(content)
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[signature.signer_cert]))


def test_the_seal_is_valid_and_covers_the_whole_file(drawn):
    sealed = seal.apply(drawn, at=ISSUED)

    verdict = check(sealed)
    assert sealed.startswith(drawn)
    assert verdict.bottom_line
    assert verdict.coverage.name == "ENTIRE_FILE"


def test_a_changed_byte_is_found(drawn):
    sealed = bytearray(seal.apply(drawn, at=ISSUED))
    sealed[sealed.find(b"stream") + 60] ^= 1

    assert not check(bytes(sealed)).intact


def test_the_sealed_document_is_still_tagged_and_archivable(drawn):
    with opened(seal.apply(drawn, at=ISSUED)) as document:
        (field,) = document.Root.AcroForm.Fields
        assert str(field.TU) == "Sello electrónico del organismo emisor"
        assert "/StructParent" in field
        assert field.V.SubFilter == Name("/ETSI.CAdES.detached")
    assert 'pdfuaid:part="1"' in metadata(seal.apply(drawn, at=ISSUED))


def test_the_demonstration_says_in_its_seal_that_it_is_one(drawn, settings, tmp_path):
    settings.PORTAL_VAR = tmp_path

    first = signature_of(seal.apply(drawn, at=ISSUED)).signer_cert
    second = signature_of(seal.apply(drawn, at=ISSUED)).signer_cert

    assert "DEMOSTRACION" in first.subject.human_friendly
    assert first.dump() == second.dump()
    assert (tmp_path / "seal" / "demonstration.p12").stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "seal").iterdir()] == ["demonstration.p12"]


def test_production_without_a_key_issues_nothing(drawn, settings):
    settings.PRODUCTION = True

    with pytest.raises(seal.NoSeal, match="SEAL_KEY_FILE"):
        seal.apply(drawn, at=ISSUED)


def pem_files(folder, *, until: datetime, password: bytes) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sello de prueba")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(ISSUED - timedelta(days=1))
        .not_valid_after(until)
        .sign(key, SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return str(folder / "key.pem"), str(folder / "certificate.pem")


def test_the_authoritys_own_key_seals_also_in_production(drawn, settings, tmp_path):
    settings.PRODUCTION = True
    settings.SEAL_PASSWORD = "una clave"
    settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE = pem_files(
        tmp_path, until=ISSUED + timedelta(days=1), password=b"una clave"
    )

    sealed = seal.apply(drawn, at=ISSUED)

    assert signature_of(sealed).signer_cert.subject.human_friendly == "Common Name: Sello de prueba"


def test_an_expired_certificate_seals_nothing(drawn, settings, tmp_path):
    settings.SEAL_PASSWORD = "una clave"
    settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE = pem_files(
        tmp_path, until=ISSUED - timedelta(hours=1), password=b"una clave"
    )

    with pytest.raises(seal.NoSeal, match="not valid now"):
        seal.apply(drawn, at=ISSUED)


def test_a_wrong_password_seals_nothing(drawn, settings, tmp_path):
    settings.SEAL_PASSWORD = "otra"
    settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE = pem_files(
        tmp_path, until=ISSUED + timedelta(days=1), password=b"una clave"
    )

    with pytest.raises(seal.NoSeal, match="can't be opened"):
        seal.apply(drawn, at=ISSUED)


def test_a_number_of_the_most_digits_stays_on_one_line():
    drawn = draw(with_lines({"quantity": "99999999999999.1234", "value": "99999999999999.99"}))
    lines = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(drawn)).pages)
    lines = lines.replace("\N{NO-BREAK SPACE}", " ")

    assert "99 999 999 999 999.1234" in lines
    assert "USD 99 999 999 999 999.99" in lines


def test_the_label_of_the_end_use_never_stays_behind_at_the_foot_of_a_page():
    for lines in (18, 19, 20, 21):
        holder = {**FACTS["holder"], "address": [f"Calle {line}" for line in range(lines)]}
        drawn = draw({**FACTS, "holder": holder, "end_use": "Principio. " + "Corte de vidrio fino. " * 30})
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(drawn)).pages]

        assert [n for n, text in enumerate(pages) if "Uso final declarado" in text] == [
            n for n, text in enumerate(pages) if "Principio." in text
        ]


def test_no_word_beside_the_goods_is_broken():
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(draw(FACTS))).pages)

    assert "Origin Germany" in text


@pytest.mark.parametrize("count", range(1, 9))
def test_the_code_is_on_the_page_of_the_signatures(count):
    drawn = draw(with_lines(*({} for _line in range(count))))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(drawn)).pages]

    [signed] = [number for number, text in enumerate(pages) if "Aprobada por" in text]
    [checked] = [number for number, text in enumerate(pages) if "Código de verificación" in text]
    assert signed == checked == len(pages) - 1
    assert "Base legal" in pages[-1]


def test_paper_and_page_use_the_same_words(drawn):
    words = words_of(drawn)

    for msgid in ("Issued", "Check code", "Country of dispatch", "No."):
        with override("es"):
            assert gettext(msgid) in words
    for mode in TransportMode:
        with override("es"):
            assert str(mode.label) == licence_sheet.MODES[mode].es
