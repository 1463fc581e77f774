"""Read the records of a large foreign XML file one by one, in constant memory, trusting nothing."""

from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ErrorString

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from screening.importers.files import Readable
from screening.refusals import BadList

# Expat's codes for a document that stops: no element, unclosed token, partial character, unclosed CDATA.
ENDS_EARLY = {3, 5, 6, 20}


def records(
    file: Readable, root: str, wanted: Collection[str], *, right_below: bool = False
) -> Iterator[Element]:
    """Yield the opened root element, then every element whose tag is `wanted`; each is emptied afterwards.

    Tags lose their namespace. `right_below`: only those right below the root, where others of the tag lie
    inside them. Raises BadList for anything but well-formed XML with that root; document type declarations
    and entities are refused unread.
    """
    try:
        yield from _records(file, root, wanted, right_below)
    except ParseError as error:
        line, column = error.position
        if error.code in ENDS_EARLY:
            raise BadList("cut-off", line=line) from error
        raise BadList("not-xml", line=line, column=column + 1, why=ErrorString(error.code)) from error
    except DefusedXmlException as error:
        raise BadList("forbidden-xml", name=getattr(error, "name", "")) from error


def _records(file: Readable, root: str, wanted: Collection[str], right_below: bool) -> Iterator[Element]:
    above: list[Element] = []
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            element.tag = element.tag.rpartition("}")[2]
            if not above:
                _check_root(element, root)
                yield element
            above.append(element)
            continue
        above.pop()
        if element.tag in wanted and (len(above) == 1 or not right_below):
            yield element
            above[-1].remove(element)


def _check_root(element: Element, root: str) -> None:
    if element.tag != root:
        raise BadList("wrong-root", found=element.tag[:40], expected=root)


def text(element: Element, tag: str) -> str:
    """Return the text of the child `tag` with single spaces, "" if there is none."""
    return tidy(element.findtext(tag) or "")


def texts(element: Element, path: str) -> tuple[str, ...]:
    """Return the texts at `path` that say something, each once, in their order."""
    found = (tidy(child.text or "") for child in element.findall(path))
    return tuple(dict.fromkeys(value for value in found if value))


def tidy(value: str) -> str:
    return " ".join(value.split())
