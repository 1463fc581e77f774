import pytest

from screening.importers.rows import RelationRow
from screening.matcher import Subject
from screening.models import ListedEntity, ListedName, ListVersion
from screening.search import find_matches
from tests.factories import NOON


@pytest.fixture
def listed(db):
    version = ListVersion.objects.create(
        source="demo-un", edition="1", published_on=NOON.date(), sha256="0" * 64, size=1, in_force_from=NOON,
        imported_at=NOON, imported_by_name="Nobody", entities_count=1, names_count=1,
    )  # fmt: skip

    def listed(name, *relations, kind="organisation"):
        entity = ListedEntity.objects.create(
            version=version,
            source_id=name,
            kind=kind,
            primary_name=name,
            digest=name,
            relations=[
                {"kind": each.kind, "name": each.name, "source_id": "", "share": each.share, "note": ""}
                for each in relations
            ],
        )
        ListedName.objects.create(entity=entity, name=name, kind="primary", script="Latin")

    return listed


def reasons(name):
    (match, *_others) = find_matches(Subject((name,), kind="organisation"), at=NOON)
    return {reason.feature: reason.detail for reason in match.score.reasons}


def test_a_hit_says_which_listed_parties_own_it_and_that_they_own_half(listed):
    listed("Quimera Madre")
    listed("Fantasma Holding")
    listed(
        "Nowhere Centrifuge Works",
        RelationRow("owned-by", "QUIMERA MADRE S.A.", share="30"),
        RelationRow("owned-by", "Fantasma Holding", share="20"),
        RelationRow("owned-by", "Nobody Listed", share="50"),
    )

    found = reasons("Nowhere Centrifuge Works")

    assert found["half-owned"] == "50 %"
    assert found["listed-owner"] == "Fantasma Holding (20 %)"


@pytest.mark.parametrize("share", ["49", ""])
def test_less_than_half_or_no_share_is_not_half(listed, share):
    listed("Quimera Madre")
    listed("Nowhere Centrifuge Works", RelationRow("owned-by", "Quimera Madre", share=share))

    found = reasons("Nowhere Centrifuge Works")

    assert "listed-owner" in found
    assert "half-owned" not in found


def test_owners_that_are_not_listed_are_not_named(listed):
    listed("Nowhere Centrifuge Works", RelationRow("owned-by", "Quimera Madre", share="100"))

    assert "listed-owner" not in reasons("Nowhere Centrifuge Works")


def test_a_party_only_named_as_owned_is_found_under_its_owner(listed):
    listed("Baldomero Quimera", RelationRow("owns", "Nowhere Centrifuge Works", share="50"), kind="person")

    (match,) = find_matches(Subject(("Nowhere Centrifuge Works Ltd",), kind="organisation"), at=NOON)

    assert match.entity.primary_name == "Baldomero Quimera"
    assert match.score.points == 92
    assert match.score.reasons[-1].feature == "owned-party"


def test_what_is_owned_by_less_than_half_is_not_found(listed):
    listed("Baldomero Quimera", RelationRow("owns", "Nowhere Centrifuge Works", share="49.9"), kind="person")

    assert find_matches(Subject(("Nowhere Centrifuge Works",)), at=NOON) == []
