"""Officers ask the lists by name, number and address, and open what a list says of somebody."""

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing.models import ListSearch, Role
from tests.factories import ListedEntityFactory, ListedNameFactory, ListVersionFactory, UserFactory
from tests.people import client_of

SEARCH, ADDRESSES = reverse("screening"), reverse("screening-addresses")


@pytest.fixture
def reader(officer):
    return client_of(officer, "en")


@pytest.fixture
def listed(db):
    """A ship with all that a list can say, its listed owner, and a daughter that names the owner."""
    version = ListVersionFactory(source="national", edition="7", published_on=timezone.now().date())
    ListedEntityFactory(version=version, source_id="O-1", primary_name="Madre Ficticia", relations=[])
    ship = ListedEntityFactory(
        version=version,
        source_id="S-1",
        reference="PA.001",
        kind="vessel",
        primary_name="Quimera Maru",
        countries=["PA"],
        programmes=["DPRK3"],
        identifiers=[{"kind": "IMO number", "number": "9074729", "country": "", "note": "since 1999"}],
        addresses=[{"text": "Calle 50, Colón", "country": "PA", "note": ""}],
        relations=[
            {"kind": "owned-by", "name": "Madre Ficticia", "source_id": "O-1", "share": "60", "note": ""},
            {"kind": "linked", "name": "Nadie Conocido", "source_id": "", "share": "", "note": "rumour"},
        ],
        vessel={"flag": "PA", "type": "Bulk carrier", "built": "1998"},
        remarks="First line\nSecond line",
    )
    ListedNameFactory(entity=ship, name="Химера", kind="original-script", script="Cyrillic")
    ListedNameFactory(entity=ship, name="Vieja Quimera", kind="former")
    return ship


def text_of(client, page, /, **asked) -> str:
    answer = client.get(page, asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("address", [SEARCH, ADDRESSES])
@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.EXPORTER_FILER, Role.CUSTOMS_OFFICER, Role.ADVISER]
)
def test_only_officers_look_for_people(db, address, role):
    assert client_of(UserFactory(role=role)).get(address).status_code == 403


def test_looking_at_the_empty_page_is_no_search(reader, listed):
    text_of(reader, SEARCH)

    assert not ListSearch.objects.exists()


def test_a_match_says_how_much_why_and_where(reader, listed):
    html = text_of(reader, SEARCH, name="Quimera Marru", country="PA")

    assert "1 possible match" in html
    assert reverse("listed-entity", args=[listed.pk]) in html
    assert 'app-mark-token">Quimera</mark>' in html
    assert "The name is similar" in html and "The same country: Panama" in html
    assert "National list, edition 7 of" in html and "DPRK3" in html
    assert "of 100 points" in html and "app-chip" in html


def test_a_name_in_another_script_is_found(reader, listed):
    assert reverse("listed-entity", args=[listed.pk]) in text_of(reader, SEARCH, name="Химера")


def test_a_number_alone_is_found(reader, listed):
    html = text_of(reader, SEARCH, identifier="imo 9074729")

    assert "The same number: 9074729" in html


def test_the_search_is_written_down_with_what_was_asked(reader, officer, listed):
    text_of(reader, SEARCH, name="Quimera", born="3/5/1971", kind="vessel", lists="national")

    written = ListSearch.objects.get()
    assert written.by == officer
    assert written.asked == [{"names": ["Quimera"], "kind": "vessel", "dates_of_birth": ["1971-05-03"]}]


def test_nobody_found_says_what_was_searched(reader, listed):
    html = text_of(reader, SEARCH, name="Panadería Modelo")

    assert "No similar name" in html and "70 points" in html
    assert "1 list was searched" in html and "National list" in html


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"name": " "}, "Write a name or a number"),
        ({"name": "---"}, "Write a name or a number"),
        ({"identifier": "12-3"}, "A number of fewer than 5 digits"),
        ({"name": "Ana", "born": "31/02/1971"}, "Write the day as 1971-05-03"),
        ({"name": "Ana", "born": "mayo"}, "Write the day as 1971-05-03"),
        ({"name": "Ana", "lists": "ofac-sdn"}, "is not in force"),
        ({"name": "Ana\u202e"}, "A hidden character"),
        ({"name": "x" * 401}, "Shorten this"),
        ({"name": "Ana", "country": "XX"}, "is not in this list"),
    ],
)
def test_what_cannot_be_asked_is_said_and_not_searched(reader, listed, asked, error):
    html = text_of(reader, SEARCH, **asked)

    assert error in html
    assert not ListSearch.objects.exists()


