"""What an edition says, provision by provision, in every language at once: what the search is built from."""

from dataclasses import dataclass, field

from screening.control.provisions import provisions
from screening.control_models import ControlEdition, NoteKind, Substance

LANGUAGES = ("es", "en")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a provision in one language."""

    official: str = ""
    own_title: str = ""
    keywords: tuple[str, ...] = ()
    notes: tuple[tuple[NoteKind, str], ...] = ()

    @property
    def title(self) -> str:
        return self.own_title or self.official


@dataclass(frozen=True, slots=True)
class Document:
    """A provision, in all languages."""

    version_id: int
    entry_id: int
    code: str
    base: str
    said: dict[str, Said]
    cas: tuple[str, ...] = field(default=())


def documents(edition: ControlEdition) -> list[Document]:
    """Return every provision of the edition in the order of the list."""
    cas: dict[int, list[str]] = {}
    for version_id, number in Substance.objects.filter(version__edition=edition).values_list(
        "version_id", "cas"
    ):
        cas.setdefault(version_id, []).append(number)
    found: dict[int, Document] = {}
    for language in LANGUAGES:
        for one in provisions(edition, language):
            document = found.setdefault(
                one.version_id,
                Document(
                    one.version_id, one.entry_id, one.code, one.base, {}, tuple(cas.get(one.version_id, ()))
                ),
            )
            document.said[language] = Said(one.official, one.own_title, one.keywords, one.notes)
    return list(found.values())
