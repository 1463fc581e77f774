"""Made-up data for measuring: real rows under the real rules, never in production."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from licensing.actions.decisions import granting
from licensing.models import Licence, LicenceLine, LicenceState
from portal.benchmarks import customs
from portal.made_up import MARK, make_key, make_licences


def test_made_up_licences_are_in_force_whole_and_marked(db):
    now = timezone.now()

    numbers = make_licences(120, at=now)

    assert len(set(numbers)) == Licence.objects.count() == 120
    for licence in Licence.objects.select_related("holder", "decision", "application")[:20]:
        assert licence.state(now) == LicenceState.VALID
        assert licence.holder.name.startswith(MARK)
        assert licence.lines.count() == licence.application.goods.count() >= 1
        assert licence.decision.by != licence.decision.recommended_by


def test_made_up_people_can_not_sign_in(db):
    make_licences(1, at=timezone.now())

    licence = Licence.objects.get()
    for person in (licence.decision.by, licence.decision.recommended_by, licence.application.created_by):
        assert not person.has_usable_password()


def test_production_takes_no_made_up_data(db, settings):
    settings.PORTAL_ENV = "production"

    with pytest.raises(CommandError):
        call_command("generate_data", licences=1)
    for make in (lambda: make_licences(1, at=timezone.now()), lambda: make_key(at=timezone.now())):
        with pytest.raises(RuntimeError):
            make()
    assert not Licence.objects.exists()


def test_the_command_prints_numbers_and_key(db, capsys):
    call_command("generate_data", licences=3, list=True, key=True)

    *_said, first, second, third, key = capsys.readouterr().out.split()
    assert [first, second, third] == list(Licence.objects.order_by("pk").values_list("reference", flat=True))
    assert key.startswith("istmo_")


@pytest.mark.django_db(transaction=True)
def test_the_benchmark_measures_a_running_portal(live_server):
    numbers = make_licences(3, at=timezone.now())
    options = {"url": live_server.url, "key": make_key(at=timezone.now()), "numbers": ",".join(numbers)}

    measures = customs.run({**options, "clients": "2", "seconds": "0.5"})

    by_name = {measure.what: measure.value for measure in measures}
    assert by_name["questions, each second"] > 0
    assert by_name["write-offs of one line, failed"] == by_name["write-offs lost or doubled"] == 0


def test_every_line_grants_what_was_asked_for(db):
    make_licences(10, at=timezone.now())

    lines = LicenceLine.objects.select_related("goods", "licence")
    assert len(lines) == 30
    for line in lines:
        expected = granting(line.licence, line.goods)
        for field in LicenceLine._meta.concrete_fields:
            if not field.primary_key:
                assert getattr(line, field.attname) == getattr(expected, field.attname), field
        assert line.description.startswith(MARK)


def test_the_same_seed_makes_the_same_goods(db):
    def goods(seed):
        references = make_licences(7, at=timezone.now(), seed=seed)
        lines = LicenceLine.objects.filter(licence__reference__in=references).order_by("licence", "number")
        return list(lines.values_list("number", "description", "granted", "value"))

    assert goods(1) == goods(1) != goods(2)
