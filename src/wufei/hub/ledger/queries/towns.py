"""Lines of the account by town."""

from collections.abc import Iterable

from wufei.hub.ledger.queries.one_account import Line, total
from wufei.hub.registry.models import Region


def by_town(lines: Iterable[Line]) -> list[Line]:
    """Villages stand with their town, which is where people look for them."""
    lines = list(lines)
    regions = Region.objects.in_bulk([line.key for line in lines])
    towns: dict[int, Line] = {}
    for line in lines:
        region = regions[line.key]
        village = region.level == Region.Level.VILLAGE and region.parent_id is not None
        town = region.parent_id if village and region.parent_id else region.pk
        towns[town] = total([*([towns[town]] if town in towns else []), line], town)
    return list(towns.values())
