"""How tests come by an amendment: asked for, looked into, decided."""

from django.utils import timezone

from licensing.actions import amendments, decisions
from licensing.models import ApplicationStatus
from screening.models import ListVersion
from tests.factories import (
    NOON,
    LicenceFactory,
    LicenceLineFactory,
    ListVersionFactory,
    RecommendationFactory,
    ScreeningFactory,
    UserFactory,
    assess_goods,
)

CHANGES = "Más unidades, porque el cliente amplió el pedido."


def granted(**line):
    """Return the one line of a licence for all that its application asks for."""
    licence = LicenceFactory()
    goods = licence.application.goods.get()
    asked = {"quantity": line.get("granted", goods.quantity), "value": line.get("value", goods.value)}
    type(goods).objects.filter(pk=goods.pk).update(**asked)
    goods.refresh_from_db()
    return LicenceLineFactory(licence=licence, goods=goods, **line)


def filer_of(licence):
    return UserFactory(exporter=True, organisation=licence.holder)


def ask(licence, **goods):
    """Return the draft that amends the licence; `goods` are changed on each of its lines."""
    case = amendments.start(licence.pk, changes=CHANGES, by=filer_of(licence), at=timezone.now())
    if goods:
        case.goods.update(**goods)
    return case


def recommended(licence, **goods):
    """Return the amendment as it waits for its decision."""
    return looked_into(ask(licence, **goods))


def looked_into(case):
    type(case).objects.filter(pk=case.pk).update(status=ApplicationStatus.RECOMMENDED, submitted_at=NOON)
    case.refresh_from_db()
    if not ListVersion.objects.exists():
        ListVersionFactory()
    ScreeningFactory(application=case)
    assess_goods(case, None)
    RecommendationFactory(application=case)
    return case


def issue(case, at=None):
    """Approve it: return the licence that replaces the other."""
    return decisions.approve(
        case.pk, reasons="De acuerdo.", by=UserFactory(decider=True), at=at or timezone.now()
    )


def amended(licence, **goods):
    return issue(recommended(licence, **goods))
