"""Entries of the lists that authorities keep, matched to the register."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.hub.registry.models.organisations import Organisation
from wufei.hub.registry.models.parts import Entry, same_text, same_time
from wufei.hub.registry.models.places import Region


class ListEntry(Entry):
    """Somebody on a list, as the source has them; ``organisation`` is who that is here.

    ``key`` tells entries of one list apart: the source's own number, else the credit code or the
    name. ``source_on`` is the day of which the source speaks.
    """

    class Match(models.TextChoices):
        # Nobody has looked, or nobody was found: they are missing here.
        OPEN = "open", _("not registered here")
        MATCHED = "matched", _("registered")
        # Not to be registered after all, with the reason in the note.
        DISMISSED = "dismissed", _("need not be registered")

    list = models.CharField(_("list"), max_length=40)
    key = models.CharField(max_length=120, editable=False)
    name = models.CharField(_("name"), max_length=120)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("region")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=120, blank=True)
    source_on = models.DateField(_("as of"))
    document = models.CharField(_("certificate or permit number"), max_length=80, blank=True)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="listed"
    )
    match = models.CharField(max_length=10, choices=Match, default=Match.OPEN)

    class Meta:
        ordering = ["list", "name", "-validity"]
        verbose_name = _("entry of a list")
        constraints = [
            ExclusionConstraint(
                name="registry_listed_once",
                expressions=[same_text("list"), same_text("key"), same_time()],
            ),
            models.CheckConstraint(
                condition=Q(match="matched", organisation__isnull=False)
                | (~Q(match="matched") & Q(organisation__isnull=True)),
                name="registry_listed_match",
            ),
            models.CheckConstraint(
                condition=~Q(match="dismissed") | ~Q(note=""),
                name="registry_listed_dismissed_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name
