"""Files that people hand in, stored by the hash of their content."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class StoredFile(models.Model):
    """One upload. Two uploads of the same content are two rows and one file on disk."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        PDF = "pdf", _("PDF")
        SHEET = "sheet", _("Table")
        WORD = "word", _("Document")
        TEXT = "text", _("Text")

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    mime = models.CharField(max_length=100)
    by = models.CharField(max_length=80)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="base_file_not_empty")
        ]

    def __str__(self) -> str:
        return self.name
