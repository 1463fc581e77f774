"""Small PDF files with a few lines of text, for the documents of made-up applications."""

from collections.abc import Sequence

LETTERS_PER_LINE = 88
TOP, LEADING = 780, 18  # points


def paper(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF of one page, valid by itself: a title and at most some forty lines below it."""
    content = b"BT /F1 15 Tf 60 %d Td %s Tj ET\n" % (TOP, _string(title))
    for number, line in enumerate(_folded(lines), start=2):
        content += b"BT /F1 11 Tf 60 %d Td %s Tj ET\n" % (TOP - number * LEADING, _string(line))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    """Put the objects behind a header, with the table that says at which byte each begins."""
    out, starts = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def _string(text: str) -> bytes:
    """Return the text as a PDF string in WinAnsi; a letter it does not have becomes a question mark."""
    raw = text.encode("cp1252", "replace")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def _folded(lines: Sequence[str]) -> list[str]:
    folded: list[str] = []
    for line in lines:
        words, row = line.split(), ""
        for word in words:
            if row and len(row) + len(word) >= LETTERS_PER_LINE:
                folded.append(row)
                row = word
            else:
                row = f"{row} {word}".strip()
        folded.append(row)
    return folded
