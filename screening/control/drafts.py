"""An edition as it could be imported again."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from screening.control.lists import name_of
from screening.control.rows import (
    CatchAllRow,
    EditionDraft,
    NoteRow,
    ProvisionRow,
    RequirementRow,
    TextRow,
    ThresholdRow,
)
from screening.control_models import (
    Comparator,
    ControlEdition,
    EntryRegime,
    EntryVersion,
    HsCorrelation,
    LicenceRequirement,
    NoteKind,
    Regime,
    Substance,
    TableKind,
    TextRole,
    Threshold,
)

PARTS = ("texts", "notes", "regimes", "substances", "thresholds", "requirements", "entry__aliases")
OWN_ROLES = (TextRole.OWN_TITLE, TextRole.KEYWORDS)


def draft_of(edition: ControlEdition, *, own_only: bool = False) -> EditionDraft:
    """Return an edition as it could be imported again, or what it says in our own words only."""
    file = edition.files.order_by("pk").first()
    rows = tuple(_rows_of(edition, own_only))
    return EditionDraft(
        list_code=edition.list.code,
        valid_from=edition.valid_from,
        rows=rows,
        label=edition.label,
        jurisdiction=edition.list.jurisdiction,
        list_name=str(name_of(edition.list)),
        language=_only_language(rows),
        source_url=file.source_url if file else "",
        attribution=file.attribution if file else "",
        is_catalogue=edition.is_catalogue,
        catch_all=tuple(_catch_all_of(edition)),
    )


def _only_language(rows: Iterable[ProvisionRow]) -> str:
    """Return the language of all that the list itself says, "" if it says nothing or says it in several."""
    languages = {text.language for row in rows for text in row.texts if text.role == TextRole.OFFICIAL}
    languages |= {note.language for row in rows for note in row.notes if note.kind != NoteKind.QUESTION}
    return languages.pop() if len(languages) == 1 else ""


def _catch_all_of(edition: ControlEdition) -> Iterable[CatchAllRow]:
    rules = edition.catch_all_rules.order_by("position", "pk")
    for _code, held in groupby(rules, key=lambda rule: rule.code):
        same = list(held)
        questions = tuple((rule.language, rule.question) for rule in same)
        yield CatchAllRow(same[0].code, same[0].basis, questions)


def _rows_of(edition: ControlEdition, own_only: bool) -> Iterable[ProvisionRow]:
    hints = dict[int, list[str]]()
    for correlation in HsCorrelation.objects.filter(
        table__list=edition.list, table__in_force_to=None, table__kind=TableKind.HS_HINTS
    ).order_by("hs_code"):
        hints.setdefault(correlation.entry_id, []).append(correlation.hs_code)
    for version in edition.versions.order_by("position").select_related("entry").prefetch_related(*PARTS):
        yield row_of(version, hints.get(version.entry_id, []), own_only)


def row_of(version: EntryVersion, hs: list[str], own_only: bool) -> ProvisionRow:
    texts = [text for text in version.texts.all() if not own_only or text.role in OWN_ROLES]
    texts.sort(key=lambda text: (text.role, text.language))
    notes = sorted(version.notes.all(), key=lambda note: (note.language, note.position))
    own = ProvisionRow(
        version.code,
        texts=tuple(TextRow(text.language, text.text, TextRole(text.role)) for text in texts),
        notes=tuple(
            NoteRow(note.language, NoteKind(note.kind), note.text)
            for note in notes
            if not own_only or note.kind == NoteKind.QUESTION
        ),
        thresholds=tuple(_threshold_row(threshold) for threshold in _by_place(version.thresholds.all())),
        regimes=tuple(Regime(regime.regime) for regime in sorted(version.regimes.all(), key=_key)),
    )
    if own_only:
        return own if own.texts or own.notes or own.thresholds else replace(own, regimes=())
    return replace(
        own,
        cas=tuple(substance.cas for substance in sorted(version.substances.all(), key=_key)),
        requirements=tuple(_requirement_row(item) for item in _by_place(version.requirements.all())),
        hs=tuple(hs),
        aliases=tuple(
            sorted(
                alias.old_code
                for alias in version.entry.aliases.all()
                if alias.edition_id == version.edition_id  # what other editions said is not this one's
            )
        ),
        heading=version.heading,
    )


Row = TypeVar("Row", Threshold, LicenceRequirement)


def _key(row: EntryRegime | Substance) -> int:
    return row.pk


def _by_place(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.position)


def _threshold_row(item: Threshold) -> ThresholdRow:
    return ThresholdRow(
        item.parameter,
        Comparator(item.comparator),
        item.value.normalize(),
        item.unit,
        item.group,
        item.condition,
        item.reviewed_by_name,
        item.reviewed_for,
    )


def _requirement_row(item: LicenceRequirement) -> RequirementRow:
    return RequirementRow(
        item.reason, item.scope, tuple(item.scope_codes), item.is_entire, tuple(item.columns), item.prose
    )
