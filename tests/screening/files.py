"""Write small list files in the publishers' formats. Every party in them is made up."""

from pathlib import Path
from xml.sax.saxutils import escape

DATED = "2026-02-01T00:00:00.000Z"


def un_person(number: int, name: str, *, inside: str = "") -> str:
    first, _, rest = name.partition(" ")
    second = f"<SECOND_NAME>{escape(rest)}</SECOND_NAME>" if rest else ""
    return (
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{escape(first)}</FIRST_NAME>{second}"
        f"<UN_LIST_TYPE>Fiction</UN_LIST_TYPE>{inside}</INDIVIDUAL>"
    )


def un_organisation(number: int, name: str, *, inside: str = "") -> str:
    return f"<ENTITY><DATAID>{number}</DATAID><FIRST_NAME>{escape(name)}</FIRST_NAME>{inside}</ENTITY>"


def un_alias(name: str, quality: str = "Good", of: str = "INDIVIDUAL") -> str:
    return (
        f"<{of}_ALIAS><QUALITY>{quality}</QUALITY><ALIAS_NAME>{escape(name)}</ALIAS_NAME><NOTE/></{of}_ALIAS>"
    )


def un_text(*records: str, dated: str = DATED, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    persons = "\n".join(record for record in records if record.startswith("<INDIVIDUAL>"))
    organisations = "\n".join(record for record in records if not record.startswith("<INDIVIDUAL>"))
    return (
        f'{head}\n<CONSOLIDATED_LIST dateGenerated="{dated}">\n<INDIVIDUALS>\n{persons}\n</INDIVIDUALS>\n'
        f"<ENTITIES>\n{organisations}\n</ENTITIES>\n</CONSOLIDATED_LIST>\n"
    )


def ofac_entry(number: int, name: str, *, kind: str = "Entity", inside: str = "") -> str:
    return (
        f"<sdnEntry><uid>{number}</uid><lastName>{escape(name)}</lastName><sdnType>{kind}</sdnType>"
        f"{inside}</sdnEntry>"
    )


def ofac_text(*entries: str, count: int | None = None, dated: str = "02/01/2026") -> str:
    said = len(entries) if count is None else count
    return (
        '<?xml version="1.0" standalone="yes"?>\n<sdnList xmlns="https://example.org/lists">\n'
        f"<publshInformation><Publish_Date>{dated}</Publish_Date><Record_Count>{said}</Record_Count>"
        f"</publshInformation>\n{chr(10).join(entries)}\n</sdnList>\n"
    )


def written(folder: Path, text: str | bytes, name: str = "list.xml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path
