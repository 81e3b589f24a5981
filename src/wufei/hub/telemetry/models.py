"""What the telemetry keeps in the database; positions themselves lie on the bus and in the lake."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Vehicle


class BadFrame(models.Model):
    """A frame that could not be used 错误报文, with the reason; kept for some days.

    Never all of them: the gateway keeps a few per terminal and minute, and counts the rest.
    """

    class Reason(models.TextChoices):
        CHECKSUM = "checksum", _("Checksum is wrong")
        ESCAPE = "escape", _("Escape is wrong")
        LENGTH = "length", _("Length is wrong")
        HEADER = "header", _("Header cannot be read")
        BODY = "body", _("Content cannot be read")
        OVERSIZED = "oversized", _("Frame is too long")
        ENCRYPTED = "encrypted", _("Encrypted")
        SUBPACKAGE = "subpackage", _("Parts are not put together")
        UNSUPPORTED = "unsupported", _("Message is not supported")
        UNKNOWN = "unknown", _("Terminal is not registered")
        UNAUTHENTICATED = "unauthenticated", _("Terminal has not signed in")

    received_at = models.DateTimeField(_("received"), db_index=True)
    terminal = models.CharField(_("terminal"), max_length=20, blank=True)
    peer = models.CharField(_("sent from"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    # As it came in, cut off after ``FRAME_BYTES_MAX``.
    frame = models.BinaryField(_("frame"))

    FRAME_BYTES_MAX = 2048

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("bad frame")
        verbose_name_plural = _("bad frames")
        indexes = [models.Index(fields=["terminal", "-received_at"], name="telemetry_bad_terminal")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    reason__in=[
                        "checksum",
                        "escape",
                        "length",
                        "header",
                        "body",
                        "oversized",
                        "encrypted",
                        "subpackage",
                        "unsupported",
                        "unknown",
                        "unauthenticated",
                    ]
                ),
                name="telemetry_bad_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.terminal} {self.reason}"


class LastPosition(models.Model):
    """Where a vehicle was last seen 最新位置: one row a vehicle, never moved back in device time.

    WGS-84 degrees. ``manifest`` is the one whose load is on board; ``domain`` is that of the
    load, else of what the carrier carries ("" where nobody can tell).
    """

    vehicle = models.OneToOneField(
        Vehicle, models.CASCADE, primary_key=True, related_name="last_position"
    )
    device = models.BigIntegerField()
    device_time = models.DateTimeField(_("last report"), db_index=True)
    received_at = models.DateTimeField()
    longitude = models.FloatField(_("longitude"))
    latitude = models.FloatField(_("latitude"))
    speed_kmh = models.FloatField(_("speed"))
    heading_deg = models.PositiveSmallIntegerField()
    status = models.BigIntegerField()
    mileage_km = models.FloatField()
    manifest = models.ForeignKey(
        Manifest, models.SET_NULL, null=True, related_name="+", verbose_name=_("manifest")
    )
    domain = models.CharField(_("domain"), max_length=20, blank=True, default="")

    class Meta:
        ordering = ["-device_time"]
        verbose_name = _("last position")
        constraints = [
            models.CheckConstraint(
                name="telemetry_last_on_earth",
                condition=Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.device_time:%Y-%m-%d %H:%M:%S}"
