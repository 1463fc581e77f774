"""Judging possible matches: two people where the band says so, alike ones together, what is remembered."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from licensing import assessment, judgements, workflow
from licensing.actions import casework, hits
from licensing.errors import Refused
from licensing.judgements import HitState
from licensing.models import (
    Action,
    ApplicationStatus,
    Event,
    HitConfirmation,
    HitJudgement,
    Judgement,
    Outcome,
)
from screening.models import ListVersion
from tests.factories import (
    NOON,
    ApplicationFactory,
    CalibrationFactory,
    HitConfirmationFactory,
    HitJudgementFactory,
    ListedEntityFactory,
    ListVersionFactory,
    PartyFactory,
    ScreeningFactory,
    ScreeningHitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SAME, DIFFERENT, UNSURE = Judgement.SAME, Judgement.DIFFERENT, Judgement.UNSURE
YEAR = timedelta(days=365)


@pytest.fixture
def lists(db):
    return ListVersionFactory(source="demo-un")


@pytest.fixture
def case(lists):
    return ApplicationFactory(in_review=True)


@pytest.fixture
def hit(case, lists):
    return ScreeningHitFactory(party=case.parties.first(), entity__version=lists)


@pytest.fixture
def high(case, lists):
    return ScreeningHitFactory(high=True, party=case.parties.first(), entity__version=lists)


def judge(hit, officer, judgement=DIFFERENT, reason="Otro país y otra fecha.", at=NOON):
    return hits.judge(hit.pk, judgement=judgement, reason=reason, by=officer, at=at)


def confirm(judgement, officer, reason="De acuerdo.", at=NOON):
    return hits.confirm([judgement.pk], reason=reason, by=officer, at=at)


def standing(hit, at=NOON):
    (one,) = [one for one in judgements.of_case(hit.party.application, at) if one.hit == hit]
    return one


def state(hit, at=NOON):
    return standing(hit, at).state


def is_free(case, officer, at=NOON):
    return not workflow.refusals(case, Action.RECOMMEND, officer, at)


def again(hit, **facts):
    """Another application of somebody else, in which the same party resembles the same entry."""
    other = ApplicationFactory(in_review=True)
    same = {
        field.name: getattr(hit.party, field.name)
        for field in hit.party._meta.fields
        if field.name not in ("id", "application")
    }
    party = PartyFactory(application=other, **{**same, "role": "broker", **facts})
    ScreeningFactory(application=other)
    return ScreeningHitFactory(party=party, entity=hit.entity, points=hit.points)


# One judgement


def test_a_judgement_is_stored_with_who_when_why_and_what_was_judged(hit, officer):
    row = judge(hit, officer, reason="  Otro país. ")

    assert (row.judgement, row.by, row.at, row.reason) == (DIFFERENT, officer, NOON, "Otro país.")
    assert (row.entity, row.party_facts["names"], row.band) == (hit.entity, ["Kyoto Glass Works"], "low")


def test_a_judgement_is_logged_with_what_was_said_before_and_after(hit, officer, decider):
    judge(hit, officer, UNSURE, "Falta la fecha de nacimiento.")
    judge(hit, decider, SAME, "Mismo pasaporte.", NOON + timedelta(hours=1))

    event = Event.objects.filter(action=Action.JUDGE).latest("pk")
    assert event.before == {"judgement": UNSURE, "reason": "Falta la fecha de nacimiento."}
    assert event.after == {"judgement": SAME, "reason": "Mismo pasaporte."}
    assert (event.by, event.data["hit"], event.data["list"]) == (decider, hit.pk, hit.source)
    assert HitJudgement.objects.count() == 2, "the first one stays"


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_judgement_a_confirmation_and_a_revocation_need_a_reason(high, officer, decider, reason):
    with pytest.raises(Refused):
        judge(high, officer, reason=reason)
    first = judge(high, officer)
    with pytest.raises(Refused):
        confirm(first, decider, reason=reason)
    confirm(first, decider)
    with pytest.raises(Refused):
        hits.revoke(again(high).pk, reason=reason, by=officer, at=NOON)


def test_a_hit_is_judged_only_while_the_case_is_in_review(officer):
    case = ApplicationFactory(recommended=True)

    with pytest.raises(Refused):
        judge(ScreeningHitFactory(party=case.parties.first()), officer)


@pytest.mark.parametrize("trait", ["exporter", "customs", "adviser", "administrator"])
def test_nobody_but_officers_judges_confirms_or_revokes(high, officer, decider, trait):
    somebody = UserFactory(**{trait: True})
    with pytest.raises(Refused):
        judge(high, somebody)
    first = judge(high, officer)
    with pytest.raises(Refused):
        confirm(first, somebody)
    confirm(first, decider)
    with pytest.raises(Refused):
        hits.revoke(again(high).pk, reason="No.", by=somebody, at=NOON)


def test_what_changed_while_somebody_looked_at_it_is_not_judged(hit, officer):
    seen = hit.seen
    type(hit).objects.filter(pk=hit.pk).update(entity_digest="f" * 64)

    with pytest.raises(Refused, match="cambi"):
        hits.judge_together({hit.pk: seen}, judgement=DIFFERENT, reason="Otro.", by=officer, at=NOON)

    assert not HitJudgement.objects.exists()


def test_a_party_that_waits_to_be_compared_anew_is_not_judged(hit, officer):
    hit.party.city = "Osaka"
    hit.party.save()

    with pytest.raises(Refused):
        judge(hit, officer)


# Two people


def test_in_a_band_of_one_person_one_is_enough(case, hit, officer):
    judge(hit, officer)

    assert state(hit) == HitState.DIFFERENT
    assert is_free(case, officer)


def test_in_a_band_of_two_people_somebody_else_must_confirm(case, high, officer, decider):
    first = judge(high, officer)
    assert state(high) == HitState.UNCONFIRMED
    assert not is_free(case, officer)

    confirm(first, decider)

    assert state(high) == HitState.DIFFERENT
    assert is_free(case, officer)
    event = case.events.get(action=Action.CONFIRM_JUDGEMENT)
    assert (event.by, event.data["first"], event.data["reason"]) == (decider, officer.name, "De acuerdo.")


def test_an_unconfirmed_judgement_holds_a_decision_too(lists, decider):
    case = ApplicationFactory(recommended=True)
    hit = ScreeningHitFactory(high=True, party=case.parties.first(), entity__version=lists)
    HitJudgementFactory(hit=hit)

    reasons = workflow.refusals(case, Action.APPROVE, decider, NOON)

    assert any("segunda persona" in str(reason) for reason in reasons)


def test_nobody_confirms_their_own_judgement(high, officer):
    first = judge(high, officer)

    with pytest.raises(Refused):
        confirm(first, officer)

    assert not HitConfirmation.objects.exists()


def test_the_database_itself_wants_two_people(high, officer, decider):
    first = HitJudgementFactory(hit=high, by=officer)

    with pytest.raises(IntegrityError, match="two_people_judge"), transaction.atomic():
        HitConfirmationFactory(judgement=first, by=officer)
    for by in (officer, UserFactory()):
        with pytest.raises(IntegrityError, match="who judged"), transaction.atomic():
            HitConfirmationFactory(judgement=first, by=by, first_by=decider)


@pytest.mark.parametrize("judgement", [SAME, UNSURE])
def test_the_database_lets_only_somebody_else_be_confirmed(high, judgement):
    first = HitJudgementFactory(hit=high, judgement=judgement)

    with pytest.raises(IntegrityError, match='only "somebody else"'), transaction.atomic():
        HitConfirmationFactory(judgement=first)


def test_the_database_lets_only_the_newest_judgement_be_confirmed_and_once(high):
    old, new = HitJudgementFactory(hit=high), HitJudgementFactory(hit=high)

    with pytest.raises(IntegrityError, match="newest"), transaction.atomic():
        HitConfirmationFactory(judgement=old)
    HitConfirmationFactory(judgement=new)
    with pytest.raises(IntegrityError), transaction.atomic():
        HitConfirmationFactory(judgement=new)


def test_the_database_takes_no_judgement_of_anything_but_what_the_hit_says(hit):
    for facts in ({"entity_digest": "f" * 64}, {"party_digest": "f" * 64}, {"source_id": "other"}):
        with pytest.raises(IntegrityError, match="a judgement is of its hit"), transaction.atomic():
            HitJudgementFactory(hit=hit, **facts)


def test_the_database_confirms_nothing_that_has_changed_meanwhile(high):
    first = HitJudgementFactory(hit=high)
    type(high).objects.filter(pk=high.pk).update(entity_digest="f" * 64)

    with pytest.raises(IntegrityError, match="still says"), transaction.atomic():
        HitConfirmationFactory(judgement=first)


def test_judgements_can_not_be_changed_or_taken_out(hit):
    HitJudgementFactory(hit=hit)

    for act in (lambda rows: rows.update(judgement=SAME), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(HitJudgement.objects.all())


def test_the_second_person_may_contradict_and_then_the_first_answer_no_longer_waits(
    case, high, officer, decider
):
    first = judge(high, officer)

    judge(high, decider, SAME, "Mismo pasaporte.")

    assert state(high) == HitState.SAME
    with pytest.raises(Refused):
        confirm(first, UserFactory())
    with pytest.raises(Refused):
        casework.recommend(
            case.pk, outcome=Outcome.APPROVE, reasons="Sí.", months=12, conditions=[], by=officer, at=NOON
        )


@pytest.mark.parametrize("between", [[], [UNSURE]])
def test_calling_a_listed_party_somebody_else_takes_two_people_in_every_band(
    case, hit, officer, decider, between
):
    judge(hit, officer, SAME)
    for judgement in between:
        judge(hit, decider, judgement)

    second = judge(hit, decider, DIFFERENT)

    assert state(hit) == HitState.UNCONFIRMED
    confirm(second, officer)
    assert is_free(case, officer)


def test_a_stricter_calibration_asks_for_the_second_person_of_what_one_judged(case, hit, officer):
    judge(hit, officer)

    CalibrationFactory(two_people_from="low")

    assert state(hit) == HitState.UNCONFIRMED


def test_a_laxer_calibration_lets_nobody_off_who_was_asked_for(high, officer):
    judge(high, officer)

    CalibrationFactory(two_people_from="")

    assert state(high) == HitState.UNCONFIRMED


def test_whoever_could_confirm_sees_what_waits(high, officer, decider):
    first = judge(high, officer)

    assert list(judgements.waiting_for_second(decider, NOON)) == [first]
    assert not judgements.waiting_for_second(officer, NOON)
    confirm(first, decider)
    assert not judgements.waiting_for_second(decider, NOON)


# Alike ones together


@pytest.fixture
def three(case, lists):
    """The same party in two roles against one entry, and against another list that names the same."""
    one, other = case.parties.all()
    entity = ListedEntityFactory(version=lists)
    elsewhere = ListedEntityFactory(version__source="demo-ofac")
    return [
        ScreeningHitFactory(party=one, entity=entity),
        ScreeningHitFactory(party=other, entity=entity),
        ScreeningHitFactory(party=one, entity=elsewhere),
    ]


def test_alike_hits_are_judged_together_each_with_its_own_row_and_event(case, three, officer):
    seen = {hit.pk: hit.seen for hit in three}

    hits.judge_together(seen, judgement=DIFFERENT, reason="Otro giro.", by=officer, at=NOON)

    assert [state(hit) for hit in three] == [HitState.DIFFERENT] * 3
    assert [row.hit for row in HitJudgement.objects.order_by("pk")] == three
    events = case.events.filter(action=Action.JUDGE).order_by("pk")
    assert [event.data["hit"] for event in events] == list(seen)


def test_judging_one_settles_no_other_by_itself(three, officer):
    judge(three[0], officer)

    assert [state(hit) for hit in three] == [HitState.DIFFERENT, HitState.OPEN, HitState.OPEN]


def test_hits_that_are_not_alike_are_not_judged_together(case, three, lists, officer):
    stranger = ScreeningHitFactory(party=PartyFactory(application=case, name="Otra"), entity=three[0].entity)
    elsewhere = ScreeningHitFactory(entity=three[0].entity, party__application__in_review=True)
    different = ScreeningHitFactory(party=case.parties.first(), entity__primary_name="Alguien Distinto")

    for other in (stranger, elsewhere, different):
        with pytest.raises(Refused):
            hits.judge_together(
                {three[0].pk: "", other.pk: ""}, judgement=DIFFERENT, reason="No.", by=officer, at=NOON
            )
    assert not HitJudgement.objects.exists()


def test_alike_judgements_are_confirmed_together_or_not_at_all(three, officer, decider):
    type(three[0]).objects.update(points=95)
    seen = {hit.pk: "" for hit in three}
    firsts = hits.judge_together(seen, judgement=DIFFERENT, reason="Otro.", by=officer, at=NOON)
    own = hits.judge(three[2].pk, judgement=DIFFERENT, reason="Otro.", by=decider, at=NOON)

    with pytest.raises(Refused):
        hits.confirm([firsts[0].pk, own.pk], reason="Sí.", by=decider, at=NOON)
    assert not HitConfirmation.objects.exists()
    hits.confirm([firsts[0].pk, firsts[1].pk], reason="Sí.", by=decider, at=NOON)

    assert [state(hit) for hit in three] == [HitState.DIFFERENT, HitState.DIFFERENT, HitState.UNCONFIRMED]


# Memory


def test_a_judgement_counts_for_the_same_facts_in_another_exporters_case(hit, officer):
    row = judge(hit, officer)

    later = again(hit)

    assert (state(later), standing(later).judgement) == (HitState.DIFFERENT, row)
    assert standing(later).is_remembered
    assert is_free(later.party.application, officer)


def test_what_stands_on_memory_is_logged_once_and_at_the_latest_when_somebody_recommends(hit, officer):
    row = judge(hit, officer)
    later = again(hit)
    case = later.party.application

    assessment.remember(case, at=NOON)
    casework.recommend(
        case.pk, outcome=Outcome.APPROVE, reasons="Sí.", months=12, conditions=[], by=officer, at=NOON
    )

    event = case.events.get(action=Action.REMEMBER_JUDGEMENT)
    assert (event.by, event.data["judgement"], event.data["people"]) == (None, row.pk, [officer.name])
    assert event.data["reference"] == hit.party.application.reference


def test_only_a_complete_judgement_is_remembered(high, officer, decider):
    first = judge(high, officer)
    later = again(high)
    assert state(later) == HitState.OPEN

    confirm(first, decider)

    assert state(later) == HitState.DIFFERENT


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Kyoto Glass Works KK"},
        {"other_names": ["KGW"]},
        {"city": "Osaka"},
        {"country": "KR"},
        {"registration_number": "77"},
        {"kind": "person"},
    ],
)
def test_another_fact_of_the_party_makes_the_memory_count_no_more(hit, officer, change):
    judge(hit, officer)

    assert state(again(hit, **change)) == HitState.OPEN


def test_another_word_of_the_list_makes_the_memory_count_no_more_and_shows_what_was(hit, officer):
    row = judge(hit, officer)
    later = again(hit)
    later.entity = ListedEntityFactory(version=ListVersionFactory(source="x"), source_id=hit.source_id)
    later.entity_digest = later.entity.digest
    later.save()

    assert state(later) == HitState.OPEN
    assert standing(later).earlier == row


def test_a_memory_ends_after_the_days_an_administrator_sets_and_never_for_its_own_case(hit, officer):
    judge(hit, officer)
    later = again(hit)
    moment = timedelta(microseconds=1)

    assert state(later, NOON + YEAR - moment) == HitState.DIFFERENT
    assert state(later, NOON + YEAR) == HitState.OPEN
    assert state(hit, NOON + YEAR) == HitState.DIFFERENT
    CalibrationFactory(remembered_days=0)
    assert state(later) == HitState.OPEN


def test_a_known_listed_party_is_a_warning_and_never_settles_anything(hit, officer):
    row = judge(hit, officer, SAME)
    later = again(hit)

    assert (state(later), standing(later).known_same) == (HitState.OPEN, row)
    assert not is_free(later.party.application, officer)


def test_whoever_contradicts_another_case_needs_a_second_person(hit, officer, decider):
    judge(hit, officer, SAME)
    later = again(hit)

    second = judge(later, officer, DIFFERENT)

    assert state(later) == HitState.UNCONFIRMED
    confirm(second, decider)
    assert state(later) == HitState.DIFFERENT


def test_a_party_found_listed_elsewhere_meanwhile_opens_what_was_settled(hit, officer, decider):
    later = again(hit)
    judge(hit, officer)
    judge(later, decider, DIFFERENT)

    judge(hit, decider, SAME)

    assert state(later) == HitState.OPEN
    assert not is_free(later.party.application, officer)


def test_revoking_ends_the_memory_everywhere_and_says_whose_it_was(hit, officer, decider):
    row = judge(hit, officer)
    one, other = again(hit), again(hit)

    hits.revoke(one.pk, reason="La fecha no convence.", by=decider, at=NOON)

    assert (state(one), state(other)) == (HitState.UNSURE, HitState.OPEN)
    assert state(hit) == HitState.DIFFERENT, "its own case decided for itself"
    event = one.party.application.events.get(action=Action.REVOKE_JUDGEMENT)
    assert (event.by, event.data["judgement"], event.data["why"]) == (
        decider,
        row.pk,
        "La fecha no convence.",
    )


def test_only_what_is_remembered_can_be_revoked(hit, officer):
    judge(hit, officer)

    with pytest.raises(Refused):
        hits.revoke(hit.pk, reason="No.", by=officer, at=NOON)


def test_what_another_case_decides_anew_is_remembered_again(hit, officer, decider):
    judge(hit, officer)
    one = again(hit)
    hits.revoke(one.pk, reason="Duda.", by=decider, at=NOON)

    row = judge(one, officer)

    later = again(hit)
    assert standing(later).judgement == row


def test_many_hits_cost_no_more_queries_than_few(case, lists, django_assert_num_queries):
    for number in range(12):
        party = PartyFactory(application=case, name=f"Empresa {number}")
        HitConfirmationFactory(judgement__hit=ScreeningHitFactory(party=party, entity__version=lists))

    with django_assert_num_queries(3):
        for one in judgements.of_case(case, NOON):
            assert one.confirmation.by.name
            assert one.judgement.hit.party.application.reference


def test_a_case_that_is_closed_keeps_its_judgements_for_others(hit, officer):
    judge(hit, officer)
    type(hit.party.application).objects.filter(pk=hit.party.application_id).update(
        status=ApplicationStatus.WITHDRAWN
    )

    assert state(again(hit)) == HitState.DIFFERENT
    assert ListVersion.objects.exists()


@pytest.fixture
def listed_party(case, hit):
    officer = UserFactory()
    hits.judge(hit.pk, judgement=SAME, reason="The same address.", by=officer, at=NOON)
    return hit.party


def rename(party, hit):
    party.name = "Quite Another Name"
    party.save()
    hit.gone_at = NOON
    hit.save()


def test_another_name_does_not_undo_that_a_party_is_listed(case, hit, listed_party):
    rename(listed_party, hit)

    assert [row.hit for row in judgements.escaped(case)] == [hit]
    assert "se cambió después" in str(workflow.no_party_is_listed(case, UserFactory(), NOON))


def test_a_party_that_left_the_list_by_itself_is_free(case, hit, listed_party):
    hit.gone_at = NOON
    hit.save()

    assert judgements.escaped(case) == []
    assert workflow.no_party_is_listed(case, UserFactory(), NOON) is None


def test_who_took_the_finding_back_before_the_change_holds_nothing(case, hit, listed_party):
    hits.judge(hit.pk, judgement=UNSURE, reason="Not sure any more.", by=UserFactory(), at=NOON)
    rename(listed_party, hit)

    assert judgements.escaped(case) == []
