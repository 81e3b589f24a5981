"""Whether a load leaves its city or its province 跨市、跨省: told by the regions of both sites.

Derived, not kept: sites do not move. Regions that stand under no province (a functional area as
such) say nothing.
"""

from typing import Any

from django.db.models import CharField, F, Func, Q, QuerySet, TextChoices, Value
from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.models import Manifest
from wufei.hub.registry.models import Region

_ENDS = ("consignor_site", "consignee_site")


class Crossing(TextChoices):
    INTER_CITY = "inter_city", _("inter-city")
    INTER_PROVINCE = "inter_province", _("inter-province")


def between(origin: Region, destination: Region) -> Crossing | None:
    """What a load from one region to the other crosses; None within a city, or where unknown."""
    (province, city), (other_province, other_city) = _parts(origin), _parts(destination)
    if not province or not other_province:
        return None
    if province != other_province:
        return Crossing.INTER_PROVINCE
    return Crossing.INTER_CITY if city and other_city and city != other_city else None


def of(manifest: Manifest) -> Crossing | None:
    return between(manifest.consignor_site.region, manifest.consignee_site.region)


def _parts(region: Region) -> tuple[str, str]:
    """Province and city of a path like "37/3715/371502"; empty where it does not say."""
    province, _slash, rest = region.path.partition("/")
    return (province, rest.partition("/")[0]) if province.isdigit() else ("", "")


def filtered(found: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
    """Manifests whose load crosses what ``value`` says, as ``of`` tells it of one."""
    parts = {f"{end}_{name}": _part(end, n) for end in _ENDS for n, name in enumerate(_NAMES, 1)}
    (one, other) = _ENDS
    known = Q(**{f"{one}_province__regex": r"^\d+$", f"{other}_province__regex": r"^\d+$"})
    same = Q(**{f"{one}_province": F(f"{other}_province")})
    rows: QuerySet[Any] = found.alias(**parts).filter(known)
    if value == Crossing.INTER_PROVINCE:
        return rows.filter(~same)
    nowhere = Q(**{f"{one}_city": ""}) | Q(**{f"{other}_city": ""})
    return rows.filter(same, ~Q(**{f"{one}_city": F(f"{other}_city")}), ~nowhere)


_NAMES = ("province", "city")


def _part(end: str, position: int) -> Func:
    return Func(
        F(f"{end}__region__path"),
        Value("/"),
        Value(position),
        function="split_part",
        output_field=CharField(),
    )
