"""Read lines and tables (CSV) of a foreign file one by one, in constant memory, trusting nothing."""

import codecs
import csv
from collections.abc import Collection, Iterable, Iterator
from functools import partial

from screening.importers.files import CHUNK, Readable
from screening.refusals import BadList

LONGEST_LINE = 8_000_000  # letters; the largest real entry has well under one million

Row = tuple[int, dict[str, str]]  # (line of the file, {column: cell})


def lines(file: Readable) -> Iterator[str]:
    """Yield the lines of a UTF-8 text, ends included. Raises BadList for other encodings and NUL signs."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    held, number = "", 0
    for chunk in iter(partial(file.read, CHUNK), b""):
        *whole, held = (held + _decoded(decoder, chunk)).split("\n")
        for line in whole:
            number += 1
            yield _checked(number, line) + "\n"
        _checked(number + 1, held)
    if held := held + _decoded(decoder, b"", final=True):
        yield held


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        raise BadList("not-utf-8") from error


def _checked(number: int, line: str) -> str:
    if "\0" in line:
        raise BadList("no-text", line=number)
    if len(line) > LONGEST_LINE:
        raise BadList("line-too-long", line=number)
    return line


def cells(
    text: Iterable[str], *, delimiter: str = ",", first_line: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table with the line each ends on, empty ones left out."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    before = first_line - 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield before + reader.line_num, row
    except csv.Error as error:
        line = before + reader.line_num
        if "unexpected end" in str(error):
            raise BadList("cut-off", line=line) from error
        raise BadList("no-table", line=line, why=error) from error


def table(rows: Iterator[tuple[int, list[str]]], needed: Collection[str]) -> Iterator[Row]:
    """Yield the rows below the head as {column: cell}; of columns that bear one name, the first counts.

    Raises BadList when a needed column is missing or a row has another number of cells than the head.
    """
    _line, head = next(rows, (0, []))
    columns = [" ".join(cell.split()) for cell in head]
    for column in needed:
        if column not in columns:
            raise BadList("no-column", column=column)
    for line, row in rows:
        if len(row) != len(columns):
            raise BadList("columns-differ", line=line, found=len(row), expected=len(columns))
        yield line, dict(zip(reversed(columns), reversed(row), strict=True))
