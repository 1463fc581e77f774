"""Questions to the database that every request asks. Their SQL is put together once: that takes the
processor longer than the answer does."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.base import ModelState

from screening import prepared

Row = TypeVar("Row", bound=models.Model)


class Question(Generic[Row]):
    """A queryset with gaps; `ask` fills them and returns the rows that the queryset would.

    `queryset` takes as many values as there are `samples`, one for each gap: of the type that is asked with,
    and like nothing else in the question. With `beside`, the foreign keys of its select_related, such as
    "key__account", every row comes with the one it points at, and that with the next. With `is_prepared` the
    database also keeps its plan, for each connection: for what is asked so often that reading it costs more
    than the answer.
    """

    def __init__(
        self,
        queryset: Callable[..., models.QuerySet[Row]],
        *samples: Any,
        beside: str = "",
        is_prepared: bool = False,
    ) -> None:
        self.queryset, self.samples, self.beside = queryset, samples, beside
        self.is_prepared = is_prepared

    @cached_property
    def sql(self) -> tuple[str, list[Any]]:
        """Return the SQL and its parameters, of which those equal to a sample are gaps."""
        sql, parameters = self.queryset(*self.samples).query.sql_with_params()
        return sql, list(map(plain, parameters))

    @cached_property
    def numbered(self) -> str:
        """Return the SQL with $1, $2 … in its gaps."""
        sql, parameters = self.sql
        return sql % tuple(f"${number}" for number in range(1, len(parameters) + 1))

    @cached_property
    def parts(self) -> list[tuple[Any, list[str]]]:
        """Return the models whose columns a row holds one after the other, with the names of these."""
        held: list[Any] = [self.queryset(*self.samples).model]
        held += (held[-1]._meta.get_field(name).related_model for name in self.path)
        return [(one, columns(one)) for one in held]

    @cached_property
    def path(self) -> list[str]:
        return self.beside.split("__") if self.beside else []

    def ask(self, *values: Any) -> list[Row]:
        sql, parameters = self.sql
        parts = self.parts
        given = dict(zip(self.samples, values, strict=True))
        filled = [given.get(parameter, parameter) for parameter in parameters]
        found = prepared.fetch(self.numbered, filled) if self.is_prepared else fetch_all(sql, filled)
        return [self.row(row, *parts) for row in found]

    def row(self, found: tuple[Any, ...], *parts: tuple[Any, list[str]]) -> Row:
        rows: list[Any] = []
        for model, names in parts:
            rows.append(loaded(model, dict(zip(names, found, strict=False))))
            found = found[len(names) :]
        for name, one, beside in zip(self.path, rows, rows[1:], strict=False):
            one._state.fields_cache[name] = beside
        first: Row = rows[0]
        return first


def loaded(model: type[Row], values: dict[str, Any]) -> Row:
    """Return a row that the database holds, made as unpickling makes one. `values` are by names of columns as
    models have them; what is not among them is asked for when it is read."""
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def fetch_all(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


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
