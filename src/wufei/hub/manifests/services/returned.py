"""What returns left at sites that keep no store: it arose before, and goes with the next load."""

from dataclasses import dataclass, field

from wufei.hub.ledger.models import AccountKind, Balance
from wufei.hub.registry.models import Site

# Places with stocks of waste that others brought: that is another matter.
_COLLECTING = (Site.Kind.TREATMENT, Site.Kind.LANDFILL, Site.Kind.TRANSFER, Site.Kind.COLLECTION)


def came_back_g(site: Site, waste_id: int) -> int:
    """Grams that stand free there."""
    if not site.region.within or site.kind in _COLLECTING:
        return 0
    rows = Balance.objects.filter(
        account__kind=AccountKind.STOCK,
        account__holder=site.organisation_id,
        account__waste=waste_id,
        account__place=site.pk,
    )
    return sum(row.in_g - row.out_g - row.booked_g for row in rows)


@dataclass
class CameBack:
    """What stands free at sites, each looked up once; what a load takes is gone for the next."""

    _left: dict[tuple[int, int], int] = field(default_factory=dict)

    def take(self, site: Site, waste_id: int, most_g: int) -> int:
        """Grams, at most ``most_g``, that go with a load."""
        key = (site.pk, waste_id)
        if key not in self._left:
            self._left[key] = came_back_g(site, waste_id)
        taken_g = min(self._left[key], most_g)
        self._left[key] -= taken_g
        return taken_g
