"""Store a file of a control list whole or not at all, and put it in force."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain, count
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from screening.control.drafts import draft_of
from screening.control.lists import LISTS
from screening.control.rows import (
    CorrelationRow,
    Draft,
    EditionDraft,
    MarkRow,
    MemberRow,
    NoteRow,
    ProvisionRow,
    TableDraft,
    TextRow,
    WatchedRow,
)
from screening.control.storing import (
    BATCH,
    Stamp,
    new_table,
    store_catch_all,
    store_facts,
    store_file,
    store_hints,
    store_texts,
    store_versions,
)
from screening.control.wording import above, base, is_cas
from screening.control_models import (
    ChartCell,
    ControlEdition,
    ControlEntry,
    ControlList,
    ControlTable,
    CountryGroupMember,
    EditionFile,
    HsCorrelation,
    NoteKind,
    TableKind,
    WatchedGoods,
)
from screening.importers.countries import country_code
from screening.importers.files import fingerprint
from screening.refusals import BadList

SMALLEST_SHARE = 0.8  # a new edition with fewer codes than this share of the one before needs a person
NUMBERED = re.compile(r" \(\d+\)$")  # behind a label that another edition bears
LONGEST_LABEL = 50  # letters in front of the number
LONGEST_TEXT = 200_000  # letters; the longest real one has some 30,000

Parser = Callable[[Path], Draft]


def load(
    importer: str,
    parse: Parser,
    path: Path,
    *,
    by_name: str,
    at: datetime,
    agreed_by_name: str = "",
    dated: date | None = None,
) -> ControlEdition | ControlTable:
    """Put the file in force from `at`, ending what was in force before; return the edition or table.

    Loading what is in force again changes nothing. A file of the edition in force in a language it lacks adds
    its texts to that edition. What we say of a code in our own words goes over to a new edition that does not
    say it. `dated` is the day of a file that does not say it, and wins over one that does.
    Raises BadList, with nothing stored, if the file is not as published, broken, cut off, older than what is
    in force or much shorter. The last is let in by two people: `agreed_by_name` is the second.
    """
    sha256, size = fingerprint(path)
    draft = parse(path)
    if fingerprint(path) != (sha256, size):
        raise BadList("changed-while-read")
    return store(draft, Stamp(importer, sha256, size, by_name, at, agreed_by_name), dated=dated)


@transaction.atomic
def store(draft: Draft, stamp: Stamp, *, dated: date | None = None) -> ControlEdition | ControlTable:
    if stamp.agreed_by_name and _same_person(stamp.agreed_by_name, stamp.by_name):
        raise BadList("one-person", name=stamp.by_name)
    _one_import_at_a_time(draft.list_code)
    if isinstance(draft, TableDraft):
        return _store_table(draft, stamp, dated)
    day = _checked_day(dated or draft.valid_from, stamp.at)
    _check(draft)
    control_list = _list(draft)
    before = ControlEdition.objects.filter(list=control_list, in_force_to=None).first()
    if before and before.files.filter(sha256=stamp.sha256).exists():
        return before
    if before and _adds_a_language(draft, day, before):
        return _add_language(draft, before, stamp)
    _check_against(draft, day, before, stamp)
    return _store_edition(draft, day, control_list, before, stamp)


def _one_import_at_a_time(list_code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"control:{list_code}"])
        (held,) = cursor.fetchone()
    if not held:
        raise BadList("busy")


def _checked_day(day: date | None, at: datetime) -> date:
    if not day:
        raise BadList("undated-control-list")
    if day > at.date() + timedelta(days=1):  # a day's grace: publishers sit in other time zones
        raise BadList("future-date", published_on=day)
    return day


def _check(draft: EditionDraft) -> None:
    codes = [row.code for row in draft.rows]
    if not codes:
        raise BadList("lists-nothing")
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise BadList("twice", source_id=code)
        seen.add(code)
    tops = sum("." not in code for code in codes)
    if draft.said_codes is not None and draft.said_codes != tops:
        raise BadList("count-differs", said=draft.said_codes, found=tops)
    if not draft.is_catalogue and (lost := next((code for code in codes if base(code) not in seen), None)):
        raise BadList("below-nothing", entry=lost, base=base(lost))
    for number, row in enumerate(draft.rows, start=1):
        _check_row(number, row)


def _check_row(number: int, row: ProvisionRow) -> None:
    texts: tuple[TextRow | NoteRow, ...] = (*row.texts, *row.notes)
    for said in texts:
        if not isinstance(said.text, str) or not said.text.strip() or "\0" in said.text:
            raise BadList("wrong-value", number=number, what=row.code)
        if len(said.text) > LONGEST_TEXT or len(said.language) != 2:
            raise BadList("too-long", number=number, what=f"{row.code} {said.text[:40]}…")
    for cas in row.cas:
        if not is_cas(cas):
            raise BadList("no-cas-number", line=number, value=cas)


def _list(draft: EditionDraft) -> ControlList:
    known = LISTS.get(draft.list_code)
    jurisdiction = known.jurisdiction if known else draft.jurisdiction
    control_list, _made = ControlList.objects.get_or_create(
        code=draft.list_code,
        defaults={"jurisdiction": jurisdiction, "name": draft.list_name or draft.list_code},
    )
    return control_list


def _adds_a_language(draft: EditionDraft, day: date, before: ControlEdition) -> bool:
    return (
        bool(draft.language)
        and not before.is_catalogue
        and day == before.valid_from
        and not before.files.filter(language__in=("", draft.language)).exists()
    )


def _add_language(draft: EditionDraft, edition: ControlEdition, stamp: Stamp) -> ControlEdition:
    """Add texts to an edition. Its codes must be the same, or the texts would stand under the wrong ones."""
    versions = {version.code: version for version in edition.versions.all()}
    rows = {row.code: row.in_only({draft.language}) for row in with_ancestors(draft.rows)}
    if differing := sorted(set(versions) ^ set(rows)):
        raise BadList(
            "languages-differ", count=len(differing), examples=", ".join(differing[:8]), edition=edition.label
        )
    pairs = [(versions[code], row) for code, row in rows.items()]
    store_texts(pairs, draft.list_code)
    store_file(draft, edition, stamp)
    return edition


def _check_against(draft: EditionDraft, day: date, before: ControlEdition | None, stamp: Stamp) -> None:
    if before and draft.is_catalogue and not before.is_catalogue:
        raise BadList("official-in-force", edition=before.label)
    if before and day < before.valid_from:
        raise BadList("older", published_on=day, in_force_on=before.valid_from)
    if EditionFile.objects.filter(edition__list__code=draft.list_code, sha256=stamp.sha256).exists():
        raise BadList("replaced")
    tops = sum("." not in row.code for row in draft.rows)
    if before and not stamp.agreed_by_name and tops < _smallest_share() * before.codes_count:
        raise BadList("fewer-codes", found=tops, in_force=before.codes_count)


def _same_person(name: str, other: str) -> bool:
    return name.split() == other.split()


def _smallest_share() -> float:
    return float(getattr(settings, "SCREENING_SMALLEST_SHARE", SMALLEST_SHARE))


def _store_edition(
    draft: EditionDraft,
    day: date,
    control_list: ControlList,
    before: ControlEdition | None,
    stamp: Stamp,
) -> ControlEdition:
    rows = with_ancestors(draft.rows)
    if before:
        rows = with_own_words(rows, before)
        ControlEdition.objects.filter(pk=before.pk).update(in_force_to=stamp.at)
    edition = ControlEdition.objects.create(
        list=control_list,
        label=_free_label(control_list, draft.label or day.isoformat()),
        valid_from=day,
        is_catalogue=draft.is_catalogue,
        codes_count=sum("." not in row.code for row in rows),
        provisions_count=sum(not row.heading for row in rows),
        headed_count=sum(bool(row.heading) for row in rows),
        in_force_from=stamp.at,
        imported_at=stamp.at,
        imported_by_name=stamp.by_name[:200],
        agreed_by_name=stamp.agreed_by_name[:200],
    )
    store_file(draft, edition, stamp)
    pairs = list(zip(store_versions(edition, rows), rows, strict=True))
    store_texts(pairs, draft.list_code)
    store_facts(pairs)
    store_catch_all(draft, edition, before)
    store_hints(draft, edition, pairs, stamp)
    return edition


def _free_label(control_list: ControlList, label: str) -> str:
    """Return the label, with a number behind it where another edition of the list bears it already."""
    plain = NUMBERED.sub("", label)
    taken = set(ControlEdition.objects.filter(list=control_list).values_list("label", flat=True))
    numbered = (f"{plain[:LONGEST_LABEL]} ({number})" for number in count(2))
    return next(free for free in chain([label[:60]], numbered) if free not in taken)


def with_ancestors(rows: Iterable[ProvisionRow]) -> list[ProvisionRow]:
    """Return the rows in order, with those that a list leaves out (3A001.z.1 above 3A001.z.1.a)."""
    found: dict[str, ProvisionRow] = {}
    for row in rows:
        missing, code = [], row.code
        while (code := above(code)) and code not in found:
            missing.append(ProvisionRow(code, heading=row.heading))
        found |= {between.code: between for between in reversed(missing)}
        found[row.code] = row
    return list(found.values())


def with_own_words(rows: list[ProvisionRow], before: ControlEdition) -> list[ProvisionRow]:
    """Return the rows with the titles, trade words, questions and thresholds of ours that `before` has.

    The regimes of a code that a catalogue knew better than its number says go over as well.
    """
    return with_words_of(rows, draft_of(before, own_only=True).rows)


def with_words_of(rows: Iterable[ProvisionRow], own: Iterable[ProvisionRow]) -> list[ProvisionRow]:
    """Return the rows with what those of `own` say of the same codes, where they don't say it themselves."""
    kept = {row.code: row for row in own if row.texts or row.notes or row.thresholds or row.regimes}
    return [_merged(row, kept[row.code]) if row.code in kept else row for row in rows]


