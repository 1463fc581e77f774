"""What customs systems are told by themselves, and how far each message got.

Triggers write down what happened to a licence in the transaction that did it (migration 0068); the clock adds
that one expired or was used up. From there each endpoint gets a message of its own.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, User
from licensing.models.detentions import Detention
from licensing.models.licences import Licence


class NewsKind(models.TextChoices):
    ISSUED = "issued", _("Issued")
    SUSPENDED = "suspended", _("Suspended")
    REINSTATED = "reinstated", _("Reinstated")
    REVOKED = "revoked", _("Revoked")
    SURRENDERED = "surrendered", _("Given back")
    REPLACED = "replaced", _("Replaced")
    EXPIRED = "expired", _("Expired")
    EXHAUSTED = "exhausted", _("Used up")
    # Of goods that customs keeps back
    OPENED = "opened", _("Goods detained")
    ANSWERED = "answered", _("Answered about detained goods")
    CLOSED = "closed", _("Detained goods let go")


OF_DETENTIONS = (NewsKind.OPENED, NewsKind.ANSWERED, NewsKind.CLOSED)


class LicenceNews(models.Model):
    """That something happened to a licence, or to goods detained under one, which customs should hear of at
    once."""

    # Null: of goods that are under no licence we know.
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="news")
    detention = models.ForeignKey(Detention, models.PROTECT, null=True, related_name="news")
    kind = models.CharField(max_length=12, choices=NewsKind)
    at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True)  # when every endpoint had got its message

    class Meta:
        verbose_name_plural = "news of licences"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=NewsKind.values),
                name="kind_of_news_is_known",
            ),
            models.UniqueConstraint(
                fields=["licence"], condition=Q(kind="expired"), name="a_licence_expires_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OF_DETENTIONS, detention__isnull=False)
                | (~Q(kind__in=OF_DETENTIONS) & Q(detention=None, licence__isnull=False)),
                name="news_is_of_a_licence_or_of_a_detention",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(spread_at=None), name="news_to_spread")]

    def __str__(self) -> str:
        return f"{self.about}: {self.kind}"

    @property
    def about(self) -> str:
        """Return the number of the licence, or that of the declaration whose goods are detained."""
        return str(self.detention or self.licence)


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def live(self) -> Self:
        return self.filter(disabled_at=None, gone_at=None)


class WebhookEndpoint(models.Model):
    """An address of a customs system that is told what happens to licences."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="webhook_endpoints")
    address = models.URLField(max_length=500)
    secret = models.TextField()  # encrypted, see licensing.webhooks; shown once when the endpoint is made
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    disabled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    disabled_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)  # when it answered 410: it wants no more
    # While it does not answer at all, nothing else is sent there either.
    failures = models.PositiveSmallIntegerField(default=0)  # in a row, of the endpoint as such
    resume_at = models.DateTimeField()
    lease_ends_at = models.DateTimeField()  # a worker is at it until then

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_by=None, disabled_at=None)
                | Q(disabled_by__isnull=False, disabled_at__isnull=False),
                name="a_disabled_endpoint_says_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["organisation", "address"],
                condition=Q(disabled_at=None, gone_at=None),
                name="an_address_is_told_once",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def is_live(self) -> bool:
        return self.disabled_at is None and self.gone_at is None


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    def open(self) -> Self:
        return self.filter(delivered_at=None, dead_at=None)

    def due(self, at: datetime) -> Self:
        """Messages to send now: of each licence only the oldest that is not settled, and of each detention
        that is under none."""
        same_licence = Q(licence=OuterRef("licence"))
        same_detention = Q(licence=None, news__detention=OuterRef("news__detention"))
        earlier = WebhookMessage.objects.open().filter(
            same_licence | same_detention, endpoint=OuterRef("endpoint"), pk__lt=OuterRef("pk")
        )
        return self.open().filter(due_at__lte=at).exclude(Exists(earlier))

    def about_the_same(self, message: "WebhookMessage") -> Self:
        """Messages to the same endpoint about the same licence, or the same detention that is under none."""
        licence, detention = message.licence_id, message.news.detention_id
        of = Q(licence=licence) if licence else Q(licence=None, news__detention=detention)
        return self.filter(of, endpoint=message.endpoint_id)

    def dead(self) -> Self:
        return self.filter(dead_at__isnull=False)


class WebhookMessage(models.Model):
    """One piece of news for one endpoint: sent until it is taken, for three days, then left to a person."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="messages")
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="+")
    news = models.ForeignKey(LicenceNews, models.PROTECT, related_name="messages")
    key = models.CharField(max_length=40, unique=True)  # webhook-id: the same with every try
    body = models.TextField()  # JSON, as it is sent
    created_at = models.DateTimeField()
    first_at = models.DateTimeField()  # given up three days later; set anew when a person sends it again
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)  # of the last try
    delivered_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "news"], name="an_endpoint_hears_news_once"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(dead_at=None),
                name="a_message_is_not_both_delivered_and_given_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "licence", "id"],
                condition=Q(delivered_at=None, dead_at=None),
                name="webhook_messages_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.endpoint})"
