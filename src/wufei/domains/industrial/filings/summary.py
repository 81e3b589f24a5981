"""Table 2, where it went in a month: begun from the ledger and held against it."""

from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import mass
from wufei.domains.industrial.filings.basis import (
    AUTHORITY,
    DOMAIN,
    FLOWS,
    WASTE,
    makers,
    method,
    table,
)
from wufei.hub.base.wording import both
from wufei.hub.filings import checks
from wufei.hub.filings.declarations import Checked, FilingType, Kind, Section, Values
from wufei.hub.filings.peers import Compared
from wufei.hub.filings.periods import DueDay, Period
from wufei.hub.filings.sources import tonnes
from wufei.hub.registers.queries.summary import WasteFlow

ARISEN = mass("arisen", "产生量", "mass that arose")
BEFORE = mass("before", "上月底贮存量", "in storage at the end of the month before")
OWN_RECOVERED = mass("own_recovered", "自行利用量", "recovered oneself", required=False)
SENT_RECOVERED = mass("sent_recovered", "委托利用量", "entrusted for recovery", required=False)
OWN_DISPOSED = mass("own_disposed", "自行处置量", "disposed of oneself", required=False)
SENT_DISPOSED = mass("sent_disposed", "委托处置量", "entrusted for disposal", required=False)
RECEIVED = mass("received", "接收他人量", "received from others", required=False)
AFTER = mass("after", "累计贮存量", "in storage at the end")
FLOW = Section(
    "wastes",
    both("表2 流向汇总表", "Table 2: where it went"),
    (
        WASTE,
        BEFORE,
        ARISEN,
        RECEIVED,
        method("own_recovery", "自行利用方式", "own method of recovery"),
        OWN_RECOVERED,
        method("sent_recovery", "委托利用方式", "entrusted method of recovery"),
        SENT_RECOVERED,
        method("own_disposal", "自行处置方式", "own method of disposal"),
        OWN_DISPOSED,
        method("sent_disposal", "委托处置方式", "entrusted method of disposal"),
        SENT_DISPOSED,
        AFTER,
    ),
    table=True,
    key=("waste",),
    totalled=("arisen", "own_recovered", "sent_recovered", "after"),
    help=_("No line means that nothing arose and nothing stands."),
)


def _flow_begins(checked: Checked) -> Values:
    return {"wastes": [_flow_line(flow) for flow in checked.facts["flows"]]}


def _flow_line(flow: WasteFlow) -> Values:
    """The sums of the ledger; of several methods the largest is named."""
    line = {
        "waste": flow.waste.code,
        "before": tonnes(max(flow.opening_g, 0)),
        "arisen": tonnes(flow.arisen_g),
        "after": tonnes(max(flow.closing_g, 0)),
    }
    out_g = 0
    for whose, ways in (("own", flow.own), ("sent", flow.sent)):
        for outcome, column, name in (
            ("recovered", f"{whose}_recovered", f"{whose}_recovery"),
            ("disposed", f"{whose}_disposed", f"{whose}_disposal"),
        ):
            mine = [way for way in ways if (way.outcome or "recovered") == outcome]
            mass_g = sum(way.mass_g for way in mine)
            out_g += mass_g
            line |= {column: tonnes(mass_g), name: mine[0].method if mine else None}
    came_g = flow.closing_g + out_g - flow.opening_g - flow.arisen_g
    return line | {"received": tonnes(max(came_g, 0))}


MONTHLY_FLOW = FilingType(
    code="industrial.flow",
    domain=DOMAIN,
    name=both("一般工业固体废物流向汇总表（月）", "Flow summary of industrial waste (month)"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(FLOW,),
    authority=AUTHORITY,
    number_prefix="YGL",
    basis=table(2),
    due=DueDay(15),
    owes=makers,
    reads=(FLOWS,),
    prefill=_flow_begins,
    checks=(
        checks.adds_up(
            "wastes",
            (BEFORE, ARISEN, RECEIVED),
            (OWN_RECOVERED, SENT_RECOVERED, OWN_DISPOSED, SENT_DISPOSED),
            AFTER,
            code="industrial_flow_sum",
        ),
        checks.agrees("wastes", ARISEN, lambda flow: flow.arisen_g, code="industrial_flow_ledger"),
        checks.agrees("wastes", AFTER, lambda flow: flow.closing_g, code="industrial_flow_stock"),
        checks.unlike_before("wastes", ARISEN, code="industrial_flow_unlike"),
    ),
    compared=(Compared("arisen", "wastes", by="waste"),),
)
