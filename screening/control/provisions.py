"""All provisions of an edition with what stands above them, for whatever searches in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from screening.control.wording import above
from screening.control_models import ControlEdition, EntryNote, EntryText, EntryVersion, NoteKind, TextRole


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision in one language, with the provisions above it, the top first."""

    version_id: int
    entry_id: int
    code: str
    base: str
    depth: int
    official: str  # "" where the edition has no official text in this language
    own_title: str
    keywords: tuple[str, ...]
    notes: tuple[tuple[NoteKind, str], ...]
    ancestors: tuple["Provision", ...] = ()

    @property
    def title(self) -> str:
        """Return what a reader is shown in a line: our title, else the official text."""
        return self.own_title or self.official

    @property
    def text(self) -> str:
        """Return all words that say what is meant, those of the provisions above included."""
        parts = (*self.ancestors, self)
        said = (part for one in parts for part in (one.own_title, one.official, *one.keywords))
        return "\n".join(filter(None, said))


def provisions(edition: ControlEdition, language: str) -> Iterator[Provision]:
    """Yield every provision of the edition in the order of the list, in three queries whatever its size."""
    texts: dict[int, dict[str, str]] = {}
    for text in EntryText.objects.filter(version__edition=edition, language=language):
        texts.setdefault(text.version_id, {})[text.role] = text.text
    notes: dict[int, list[tuple[NoteKind, str]]] = {}
    for note in EntryNote.objects.filter(version__edition=edition, language=language).order_by("position"):
        notes.setdefault(note.version_id, []).append((NoteKind(note.kind), note.text))
    made: dict[str, Provision] = {}
    for version in EntryVersion.objects.filter(edition=edition).order_by("position"):
        upper = made.get(above(version.code))
        said = texts.get(version.pk, {})
        made[version.code] = Provision(
            version_id=version.pk,
            entry_id=version.entry_id,
            code=version.code,
            base=version.base,
            depth=version.depth,
            official=said.get(TextRole.OFFICIAL, ""),
            own_title=said.get(TextRole.OWN_TITLE, ""),
            keywords=tuple(said.get(TextRole.KEYWORDS, "").splitlines()),
            notes=tuple(notes.get(version.pk, ())),
            ancestors=(*upper.ancestors, upper) if upper else (),
        )
        yield made[version.code]
