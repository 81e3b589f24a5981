"""Sites: where waste arises, stands or is treated."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.registry.messages import check
from wufei.hub.registry.models import Site
from wufei.hub.registry.pinyin import initials
from wufei.hub.registry.rules.positions import boundary_problem, position_problem
from wufei.hub.registry.services.book import Book, Values
from wufei.hub.registry.services.refusals import SiteNameTaken
from wufei.hub.registry.services.tidying import keep, one_of, required, strip

# The largest waste sites of the country hold some ten million tonnes.
CAPACITY_T_MAX = Decimal(100_000_000)


def _check(values: Values, site: Site | None) -> Values:
    clean = strip(values)
    required(
        clean,
        site,
        organisation=_("Choose the organisation that runs the site."),
        name=_("Give the site a name."),
        kind=_("Choose a kind from the list."),
    )
    one_of(clean, "kind", Site.Kind.values, _("Choose a kind from the list."))
    if "name" in clean:
        clean["pinyin"] = initials(clean["name"])[:80]
    if keep(clean, site, "region") is None:
        clean["region"] = keep(clean, site, "organisation").region
    _check_position(clean, site)
    for name in ("capacity_t", "daily_capacity_t"):
        _check_capacity(clean.get(name), name)
    return clean


def _check_position(clean: Values, site: Site | None) -> None:
    longitude, latitude = keep(clean, site, "longitude"), keep(clean, site, "latitude")
    if (longitude is None) != (latitude is None):
        missing = "longitude" if longitude is None else "latitude"
        raise Invalid(_("Give both longitude and latitude, or neither."), field=missing)
    if longitude is not None and {"longitude", "latitude"} & clean.keys():
        check(position_problem(float(longitude), float(latitude)), field="longitude")
    if clean.get("boundary"):
        check(boundary_problem(clean["boundary"]), field="boundary")


def _check_capacity(capacity_t: Decimal | None, name: str) -> None:
    if capacity_t is not None and not 0 <= capacity_t <= CAPACITY_T_MAX:
        text = _("Give the capacity in tonnes, between 0 and %(limit)s.")
        raise Invalid(text % {"limit": f"{CAPACITY_T_MAX:,}"}, field=name)


def _name_taken(site: Site, values: Values) -> Refusal:
    return SiteNameTaken(organisation=site.organisation.name, name=site.name, field="name")


SITES: Book[Site] = Book(
    name="site", model=Site, check=_check, conflicts={"registry_site_name": _name_taken}
)


def create(by: Actor, **values: Any) -> Site:
    """Add a site: ``organisation``, ``name``, ``kind``; ``region`` (the organisation's if absent),
    ``longitude`` and ``latitude`` (WGS-84), ``approximate``, ``boundary`` (GeoJSON Polygon),
    ``capacity_t``, ``daily_capacity_t``, ``address``, ``valid_from``.
    """
    return SITES.create(by, **values)


def edit(site: Site, by: Actor, **values: Any) -> Site:
    return SITES.edit(site, by, **values)


def close(site: Site, by: Actor, *, last: date, reason: str = "") -> Site:
    return SITES.close(site, by, last=last, reason=reason)
