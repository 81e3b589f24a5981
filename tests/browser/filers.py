"""Who files in the browser tests: a garage that owes a monthly record, with the one before it."""

from datetime import date
from decimal import Decimal
from typing import Any

from uuid_utils.compat import uuid7

from wufei.hub.accounts.services import make_user
from wufei.hub.base.actor import system
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Period, before, span_of
from wufei.hub.registry.models import Organisation, Region, Site
from wufei.hub.registry.validity import period, today

BY = system("test")
GARAGE = "social.garage"


def make(password: str, town: Region) -> dict[str, Any]:
    """The garage, its keeper, what it owes for last month and what it said of the one before."""
    since = period(date(2020, 1, 1))
    garage = Organisation.objects.create(
        name="示例汽修中心",
        pinyin="slqxzx",
        kind="garage",
        region=town,
        domains=["hazardous"],
        validity=since,
    )
    Site.objects.create(
        organisation=garage,
        name="危废间",
        pinyin="wfj",
        kind="storage",
        region=town,
        validity=since,
    )
    make_user(
        "garage",
        display_name="garage",
        role="keeper",
        password=password,
        organisations=[garage.pk],
        check_password=False,
    )
    form_type, last = filing_type(GARAGE), before(Period.MONTH, span_of(Period.MONTH, today()))
    earlier = before(Period.MONTH, last)
    for span in (earlier, last):
        services.open_period(form_type, span, by=BY)
    filings = Filing.objects.filter(type=GARAGE, organisation=garage)
    _hand_in(filings.get(first=earlier.first))
    return {"garage": garage.name, "garage_filing": str(filings.get(first=last.first).uuid)}


def _hand_in(filing: Filing) -> None:
    draft = services.draft_of(filing, by=BY)
    form = Form({"oil": Decimal(120), "batteries": Decimal(40)}, {})
    draft = services.save_draft(draft, form, edition=draft.edition, by=BY)
    services.submit(filing, id=uuid7(), edition=draft.edition, by=BY)


def make_farmer(password: str, town: Region) -> dict[str, Any]:
    """A pig farm that owes the record of last month, with what it said of the one before."""
    since = period(date(2020, 1, 1))
    farm = Organisation.objects.create(
        name="示例养猪场",
        pinyin="slyzc",
        kind="farm",
        region=town,
        domains=["agricultural"],
        validity=since,
    )
    Site.objects.create(
        organisation=farm, name="猪舍", pinyin="zs", kind="farm", region=town, validity=since
    )
    make_user(
        "farmer",
        display_name="farmer",
        role="keeper",
        password=password,
        organisations=[farm.pk],
        check_password=False,
    )
    form_type = filing_type("agricultural.farm_month")
    last = before(Period.MONTH, span_of(Period.MONTH, today()))
    earlier = before(Period.MONTH, last)
    for span in (earlier, last):
        services.open_period(form_type, span, by=BY)
    filings = Filing.objects.filter(type=form_type.code, organisation=farm)
    draft = services.draft_of(filings.get(first=earlier.first), by=BY)
    values = {"animal": "pig", "head": 500, "used": Decimal(30), "days": earlier.days}
    form = Form({**values, "method": "return_to_field"}, {})
    draft = services.save_draft(draft, form, edition=draft.edition, by=BY)
    services.submit(draft.filing, id=uuid7(), edition=draft.edition, by=BY)
    return {"farm_filing": str(filings.get(first=last.first).uuid)}