def _merged(row: ProvisionRow, own: ProvisionRow) -> ProvisionRow:
    has = {(text.language, text.role) for text in row.texts}
    has_questions = any(note.kind == NoteKind.QUESTION for note in row.notes)
    return replace(
        row,
        texts=(*row.texts, *(text for text in own.texts if (text.language, text.role) not in has)),
        notes=row.notes if has_questions else (*row.notes, *own.notes),
        thresholds=row.thresholds or own.thresholds,
        regimes=own.regimes or row.regimes,
    )


def _store_table(draft: TableDraft, stamp: Stamp, dated: date | None) -> ControlTable:
    day = _checked_day(dated or draft.published_on, stamp.at)
    if not draft.rows:
        raise BadList("lists-nothing")
    control_list = _list_of_table(draft)
    before = ControlTable.objects.filter(list=control_list, kind=draft.kind, in_force_to=None).first()
    if before and before.sha256 == stamp.sha256:
        return before
    if before and day < before.published_on:
        raise BadList("older", published_on=day, in_force_on=before.published_on)
    if before and not stamp.agreed_by_name and len(draft.rows) < _smallest_share() * before.rows_count:
        raise BadList("fewer-rows", found=len(draft.rows), in_force=before.rows_count)
    label = draft.label or day.isoformat()
    table = new_table(control_list, draft.kind, label, day, stamp, len(draft.rows))
    _store_rows(table, draft)
    return table


