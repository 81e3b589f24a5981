"""Importing manifests, receipts and numbers: three tables, one beside the other."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.pages import Resource
from wufei.hub.base.pages.sheets import ImportPage
from wufei.hub.manifests import imports, number_pages
from wufei.hub.manifests.pages import CODE
from wufei.hub.manifests.services.importing import IMPORT

RECORDS = Resource(
    code=CODE,
    path="import/",
    title=_("Manifests"),
    singular=_("manifest"),
    table=imports.RECORDS,
)
RECEIPTS = Resource(
    code="manifests.receipt",
    path="receipts/",
    title=_("Receipts of manifests"),
    singular=_("receipt"),
    table=imports.RECEIPTS,
)
_TABS = (
    (RECORDS.code, _("Manifests"), IMPORT),
    (RECEIPTS.code, _("Receipts"), IMPORT),
    (number_pages.CODE, _("Numbers"), number_pages.IMPORT),
)


class ManifestImport(ImportPage):
    """As any import; the other two tables are one tap away."""

    template_name = "manifests/import.html"
    back = f"{CODE}.list"

    def context(self) -> dict[str, Any]:
        may = self.request.actor.may
        tabs = [
            (label, reverse(f"{code}.import"), code == self.resource.code)
            for code, label, act in _TABS
            if may(act)
        ]
        return super().context() | {"tabs": tabs, "back_title": RECORDS.title}
