"""Keep the index over an edition in a folder, so that a machine builds it once and its processes share it."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from screening.classification.corpus import Document, Said
from screening.classification.index import EditionIndex
from screening.classification.lexicon import Lexicon
from screening.classification.postings import Postings
from screening.codes import DATA
from screening.control_models import NoteKind

FOLDERS_KEPT = 6  # three lists, and the editions before
# What an index depends on beside its edition: how texts are read, and the words of ours.
CODE = ("corpus", "index", "index_store", "lexicon", "postings", "words")
WORDS = ("goods_*.txt", "trade_words/*.toml", "catalogue/*.toml", "catalogue/*/*.toml")
ARRAYS = ("terms", "starts", "documents", "worths", "size")


def get(key: object, documents: Callable[[], list[Document]]) -> EditionIndex:
    """Return the index over `documents`, which `key` tells from every other; built unless it is kept already.

    Without SCREENING_INDEX_FOLDER it lives in this process alone.
    """
    folder = _folder(key)
    if folder is None:
        return EditionIndex.of(documents())
    where = folder.parent
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (where / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second finds what the first has built
        if not folder.is_dir():
            save(EditionIndex.of(documents()), folder)
            _forget_old(where, folder)
    return load(folder)


def has(key: object) -> bool:
    """Say whether the index is kept, so that `get` need not build it."""
    folder = _folder(key)
    return folder is not None and folder.is_dir()


def _folder(key: object) -> Path | None:
    near = getattr(settings, "SCREENING_INDEX_FOLDER", None)
    if near is None:
        return None
    named: Path = near.with_name("classification-index")
    return named / hashlib.sha256(f"{code()} {key}".encode()).hexdigest()[:32]


def save(index: EditionIndex, folder: Path) -> None:
    """Keep the index in a folder that does not exist yet. Whoever reads it sees all of it or nothing."""
    unfinished = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    for field, postings in index.fields.items():
        for name, array in postings.arrays().items():
            np.save(unfinished / f"{field}.{name}.npy", array)
    np.save(unfinished / "owners.npy", index.owners)
    lexicon = {"learned": index.lexicon.learned, "english": sorted(index.lexicon.english)}
    said = {"documents": [asdict(document) for document in index.documents], "lexicon": lexicon}
    (unfinished / "said.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    unfinished.rename(folder)


def load(folder: Path) -> EditionIndex:
    """Return the index kept in a folder, its arrays mapped into memory, which all processes share."""
    fields = {
        field: Postings.of_arrays(
            {name: np.load(folder / f"{field}.{name}.npy", mmap_mode="r") for name in ARRAYS}
        )
        for field in EditionIndex.FIELDS
    }
    said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    learned = {
        word: tuple((other, share) for other, share in found)
        for word, found in said["lexicon"]["learned"].items()
    }
    return EditionIndex(
        [_document(one) for one in said["documents"]],
        fields,
        np.load(folder / "owners.npy"),
        Lexicon(learned, frozenset(said["lexicon"]["english"])),
    )


def _document(kept: dict[str, Any]) -> Document:
    return Document(
        kept["version_id"],
        kept["entry_id"],
        kept["code"],
        kept["base"],
        {language: _said(one) for language, one in kept["said"].items()},
        tuple(kept["cas"]),
        tuple(kept["lent"]),
    )


def _said(kept: dict[str, Any]) -> Said:
    notes = tuple((NoteKind(kind), text) for kind, text in kept["notes"])
    return Said(kept["official"], kept["own_title"], tuple(kept["keywords"]), notes)


def _forget_old(where: Path, newest: Path) -> None:
    """Take away all but the newest folders; who has one mapped keeps it until it lets go."""
    others = sorted(
        (folder for folder in where.iterdir() if folder.is_dir() and folder != newest),
        key=lambda folder: folder.stat().st_mtime,
    )
    for folder in others[: 1 - FOLDERS_KEPT]:
        shutil.rmtree(folder)


@lru_cache(maxsize=1)
def code() -> str:
    """Return a hash of the code and the words that an index depends on."""
    here = Path(__file__).parent
    files = [
        *(here / f"{name}.py" for name in CODE),
        *(file for each in WORDS for file in sorted(DATA.glob(each))),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
