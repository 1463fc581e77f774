"""Goods of a file: read them, ask which entries of a control list may describe them, and say it in a table.

A line of JSON is {"id", "text", "lang", "list"} with what else is known; the answer is {"id", "codes":
[{"code", "path", "score"}], "alarm", "ms"} with the edition, the claims and remarks on numbers that are
wrong. `code` is the entry at the top, `path` the provision below it that fits best; `alarm` says from 0 to 1
how likely it is that the goods are listed at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from portal.screening_files import tables
from portal.screening_files.tables import Cells, Layout, Wrong
from portal.screening_files.writing import Sheet, Value
from portal.suggested import cas_remark, hs_remark, marked_off, missing, reason_in_words
from screening.classification import suggest
from screening.classification.answers import Answer, Goods
from screening.codes import normalise_code, normalise_hs
from screening.control.wording import base

LAYOUT = Layout(
    {
        "id": ("id", "referencia", "reference"),
        "text": ("text", "texto", "description", "descripcion"),
        "specifications": ("specifications", "especificaciones"),
        "lang": ("lang", "language", "idioma"),
        "list": ("list", "lista"),
        "hs_code": ("hs_code", "hs", "codigo_sa", "sa"),
        "cas": ("cas",),
        "claimed": ("claimed", "control_code", "entrada", "codigo_de_control"),
    },
    whole=frozenset({"id", "text", "specifications", "lang", "list", "hs_code"}),
    needed=frozenset({"text", "cas"}),
    lacks_column=gettext_lazy("The first line names the columns; one of them is “text” or “texto”."),
    ending=gettext_lazy("A file of goods ends in .csv, .xlsx or .jsonl."),
)
# What others call the lists, in small letters.
LISTS = {
    "eu-annex-i": "eu-dual-use",
    "eu-cml": "eu-military",
    "eu-dual-use": "eu-dual-use",
    "eu-military": "eu-military",
    "us-ccl": "us-ccl",
}
LANGUAGES = ("es", "en")
LONGEST_TEXT = 4000  # characters
MOST_VALUES = 50  # CAS numbers or claimed codes of one line


@dataclass(frozen=True, slots=True)
class Row:
    """Goods of the file."""

    line: int
    id: str  # as the file has it; "" if it has none
    list_code: str
    language: str  # of the answer; "" for that of the command
    goods: Goods


@dataclass(frozen=True, slots=True)
class Classified:
    row: Row
    answer: Answer


def check(path: Path, *, ignore_others: bool, default_list: str) -> int:
    """Read the file to its end and return how many goods it has. Raises BadFile with its first mistakes."""
    return tables.count(_rows(path, ignore_others, default_list), _("The file holds no goods."))


def read(path: Path, *, ignore_others: bool, default_list: str) -> Iterator[Row]:
    """Yield the goods of a file that `check` took. Raises BadFile if it is wrong now."""
    return tables.right(_rows(path, ignore_others, default_list))


def lists_of(path: Path, *, ignore_others: bool, default_list: str) -> set[str]:
    return {row.list_code for row in read(path, ignore_others=ignore_others, default_list=default_list)}


def _rows(path: Path, ignore_others: bool, default_list: str) -> Iterator[tuple[int, Row | Wrong]]:
    for line, found in tables.records(path, LAYOUT, ignore_others):
        if isinstance(found, Wrong):
            yield line, found
            continue
        try:
            yield line, _row(line, found, default_list)
        except Wrong as wrong:
            yield line, wrong


def _row(line: int, cells: Cells, default_list: str) -> Row:
    def one(field: str) -> str:
        return " ".join(cells.get(field, ()))

    text, specifications, cas = one("text"), one("specifications"), tuple(cells.get("cas", ()))
    if len(text) + len(specifications) > LONGEST_TEXT:
        raise Wrong(_("the text is longer than %(longest)d characters.") % {"longest": LONGEST_TEXT})
    if not any(sign.isalnum() for sign in text) and not cas:
        raise Wrong(_("there is neither a text nor a CAS number."))
    claimed = tuple(map(normalise_code, cells.get("claimed", ())))
    if len(cas) > MOST_VALUES or len(claimed) > MOST_VALUES:
        raise Wrong(_("it names more than %(most)d CAS numbers or codes.") % {"most": MOST_VALUES})
    language = one("lang").lower()
    if language and language not in LANGUAGES:
        raise Wrong(_("“%(value)s” is no language. Write es or en.") % {"value": language[:60]})
    hs_code = normalise_hs(one("hs_code"))
    if hs_code and not hs_code.isdigit():
        raise Wrong(_("“%(value)s” is no customs code. Write its digits.") % {"value": hs_code[:60]})
    return Row(
        line,
        one("id"),
        _list_code(one("list")) or default_list,
        language,
        Goods(text, specifications, hs_code=hs_code, cas=cas, claimed=claimed),
    )


def _list_code(typed: str) -> str:
    if not typed:
        return ""
    if code := LISTS.get(typed.lower()):
        return code
    words = _("“%(value)s” is no list we know. Write one of: %(known)s.")
    raise Wrong(words % {"value": typed[:60], "known": ", ".join(LISTS)})


def classify_chunk(rows: list[Row], *, at: datetime, limit: int) -> list[Classified]:
    """Return the rows with their answers, in order."""
    language = (get_language() or "es")[:2]
    return [
        Classified(
            row,
            suggest(
                row.goods,
                at=at,
                language=row.language or language,
                list_code=row.list_code,
                limit=limit,
            ),
        )
        for row in rows
    ]


COLUMNS: dict[str, Promise] = {
    "line": gettext_lazy("Line"),
    "id": gettext_lazy("Reference"),
    "text": gettext_lazy("Description"),
    "result": gettext_lazy("Result"),
    "alarm": gettext_lazy("How likely it is that it is listed (0 to 1)"),
    "place": gettext_lazy("Place"),
    "code": gettext_lazy("Entry"),
    "path": gettext_lazy("Provision that fits best"),
    "score": gettext_lazy("Score"),
    "title": gettext_lazy("Title"),
    "reasons": gettext_lazy("Reasons"),
    "values": gettext_lazy("Values compared"),
    "ask": gettext_lazy("Values to ask for"),
    "questions": gettext_lazy("Questions"),
    "edition": gettext_lazy("Edition"),
    "remarks": gettext_lazy("Remarks"),
}


def rows_of(one: Classified) -> Iterator[dict[str, Value]]:
    """Return the lines of a table for goods, in their language: one for each entry suggested."""
    with override(one.row.language or get_language()):
        return iter(list(_rows_of(one)))


def _rows_of(one: Classified) -> Iterator[dict[str, Value]]:
    row, answer = one.row, one.answer
    goods: dict[str, Value] = {
        "line": row.line,
        "id": row.id,
        "text": row.goods.description or ", ".join(row.goods.cas),
        "alarm": round(answer.alarm, 4),
        "edition": answer.edition_label,
        "remarks": " ".join(_remarks(row.goods)),
    }
    if not answer.suggestions:
        yield {**goods, "result": _("No match found; the catch-all questions and an expert’s check remain")}
    result = _("May be listed") if answer.may_be_listed else _("Nothing stands out")
    for place, suggestion in enumerate(answer.suggestions, start=1):
        yield {
            **goods,
            "result": result,
            "place": place,
            "code": suggestion.base,
            "path": suggestion.code,
            "score": round(suggestion.score, 4),
            "title": suggestion.path[-1].title if suggestion.path else "",
            "reasons": "; ".join(reason_in_words(reason) for reason in suggestion.reasons),
            "values": "; ".join(marked_off(comparison) for comparison in suggestion.comparisons),
            "ask": ", ".join(missing(suggestion)),
            "questions": " ".join(suggestion.questions),
        }


def _remarks(goods: Goods) -> list[str]:
    """Return what is wrong with the numbers stated. They were searched for all the same."""
    return [remark for remark in (*map(cas_remark, goods.cas), hs_remark(goods.hs_code)) if remark]


def object_of(one: Classified) -> dict[str, Any]:
    answer = one.answer
    with override(one.row.language or get_language()):
        remarks = _remarks(one.row.goods)
    codes = [{"code": base(code), "path": code, "score": round(score, 6)} for code, score in answer.paths]
    return {
        "id": one.row.id,
        "codes": codes,
        "alarm": round(answer.alarm, 6),
        "ms": round(answer.milliseconds, 3),
        "may_be_listed": answer.may_be_listed,
        "edition": answer.edition_label,
        "claims": [
            {"code": claim.code, "is_known": claim.is_known, "is_far": claim.is_far, "place": claim.place}
            for claim in answer.claims
        ],
        "remarks": remarks,
    }


GOODS = Sheet(COLUMNS, rows_of, object_of)
