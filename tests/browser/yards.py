"""Who files in the browser tests of renewable resources: a scrap yard, and a vehicle dismantler."""

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
from wufei.hub.ledger.entries import AccountKey, Entry, NewLot
from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import tonnes
from wufei.hub.registry.models import Licence, Organisation, Region, Site
from wufei.hub.registry.validity import period, today

BY = system("test")
OWED = ("renewable.station", "renewable.selfcheck", "renewable.vehicles")


def make(password: str, town: Region) -> dict[str, Any]:
    """A yard that took in steel and paper last month, and a dismantler with two vehicles."""
    month = before(Period.MONTH, span_of(Period.MONTH, today()))
    yard = _firm("示例废钢站", "yard", town)
    breaker = _firm("示例拆解厂", "treatment", town)
    Licence.objects.create(
        organisation=breaker.organisation,
        kind="dismantling",
        number="SL-CJ-1",
        validity=period(date(2020, 1, 1)),
    )
    _arose(yard, "LC-scrap-steel", "412.5", month.first)
    _arose(yard, "LC-paper", "36.2", month.first)
    for number in (1, 2):
        _arose(breaker, "LC-vehicles", "1.3", month.first, f"BF-{number:06}")
    for name, role, firm in (("yard", "keeper", yard), ("breaker", "clerk", breaker)):
        make_user(
            name,
            display_name=name,
            role=role,
            password=password,
            organisations=[firm.organisation_id],
            check_password=False,
        )
    for code in OWED:
        services.open_period(filing_type(code), month, by=BY)
    found = Filing.objects.filter(organisation__in=(yard.organisation, breaker.organisation))
    names = {yard.organisation_id: "yard", breaker.organisation_id: "breaker"}
    return {f"{names[one.organisation_id]} {one.type}": str(one.uuid) for one in found}


def _firm(name: str, kind: str, town: Region) -> Site:
    since = period(date(2020, 1, 1))
    owner = Organisation.objects.create(
        name=name,
        pinyin=name,
        kind="recycler",
        region=town,
        domains=["renewable", "hazardous"],
        validity=since,
    )
    return Site.objects.create(
        organisation=owner, name=f"{name}场地", pinyin=name, kind=kind, region=town, validity=since
    )


def _arose(site: Site, code: str, mass_t: str, first: date, label: str = "") -> None:
    waste = waste_of(code, first)
    origin, stock = (
        AccountKey(kind, site.organisation_id, waste.pk, site.pk)
        for kind in (AccountKind.ORIGIN, AccountKind.STOCK)
    )
    at = day_start(first + timedelta(days=3))
    lot = NewLot(uuid7(), label) if label else None
    entry = Entry(uuid7(), origin, stock, tonnes(mass_t), at, lot_in=lot)
    ledger.post([entry], by=BY, cause="test")
