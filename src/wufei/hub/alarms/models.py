"""Alarms 报警: findings that somebody works on until their end.

An alarm is one finding of a declared rule, with what it concerns beside it, so that lists and
maps need no other table. Its history is append-only.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from wufei.hub.base.findings import Severity
from wufei.hub.base.models import FindingRecord
from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Organisation, Region, Vehicle


class State(models.TextChoices):
    """How far the work on an alarm is; whether it still lasts is another question."""

    OPEN = "open", pgettext_lazy("alarm", "Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    CLOSED = "closed", pgettext_lazy("alarm", "Closed")
    FALSE = "false", _("False alarm")


# Somebody still has to do something.
WORKED_ON = (State.OPEN, State.ACKNOWLEDGED)


class Alarm(models.Model):
    """One episode that one rule saw.

    ``opened_at``, ``last_seen_at`` and ``cleared_at`` are when it happened (device time for
    positions): since when, seen until, over since (None while it lasts). ``recorded_at`` is when
    we got to know it. ``historical``: told after the fact by fixes that came late. The position
    is the last one of the episode, WGS-84.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    finding = models.OneToOneField(FindingRecord, models.PROTECT, related_name="alarm")
    rule = models.CharField(_("rule"), max_length=60)
    severity = models.CharField(
        _("severity"), max_length=10, choices=[(s.value, s.value) for s in Severity]
    )
    episode = models.CharField(max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    domain = models.CharField(_("domain"), max_length=20, blank=True)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, related_name="alarms", verbose_name=_("vehicle")
    )
    manifest = models.ForeignKey(
        Manifest, models.PROTECT, null=True, related_name="alarms", verbose_name=_("manifest")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="alarms",
        verbose_name=_("organisation"),
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("region")
    )
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)
    historical = models.BooleanField(default=False)
    opened_at = models.DateTimeField(_("since"))
    last_seen_at = models.DateTimeField(_("seen until"))
    cleared_at = models.DateTimeField(_("over since"), null=True)
    recorded_at = models.DateTimeField(_("known since"), db_default=Now())

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("alarm")
        constraints = [
            models.CheckConstraint(name="alarms_alarm_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="alarms_alarm_times_in_order",
                condition=Q(last_seen_at__gte=models.F("opened_at"))
                & (Q(cleared_at__isnull=True) | Q(cleared_at__gte=models.F("opened_at"))),
            ),
            models.CheckConstraint(
                name="alarms_alarm_on_earth",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="alarms_newest"),
            models.Index(
                fields=["-opened_at"],
                name="alarms_worked_on",
                condition=Q(state__in=["open", "acknowledged"]),
            ),
            models.Index(
                fields=["manifest"], name="alarms_lasting", condition=Q(cleared_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        # Imported here: declarations name the rules, and need no table to be there.
        from wufei.hub.alarms.declarations import rule

        known = rule(self.rule)
        thing = self.vehicle or self.manifest or self.organisation
        return f"{known.name if known else self.rule} · {thing or self.finding.subject}"

    @property
    def values(self) -> dict[str, Any]:
        """What the rule saw last; units stand last in the names."""
        return dict(self.finding.values)


class AlarmEvent(models.Model):
    """What happened to an alarm: who did what, when, and why. Append-only."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Raised")
        CLEAR = "clear", _("No longer lasts")
        ACKNOWLEDGE = "acknowledge", _("Acknowledged")
        REMARK = "remark", _("Remark")
        CLOSE = "close", pgettext_lazy("alarm", "Closed")
        FALSE = "false", _("Marked as false alarm")

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())
    remark = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="alarms_event_kind",
                condition=Q(kind__in=["open", "clear", "acknowledge", "remark", "close", "false"]),
            ),
            models.CheckConstraint(
                name="alarms_event_has_its_reason",
                condition=~Q(kind__in=["remark", "close", "false"]) | ~Q(remark=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.kind}"


class RuleSetting(models.Model):
    """A rule's numbers as a place has set them, from ``recorded_at`` on; the latest row counts.

    Append-only: what an alarm was judged by stays known. ``numbers`` holds only what differs
    from the declaration.
    """

    rule = models.CharField(max_length=60)
    enabled = models.BooleanField(default=True)
    numbers = models.JSONField(default=dict)
    actor = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, blank=True, default="")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["rule", "pk"]
        indexes = [models.Index(fields=["rule", "-id"], name="alarms_setting_latest")]

    def __str__(self) -> str:
        return self.rule
