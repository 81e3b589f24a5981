"""The list of manifests."""

from typing import Any

from django.urls import reverse

from wufei.hub.base.pages.lists import ListPage
from wufei.hub.manifests import number_pages
from wufei.hub.manifests.services.importing import IMPORT
from wufei.hub.manifests.views.common import ISSUE


class ManifestList(ListPage):
    """As any list; whoever may issue begins a new one from here."""

    def context(self) -> dict[str, Any]:
        may_issue = self.request.actor.may(ISSUE)
        new_url = reverse("manifests.manifest.new") if may_issue else ""
        may = self.request.actor.may
        import_url = reverse("manifests.manifest.import") if may(IMPORT) else ""
        own = {"new_url": new_url, "import_url": import_url, "may_numbers": may(number_pages.VIEW)}
        return super().context() | own
