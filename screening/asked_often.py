"""Questions to the database that every request asks. Their SQL is put together once: that takes the
processor longer than the answer does."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class Question(Generic[Row]):
    """A queryset with gaps; `ask` fills them and returns the rows that the queryset would.

    `queryset` takes as many values as there are `samples`, one for each gap: of the type that is asked with,
    and like nothing else in the question. With `beside`, the foreign keys of its select_related, such as
    "key__account", every row comes with the one it points at, and that with the next.
    """

    def __init__(
        self, queryset: Callable[..., models.QuerySet[Row]], *samples: Any, beside: str = ""
    ) -> None:
        self.queryset, self.samples, self.beside = queryset, samples, beside

    @cached_property
    def sql(self) -> tuple[str, list[Any]]:
        """Return the SQL and its parameters, of which those equal to a sample are gaps."""
        sql, parameters = self.queryset(*self.samples).query.sql_with_params()
        return sql, list(map(plain, parameters))

    @cached_property
    def parts(self) -> list[tuple[Any, list[str]]]:
        """Return the models whose columns a row holds one after the other, with the names of these."""
        held: list[Any] = [self.queryset(*self.samples).model]
        held += (held[-1]._meta.get_field(name).related_model for name in self.path)
        return [(one, columns(one)) for one in held]

    @property
    def path(self) -> list[str]:
        return self.beside.split("__") if self.beside else []

    def ask(self, *values: Any) -> list[Row]:
        sql, parameters = self.sql
        parts = self.parts
        given = dict(zip(self.samples, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(parameter, parameter) for parameter in parameters])
            rows = cursor.fetchall()
        return [self.row(row, *parts) for row in rows]

    def row(self, found: tuple[Any, ...], *parts: tuple[Any, list[str]]) -> Row:
        rows: list[Any] = []
        for model, names in parts:
            rows.append(model.from_db(connection.alias, names, found[: len(names)]))
            found = found[len(names) :]
        for name, one, beside in zip(self.path, rows, rows[1:], strict=False):
            setattr(one, name, beside)
        first: Row = rows[0]
        return first


def columns(model: type[models.Model]) -> list[str]:
    """Return the names of a model's columns in the order in which a queryset asks for them.

    Raises ValueError if one is not used as it comes from the database, as JSON is not.
    """
    fields = model._meta.concrete_fields
    if altered := [field.name for field in fields if hasattr(field, "from_db_value")]:
        raise ValueError(f"{model.__name__}: {', '.join(altered)} would come as text")
    return [field.attname for field in fields]


def plain(parameter: Any) -> Any:
    """Return the bytes that Django wraps for the driver, and everything else as it is."""
    return getattr(parameter, "obj", parameter)
