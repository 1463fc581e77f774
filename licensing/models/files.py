"""Files, kept under the SHA-256 of their bytes and never overwritten."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import User
from licensing.models.applications import Application


class StoredFile(models.Model):
    """Bytes on disk at media/ab/cd/<sha256>; the same bytes are stored once."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()  # bytes
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="no_stored_file_is_empty")]

    def __str__(self) -> str:
        return self.sha256


class DocumentKind(models.TextChoices):
    END_USER_CERTIFICATE = "end-user-certificate", _("End-user certificate")
    CONTRACT = "contract", _("Contract, order or invoice")
    TECHNICAL = "technical", _("Technical specification")
    OTHER = "other", _("Other document")


class Document(models.Model):
    """A file that an exporter put with an application."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    kind = models.CharField(_("What is it?"), max_length=30, choices=DocumentKind)
    name = models.CharField(max_length=200)  # of the file as uploaded, shown but never used as a path
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="document_kind_is_known"),
            models.UniqueConstraint(
                fields=["application", "kind", "file"], name="a_file_is_added_once_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name
