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
