"""The comparison's page: who may say what of a match now, what was said before, and what changed since."""

import pytest
from django.utils import timezone

from licensing import judgements
from licensing.models import HitConfirmation, HitJudgement
from portal import changes
from tests.factories import (
    NOON,
    ApplicationFactory,
    HitConfirmationFactory,
    HitJudgementFactory,
    ListedEntityFactory,
    ListVersionFactory,
    PartyFactory,
    ScreeningFactory,
    ScreeningHitFactory,
    UserFactory,
)
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta():
    return UserFactory(language="en", name="Marta Ríos")


@pytest.fixture
def ivan():
    return UserFactory(language="en", name="Iván Solís", decider=True)


@pytest.fixture
def lists():
    return ListVersionFactory(source="demo-un")


@pytest.fixture
def case(lists):
    return ApplicationFactory(in_review=True)


@pytest.fixture
def hit(case, lists):
    return ScreeningHitFactory(high=True, party=case.parties.first(), entity__version=lists)


def address(hit):
    return f"/cases/{hit.party.application.reference}/hits/{hit.pk}/"


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def same_party_in_another_case(hit, **facts):
    case = ApplicationFactory(in_review=True)
    known = {"name": hit.party.name, "city": hit.party.city, "country": hit.party.country}
    party = PartyFactory(application=case, role="broker", **{**known, **facts})
    ScreeningFactory(application=case)
    return ScreeningHitFactory(party=party, entity=hit.entity, points=hit.points)


def test_the_page_says_band_points_list_programme_and_that_two_people_are_needed(marta, hit):
    entity = ListedEntityFactory(version=hit.entity.version, programmes=["DPRK"])
    hit = ScreeningHitFactory(high=True, party=hit.party, entity=entity)

    html = text(client_of(marta).get(address(hit)))

    for fact in ("High likeness", "<strong>95</strong>", "Demonstration list", "DPRK", "takes two people"):
        assert fact in html


@pytest.mark.parametrize(("language", "words"), [("en", "of 100 points"), ("es", "de 100 puntos")])
def test_points_just_below_a_band_are_not_shown_as_those_of_the_band(case, lists, language, words):
    hit = ScreeningHitFactory(points=84.96, party=case.parties.first(), entity__version=lists)
    officer = client_of(UserFactory(name="Olga"), language)

    html = officer.get(address(hit)).content.decode()

    assert f"<strong>84.9</strong> {words}" in html
    assert "<strong>85</strong>" not in html


def test_the_second_person_confirms_with_the_same_answer(marta, ivan, hit):
    client_of(marta).post(address(hit), {"judgement": "different", "reason": "Otra fecha."})
    desk = client_of(ivan)
    assert "Marta Ríos says: somebody else. Do you agree?" in text(desk.get(address(hit)))

    desk.post(address(hit), {"judgement": "different", "reason": "De acuerdo."})

    assert HitJudgement.objects.count() == 1
    assert HitConfirmation.objects.get().by == ivan
    assert "Judged by Marta Ríos, confirmed by Iván Solís" in text(desk.get(address(hit)))


@pytest.mark.parametrize("answer", ["same", "unsure"])
def test_the_second_person_contradicts_with_another_answer(marta, ivan, hit, answer):
    HitJudgementFactory(hit=hit, by=marta)

    client_of(ivan).post(address(hit), {"judgement": answer, "reason": "Mismo pasaporte."})

    assert not HitConfirmation.objects.exists()
    assert [row.judgement for row in HitJudgement.objects.order_by("pk")] == ["different", answer]


def test_whoever_judged_may_say_otherwise_and_never_confirms(marta, hit):
    HitJudgementFactory(hit=hit, by=marta)
    desk = client_of(marta)
    assert "I confirm it" not in text(desk.get(address(hit)))

    desk.post(address(hit), {"judgement": "different", "reason": "Otra vez lo mismo."})

    assert not HitConfirmation.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["A judgement of two people stands", "takes two people again"]),
        ("es", ["Consta una valoración de dos personas", "volverá a requerir dos personas"]),
    ],
)
def test_whoever_judges_again_what_two_people_judged_is_warned(hit, marta, ivan, language, words):
    judgement = HitJudgementFactory(hit=hit, by=marta)
    desk = client_of(UserFactory(name="Olga"), language)
    assert words[0] not in text(desk.get(address(hit)))

    HitConfirmationFactory(judgement=judgement, by=ivan)

    html = text(desk.get(address(hit)))
    assert words[0] in html
    assert words[1] in html


