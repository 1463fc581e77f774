"""What all licences are worth, signed: true at its moment, useless after its end."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from licensing import schedule, signing, snapshots
from licensing.country import pack
from licensing.models import Licence, LicenceStatus, StatusSnapshot
from licensing.terms import RECEIVERS
from portal.api import keys
from portal.offline import verify_token
from portal.offline.verify_token import NotGenuine
from tests.factories import NOON, LicenceFactory, LicenceLineFactory
from tests.licensing.test_terms import issued
from tests.portal.machines import Machine

pytestmark = pytest.mark.django_db


def read(snapshot):
    return verify_token.verify_snapshot(bytes(snapshot.content), keys.known())


@pytest.fixture
def line():
    return LicenceLineFactory(granted=Decimal("480"), used=Decimal("80.5"))


def test_it_says_state_and_what_remains(line):
    snapshot = read(snapshots.make_if_due(NOON))

    status = snapshot.licences[line.licence.reference]
    assert (status.state, status.remaining) == ("valid", {1: ("399.5", line.unit)})
    assert snapshot.issued_at == NOON
    assert snapshot.expires_at == NOON + timedelta(hours=24)


@pytest.mark.parametrize("status", [LicenceStatus.SUSPENDED, LicenceStatus.REVOKED])
def test_it_says_what_officers_stopped(status):
    licence = LicenceLineFactory(licence__status=status).licence

    assert read(snapshots.make_if_due(NOON)).licences[licence.reference].state == status


def test_it_says_the_same_state_as_the_licence_itself():
    made = [
        LicenceLineFactory(granted=Decimal(5), used=Decimal(5)).licence,
        LicenceLineFactory(licence__starts_at=NOON + timedelta(days=1)).licence,
        LicenceLineFactory(
            licence__starts_at=NOON - timedelta(days=9), licence__ends_at=NOON - timedelta(days=1)
        ).licence,
        LicenceLineFactory().licence,
    ]

    said = read(snapshots.make_if_due(NOON)).licences

    assert [said[licence.reference].state for licence in made] == [
        "exhausted",
        "not-yet-valid",
        "expired",
        "valid",
    ]
    assert all(said[licence.reference].state == licence.state(NOON) for licence in made)


def test_it_is_over_at_its_end_and_not_a_moment_before(line):
    snapshot = read(snapshots.make_if_due(NOON))

    assert not snapshot.is_over(snapshot.expires_at - timedelta(seconds=1))
    assert snapshot.is_over(snapshot.expires_at)


def test_it_is_over_on_a_device_whose_clock_is_far_behind(line):
    assert read(snapshots.make_if_due(NOON)).is_over(NOON - timedelta(minutes=6))


def test_no_changed_snapshot_is_believed(line):
    content = bytes(snapshots.make_if_due(NOON).content)

    for at in range(0, len(content), 7):
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(NotGenuine):
            verify_token.verify_snapshot(bytes(changed), keys.known())


def test_nothing_is_made_again_within_the_time_it_is_fresh(line):
    snapshots.make_if_due(NOON)

    assert snapshots.make_if_due(NOON + timedelta(minutes=4)) is None
    assert snapshots.make_if_due(NOON + timedelta(minutes=5)) is not None


def test_making_it_takes_a_tenth_of_the_time_at_most(line):
    first = snapshots.make_if_due(NOON)
    StatusSnapshot.objects.filter(pk=first.pk).update(made_in=timedelta(minutes=1))

    assert snapshots.make_if_due(NOON + timedelta(minutes=9)) is None
    assert snapshots.make_if_due(NOON + timedelta(minutes=10)) is not None


def test_few_are_kept(line):
    for minutes in range(0, 60, 10):
        snapshots.make_if_due(NOON + timedelta(minutes=minutes))

    assert StatusSnapshot.objects.count() == snapshots.KEPT


def test_the_questions_do_not_grow_with_the_licences(django_assert_num_queries):
    for _number in range(5):
        LicenceLineFactory()
    signing.demonstration_key()

    with django_assert_num_queries(12):
        snapshots.make_if_due(NOON)


@pytest.mark.django_db(transaction=True)
def test_a_change_is_in_the_next_one_at_once(line):
    snapshots.make_if_due(NOON)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE licensing_licence SET status = 'suspended' WHERE id = %s", [line.licence_id])

    snapshot = read(snapshots.make_if_due(NOON + timedelta(minutes=1)))

    assert snapshot.licences[line.licence.reference].state == "suspended"


def test_the_clock_makes_it(line):
    schedule.make_snapshot()

    assert StatusSnapshot.objects.get().licences_count == 1


# --- over the API ------------------------------------------------------------------------------------


@pytest.fixture
def machine():
    return Machine()


def test_a_port_fetches_the_newest_one(machine, line):
    schedule.make_snapshot()

    answer = machine.get("/api/v1/snapshots/latest", Accept="application/cose")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/cose")
    snapshot = verify_token.verify_snapshot(answer.content, keys.known())
    assert line.licence.reference in snapshot.licences
    again = machine.get("/api/v1/snapshots/latest", **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_none_is_handed_out_that_is_over(machine, line):
    snapshots.make_if_due(NOON)

    answer = machine.get("/api/v1/snapshots/latest")

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert answer["Content-Type"].startswith("application/problem+json")


def test_it_takes_a_key_that_may_read_licences(line):
    assert Machine(scopes=["usages:write"]).get("/api/v1/snapshots/latest").status_code == 403


def test_anybody_may_read_the_public_keys(client):
    answer = client.get("/api/v1/keys")

    (key,) = answer.json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["revoked"]) == ("EC", "P-256", "ES256", False)
    assert "d" not in key
    assert verify_token.read_keys(answer.content.decode()).keys() == {key["kid"]}


# --- what a port concludes ---------------------------------------------------------------------------


def judged(token, snapshot, at=NOON):
    day = (at - timedelta(hours=5)).date()
    verdict = verify_token.judge(token, snapshot, today=day, at=at)
    return verdict.answer, verdict.because


def token_of(licence):
    return verify_token.Token(
        number=licence.reference,
        edition=1,
        holder="",
        valid_from=licence.valid_from,
        valid_to=licence.valid_to,
        issued_at=NOON,
        state="valid",
        data_sha256="",
        line_count=0,
        lines=(),
        kid="",
    )


def test_only_a_good_list_makes_a_licence_valid(line):
    snapshot, token = read(snapshots.make_if_due(NOON)), token_of(line.licence)

    assert judged(token, snapshot) == ("valid", "valid")
    assert judged(token, None) == ("ask", "no-snapshot")
    assert judged(token, snapshot, NOON + timedelta(hours=24)) == ("ask", "snapshot-over")


def test_whoever_is_not_in_the_list_is_asked_about(line):
    snapshot = read(snapshots.make_if_due(NOON))

    assert judged(token_of(LicenceFactory()), snapshot) == ("ask", "not-in-snapshot")


def test_a_line_that_is_used_up_is_asked_about(line):
    LicenceLineFactory(licence=line.licence, granted=Decimal(5), used=Decimal(5))

    assert judged(token_of(line.licence), read(snapshots.make_if_due(NOON))) == ("ask", "some-used-up")


def test_the_script_says_what_remains(line, tmp_path, capsys):
    schedule.make_snapshot()
    (tmp_path / "keys.json").write_text(json.dumps(keys.key_set()), encoding="utf-8")
    (tmp_path / "snapshot.cose").write_bytes(bytes(StatusSnapshot.objects.get().content))
    content = [1, line.licence.reference, 1, "X", 10000, 99999, int(NOON.timestamp()), 0, bytes(32), 1]
    content.append([[1, "", "845611", "480", line.unit, "Láser"]])
    signed, _kid = signing.sign(content, signing.LICENCE, at=NOON)

    status = verify_token.main(
        [
            "--keys",
            str(tmp_path / "keys.json"),
            "--snapshot",
            str(tmp_path / "snapshot.cose"),
            verify_token.text_of(signed),
        ]
    )

    said = json.loads(capsys.readouterr().out)
    assert (status, said["answer"], said["lines"][0]["remaining"]) == (0, "valid", "399.5")


# --- what a licence asks for beside the goods --------------------------------------------------------


def test_it_names_receivers_and_the_conditions_that_customs_checks():
    now, regime = timezone.now(), pack().regimes[0].code
    last_day = pack().legal_day(now) + timedelta(days=30)
    licence = issued(ports=("PABLB",), regimes=(regime,), last_day=last_day, named_consignee=True, most="2.5")

    snapshot = snapshots.make_if_due(now)

    asked = read(snapshot).licences[licence.reference].asked
    parties = licence.application.parties.filter(role__in=RECEIVERS).order_by("pk")
    assert asked.receivers == tuple(parties.values_list("name", flat=True)) != ()
    assert (asked.destination, asked.named_only) == (licence.application.destination, True)
    assert (asked.ports, asked.regimes, asked.most) == (("PABLB",), (regime,), ((1, "2.5"),))
    assert (asked.first_day, asked.last_day) == (None, last_day)
    assert asked.conditions == len(licence.conditions) > 1


def test_a_licence_that_is_not_in_force_has_nothing_of_them(line):
    Licence.objects.filter(pk=line.licence_id).update(**{"status": LicenceStatus.SUSPENDED})

    assert read(snapshots.make_if_due(NOON)).licences[str(line.licence)].asked == verify_token.Asked()


def test_a_list_of_the_first_format_is_read_still():
    issued_at, over = int(NOON.timestamp()), int(NOON.timestamp()) + 3600
    content = [1, issued_at, over, [["PA-L-1999-000001", 0, [[1, "4", "C62"]]]]]
    signed, _kid = signing.sign(content, signing.SNAPSHOT, at=NOON)

    status = verify_token.verify_snapshot(signed, keys.known()).licences["PA-L-1999-000001"]

    assert (status.state, status.asked) == ("valid", verify_token.Asked())
