"""Conditions that functions of the database hold (migrations 0108 and 0113), each by its name there."""

from django.db.models import BooleanField, F, Func


def says(function: str, *columns: str) -> Func:
    """Return a condition that a function of the database decides: for tables that are written to so often
    that reading a long condition with every row costs more than the row."""
    return Func(*map(F, columns), function=function, output_field=BooleanField())