def test_people_get_their_own_words_back_and_never_somebody_elses(marta, ivan, hit):
    HitJudgementFactory(hit=hit, by=marta, judgement="same", reason="Mismo pasaporte.")

    for person, words in ((marta, "Mismo pasaporte."), (ivan, "")):
        assert client_of(person).get(address(hit)).context["form"]["reason"].value() == words


def test_what_was_judged_meanwhile_by_somebody_else_is_looked_at_first(marta, ivan, hit):
    desk = client_of(ivan)
    seen = desk.get(address(hit)).context["form"].mark
    HitJudgementFactory(hit=hit, by=marta)

    html = text(desk.post(address(hit), {"judgement": "different", "reason": "Otra fecha.", "seen": seen}))

    assert "This has changed or been judged since you opened it." in html
    assert "Otra fecha." in html
    assert not HitConfirmation.objects.exists()
    again = {"judgement": "different", "reason": "Otra fecha.", "seen": _seen(html)}
    assert desk.post(address(hit), again).status_code == 302
    assert HitConfirmation.objects.exists()


def _seen(html):
    return html.split('name="seen" value="')[1].split('"')[0]


def test_the_mark_of_another_match_judges_nothing(marta, hit, case, lists):
    other = ScreeningHitFactory(party=case.parties.last(), entity__version=lists)
    mark = client_of(marta).get(address(other)).context["form"].mark

    client_of(marta).post(address(hit), {"judgement": "different", "reason": "Otra.", "seen": mark})

    assert not HitJudgement.objects.exists()


def test_after_one_the_next_that_waits_for_this_person_opens_and_then_the_case(marta, ivan, hit, case, lists):
    waiting = ScreeningHitFactory(high=True, party=case.parties.last(), entity__version=lists, points=94)
    mine = ScreeningHitFactory(high=True, party=case.parties.last(), entity__version=lists, points=93)
    HitJudgementFactory(hit=waiting, by=ivan)
    HitJudgementFactory(hit=mine, by=marta)
    answer = {"judgement": "same", "reason": "Sí."}

    assert client_of(marta).post(address(hit), answer).url == address(waiting)
    assert client_of(marta).post(address(waiting), answer).url == f"/cases/{case.reference}/"


def test_what_is_alike_is_ticked_only_when_asked_for(marta, case, lists):
    entity = ListedEntityFactory(version=lists)
    first, second = (ScreeningHitFactory(party=party, entity=entity) for party in case.parties.all())
    other = ScreeningHitFactory(party=first.party, entity__version=ListVersionFactory(source="demo-ofac"))
    desk = client_of(marta)

    def ticked(rest=""):
        form = desk.get(address(first) + rest).context["form"]
        return {int(mark.split(".")[0]) for mark in form["together"].initial}

    assert ticked() == set()
    assert ticked("?together=1") == {second.pk, other.pk}
    assert "Settle these 3 alike together" in text(desk.get(f"/cases/{case.reference}/"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["The judgement is recorded.", "2 judgements are recorded."]),
        ("es", ["La valoración está registrada.", "Se registraron 2 valoraciones."]),
    ],
)
@pytest.mark.parametrize("others", [0, 1])
def test_the_answer_says_how_many_judgements_were_recorded(case, lists, language, words, others):
    entity = ListedEntityFactory(version=lists)
    hits = [ScreeningHitFactory(party=party, entity=entity) for party in case.parties.all()]
    desk = client_of(UserFactory(name="Olga"), language)
    marks = [mark for mark, _label in desk.get(address(hits[0])).context["form"].fields["together"].choices]

    response = desk.post(
        address(hits[0]),
        {"judgement": "different", "reason": "Otra.", "together": marks[:others]},
        follow=True,
    )

    assert words[others] in text(response)
    assert HitJudgement.objects.count() == 1 + others


def test_what_may_not_be_settled_together_is_refused_as_a_choice(marta, hit, case, lists):
    ScreeningHitFactory(party=case.parties.last(), entity=hit.entity)
    stranger = ScreeningHitFactory(party=PartyFactory(application=case, name="Otra"), entity__version=lists)
    mark = f"{stranger.pk}.{stranger.seen}.0"

    response = client_of(marta).post(
        address(hit), {"judgement": "different", "reason": "Otra.", "together": [mark]}
    )

    assert "together" in response.context["form"].errors
    assert not HitJudgement.objects.exists()