def _list_of_table(draft: TableDraft) -> ControlList:
    """Return the list that the table stands beside. A table of watched goods needs none of codes."""
    if draft.kind == TableKind.WATCHED_GOODS:
        name = {"jurisdiction": draft.jurisdiction, "name": draft.list_name or draft.list_code}
        return ControlList.objects.get_or_create(code=draft.list_code, defaults=name)[0]
    if found := ControlList.objects.filter(code=draft.list_code).first():
        return found
    raise BadList("no-list-yet", list=draft.list_code)


def _store_rows(table: ControlTable, draft: TableDraft) -> None:
    entries = dict(ControlEntry.objects.filter(list=table.list).values_list("code", "pk"))
    correlations, cells, members, watched = [], [], [], []
    for row in draft.rows:
        match row:
            case CorrelationRow(code, hs):
                if code not in entries:
                    raise BadList("no-such-code", entry=code)
                correlations.append(HsCorrelation(table=table, entry_id=entries[code], hs_code=hs))
            case MarkRow(destination, columns, footnotes, pointer):
                cells += [
                    ChartCell(
                        table=table,
                        destination=destination,
                        country=country_code(destination),
                        column=column,
                        footnotes=list(footnotes),
                        pointer=pointer,
                    )
                    for column in columns or ("",)
                ]
            case WatchedRow(hs, measure, tier):
                watched.append(WatchedGoods(table=table, hs_code=hs, measure=measure, tier=tier))
            case MemberRow(group, destination, label):
                members.append(
                    CountryGroupMember(
                        table=table,
                        group=group,
                        label=label,
                        destination=destination,
                        country=country_code(destination),
                    )
                )
    HsCorrelation.objects.bulk_create(correlations, BATCH)
    ChartCell.objects.bulk_create(cells, BATCH)
    CountryGroupMember.objects.bulk_create(members, BATCH)
    WatchedGoods.objects.bulk_create(watched, BATCH)
