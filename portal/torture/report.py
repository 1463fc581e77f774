"""What a trial found, as a table."""

from collections.abc import Sequence

from django.core.management.base import CommandError, OutputWrapper

from portal.benchmarks import Measure


def report(out: OutputWrapper, measures: Sequence[Measure], fault: str) -> None:
    """Print what was found; raise CommandError with `fault` if anything is wrong."""
    width = max(len(each.what) for each in measures)
    for each in measures:
        verdict = {True: "right", False: "WRONG", None: ""}[each.is_reached]
        out.write(f"{each.what:<{width}}  {each.value:>12.4f} {each.unit:<4} {verdict}".rstrip())
    if any(each.is_reached is False for each in measures):
        raise CommandError(fault)
