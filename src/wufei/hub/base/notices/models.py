"""Notices 消息: what somebody should know; work to be done stands on the desk instead."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7


class Notice(models.Model):
    """One message, to a person (``person``: an actor's id) or to all who hold ``role``.

    A notice to a role may be limited to an organisation or a region (its path). ``title`` and
    ``body`` are message ids: each reader sees their own language.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=30, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    region = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person="") ^ models.Q(role=""), name="base_notice_one_addressee"
            )
        ]
        indexes = [
            models.Index(fields=["person", "-created"], name="base_notice_person"),
            models.Index(fields=["role", "-created"], name="base_notice_role"),
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def heading(self) -> str:
        return filled(self.title, self.values)

    @property
    def text(self) -> str:
        return filled(self.body, self.values)


class Reading(models.Model):
    """That a person has read a notice; a notice to a role is read by each by themselves."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="readings")
    person = models.CharField(max_length=80)
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "person"], name="base_notice_read_once")
        ]


def filled(message: str, values: dict[str, Any]) -> str:
    """``message`` in the reader's language with its values; never fails for want of one."""
    if not message:
        return ""
    try:
        return _(message) % values
    except (KeyError, ValueError, TypeError):
        # A stored message may be older than the text it is filled into.
        return _(message)
