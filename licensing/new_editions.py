"""Letters about a new edition of a control list: to each company whose goods it touches, and to officers."""

from datetime import datetime

from django.db import transaction

from licensing import impact, letters, newly_listed, outbox
from licensing.country import pack
from licensing.impact import Kind
from licensing.models import EXPORTER_ROLES, EditionNotice, Job, User
from licensing.permissions import Permission, roles_with
from screening.control.lists import name_of
from screening.control_models import ControlEdition

LINES_OF_A_LETTER = 30  # goods named in a letter; all are counted


def tell(*, at: datetime) -> list[EditionNotice]:
    """Promise the letters about every edition in force that nobody was told of yet. Safe to repeat.

    Where codes were added, the goods under no code are looked through first.
    """
    untold = ControlEdition.objects.in_force(at).filter(notice=None).order_by("in_force_from", "pk")
    found = (_tell_of(pk, at) for pk in list(untold.values_list("pk", flat=True)))
    return [notice for notice in found if notice]


@transaction.atomic
def _tell_of(edition_id: int, at: datetime) -> EditionNotice | None:
    edition = ControlEdition.objects.select_related("list").select_for_update(of=("self",)).get(pk=edition_id)
    if EditionNotice.objects.filter(edition=edition).exists():
        return None
    before = previous_of(edition)
    if before and not newly_listed.is_over(before, edition, at):
        return None
    found = impact.digest(before, edition, at, for_exporters=True) if before else None
    companies = found.companies if found and is_ours(edition) else []
    notice = EditionNotice.objects.create(
        edition=edition, previous=before, companies_count=len(companies), at=at
    )
    if before:
        for user in _readers([company.pk for company in companies]):
            outbox.put(Job.EDITION, at=at, notice_id=notice.pk, user_id=user.pk)
    return notice


def previous_of(edition: ControlEdition) -> ControlEdition | None:
    """Return the last edition of the same list that people know; one that came and went is no news."""
    earlier = ControlEdition.objects.filter(
        list=edition.list, in_force_from__lt=edition.in_force_from, notice__isnull=False
    )
    return earlier.select_related("list").order_by("-in_force_from", "-pk").first()


def is_ours(edition: ControlEdition) -> bool:
    """Say whether our law knows the list: of others, officers alone are told."""
    return edition.list.code in pack().determining.lists


def _readers(company_ids: list[int]) -> list[User]:
    """Return everybody at the companies who may file, then all officers."""
    people = User.objects.filter(is_active=True)
    filers = people.filter(organisation__in=company_ids, role__in=EXPORTER_ROLES)
    officers = people.filter(role__in=roles_with(Permission.REVIEW))
    return [*filers.order_by("pk"), *officers.order_by("pk")]


def send(notice: EditionNotice, user: User, *, at: datetime) -> None:
    """Tell `user` what the edition touches; of a company, nothing if it is nothing any more."""
    assert notice.previous is not None
    found = impact.digest(notice.previous, notice.edition, at, for_exporters=user.is_exporter)
    if user.is_exporter:
        found = found.for_company(user.organisation_id or 0)
        if not any(found.everything):
            return
    letters.write(
        user,
        f"emails/{'edition-for-exporters' if user.is_exporter else 'edition-for-officers'}.txt",
        notice=notice,
        list_name=name_of(notice.edition.list),
        digest=found,
        licences=found.of(Kind.LICENCE),
        cases=found.of(Kind.CASE),
        library=found.library,
        possible=found.possible,
        companies=len(found.companies),
        most=LINES_OF_A_LETTER,
    )
