"""Forms of general industrial waste: begun from the ledger, and held against it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.domains.industrial.filings import FILINGS
from wufei.hub.base.actor import system
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form, parse
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.filings.services.checking import form_of
from wufei.hub.manifests.tests.conftest import ASH, District, build
from wufei.hub.registry.validity import today

BY = system("test")
# For a month that still goes on.
EARLY = {"not_over:::": "the works stands still"}


@pytest.fixture
def works(db: None) -> District:
    """Works with twelve tonnes of coal ash that arose yesterday or the day before."""
    district = build()
    firm = district.firm("works").organisation
    firm.domains = ["industrial"]
    firm.save()
    code = WasteType.objects.filter(stream=ASH).order_by("code").first()
    assert code is not None
    district.wastes[ASH] = code
    district.stored("works", ASH, 12)
    return district


def begin(district: District, code: str) -> tuple[Filing, Version]:
    form_type = filing_type(code)
    span = span_of(form_type.period, (district.at - timedelta(days=1)).date())
    firm = district.firm("works")
    site = firm.site if form_type.per_site else None
    filing = services.start(form_type, firm.organisation, span=span, site=site, id=uuid7(), by=BY)
    return filing, services.draft_of(filing, by=BY)


def hand_in(filing: Filing, form: Form, reasons: Any = None) -> Version:
    draft = services.draft_of(filing, by=BY)
    services.save_draft(draft, form, edition=draft.edition, by=BY)
    return services.submit(filing, id=uuid7(), reasons=reasons, by=BY)


def test_every_form_of_industrial_waste_opens(works):
    for form_type in FILINGS:
        _filing, draft = begin(works, form_type.code)
        assert draft.state == "draft"


def test_the_monthly_flow_begins_with_what_the_ledger_has_and_adds_up(works):
    filing, draft = begin(works, "industrial.flow")
    (row,) = form_of(draft).rows["wastes"]
    assert (row["waste"], row["arisen"], row["after"]) == (works.waste(ASH).code, 12, 12)
    assert hand_in(filing, form_of(draft), EARLY).state == "accepted"


def test_what_is_filled_in_can_be_handed_in_as_it_stands(works):
    """The ledger knows grams; a form takes kilograms, typed or filled in."""
    works.stored("works", ASH, 0.345678)
    filing, draft = begin(works, "industrial.flow")
    (row,) = form_of(draft).rows["wastes"]
    assert (row["arisen"], row["after"]) == (Decimal("12.346"), Decimal("12.346"))
    section = filing_type("industrial.flow").section("wastes")
    for name in ("before", "arisen", "received", "after"):
        assert parse(section.field(name), str(row[name])) == row[name]
    assert hand_in(filing, form_of(draft), EARLY).state == "accepted"


def test_a_flow_that_does_not_add_up_is_refused_and_another_figure_asks_why(works):
    filing, draft = begin(works, "industrial.flow")
    (row,) = form_of(draft).rows["wastes"]
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, Form({}, {"wastes": ({**row, "after": Decimal(11)},)}))
    assert {one.code for one in refused.value.problems} >= {"industrial_flow_sum"}
    more = {**row, "arisen": Decimal(20), "after": Decimal(20)}
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, Form({}, {"wastes": (more,)}))
    reasons = {one.key: "weighed again" for one in refused.value.problems}
    assert {one.code for one in refused.value.problems} - {"not_over"} == {
        "industrial_flow_ledger",
        "industrial_flow_stock",
    }
    assert hand_in(filing, Form({}, {"wastes": (more,)}), reasons).state == "accepted"


def test_makers_of_industrial_waste_owe_the_monthly_flow(works):
    form_type = filing_type("industrial.flow")
    span = span_of(form_type.period, today())
    services.open_period(form_type, span, by=BY)
    owed = Filing.objects.filter(type=form_type.code, owed=True)
    assert works.firm("works").organisation.pk in owed.values_list("organisation", flat=True)
    far = works.firm("elsewhere").organisation
    assert far.pk not in owed.values_list("organisation", flat=True)


def test_two_storage_sites_of_one_firm_file_for_themselves_and_add_up(works):
    firm = works.firm("works")
    sites = [firm.site, works.firm("second").site]
    type(sites[1]).objects.filter(pk=sites[1].pk).update(organisation=firm.organisation)
    form_type = filing_type("industrial.storage")
    span = span_of(form_type.period, date(2026, 3, 1))
    for site in sites:
        site.refresh_from_db()
        filing = services.start(
            form_type, firm.organisation, span=span, site=site, id=uuid7(), by=BY
        )
        yes = dict.fromkeys(("roof", "floor", "dust", "signs"), True)
        values = {"kind": "yard", "area": Decimal(100), "capacity": Decimal(50), **yes}
        hand_in(filing, Form(values, {}))
    rows = Statistic.objects.filter(code="industrial.storage_area", replaced_at=None)
    assert sum(one.value for one in rows) == 200
