"""OFAC lists in any of the forms the United States Treasury publishes them in: see the modules named here.

One list is one source, whatever form its file has: entries have the same numbers in all of them.
"""

from collections.abc import Iterator

from screening.importers import ofac_csv, ofac_enhanced, ofac_xml
from screening.importers.files import Archive, Peeked, Readable
from screening.importers.rows import EntityRow, Publication


def parse(file: Readable) -> tuple[Publication, Iterator[EntityRow]]:
    """Return the edition and the rows of a ZIP file of CSVs, of enhanced or of legacy XML. Raises BadList."""
    if isinstance(file, Archive) and file.holds_several:
        return ofac_csv.parse(file)
    peeked = Peeked(file)
    if f"<{ofac_enhanced.ROOT}".encode() in peeked.start:
        return ofac_enhanced.parse(peeked)
    return ofac_xml.parse(peeked)
