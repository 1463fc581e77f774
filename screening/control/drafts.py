"""An edition as it could be imported again."""

from collections.abc import Iterable
from dataclasses import replace

from screening.control.rows import (
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
    EntryVersion,
    HsCorrelation,
    LicenceRequirement,
    NoteKind,
    Regime,
    TableKind,
    TextRole,
    Threshold,
)

OWN_ROLES = (TextRole.OWN_TITLE, TextRole.KEYWORDS)


def draft_of(edition: ControlEdition, *, own_only: bool = False) -> EditionDraft:
    """Return an edition as it could be imported again, or what it says in our own words only."""
    file = edition.files.order_by("pk").first()
    return EditionDraft(
        list_code=edition.list.code,
        valid_from=edition.valid_from,
        rows=tuple(_rows_of(edition, own_only)),
        label=edition.label,
        jurisdiction=edition.list.jurisdiction,
        list_name=edition.list.name,
        source_url=file.source_url if file else "",
        attribution=file.attribution if file else "",
    )


def _rows_of(edition: ControlEdition, own_only: bool) -> Iterable[ProvisionRow]:
    related = ("texts", "notes", "regimes", "substances", "thresholds", "requirements", "entry__aliases")
    hints = dict[int, list[str]]()
    for correlation in HsCorrelation.objects.filter(
        table__list=edition.list, table__in_force_to=None, table__kind=TableKind.HS_HINTS
    ).order_by("hs_code"):
        hints.setdefault(correlation.entry_id, []).append(correlation.hs_code)
    for version in edition.versions.order_by("position").select_related("entry").prefetch_related(*related):
        yield row_of(version, hints.get(version.entry_id, []), own_only)


def row_of(version: EntryVersion, hs: list[str], own_only: bool) -> ProvisionRow:
    texts = [text for text in version.texts.all() if not own_only or text.role in OWN_ROLES]
    notes = sorted(version.notes.all(), key=lambda note: (note.language, note.position))
    own = ProvisionRow(
        version.code,
        texts=tuple(TextRow(text.language, text.text, TextRole(text.role)) for text in texts),
        notes=tuple(
            NoteRow(note.language, NoteKind(note.kind), note.text)
            for note in notes
            if not own_only or note.kind == NoteKind.QUESTION
        ),
        thresholds=tuple(_threshold_row(threshold) for threshold in version.thresholds.all()),
        regimes=tuple(Regime(regime.regime) for regime in version.regimes.all()),
    )
    if own_only:
        return own if own.texts or own.notes or own.thresholds else replace(own, regimes=())
    return replace(
        own,
        cas=tuple(substance.cas for substance in version.substances.all()),
        requirements=tuple(_requirement_row(item) for item in version.requirements.all()),
        hs=tuple(hs),
        aliases=tuple(sorted({alias.old_code for alias in version.entry.aliases.all()})),
        heading=version.heading,
    )


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
