from datetime import timedelta

import pytest
from django.core.management.base import CommandError

from portal.benchmarks import screening
from tests.factories import NOON
from tests.screening.files import un_alias, un_person


def measured(**options):
    return {each.what: each.value for each in screening.run(options)}


def test_many_parties_are_measured_both_ways_with_the_same_hits(load_un):
    load_un(un_person(1, "BALDOMERO QUIMERA"), un_person(2, "LEONOR SOMBRA"))
    changed = un_person(1, "BALDOMERO QUIMERA", inside=un_alias("Nora Irreal"))
    load_un(changed, un_person(2, "LEONOR SOMBRA"), at=NOON + timedelta(hours=1))

    figures = measured(what="parties", parties="40")

    assert figures["parties"] == 40
    assert figures["hits"] >= 10
    assert figures["hits the two ways differ in"] == 0
    assert any(what.startswith("un-consolidated, 1 entries changed") for what in figures)


def test_an_index_over_more_entities_than_are_listed_is_measured(load_un):
    load_un(un_person(1, "BALDOMERO QUIMERA"), un_person(2, "LEONOR SOMBRA"))

    figures = measured(what="scale", entities="50")

    assert figures["entities"] == 50
    assert figures["index in memory"] > 0


def test_what_cannot_be_measured_is_said():
    with pytest.raises(CommandError, match="known are lists, parties"):
        screening.run({"what": "everything"})


def test_a_benchmark_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="--set folder"):
        screening.run({"what": "accuracy", "folder": str(tmp_path)})
