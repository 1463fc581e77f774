import pytest

from screening.places import same_place


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Calle Inventada 14, Colón, Panamá", "14 Inventada Street, Colon"),
        ("Apartado 0816-99, Edificio Quimera, Panamá", "Quimera Building, 0816-99, PANAMA"),
        ("ул. Выдуманная 7, Москва 123456", "123456, Moskva, ul. Vydumannaya, 7"),
    ],
)
def test_an_address_written_otherwise_is_the_same_place(ours, theirs):
    assert same_place((ours,), ("Elsewhere 1, Nowhere", theirs)) == (ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Calle Inventada 14, Colón", "Calle Inventada 15, Colón"),
        ("Calle Inventada 14, Colón", "Avenida Quimera 14, Colón"),
        ("Ciudad de Panamá", "Ciudad de Panamá"),  # a town is shared by many
        ("", "Calle Inventada 14, Colón"),
        ("14", "14"),
    ],
)
def test_other_places_are_not_the_same(ours, theirs):
    assert same_place((ours,), (theirs,)) is None


def test_no_address_says_nothing():
    assert same_place((), ("Calle Inventada 14, Colón",)) is None
