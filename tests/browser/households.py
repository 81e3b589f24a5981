"""Who files in the browser tests of household waste: a village, a hotel, a carrier and a plant."""

from datetime import date, timedelta
from typing import Any

from uuid_utils.compat import uuid7

from wufei.hub.accounts.services import make_user
from wufei.hub.base.actor import system
from wufei.hub.catalogue.queries import waste as waste_of
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Period, before, span_of
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.entries import AccountKey, Entry
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import tonnes
from wufei.hub.registry.models import Organisation, Region, Site, Vehicle
from wufei.hub.registry.validity import period, today

BY = system("test")
SINCE = period(date(2020, 1, 1))
OWED = ("village", "catering", "faeces", "plant", "points", "rounds")
_FIRMS = (
    ("village", "示例前村", "village_point", "collection"),
    ("hotel", "示例饭店", "catering", "collection"),
    ("sanitation", "示例环卫", "carrier", "yard"),
    ("burner", "示例焚烧厂", "plant", "treatment"),
)


def make(password: str, town: Region) -> dict[str, Any]:
    """A hotel whose waste was fetched last month, and a plant that burnt what came."""
    sites = {key: _firm(key, name, kind, at, town, password) for key, name, kind, at in _FIRMS}
    Vehicle.objects.create(
        plate="鲁P9000F",
        kind="tanker",
        carrier=sites["sanitation"].organisation,
        validity=SINCE,
    )
    month = before(Period.MONTH, span_of(Period.MONTH, today()))
    for day in (2, 9, 16):
        at = month.first + timedelta(days=day)
        _fetched(sites, "hotel", "LC-catering", "0.86", at)
        _fetched(sites, "village", "LC-residual", "18.4", at)
        _fetched(sites, "village", "LC-faeces", "8", at)
        _burnt(sites["burner"], "LC-residual", "18.4", at + timedelta(days=1))
    for word in OWED:
        form_type = filing_type(f"household.{word}")
        span = before(form_type.period, span_of(form_type.period, today()))
        if form_type.period is Period.YEAR:
            span = span_of(form_type.period, today())
        services.open_period(form_type, span, by=BY)
    names = {site.organisation_id: key for key, site in sites.items()}
    found = Filing.objects.filter(type__startswith="household.", organisation__in=list(names))
    return {f"{names[one.organisation_id]} {one.type}": str(one.uuid) for one in found}


def _firm(key: str, name: str, kind: str, place: str, town: Region, password: str) -> Site:
    owner = Organisation.objects.create(
        name=name, pinyin=key, kind=kind, region=town, domains=["household"], validity=SINCE
    )
    make_user(
        key,
        display_name=key,
        role="clerk" if kind == "plant" else "keeper",
        password=password,
        organisations=[owner.pk],
        check_password=False,
    )
    return Site.objects.create(
        organisation=owner, name=f"{name}站点", pinyin=key, kind=place, region=town, validity=SINCE
    )


def _fetched(sites: dict[str, Site], sender: str, code: str, mass_t: str, day: date) -> None:
    waste, at = waste_of(code, day), day_start(day) + timedelta(hours=9)
    origin = _account(AccountKind.ORIGIN, sites[sender], waste.pk)
    carrier = sites["sanitation"].organisation_id
    road = AccountKey(AccountKind.CUSTODY, carrier, waste.pk, line=uuid7())
    stock = _account(AccountKind.STOCK, sites["burner"], waste.pk)
    _moved(origin, road, mass_t, at)
    _moved(road, stock, mass_t, at + timedelta(hours=1))


def _burnt(burner: Site, code: str, mass_t: str, day: date) -> None:
    waste = waste_of(code, day)
    stock = _account(AccountKind.STOCK, burner, waste.pk)
    gone = _account(AccountKind.DISPOSED, burner, waste.pk, "power_incineration")
    _moved(stock, gone, mass_t, day_start(day) + timedelta(hours=20))


def _account(kind: AccountKind, site: Site, waste: int, method: str = "") -> AccountKey:
    return AccountKey(kind, site.organisation_id, waste, site.pk, method)


def _moved(source: AccountKey, target: AccountKey, mass_t: str, at: Any) -> None:
    ledger.post([Entry(uuid7(), source, target, tonnes(mass_t), at)], by=BY, cause="test")
