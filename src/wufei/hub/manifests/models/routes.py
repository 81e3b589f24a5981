"""Approved ways of trucks."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.hub.registry.models import Site


class Route(models.Model):
    """A way that trucks are to take 核准路线: a line of WGS-84 degrees and its half width.

    ``path`` is a GeoJSON LineString; ``opens`` and ``closes`` are times of day in Asia/Shanghai
    (``opens`` after ``closes`` means over midnight), both None for the whole day.
    """

    uuid = models.UUIDField(unique=True)
    code = models.CharField(_("route"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    origin = models.ForeignKey(Site, models.PROTECT, related_name="routes_from")
    destination = models.ForeignKey(Site, models.PROTECT, related_name="routes_to")
    path = models.JSONField(_("line"))
    corridor_m = models.PositiveIntegerField(_("half width, m"))
    opens = models.TimeField(_("open from"), null=True, blank=True)
    closes = models.TimeField(_("open until"), null=True, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("route")
        constraints = [
            models.CheckConstraint(name="manifests_route_width", condition=Q(corridor_m__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
