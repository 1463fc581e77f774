"""In what order people read names."""

from django.db.models import CharField, F, Func
from django.db.models.expressions import OrderBy


class WithoutAccents(Func):
    """A text in small letters without accents. It needs no extension and no collation of the database."""

    template = r"lower(regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g'))"
    output_field = CharField()


def by_name(name: str = "name") -> tuple[OrderBy, OrderBy]:
    """Return the order of a dictionary: Ábaco before Banco, which the database's own puts the other way."""
    return WithoutAccents(F(name)).asc(), F("pk").asc()
