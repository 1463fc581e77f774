"""Copy what officers judged so far into the table of judgements.

A hit's party digest no longer takes in the role, so it is made anew where the party is still as it was judged;
where it is not, the hit waits for a judgement, as it did before. A frozen copy of licensing.parties.
"""

import hashlib
import json

from django.db import migrations

HIGH, MEDIUM = 90, 80


def carry_over(apps, _schema_editor):
    hits = apps.get_model("licensing", "ScreeningHit").objects.select_related("party")
    judgements = apps.get_model("licensing", "HitJudgement")
    for hit in hits.order_by("pk").iterator():
        facts = facts_of(hit.party)
        if hit.party_digest == digest([hit.party.role, *facts.values()]):
            hit.party_digest = digest(facts, sort_keys=True)
            hit.save(update_fields=["party_digest"])
        if hit.judgement:
            judgements.objects.create(
                hit=hit,
                judgement=hit.judgement,
                reason=hit.judgement_reason,
                by_id=hit.judged_by_id,
                at=hit.judged_at,
                needs_second=False,
                source=hit.source,
                source_id=hit.source_id,
                entity_id=hit.entity_id,
                entity_digest=hit.entity_digest,
                party_digest=hit.party_digest,
                party_facts=facts,
                party_key=" ".join(hit.party.name.casefold().split())[:200],
                points=hit.points,
                band="high" if hit.points >= HIGH else "medium" if hit.points >= MEDIUM else "low",
            )


def facts_of(party):
    place = " ".join(part for part in (party.postal_code, party.city) if part)
    return {
        "kind": party.kind,
        "names": [party.name, *party.other_names],
        "country": party.country,
        "address": [line for line in (party.street, party.street_more, place, party.region) if line],
        "registration_number": party.registration_number,
        "born_on": party.born_on.isoformat() if party.born_on else "",
    }


def digest(facts, **options):
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, **options).encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [("licensing", "0020_judgements_are_kept")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop, elidable=True)]
