"""Forms across all domains: statistics, titles, cells, licences, each taken to its effect."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from wufei.domains.across.cells import CRITERIA, SCORE_MIN
from wufei.domains.across.filings import FILINGS
from wufei.hub.base.actor import system
from wufei.hub.filings import services
from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Statistic, Version
from wufei.hub.filings.periods import span_of
from wufei.hub.filings.refusals import StillProblems
from wufei.hub.filings.services import deciding
from wufei.hub.manifests.tests.conftest import District, build
from wufei.hub.registry.models import Licence, ListEntry, Organisation

BY = system("test")
DAY = date(2026, 5, 4)


@pytest.fixture
def district(db: None) -> District:
    return build()


def start(district: District, code: str, kind: str = "enterprise") -> Filing:
    firm = district.firm("works").organisation
    Organisation.objects.filter(pk=firm.pk).update(kind=kind)
    firm.refresh_from_db()
    form_type = filing_type(code)
    span = span_of(form_type.period, DAY)
    return services.start(form_type, firm, span=span, id=uuid7(), by=BY)


def hand_in(filing: Filing, values: Any, rows: Any = None, reasons: Any = None) -> Version:
    draft = services.draft_of(filing, by=BY)
    services.save_draft(draft, Form(values, rows or {}), edition=draft.edition, by=BY)
    version = services.submit(filing, id=uuid7(), reasons=reasons, by=BY)
    filing.refresh_from_db()
    return version


def test_every_form_opens(district):
    for form_type in FILINGS:
        filing = start(district, form_type.code, (*form_type.filers, "enterprise")[0])
        assert services.draft_of(filing, by=BY).state == "draft"


def test_a_part_is_never_more_than_its_whole(district):
    filing = start(district, "across.statistics", "department")
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, {"villages": Decimal(10), "villages_covered": Decimal(11)})
    # The year may go on as well.
    assert {one.code for one in refused.value.problems} - {"not_over"} == {"part_of_whole"}
    early = {"not_over:::": "the campaign is over"}
    hand_in(filing, {"villages": Decimal(10), "villages_covered": Decimal(9)}, reasons=early)
    told = Statistic.objects.values_list("code", "value")
    assert sorted(told) == [
        ("district.villages", Decimal(10)),
        ("district.villages_covered", Decimal(9)),
    ]


def scores(missing: int = 0) -> dict[str, Any]:
    values: dict[str, Any] = {name: points for name, _label, points in CRITERIA}
    values[CRITERIA[2][0]] -= missing
    return {**values, "cell_kind": "school"}


def test_a_cell_is_listed_once_town_and_office_have_accepted_it(district):
    filing = start(district, "across.cell")
    version = hand_in(filing, scores())
    assert version.state == "submitted"
    assert not ListEntry.objects.exists()
    deciding.forward(version, BY)
    version.refresh_from_db()
    deciding.accept(version, by=BY)
    entry = ListEntry.objects.get()
    assert (entry.list, entry.organisation) == ("zero_waste_cells", filing.organisation)


def test_too_few_points_need_a_reason_and_list_nobody(district):
    filing = start(district, "across.cell")
    with pytest.raises(StillProblems) as refused:
        hand_in(filing, scores(missing=100 - SCORE_MIN + 1 - 1) | {"led": 9})
    (problem,) = refused.value.problems
    assert problem.code == "cell_score"


def test_a_title_that_others_award_is_brought_back_with_its_number(district):
    filing = start(district, "across.factory")
    days = {"valid_from": date(2026, 1, 1), "valid_until": date(2028, 12, 31)}
    hand_in(filing, {**days, "level": "province"})
    deciding.bring_back(filing, outcome="accepted", authority_no="LG-7", decided_on=DAY, by=BY)
    entry = ListEntry.objects.get(list="green_factories")
    assert (entry.document, entry.validity.upper) == ("LG-7", date(2029, 1, 1))


def test_a_licence_that_others_grant_enters_the_register(district):
    filing = start(district, "across.licence_hazardous", "plant")
    days = {"valid_from": date(2026, 1, 1), "valid_until": date(2030, 12, 31)}
    line = {"waste": "900-249-08", "limit": Decimal(1200), "method": "R9"}
    hand_in(filing, {**days, "issued_by": "生态环境厅"}, {"lines": (line,)})
    deciding.bring_back(filing, outcome="accepted", authority_no="鲁危证9号", decided_on=DAY, by=BY)
    licence = Licence.objects.get(number="鲁危证9号")
    assert (licence.kind, licence.lines.get().limit_t) == ("hazardous", Decimal(1200))
