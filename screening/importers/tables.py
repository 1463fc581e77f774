"""Read lines and tables (CSV) of a foreign file one by one, in constant memory, trusting nothing."""

import csv
from collections.abc import Collection, Iterable, Iterator
from functools import partial

from screening.importers.files import CHUNK, Readable, decoded
from screening.refusals import BadList

LONGEST_LINE = 8_000_000  # bytes; the largest real entry has well under one million
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Row = tuple[int, dict[str, str]]  # (line of the file, {column: cell})


def lines(file: Readable, *, fallback: str = "") -> Iterator[str]:
    """Yield the lines of a UTF-8 text, ends included. Raises BadList for other encodings and NUL signs.

    `fallback` is the encoding of lines that are not UTF-8; without it they are refused.
    """
    held, number = b"", 0
    for chunk in iter(partial(file.read, CHUNK), b""):
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            number += 1
            yield _text(number, line, fallback) + "\n"
        _check_length(number + 1, held)
    if held:
        yield _text(number + 1, held, fallback)


def _text(number: int, line: bytes, fallback: str) -> str:
    _check_length(number, line)
    bare = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
    try:
        text = decoded(bare, fallback)
    except UnicodeDecodeError as error:
        if not fallback:
            raise BadList("not-utf-8") from error
        byte = f"0x{bare[error.start]:02X}"
        raise BadList("wrong-encoding", line=number, byte=error.start + 1, value=byte) from error
    if "\0" in text:
        raise BadList("no-text", line=number)
    return text


def _check_length(number: int, line: bytes) -> None:
    if len(line) > LONGEST_LINE:
        raise BadList("line-too-long", line=number)


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
