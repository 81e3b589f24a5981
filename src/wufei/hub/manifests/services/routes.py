"""Approved routes of trucks 核准路线."""

from collections.abc import Sequence
from datetime import time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Invalid
from wufei.hub.manifests.models import Route
from wufei.hub.registry.models import Site

Degrees = tuple[float, float]
# A narrower corridor than a receiver is exact, or a wider one than a town, is a mistake.
_CORRIDOR_M = range(10, 5_001)


def enter_route(
    code: str,
    *,
    id: UUID,
    name: str,
    origin: Site,
    destination: Site,
    path: Sequence[Degrees],
    corridor_m: int,
    by: Actor,
    opens: time | None = None,
    closes: time | None = None,
) -> Route:
    """Enter a route; the same ``id`` with the same content returns what it made before.

    ``path`` holds (longitude, latitude) in WGS-84 degrees; ``corridor_m`` is the half width in
    which a truck may move. Raises ``Invalid`` for a line that is none, ``IdReused``.
    """
    _check(path, corridor_m, opens, closes)
    row = Route(
        uuid=id,
        code=code,
        name=name,
        origin=origin,
        destination=destination,
        path={"type": "LineString", "coordinates": [[*point] for point in path]},
        corridor_m=corridor_m,
        opens=opens,
        closes=closes,
    )
    with transaction.atomic():
        if earlier := Route.objects.filter(uuid=id).first():
            if _content(earlier) != _content(row):
                raise IdReused(id=id)
            return earlier
        row.save(force_insert=True)
        audit.record(
            by, "manifests:route:create", subject=f"manifests.route:{id}", values={"code": code}
        )
    return row


def _check(
    path: Sequence[Degrees], corridor_m: int, opens: time | None, closes: time | None
) -> None:
    if len(path) < 2:
        raise Invalid(_("A route needs a line of two points or more."), field="path")
    if not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in path):
        raise Invalid(
            _("A point of the route is no place on earth: give longitude, then latitude."),
            field="path",
        )
    if corridor_m not in _CORRIDOR_M:
        raise Invalid(
            _("The half width of a route is between 10 and 5,000 metres."), field="corridor_m"
        )
    if (opens is None) != (closes is None):
        raise Invalid(_("Give both times of day, or none."), field="opens")


def _content(route: Route) -> tuple[object, ...]:
    ends = (route.origin_id, route.destination_id)
    hours = (route.opens, route.closes)
    return (route.code, route.name, *ends, route.path, route.corridor_m, *hours)
