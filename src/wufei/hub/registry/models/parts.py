"""What every register entry shares, and how PostgreSQL is told "the same one, at the same time".

The server has no ``btree_gist``; equality inside an exclusion constraint is written as the
overlap of one-point ranges: ``int8range(id, id, '[]')`` for keys and ``registry_textrange`` (a
range type of migration 0000) for texts.
"""

from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class Entry(models.Model):
    """``uuid`` is chosen by the caller or made here; ``created_digest`` tells a retry from a reuse.

    ``validity`` is half-open [first day, day after the last); no upper bound while it lasts.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    created_digest = models.CharField(max_length=64, blank=True, editable=False)
    validity = DateRangeField(_("validity"))

    class Meta:
        abstract = True


def in_language(name: str, name_en: str) -> str:
    """The English name for those who read English, where there is one."""
    return name_en if name_en and (get_language() or "").startswith("en") else name


def same_key(field: str) -> tuple[Func, str]:
    """Part of an exclusion constraint: the same row is referred to (nothing counts as row 0)."""
    key = Coalesce(F(field), Value(0))
    return (Func(key, key, Value("[]"), function="int8range"), RangeOperators.OVERLAPS)


def same_text(field: str) -> tuple[Func, str]:
    """Part of an exclusion constraint: the same text."""
    point = Func(F(field), F(field), Value("[]"), function="registry_textrange")
    return (point, RangeOperators.OVERLAPS)


def same_time(field: str = "validity") -> tuple[str, str]:
    """Part of an exclusion constraint: the periods share a day."""
    return (field, RangeOperators.OVERLAPS)
