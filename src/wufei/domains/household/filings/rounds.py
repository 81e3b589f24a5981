"""Collection rounds of a carrier, and transfer stations: months, held against the manifests.

A month and not each day: the daily totals are manifests already, which the ledger has by load.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import count, mass, number, photo, waste
from wufei.domains.household.filings import reading
from wufei.domains.household.filings.common import (
    CITY_MANAGEMENT,
    DOMAIN,
    SOLID_WASTE_LAW,
    impossible,
    odd,
    of_kinds,
    share,
    unusual,
)
from wufei.domains.household.filings.plausible import usual
from wufei.hub.base.wording import both
from wufei.hub.filings import checks, effects
from wufei.hub.filings.declarations import (
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.forms import grams
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes

# Below this part of what was planned, a carrier says why.
MADE_PERCENT = Decimal(95)

CARRIED = mass("mass", "收运量", "mass collected")
ROUND_TABLE = Section(
    "rounds",
    both("分类收运", "Rounds by class"),
    (
        waste(DOMAIN, "垃圾类别代码"),
        count("planned", both("计划班次", "rounds planned"), required=False),
        count("made", both("完成班次", "rounds made")),
        count("trips", both("车次", "trips")),
        CARRIED,
    ),
    table=True,
    key=("waste",),
    totalled=("made", "trips", "mass"),
    help=_("Trips and mass stand here from the manifests. No line: nothing was collected."),
)
ROUND_SERVICE = Section(
    "service",
    both("服务情况", "Service"),
    (
        count("points", both("服务收集点数", "points served"), required=False),
        count("overfull", both("满溢未及时清运次数", "bins found overfull"), "次"),
        count("mixed", both("混装混运被查次数", "mixed loads found"), "次"),
        count("complaints", both("投诉件数", "complaints"), "件"),
        count("answered", both("已办结投诉", "of them answered"), "件"),
    ),
)


def carriers(span: Span) -> Q:
    return of_kinds("carrier")


def _rounds_begin(checked: Checked) -> Values:
    before = checked.last.rows.get("rounds", ()) if checked.last else ()
    planned = {row["waste"]: row.get("planned") for row in before}
    return {
        "points": checked.last.values.get("points") if checked.last else None,
        "rounds": [
            {
                "waste": one.waste.code,
                "planned": planned.get(one.waste.code),
                "made": one.loads,
                "trips": one.loads,
                "mass": tonnes(one.mass_g),
            }
            for one in checked.facts["carried"]
        ],
    }


def _rounds_made(checked: Checked) -> Iterator[Problem]:
    for line, row in enumerate(checked.form.rows.get("rounds", ())):
        made = share(Decimal(row["made"]), row.get("planned"))
        if made is not None and made < MADE_PERCENT:
            text = _("{made} of {planned} planned rounds were made.")
            told = format_lazy(text, made=row["made"], planned=row["planned"])
            yield odd("rounds_missed", told, "rounds", "made", line)
        if row["mass"] and not row["trips"]:
            text = _("A mass without a trip: fill in how many trips there were.")
            yield impossible("no_trips", text, "rounds", "trips", line)


def _answered(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    if values["answered"] > values["complaints"]:
        text = _("More complaints answered than there were.")
        yield impossible("answered", text, "service", "answered")
    if values["mixed"]:
        text = _("Sorted waste was loaded together: say what was done about it.")
        yield odd("mixed", text, "service", "mixed")


ROUND = FilingType(
    code="household.rounds",
    domain=DOMAIN,
    name=both("生活垃圾分类收运月报", "Collection rounds (month)"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(ROUND_TABLE, ROUND_SERVICE),
    authority=CITY_MANAGEMENT,
    number_prefix="SHY",
    basis=SOLID_WASTE_LAW,
    due=DueDay(10),
    owes=carriers,
    filers=("carrier",),
    reads=(reading.carried,),
    prefill=_rounds_begin,
    checks=(
        _rounds_made,
        _answered,
        checks.agrees(
            "rounds",
            CARRIED,
            lambda one: int(one.mass_g),
            facts="carried",
            code="household_rounds_ledger",
        ),
        checks.unlike_before("rounds", CARRIED, code="household_rounds_unlike"),
    ),
    effects=(
        effects.statistics(
            Figure(
                "household.rounds",
                both("完成班次", "rounds made"),
                "made",
                section="rounds",
                dimension="waste",
            ),
            Figure(
                "household.trips",
                both("车次", "trips"),
                "trips",
                section="rounds",
                dimension="waste",
            ),
            Figure("household.mixed_loads", both("混装混运次数", "mixed loads found"), "mixed"),
            Figure("household.complaints", both("收运投诉", "complaints"), "complaints"),
            label=_("Statistics"),
        ),
    ),
)

BEFORE = mass("before", "月初存量", "there at the beginning", required=False)
CAME = mass("came", "进站量", "came in")
OUT = mass("out", "出站量", "sent on")
AFTER = mass("after", "月末存量", "there at the end", required=False)
STATION_TABLE = Section(
    "balance",
    both("进出站", "In and out"),
    (waste(DOMAIN, "垃圾类别代码"), BEFORE, CAME, OUT, AFTER),
    table=True,
    key=("waste",),
    totalled=("came", "out"),
    help=_("From the manifests and the scale. Write over what your own scale says."),
)
STATION_CARE = Section(
    "care",
    both("站区环境", "Care of the station"),
    (
        number("leachate", both("渗滤液清运量", "leachate taken away"), "m³", decimals=1),
        count("flushed", both("冲洗除臭天数", "days flushed and deodorised"), "天"),
        count("odour_checks", both("臭气检查次数", "odour checks"), "次"),
        count("odour_bad", both("其中异味明显次数", "of them with a strong smell"), "次"),
        count("down", both("设备停运时间", "equipment out of use"), "h", required=False),
        Field("done", both("异味整改措施", "what was done about it"), FieldKind.LONG_TEXT),
        photo(),
    ),
)


def stations(span: Span) -> Q:
    return of_kinds("station", "carrier", "plant", "department", "other")


def _station_begins(checked: Checked) -> Values:
    return {
        "balance": [
            {
                "waste": flow.waste.code,
                "before": tonnes(max(flow.opening_g, 0)),
                "came": tonnes(max(reading.came_g(flow), 0)),
                "out": tonnes(reading.left_g(flow)),
                "after": tonnes(max(flow.closing_g, 0)),
            }
            for flow in checked.facts["flows"]
        ]
    }


def _station_adds_up(checked: Checked) -> Iterator[Problem]:
    """Compaction loses water; nothing becomes more in a station."""
    for line, row in enumerate(checked.form.rows.get("balance", ())):
        had_g = grams(BEFORE, row.get("before")) + grams(CAME, row["came"])
        has_g = grams(OUT, row["out"]) + grams(AFTER, row.get("after"))
        # Each column is rounded to the kilogram by itself.
        if has_g > had_g + 4 * checks.SMALL_G // 2:
            text = _("More was sent on and left over than was there and came in.")
            yield impossible("station_sum", text, "balance", "out", line)
        elif had_g - has_g > checks.SMALL_G:
            lost = share(Decimal(had_g - has_g), Decimal(had_g))
            yield from unusual(lost, usual("transfer_loss"), "balance", "out", line)


def _station_cared_for(checked: Checked) -> Iterator[Problem]:
    values, days = checked.form.values, checked.subject.span.days
    if values["odour_bad"] > values["odour_checks"]:
        text = _("More smells found than checks made.")
        yield impossible("odour", text, "care", "odour_bad")
    elif values["odour_bad"] and not values["done"]:
        text = _("Say what was done about the smell.")
        yield impossible("odour_open", text, "care", "done")
    if values["flushed"] > days:
        text = _("The month has only {days} days.")
        yield impossible("flushed", format_lazy(text, days=days), "care", "flushed")
    received = checked.form.total("balance", "came")
    leachate = share(values["leachate"], received)
    yield from unusual(leachate, usual("leachate"), "care", "leachate")


STATION = FilingType(
    code="household.transfer",
    domain=DOMAIN,
    name=both("生活垃圾转运站月报", "Transfer station (month)"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(STATION_TABLE, STATION_CARE),
    authority=CITY_MANAGEMENT,
    number_prefix="SHZ",
    basis=SOLID_WASTE_LAW,
    due=DueDay(10),
    owes=stations,
    per_site=lambda span: Q(kind="transfer"),
    reads=(reading.flows,),
    prefill=_station_begins,
    checks=(
        _station_adds_up,
        _station_cared_for,
        checks.agrees("balance", CAME, reading.came_g, code="household_station_came"),
        checks.agrees("balance", OUT, reading.left_g, code="household_station_out"),
        checks.unlike_before("balance", CAME, code="household_station_unlike"),
    ),
    effects=(
        effects.statistics(
            Figure("household.transfer_leachate", both("渗滤液", "leachate"), "leachate", "m³"),
            Figure("household.transfer_odour", both("异味明显次数", "strong smells"), "odour_bad"),
            label=_("Statistics"),
        ),
    ),
    helped=True,
)
ROUNDS: tuple[FilingType, ...] = (ROUND, STATION)
