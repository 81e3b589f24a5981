"""How far the demo's history has been loaded, and when the simulator was at work."""

from django.db import models
from django.db.models import F, Q


class Load(models.Model):
    """One history by its seed.

    ``first`` and ``anchor`` are fixed when it is first loaded, so that loading again, or after a
    crash, tells the same history. ``until`` is how far the run that is under way will go,
    ``reached`` how far everything is certainly recorded; what the simulator builds on is recorded
    first, up to ``ahead``.
    """

    seed = models.BigIntegerField(unique=True)
    movements_max = models.PositiveIntegerField()
    anchor = models.DateField()
    first = models.DateField()
    until = models.DateTimeField()
    reached = models.DateTimeField(null=True)
    ahead = models.DateTimeField(null=True)
    finished = models.BooleanField(default=False)
    movements = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.seed}: {self.reached}"


class Told(models.Model):
    """A story that was told once; people may have changed since what came of it."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="told")
    story = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["load", "story"], name="demo_told_once"),
        ]

    def __str__(self) -> str:
        return self.story


class LiveSpan(models.Model):
    """While it lasts the simulator drives the trips that the history would have told.

    No ``end``: it still does. The history before ``begin`` and after ``end`` is the history's, so
    no day is missing and no load counts twice.
    """

    load = models.ForeignKey(Load, models.CASCADE, related_name="live")
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        ordering = ["begin"]
        constraints = [
            models.CheckConstraint(
                name="demo_livespan_order", condition=Q(end__isnull=True) | Q(end__gte=F("begin"))
            ),
            models.UniqueConstraint(
                fields=["load"], condition=Q(end__isnull=True), name="demo_livespan_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begin} – {self.end or ''}"