@pytest.mark.parametrize("asked", [{}, {"name": "Quimera"}])
def test_without_a_list_in_force_the_page_says_so(reader, asked):
    html = text_of(reader, SEARCH, **asked)

    assert "No list is in force" in html
    assert "No similar name" not in html


def test_what_was_typed_stays_in_the_form(reader, listed):
    assert 'value="Quimera &lt;b&gt;"' in text_of(reader, SEARCH, name="Quimera <b>")


def test_a_hundred_matches_are_shown_and_more_are_counted(reader, listed):
    for _number in range(101):
        ListedEntityFactory(version=listed.version, primary_name="Quimera Maru")

    html = text_of(reader, SEARCH, name="Quimera Maru")

    assert "102 possible matches" in html and "The 100 likeliest are shown" in html
    assert html.count('class="app-evidence"') == 100


def test_a_page_of_matches_costs_few_queries(reader, listed, django_assert_max_num_queries):
    for _number in range(20):
        ListedEntityFactory(version=listed.version, primary_name="Quimera Maru")
    text_of(reader, SEARCH, name="Quimera Maru")

    with django_assert_max_num_queries(14):
        text_of(reader, SEARCH, name="Quimera Maru")


def test_an_address_finds_who_is_listed_there(reader, listed):
    html = text_of(reader, ADDRESSES, address="colon calle")

    assert "1 listed there" in html
    assert "Quimera Maru" in html and "Calle 50, Colón, Panama" in html
    assert ListSearch.objects.get().way == "address"


def test_an_address_nobody_is_listed_at(reader, listed):
    assert "Nobody is listed there" in text_of(reader, ADDRESSES, address="Valparaíso")


@pytest.mark.parametrize("address", ["", "_ -"])
def test_an_address_needs_a_word(reader, listed, address):
    assert "Write words of the address" in text_of(reader, ADDRESSES, address=address)


def entry(client, entity) -> str:
    return text_of(client, reverse("listed-entity", args=[entity.pk]))


def test_an_entry_says_all_the_list_says(reader, listed):
    html = entry(reader, listed)

    for said in [
        "Quimera Maru",
        "Химера",
        "Cyrillic",
        "Former name",
        "Vieja Quimera",
        "PA.001",
        "S-1",
        "IMO number 9074729 (since 1999)",
        "Calle 50, Colón, Panama",
        "Bulk carrier",
        "1998",
        "DPRK3",
        "Nadie Conocido",
        "rumour",
        "60 %",
        "First line<br>Second line",
    ]:
        assert said in html, said


def test_ties_lead_to_who_is_listed_both_ways(reader, listed):
    owner = listed.version.entities.get(source_id="O-1")

    assert reverse("listed-entity", args=[owner.pk]) in entry(reader, listed)
    html = entry(reader, owner)
    assert reverse("listed-entity", args=[listed.pk]) in html
    assert "Others listed that name it" in html and "60 %" in html


def test_a_tie_by_name_alone_leads_to_the_main_name(reader, listed):
    named = ListedEntityFactory(
        version=listed.version,
        primary_name="Hija",
        relations=[{"kind": "owned-by", "name": "Madre Ficticia", "source_id": "", "share": "", "note": ""}],
    )
    owner = listed.version.entities.get(source_id="O-1")

    assert reverse("listed-entity", args=[owner.pk]) in entry(reader, named)
    assert "Hija" in entry(reader, owner)


def test_ties_do_not_lead_into_other_editions(reader, listed):
    ListedEntityFactory(version=ListVersionFactory(), source_id="X", primary_name="Nadie Conocido")

    assert entry(reader, listed).count('">Listed<') == 1


def test_an_entry_of_an_ended_edition_says_so_and_leads_to_the_new_one(reader, listed):
    day = listed.version.published_on
    ended = ListVersionFactory(source="national", published_on=day, in_force_to=timezone.now())
    old = ListedEntityFactory(version=ended, source_id="S-1")
    gone = ListedEntityFactory(version=ended, source_id="S-2")

    assert reverse("listed-entity", args=[listed.pk]) in entry(reader, old)
    assert "no longer has this entry" in entry(reader, gone)


def test_an_entry_that_is_not_there(reader):
    assert reader.get(reverse("listed-entity", args=[987654])).status_code == 404
