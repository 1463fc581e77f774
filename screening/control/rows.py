"""The common shape every control list is read into."""

import hashlib
import json
from collections.abc import Container
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from screening.control_models import Comparator, NoteKind, Regime, TextRole


@dataclass(frozen=True, slots=True)
class TextRow:
    language: str
    text: str
    role: TextRole = TextRole.OFFICIAL


@dataclass(frozen=True, slots=True)
class NoteRow:
    language: str
    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class RequirementRow:
    reason: str
    scope: str
    scope_codes: tuple[str, ...]
    is_entire: bool
    columns: tuple[str, ...]
    prose: str


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    parameter: str
    comparator: Comparator
    value: Decimal
    unit: str = ""
    group: int = 1
    condition: str = ""
    reviewed_by_name: str = ""
    reviewed_for: str = ""


def _language(said: TextRow | NoteRow) -> str:
    return said.language


@dataclass(frozen=True, slots=True)
class ProvisionRow:
    """A code or a paragraph below it, as its file describes it. Where it stands, its code says."""

    code: str
    texts: tuple[TextRow, ...] = ()
    notes: tuple[NoteRow, ...] = ()
    regimes: tuple[Regime, ...] = ()
    cas: tuple[str, ...] = ()
    requirements: tuple[RequirementRow, ...] = ()
    thresholds: tuple[ThresholdRow, ...] = ()
    hs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    heading: str = ""  # inside the entry, above this paragraph

    def digest(self) -> str:
        """Return the sha256 of all this row says of the goods: its official texts, notes and requirements.

        Our own words are left out: they say nothing new of what is controlled. Nor does the order count in
        which a file has its languages.
        """
        texts = (text for text in self.texts if text.role == TextRole.OFFICIAL)
        notes = (note for note in self.notes if note.kind != NoteKind.QUESTION)
        said = {
            "texts": [asdict(text) for text in sorted(texts, key=_language)],
            "notes": [asdict(note) for note in sorted(notes, key=_language)],
            "requirements": [asdict(row) for row in self.requirements],
            "regimes": sorted(self.regimes),
            "cas": sorted(self.cas),
        }
        content = json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def in_only(self, languages: Container[str]) -> "ProvisionRow":
        """Return the row with its texts and notes in some languages only."""
        return replace(
            self,
            texts=tuple(text for text in self.texts if text.language in languages),
            notes=tuple(note for note in self.notes if note.language in languages),
        )


@dataclass(frozen=True, slots=True)
class CatchAllRow:
    code: str
    basis: str
    questions: tuple[tuple[str, str], ...]  # (language, question)


@dataclass(frozen=True, slots=True)
class EditionDraft:
    """A file of a control list, read. `valid_from` is None when the file does not say it."""

    list_code: str
    valid_from: date | None
    rows: tuple[ProvisionRow, ...]
    label: str = ""  # the day, when empty
    jurisdiction: str = ""
    list_name: str = ""
    language: str = ""  # "" for a file in several
    source_url: str = ""
    attribution: str = ""
    said_codes: int | None = None  # how many codes the file says it holds
    is_catalogue: bool = False
    catch_all: tuple[CatchAllRow, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrelationRow:
    code: str
    hs: str


@dataclass(frozen=True, slots=True)
class MarkRow:
    destination: str
    columns: tuple[str, ...]
    footnotes: tuple[int, ...] = ()
    pointer: str = ""  # to other law, for a destination that the chart gives no mark


@dataclass(frozen=True, slots=True)
class MemberRow:
    group: str
    destination: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class WatchedRow:
    hs: str
    measure: str
    tier: str = ""


@dataclass(frozen=True, slots=True)
class TableDraft:
    """A table published beside a list, read."""

    list_code: str
    kind: str  # a value of screening.control_models.TableKind
    published_on: date | None
    rows: tuple[CorrelationRow | MarkRow | MemberRow | WatchedRow, ...]
    label: str = ""
    jurisdiction: str = ""
    list_name: str = ""


Draft = EditionDraft | TableDraft
