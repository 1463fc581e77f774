"""What is measured, one module each, run by `manage.py benchmark NAME --json FILE`.

A module says in its docstring what it measures and which options it takes, and has `run(options)`, which
returns a list of Measure. `options` are the `--set name=value` of the command, as text.
"""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """One figure: what, how much, in which unit, and the most (or least) it should be, if that was set."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None
