"""What the generic import pages know of movements; the other pages are the ledger's own."""

from django.utils.translation import gettext_lazy as _

from wufei.hub.base.pages import Resource
from wufei.hub.ledger.imports import TABLE

MOVEMENTS = Resource(
    code="ledger.movement",
    path="movements/",
    title=_("Movements"),
    singular=_("movement"),
    table=TABLE,
)
