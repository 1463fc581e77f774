"""Names in lists of choices stand where their readers look for them."""

from portal.forms.fields import sorted_by_name


def test_countries_are_sorted_by_their_letters_whatever_the_accents():
    names = ["Canadá", "Bután", "Bélgica", "Belice", "Ángola", "Argelia", "Ñuble", "Zambia"]

    assert [name for _code, name in sorted_by_name((name, name) for name in names)] == [
        "Ángola",
        "Argelia",
        "Bélgica",
        "Belice",
        "Bután",
        "Canadá",
        "Ñuble",
        "Zambia",
    ]
