"""Two editions of a list never bear one label, and labels speak the reader's language."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from screening.control.drafts import draft_of
from screening.control.lists import label_in_words, law_in_words
from screening.control_models import ControlEdition
from tests.factories import NOON, edition_in_force
from tests.screening.control.files import jsonl

ROW = {"code": "1E001", "official": {"es": "Tecnología"}}


def test_an_edition_with_a_label_that_is_taken_gets_a_number(take):
    labels = []
    for day in range(3):
        row = {**ROW, "official": {"es": f"Tecnología {day}"}}
        edition = take(
            "table", jsonl(row, edition=labels[-1] if labels else "2026"), at=NOON + timedelta(day)
        )
        labels.append(edition.label)

    assert labels == ["2026", "2026 (2)", "2026 (3)"]
    assert draft_of(edition).label == "2026 (3)"


def test_the_database_keeps_labels_apart(db):
    edition = edition_in_force()
    own = {field.attname: getattr(edition, field.attname) for field in edition._meta.fields}
    own |= {"id": None, "in_force_to": NOON}

    with (
        pytest.raises(IntegrityError, match="no_two_editions_of_a_control_list_bear_one_label"),
        transaction.atomic(),
    ):
        ControlEdition.objects.create(**own)


@pytest.mark.parametrize(
    ("said", "spanish", "english"),
    [
        (label_in_words, "catálogo 2025-11-15", "catalogue 2025-11-15"),
        (label_in_words, "2025-11-15", "2025-11-15"),
        (law_in_words, "Reglamento (UE) 833/2014", "Regulation (EU) 833/2014"),
        (
            law_in_words,
            "Reglamento (UE) 2021/821, artículo 4(1)(a)",
            "Regulation (EU) 2021/821, article 4(1)(a)",
        ),
        (law_in_words, "Ley 1", "Ley 1"),
    ],
)
def test_labels_and_laws_are_said_in_the_readers_language(said, spanish, english):
    for language, expected in (("es", spanish), ("en", english)):
        with override(language):
            assert said(english) == expected
