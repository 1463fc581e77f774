"""Choose the parser of a file by how it begins, for lists that are published in several forms."""

import re
from collections.abc import Iterator, Mapping

from screening.importers.files import Readable
from screening.importers.rows import EntityRow, Parser, Publication
from screening.refusals import BadList

FIRST = 4096  # bytes, among which the form shows


class Begun:
    """A file of which the beginning has been read, and is given again."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._held = self.beginning = file.read(FIRST)

    def read(self, size: int = -1, /) -> bytes:
        if not self._held:
            return self._file.read(size)
        held = self._held
        self._held = b"" if size < 0 else held[size:]
        return held + self._file.read() if size < 0 else held[:size]


def any_of(formats: Mapping[str, tuple[str, Parser]]) -> Parser:
    """Return a parser that takes the first form whose pattern is found in the beginning of the file.

    `formats`: what people call the form -> (pattern, parser). Raises BadList when it is none of them.
    """

    def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
        begun = Begun(file)
        for pattern, parser in formats.values():
            if re.search(pattern.encode(), begun.beginning):
                return parser(begun)
        raise BadList("unknown-format", known=", ".join(formats))

    return parse
