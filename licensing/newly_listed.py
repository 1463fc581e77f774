"""Goods under no code that a new edition's added codes may describe: hints for people, found by a worker.

Nobody can have claimed a code before it existed, so those it matters to most are found by what they are.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from licensing import outbox
from licensing.classification import codes_that_count, digest, goods_of, known_bases
from licensing.impact import changes_between
from licensing.models import EditionSearch, GoodsLine, Job, PossibleListing
from screening.classification import likeliest_among
from screening.control.wording import base
from screening.control_models import ControlEdition

LINES_AT_A_TIME = 100  # half a minute of a busy processor
PATIENCE = timedelta(hours=12)  # letters wait for the search no longer


def is_over(before: ControlEdition, edition: ControlEdition, at: datetime) -> bool:
    """Say whether letters about the edition need not wait for the search, which is promised if it is due.

    Call it in a transaction that holds the edition.
    """
    search = EditionSearch.objects.filter(edition=edition).first()
    if search:
        return bool(search.done_at) or at - search.started_at > PATIENCE
    codes = changes_between(before, edition).added
    if codes:
        search = EditionSearch.objects.create(
            edition=edition, previous=before, codes=list(codes), started_at=at
        )
        outbox.put(Job.EDITION_GOODS, at=at, search_id=search.pk, after=0)
    return not codes


def carry_on(search_id: int, after: int, *, at: datetime) -> None:
    """Look at the next goods behind the line `after`, and promise the rest. Safe to repeat."""
    search = EditionSearch.objects.select_related("edition__list").get(pk=search_id)
    lines = list(GoodsLine.objects.filter(pk__gt=after).order_by("pk")[:LINES_AT_A_TIME])
    wanted = [] if search.reached != after else under_no_code(lines)
    found = _found(search, wanted, at)
    with transaction.atomic():
        locked = EditionSearch.objects.select_for_update().get(pk=search_id)
        if locked.reached != after or locked.done_at:
            return
        PossibleListing.objects.bulk_create(found)
        locked.looked_at_count += len(wanted)
        if lines:
            locked.reached = lines[-1].pk
            outbox.put(Job.EDITION_GOODS, at=at, search_id=search_id, after=locked.reached)
        else:
            locked.done_at = at
        locked.save()


def _found(search: EditionSearch, lines: list[GoodsLine], at: datetime) -> list[PossibleListing]:
    codes = frozenset(search.codes)
    answers: dict[str, tuple[str, float] | None] = {}
    found = []
    for line in lines:
        said = digest(line)
        if said not in answers:
            answers[said] = likeliest_among(goods_of(line), search.edition, codes, at=at)
        if answer := answers[said]:
            code, likely = answer
            found.append(
                PossibleListing(
                    search=search, line=line, code=code, points=100 * likely, goods_digest=said, at=at
                )
            )
    return found


def under_no_code(lines: Iterable[GoodsLine]) -> list[GoodsLine]:
    """Return the goods that, for officers or for their company, go by no code that any list has."""
    held = list(lines)
    views = [codes_that_count(held, for_exporters=is_theirs) for is_theirs in (False, True)]
    known = known_bases(code for view in views for codes in view.values() for code in codes)
    return [line for line in held if any(known.isdisjoint(map(base, view[line.pk])) for view in views)]
