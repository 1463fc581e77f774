"""Make a key that signs licences, and print the half that administrators bring in."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from licensing import signing


class Command(BaseCommand):
    help = (
        "Makes a private key in FILE, under SIGNING_KEY_PASSWORD if that is set, and prints its id and its "
        "public half. Of a FILE that is there already it prints them only. Two administrators then bring the "
        "key in on /administration/signing-keys/, and SIGNING_KEY_FILES names the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        password = settings.SIGNING_KEY_PASSWORD.encode()
        if not file.exists():
            self._make(file, password)
        public = self._read(file, password).public_key()
        self.stdout.write(f"Id: {signing.kid_of(public)}")
        self.stdout.write(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())

    def _make(self, file: Path, password: bytes) -> None:
        key = load_pem_private_key(signing.new_key_pem(), None)
        how = BestAvailableEncryption(password) if password else NoEncryption()
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
        # Only for us from the first moment, and never over another file.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as writing:
            writing.write(content)

    def _read(self, file: Path, password: bytes) -> EllipticCurvePrivateKey:
        try:
            key = load_pem_private_key(file.read_bytes(), password or None)
        except (ValueError, TypeError) as error:
            raise CommandError(f"{file} can't be opened: is SIGNING_KEY_PASSWORD right?") from error
        if not isinstance(key, EllipticCurvePrivateKey):
            raise CommandError(f"{file} holds no key of an elliptic curve.")
        return key
