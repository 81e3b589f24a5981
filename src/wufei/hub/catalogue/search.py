"""What the search box in the header finds in the catalogue."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.search import Hit, Source
from wufei.hub.catalogue import queries


def _find(words: str, actor: Actor, limit: int) -> Iterator[Hit]:
    for waste in queries.find(words)[:limit]:
        note = " · ".join(filter(None, (waste.code, waste.category, waste.hazard)))
        yield Hit(waste.label, note, reverse("catalogue.waste.detail", args=[waste.slug]))


WASTES = Source("catalogue.waste", _("Wastes"), "catalogue.waste.view", _find)
