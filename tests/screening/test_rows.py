"""What storing a good file leaves behind."""

from datetime import timedelta

from screening.models import ListedEntity, ListedName, ListVersion, NameKind
from tests.factories import NOON
from tests.screening.files import un_alias, un_organisation, un_person, un_text

LATER = NOON + timedelta(hours=1)


def test_a_version_says_where_it_comes_from_and_what_it_holds(load_un):
    text = un_text(un_person(1, "FANTASIA QUIMERA", inside=un_alias("Fanta")), un_organisation(2, "NADA"))

    version = load_un(text=text)

    assert (version.source, version.edition) == ("un-consolidated", "2026-02-01T00:00:00.000Z")
    assert (version.entities_count, version.names_count) == (2, 3)
    assert version.size == len(text.encode())
    assert (version.in_force_from, version.in_force_to) == (NOON, None)
    assert version.imported_by_name == "Prueba"


def test_counts_are_those_of_the_rows(load_un):
    version = load_un(
        *[un_person(number, f"PERSON {number}", inside=un_alias("Q")) for number in range(1203)]
    )

    assert ListedEntity.objects.filter(version=version).count() == version.entities_count == 1203
    assert ListedName.objects.filter(entity__version=version).count() == version.names_count == 2406


def test_names_keep_their_order_kind_and_script(load_un):
    inside = "<NAME_ORIGINAL_SCRIPT>Химера</NAME_ORIGINAL_SCRIPT>" + un_alias("El Inventado", "Low")

    entity = load_un(un_person(1, "FANTASIA QUIMERA", inside=inside)).entities.get()

    assert list(entity.names.order_by("pk").values_list("name", "kind", "script")) == [
        ("FANTASIA QUIMERA", NameKind.PRIMARY, "Latin"),
        ("Химера", NameKind.ORIGINAL_SCRIPT, "Cyrillic"),
        ("El Inventado", NameKind.WEAK_ALIAS, "Latin"),
    ]


def test_a_new_version_ends_the_one_before_at_the_same_instant(load_un):
    first = load_un(un_person(1, "FANTASIA"))
    second = load_un(un_person(1, "FANTASIA"), un_person(2, "MORE"), at=LATER)

    first.refresh_from_db()

    assert first.in_force_to == second.in_force_from == LATER
    assert ListVersion.objects.in_force(NOON).get() == first
    assert ListVersion.objects.in_force(LATER - timedelta(microseconds=1)).get() == first
    assert ListVersion.objects.in_force(LATER).get() == second


def test_before_the_first_import_nothing_is_in_force(load_un):
    load_un(un_person(1, "FANTASIA"))

    assert not ListVersion.objects.in_force(NOON - timedelta(seconds=1)).exists()
    assert ListedEntity.objects.in_force(NOON).count() == 1


def test_importing_the_same_file_again_returns_the_stored_version(load_un):
    first = load_un(un_person(1, "FANTASIA"))

    again = load_un(un_person(1, "FANTASIA"), at=LATER)

    assert again == first
    assert ListVersion.objects.count() == 1
    assert again.in_force_to is None


def test_lists_of_different_sources_are_in_force_side_by_side(load_un):
    load_un(un_person(1, "FANTASIA"))
    load_un(un_person(1, "FANTASIA"), source="demo-un")

    assert set(ListVersion.objects.in_force(NOON).values_list("source", flat=True)) == {
        "un-consolidated",
        "demo-un",
    }


def test_an_entry_that_did_not_change_keeps_its_digest(load_un):
    load_un(un_person(1, "FANTASIA"), un_person(2, "SOMBRA"))
    load_un(
        un_person(1, "FANTASIA"),
        un_person(2, "SOMBRA", inside=un_alias("New")),
        un_person(3, "MORE"),
        at=LATER,
    )

    digests = {
        source_id: set(ListedEntity.objects.filter(source_id=source_id).values_list("digest", flat=True))
        for source_id in ("1", "2")
    }

    assert len(digests["1"]) == 1
    assert len(digests["2"]) == 2


def test_progress_goes_from_nothing_to_all(load_un):
    steps = []
    long = f"<COMMENTS1>{'Made up. ' * 2000}</COMMENTS1>"
    people = [un_person(number, f"PERSON {number}", inside=long) for number in range(60)]

    load_un(*people, progress=lambda done, total: steps.append((done, total)))

    totals = {total for _done, total in steps}
    assert [done for done, _total in steps] == sorted(done for done, _total in steps)
    assert len(steps) > 10
    assert totals == {steps[-1][0]}
