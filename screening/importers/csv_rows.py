"""Read the rows of a large foreign table (CSV or tabs) one by one, in little memory, trusting nothing."""

import csv
from collections.abc import Iterator, Sequence

from screening.importers.files import CHUNK, Readable, decoded
from screening.refusals import BadList

LONGEST_LINE = 1 << 20  # bytes; the longest real one has some 40,000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
END_OF_FILE = b"\x1a"  # how files of CP/M and DOS ended; OFAC's still do


def headed(
    file: Readable, columns: Sequence[str], *, delimiter: str = ",", fallback: str = ""
) -> Iterator[dict[str, str]]:
    """Yield each row as {column: field}. The head must have all `columns`, in any order, and may have more.

    `fallback` is the encoding of lines that are not UTF-8; without it they are refused. A head that stands
    twice is read once. Raises BadList for a file that is no such table or does not end with a line.
    """
    rows = _rows(file, delimiter, fallback)
    _line, head = next(rows, (1, []))
    missing = [column for column in columns if head.count(column) != 1]
    if missing:
        raise BadList("wrong-columns", missing=", ".join(missing), found=", ".join(head)[:200])
    for line, fields in rows:
        _check_width(line, fields, len(head))
        if fields != head:
            yield dict(zip(head, fields, strict=True))


def headless(file: Readable, width: int, *, fallback: str = "") -> Iterator[list[str]]:
    """Yield each row of a table without a head, `width` fields each. Otherwise as `headed`."""
    for line, fields in _rows(file, ",", fallback):
        _check_width(line, fields, width)
        yield fields


def _check_width(line: int, fields: list[str], width: int) -> None:
    if len(fields) != width:
        raise BadList("wrong-width", line=line, found=len(fields), expected=width)


def _rows(file: Readable, delimiter: str, fallback: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of its last line, fields) of every row."""
    reader = csv.reader(_lines(file, fallback), delimiter=delimiter, strict=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise BadList("cut-off", line=reader.line_num) from error
        raise BadList("not-csv", line=reader.line_num, why=error) from error


def _lines(file: Readable, fallback: str) -> Iterator[str]:
    start = 0
    for number, line in enumerate(_raw_lines(file), start=1):
        bare = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        yield _decoded(bare, number, start + len(line) - len(bare), fallback)
        start += len(line)


def _raw_lines(file: Readable) -> Iterator[bytes]:
    """Yield the lines with their ends. The last must have one, or part of it may be lost."""
    rest, number = b"", 0
    while chunk := file.read(CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            number += 1
            yield line + b"\n"
        if len(rest) > LONGEST_LINE:
            raise BadList("not-csv", line=number + 1, why=f"> {LONGEST_LINE} bytes")
    if rest.rstrip(END_OF_FILE):
        raise BadList("cut-off", line=number + 1)


def _decoded(line: bytes, number: int, start: int, fallback: str) -> str:
    """Return the line as text. PostgreSQL stores no NUL, and no list has one."""
    if b"\x00" in line:
        raise BadList("not-csv", line=number, why="NUL")
    try:
        return decoded(line, fallback)
    except UnicodeDecodeError as error:
        value = f"0x{line[error.start]:02X}"
        if fallback:
            raise BadList("not-csv", line=number, why=f"{fallback}: {value}") from error
        raise BadList("wrong-encoding", line=number, byte=start + error.start + 1, value=value) from error