def test_a_remembered_judgement_says_by_whom_when_where_and_until_when_and_can_be_revoked(marta, ivan, hit):
    HitConfirmationFactory(judgement=HitJudgementFactory(hit=hit, by=marta), by=ivan)
    later = same_party_in_another_case(hit)
    desk = client_of(marta)

    html = text(desk.get(address(later)))
    for fact in (
        "Judged before: somebody else",
        "Judged by Marta Ríos, confirmed by Iván Solís on 2 March 2026 in case",
        hit.party.application.reference,
        "It counts here until 2 March 2027",
    ):
        assert fact in html
    assert desk.post(address(later), {"reason": " "}).context["form"].errors
    desk.post(address(later), {"reason": "Dudo de la fecha."})

    assert "Dudo de la fecha." in text(desk.get(address(later)))
    assert not judgements.of_hits([later], timezone.now())[0].is_settled


def test_what_changed_is_told_field_by_field(marta, hit):
    row = HitJudgementFactory(hit=hit, by=marta)
    entity = ListedEntityFactory(
        version=ListVersionFactory(source="x"),
        source_id=hit.source_id,
        primary_name=hit.entity.primary_name,
        countries=["KP"],
        remarks="Nuevo.",
    )
    hit.party.city, hit.party.registration_number = "Osaka", "77"
    hit.party.save()
    type(hit).objects.filter(pk=hit.pk).update(
        entity=entity, entity_digest=entity.digest, party_digest="f" * 64
    )
    hit.refresh_from_db()

    told = {(change.label, change.before, change.after) for change in changes.since(row, hit)}

    assert told == {
        ("Dirección", "Kioto", "Osaka"),
        ("Identificadores", "", "77"),
        ("Países", "", "Corea del Norte"),
        ("Observaciones", "", "Nuevo."),
    }


@pytest.mark.parametrize(
    ("earlier", "facts", "words"),
    [
        ({"judgement": "unsure"}, {}, "Judged before in another case: Not sure."),
        ({"needs_second": True}, {}, "No second person has confirmed it there."),
        ({"judgement": "same"}, {"city": "Osaka"}, "What has changed since:"),
        ({}, {"city": "Osaka"}, "What has changed since:"),
    ],
)
def test_an_earlier_judgement_that_no_longer_counts_says_why(marta, hit, earlier, facts, words):
    HitJudgementFactory(hit=hit, **earlier)

    assert words in text(client_of(marta).get(address(same_party_in_another_case(hit, **facts))))


def test_a_sibling_of_the_same_case_is_told_as_such(marta, hit, case):
    twin = ScreeningHitFactory(party=case.parties.last(), entity=hit.entity, points=95)
    HitJudgementFactory(hit=hit, by=marta)

    assert "Judged in this case for another part of it" in text(client_of(marta).get(address(twin)))


def test_a_party_known_as_listed_is_a_warning_in_the_list_and_on_the_page(marta, hit):
    HitJudgementFactory(hit=hit, judgement="same", by=marta)
    later = same_party_in_another_case(hit)
    desk = client_of(marta)

    assert "that this same party is this listed entry" in text(desk.get(address(later)))
    assert "Known as listed" in text(desk.get(f"/cases/{later.party.application.reference}/"))


def test_a_match_that_is_found_no_more_is_read_and_not_judged(marta, hit):
    type(hit).objects.update(gone_at=NOON)
    desk = client_of(marta)

    assert "there is nothing to judge" in text(desk.get(address(hit)))
    desk.post(address(hit), {"judgement": "different", "reason": "Otra."})

    assert not HitJudgement.objects.exists()


def test_whoever_can_confirm_finds_it_on_the_first_page(marta, ivan, hit):
    HitJudgementFactory(hit=hit, by=marta)

    assert address(hit) in text(client_of(ivan).get("/"))
    assert address(hit) not in text(client_of(marta).get("/"))


@pytest.mark.parametrize("trait", ["exporter", "adviser", "customs", "administrator"])
def test_nobody_but_officers_opens_the_comparison(hit, trait):
    assert client_of(UserFactory(**{trait: True})).get(address(hit)).status_code == 403
