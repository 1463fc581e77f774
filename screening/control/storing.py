"""Write what a file of a control list said into its tables."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date, datetime
from itertools import count

from django.db.models import Max

from screening.control.lists import decimal_of
from screening.control.rows import (
    EditionDraft,
    NoteRow,
    ProvisionRow,
    RequirementRow,
    ThresholdRow,
)
from screening.control.wording import base, effect, folded, references
from screening.control_models import (
    CatchAllRule,
    ControlEdition,
    ControlEntry,
    ControlList,
    ControlTable,
    EditionFile,
    EntryAlias,
    EntryNote,
    EntryRegime,
    EntryText,
    EntryVersion,
    HsCorrelation,
    LicenceRequirement,
    Substance,
    TableKind,
    TextRole,
    Threshold,
)

BATCH = 2000


class Stamp:
    """Which file it was, who imported it and when."""

    def __init__(
        self, importer: str, sha256: str, size: int, by_name: str, at: datetime, agreed_by_name: str = ""
    ) -> None:
        self.importer, self.sha256, self.size, self.by_name, self.at = importer, sha256, size, by_name, at
        self.agreed_by_name = agreed_by_name  # who else lets in a list of which much fell away


def store_file(draft: EditionDraft, edition: ControlEdition, stamp: Stamp) -> None:
    EditionFile.objects.create(
        edition=edition,
        language=draft.language,
        source_url=draft.source_url,
        attribution=draft.attribution,
        sha256=stamp.sha256,
        size=stamp.size,
        importer=stamp.importer,
        imported_at=stamp.at,
        imported_by_name=stamp.by_name[:200],
    )


def store_versions(edition: ControlEdition, rows: list[ProvisionRow]) -> list[EntryVersion]:
    known = set(ControlEntry.objects.filter(list=edition.list).values_list("code", flat=True))
    new = [ControlEntry(list=edition.list, code=row.code) for row in rows if row.code not in known]
    ControlEntry.objects.bulk_create(new, BATCH)
    entries = dict(ControlEntry.objects.filter(list=edition.list).values_list("code", "pk"))
    return EntryVersion.objects.bulk_create(
        (
            EntryVersion(
                edition=edition,
                entry_id=entries[row.code],
                code=row.code,
                base=base(row.code),
                depth=row.code.count("."),
                position=position,
                heading=row.heading,
                digest=row.digest(),
            )
            for position, row in enumerate(rows)
        ),
        BATCH,
    )


Pairs = list[tuple[EntryVersion, ProvisionRow]]


def store_texts(pairs: Pairs, list_code: str) -> None:
    decimal = decimal_of(list_code)
    EntryText.objects.bulk_create(
        (
            EntryText(
                version=version,
                language=text.language,
                role=text.role,
                text=text.text,
                folded=folded(text.text, decimal if text.role == TextRole.OFFICIAL else "."),
            )
            for version, row in pairs
            for text in row.texts
        ),
        BATCH,
    )
    places = _free_places(pairs)
    EntryNote.objects.bulk_create(
        (note for version, row in pairs for note in _notes(version, row.notes, places)), BATCH
    )


Places = dict[tuple[int, str], Iterator[int]]


def _free_places(pairs: Pairs) -> Places:
    """Return where notes may still stand, by version and language: behind our own questions, which an edition
    has before its second language comes."""
    taken = EntryNote.objects.filter(version__in=[version for version, _row in pairs])
    rows = taken.order_by().values_list("version", "language").annotate(last=Max("position"))
    return {(version, language): count(last + 1) for version, language, last in rows}


def _notes(version: EntryVersion, rows: Iterable[NoteRow], places: Places) -> Iterable[EntryNote]:
    for row in rows:
        yield EntryNote(
            version=version,
            language=row.language,
            kind=row.kind,
            position=next(places.setdefault((version.pk, row.language), count())),
            text=row.text,
            effect=effect(row.kind, row.text),
            targets=list(references(row.text, version.code)),
        )


def store_facts(pairs: Pairs) -> None:
    EntryRegime.objects.bulk_create(
        EntryRegime(version=version, regime=regime)
        for version, row in pairs
        for regime in dict.fromkeys(row.regimes)
    )
    Substance.objects.bulk_create(
        Substance(version=version, cas=cas) for version, row in pairs for cas in dict.fromkeys(row.cas)
    )
    Threshold.objects.bulk_create(
        Threshold(version=version, position=position, **_fields(threshold))
        for version, row in pairs
        for position, threshold in enumerate(row.thresholds)
    )
    LicenceRequirement.objects.bulk_create(
        LicenceRequirement(version=version, position=position, **_fields(requirement))
        for version, row in pairs
        for position, requirement in enumerate(row.requirements)
    )
    EntryAlias.objects.bulk_create(
        EntryAlias(entry_id=version.entry_id, edition_id=version.edition_id, old_code=old[:60])
        for version, row in pairs
        for old in dict.fromkeys(row.aliases)
    )


def _fields(row: ThresholdRow | RequirementRow) -> dict[str, object]:
    """Return what a row says as fields of its table, which bear the same names."""
    return {
        field.name: list(value) if isinstance(value := getattr(row, field.name), tuple) else value
        for field in fields(row)
    }


def store_catch_all(draft: EditionDraft, edition: ControlEdition, before: ControlEdition | None) -> None:
    """Store the rules of the draft; one that brings none keeps those that were asked so far."""
    CatchAllRule.objects.bulk_create(
        CatchAllRule(
            edition=edition,
            position=position,
            code=rule.code,
            basis=rule.basis,
            language=language,
            question=question,
        )
        for position, rule in enumerate(draft.catch_all)
        for language, question in rule.questions
    )
    if before and not draft.catch_all:
        kept = list(before.catch_all_rules.all())
        for rule in kept:
            rule.pk, rule.edition = None, edition
        CatchAllRule.objects.bulk_create(kept)


def store_hints(draft: EditionDraft, edition: ControlEdition, pairs: Pairs, stamp: Stamp) -> None:
    hints = [(version.entry_id, hs) for version, row in pairs for hs in dict.fromkeys(row.hs)]
    if not hints:
        return
    table = new_table(edition.list, TableKind.HS_HINTS, edition.label, edition.valid_from, stamp, len(hints))
    HsCorrelation.objects.bulk_create(
        (HsCorrelation(table=table, entry_id=entry, hs_code=hs) for entry, hs in hints), BATCH
    )


def new_table(
    control_list: ControlList, kind: str, label: str, day: date, stamp: Stamp, rows_count: int
) -> ControlTable:
    ControlTable.objects.filter(list=control_list, kind=kind, in_force_to=None).update(in_force_to=stamp.at)
    return ControlTable.objects.create(
        list=control_list,
        kind=kind,
        label=label[:60],
        published_on=day,
        sha256=stamp.sha256,
        size=stamp.size,
        rows_count=rows_count,
        in_force_from=stamp.at,
        imported_at=stamp.at,
        imported_by_name=stamp.by_name[:200],
        agreed_by_name=stamp.agreed_by_name[:200],
    )
