"""Table 1, what arises in a year: begun from the ledger and held against it."""

from wufei.domains.fields import choice, mass
from wufei.domains.industrial.filings.basis import AUTHORITY, DOMAIN, FLOWS, WASTE, makers, table
from wufei.hub.base.wording import both
from wufei.hub.filings import checks
from wufei.hub.filings.declarations import (
    Checked,
    Choices,
    Field,
    FilingType,
    Kind,
    Reviewer,
    Section,
    Values,
)
from wufei.hub.filings.periods import DueDay, Period
from wufei.hub.filings.sources import tonnes

STATES: Choices = (
    ("solid", both("固态", "solid")),
    ("semi_solid", both("半固态", "semi-solid")),
    ("liquid", both("液态", "liquid")),
    ("other", both("其他", "other")),
)
ARISEN_IN_YEAR = mass("arisen", "年产生量", "mass that arose in the year")
LIST = Section(
    "wastes",
    both("表1 产生清单", "Table 1: what arises"),
    (
        WASTE,
        Field("name", both("名称", "name"), required=True),
        Field("step", both("产生环节", "step where it arises"), required=True),
        choice("state", both("物理性状", "physical state"), STATES, required=False),
        Field("components", both("主要成分", "main components")),
        Field("pollution", both("污染特性", "pollution properties")),
        ARISEN_IN_YEAR,
    ),
    table=True,
    rows_min=1,
    key=("waste", "step"),
    totalled=("arisen",),
)


def _list_begins(checked: Checked) -> Values:
    """What the ledger has, described as it was last year."""
    before = checked.last.rows.get("wastes", ()) if checked.last else ()
    told = {str(row["waste"]): row for row in reversed(before)}
    kept = ("step", "state", "components", "pollution")
    return {
        "wastes": [
            {
                **{name: told.get(flow.waste.code, {}).get(name) for name in kept},
                "waste": flow.waste.code,
                "name": flow.waste.label,
                "arisen": tonnes(flow.arisen_g),
            }
            for flow in checked.facts["flows"]
            if flow.arisen_g > 0
        ]
    }


GENERATION_LIST = FilingType(
    code="industrial.list",
    domain=DOMAIN,
    name=both("一般工业固体废物产生清单（年）", "Generation list of industrial waste (year)"),
    kind=Kind.FILE,
    period=Period.YEAR,
    sections=(LIST,),
    authority=AUTHORITY,
    number_prefix="YGQ",
    basis=table(1),
    # The place's own day: no rule of the country is known.
    due=DueDay(31, months=3),
    owes=makers,
    reviewer=Reviewer.DEPARTMENT,
    reads=(FLOWS,),
    prefill=_list_begins,
    checks=(
        checks.agrees(
            "wastes", ARISEN_IN_YEAR, lambda flow: flow.arisen_g, code="industrial_list_ledger"
        ),
        checks.unlike_before("wastes", ARISEN_IN_YEAR, code="industrial_list_unlike"),
    ),
)
