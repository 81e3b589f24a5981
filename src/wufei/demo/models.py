"""How far the demo's history has been loaded."""

from django.db import models


class Load(models.Model):
    """One history by its seed.

    ``first`` and ``anchor`` are fixed when it is first loaded, so that loading again, or after a
    crash, tells the same history. ``until`` is how far the run that is under way will go,
    ``reached`` how far everything is certainly recorded.
    """

    seed = models.BigIntegerField(unique=True)
    movements_max = models.PositiveIntegerField()
    anchor = models.DateField()
    first = models.DateField()
    until = models.DateTimeField()
    reached = models.DateTimeField(null=True)
    finished = models.BooleanField(default=False)
    movements = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.seed}: {self.reached}"
