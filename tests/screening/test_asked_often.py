"""Questions whose SQL is put together once answer as their querysets do."""

from datetime import timedelta

import pytest

from licensing import calibration
from licensing.actions import accounts
from licensing.models import ApiKey, ListSearch
from portal.api.access import LIVE_KEY
from screening.asked_often import Question
from screening.models import ListVersion
from screening.search import IN_FORCE
from tests.factories import NOON, ApiKeyFactory, CalibrationFactory, ListVersionFactory

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def test_the_lists_in_force_at_any_time_are_those_of_the_queryset():
    ListVersionFactory(source="un-consolidated", in_force_from=NOON - timedelta(days=9), in_force_to=NOON)
    ListVersionFactory(source="un-consolidated", in_force_from=NOON)
    ListVersionFactory(source="ofac-sdn", in_force_from=NOON - timedelta(hours=1))

    for at in (NOON - timedelta(days=10), NOON - timedelta(days=5), NOON - timedelta(seconds=1), NOON, LATER):
        expected = list(ListVersion.objects.in_force(at).order_by("source"))
        answer = IN_FORCE.ask(at)
        assert [vars_of(one) for one in answer] == [vars_of(one) for one in expected]


def vars_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_the_newest_thresholds_of_the_time_count():
    CalibrationFactory(number=1, worth="71.0", at=NOON)
    CalibrationFactory(number=2, worth="72.5", at=LATER)

    assert [calibration.in_force(at).worth for at in (NOON, LATER)] == [71.0, 72.5]
    assert calibration.in_force(NOON - timedelta(days=1)) == calibration.default()


def test_a_key_comes_with_its_account_and_no_further_question(django_assert_num_queries):
    stored = ApiKeyFactory(digest=accounts.digest("istmo_secret"))

    with django_assert_num_queries(0):  # the one that is prepared is not in Django's log
        [key] = LIVE_KEY.ask(NOON, accounts.digest("istmo_secret"))
        account = key.account

    assert (vars_of(key), vars_of(account)) == (
        vars_of(ApiKey.objects.get()),
        vars_of(stored.account),
    )
    assert LIVE_KEY.ask(NOON, accounts.digest("another")) == []


def test_a_key_opens_nothing_once_its_time_is_over():
    key = ApiKeyFactory(digest=accounts.digest("istmo_secret"))

    assert LIVE_KEY.ask(key.expires_at - timedelta(seconds=1), key.digest)
    assert LIVE_KEY.ask(key.expires_at, key.digest) == []


@pytest.mark.parametrize("ended", ["revoked", "account"])
def test_a_key_opens_nothing_from_the_moment_on_it_is_not_live(ended, administrator):
    key = ApiKeyFactory(digest=accounts.digest("istmo_secret"))
    assert LIVE_KEY.ask(NOON, key.digest)

    if ended == "revoked":
        ApiKey.objects.update(revoked_by=administrator, revoked_at=NOON)
    else:
        type(key.account).objects.filter(pk=key.account_id).update(
            is_active=False, disabled_by=administrator, disabled_at=NOON
        )

    assert LIVE_KEY.ask(NOON, key.digest) == []


def test_fields_that_come_as_something_else_are_refused():
    question = Question(lambda way: ListSearch.objects.filter(way=way), "a way")

    with pytest.raises(ValueError, match="asked"):
        question.ask("api")
