"""An edition gets its second language while it has questions of ours, from the catalogue, in both."""

from django.utils import timezone

from screening.control import catalogue, parser_of
from screening.control.load import load
from screening.control_models import EntryNote, NoteKind
from tests.screening.control.files import formex


def test_our_questions_and_the_notes_of_both_languages_stand_beside_each_other(db, tmp_path):
    at = timezone.now()
    catalogue.load(by_name="Prueba", at=at)
    for language in ("EN", "ES"):
        path = tmp_path / f"{language}.xml"
        path.write_bytes(formex(language))
        edition = load(
            "eu-annex1", parser_of("eu-annex1"), path, by_name="Prueba", at=at, agreed_by_name="Otra persona"
        )

    notes = EntryNote.objects.filter(version__edition=edition, language="es")
    assert notes.filter(kind=NoteKind.QUESTION).exists()
    assert notes.exclude(kind=NoteKind.QUESTION).exists()
