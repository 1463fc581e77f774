"""Seal documents of the authority (PAdES B-B): a reader shows whose they are and that they are unchanged."""

import io
import os
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigSeedSubFilter

from licensing.country import pack
from licensing.pdf import SEAL_FIELD

# Both log what is wrong and return None.
LOAD_PEM: Callable[..., signers.SimpleSigner | None] = signers.SimpleSigner.load
LOAD_PKCS12: Callable[..., signers.SimpleSigner | None] = signers.SimpleSigner.load_pkcs12
DEMONSTRATION = "DEMOSTRACION, SIN VALOR LEGAL - DEMONSTRATION, NO LEGAL FORCE"


class NoSeal(Exception):
    """No document can be issued: the key is missing or can't be opened, or its certificate isn't valid."""


def apply(content: bytes, *, at: datetime) -> bytes:
    """Return the PDF with the authority's seal in its empty field. Raises NoSeal."""
    meta = signers.PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        reason="Emisión de licencia",
        location=pack().country.es,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signers.PdfSigner(meta, signer=_signer(at)).sign_pdf(writer, output=out)
    return out.getvalue()


def _signer(at: datetime) -> signers.SimpleSigner:
    signer = _open(Path(settings.SEAL_KEY_FILE)) if settings.SEAL_KEY_FILE else _demonstration(at)
    if signer is None or signer.signing_cert is None:
        raise NoSeal("The seal can't be opened. Check SEAL_KEY_FILE, SEAL_CERTIFICATE_FILE, SEAL_PASSWORD.")
    certificate = signer.signing_cert
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise NoSeal(f"The seal's certificate is not valid now; it ends {certificate.not_valid_after}.")
    return signer


def _open(key: Path) -> signers.SimpleSigner | None:
    """Return the configured key and certificate: two PEM files, or one PKCS#12 file with both."""
    password = settings.SEAL_PASSWORD.encode() or None
    if settings.SEAL_CERTIFICATE_FILE:
        return LOAD_PEM(str(key), settings.SEAL_CERTIFICATE_FILE, key_passphrase=password)
    return LOAD_PKCS12(str(key), passphrase=password)


def _demonstration(at: datetime) -> signers.SimpleSigner | None:
    """Return a key of this portal's own making, kept in PORTAL_VAR. Never in production."""
    if settings.PRODUCTION:
        raise NoSeal("Production issues no document without the authority's key: set SEAL_KEY_FILE.")
    file = settings.PORTAL_VAR / "seal" / "demonstration.p12"
    if not file.exists():
        _make_demonstration_key(file, at)
    return LOAD_PKCS12(str(file))


def _make_demonstration_key(file: Path, at: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, pack().code),
            x509.NameAttribute(NameOID.COMMON_NAME, DEMONSTRATION),
        ]
    )
    usage = {
        "digital_signature": True,
        "content_commitment": True,
        **dict.fromkeys(
            (
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        ),
    }
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=3650))
        .not_valid_after(at + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_once(file, pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, NoEncryption()))


def write_once(file: Path, content: bytes) -> None:
    """Write the file whole, for our eyes only; of two workers at it the first one's stays."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as writing:
        writing.write(content)
    try:
        os.link(name, file)
    except FileExistsError:
        return
    finally:
        os.unlink(name)
