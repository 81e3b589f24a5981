"""Reports of what arose, was treated and stands 申报, tables C.1 to C.3 of HJ 1259-2022.

Key supervision: by month, until the 15th of the next one. Simplified: by quarter, until the 15th
of the month after it. Everybody: by year, until 31 March. A waste has a line for each way it went;
what arose and what stands are said once, on its first line.
"""

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import mass
from wufei.domains.hazardous.filings import basis, choices, classes, reading, report_rules
from wufei.domains.hazardous.filings.columns import LIKE, NAMED, method, text
from wufei.domains.hazardous.filings.plan import AUTHORITY, PRODUCERS
from wufei.hub.base.wording import both
from wufei.hub.filings import checks
from wufei.hub.filings.declarations import (
    Field,
    FieldKind,
    FilingType,
    Kind,
    Section,
    Values,
)
from wufei.hub.filings.peers import Compared
from wufei.hub.filings.periods import DueDay, Period, Span

ONCE = _("Once for each waste, on its first line.")
ARISEN = mass("arisen", "产生量", "mass that arose", required=False, help=ONCE)
OWN = mass("own", "自行利用/处置量", "mass recovered or disposed of oneself", required=False)
SENT = mass("sent", "委托利用/处置量", "mass entrusted", required=False)


def _has(name: str) -> Callable[[Values], bool]:
    return lambda values: bool(values.get(name))


def _section(before: str, after: str) -> Section:
    """Annex C: one table by month, quarter and year; ``before`` and ``after`` name the ends."""
    return Section(
        "wastes",
        both("危险废物申报", "Hazardous wastes"),
        (
            *NAMED,
            *LIKE,
            ARISEN,
            method("own_method", "自行利用/处置方式", "own method of recovery or disposal"),
            OWN,
            text("province", "省（区、市）", "province"),
            Field(
                "receiver",
                both("委托单位名称", "name of the entrusted organisation"),
                required_when=_has("sent"),
                aliases=("委托单位名称",),
            ),
            Field(
                "receiver_no",
                both(
                    "经营许可证编号/豁免管理单位编号/出口核准通知单编号",
                    "number of licence, exempted organisation or export approval",
                ),
                length_max=60,
            ),
            method("sent_method", "委托利用/处置方式", "entrusted method"),
            SENT,
            mass(
                "before",
                f"{before}剩余贮存量",
                "mass in storage at the end of the period before",
                required=False,
                help=ONCE,
            ),
            mass(
                "after",
                f"{after}剩余贮存量",
                "mass in storage at the end of the period",
                required=False,
                help=ONCE,
            ),
        ),
        table=True,
        totalled=("arisen", "own", "sent", "before", "after"),
        rows_max=1000,
    )


# Ours, not the standard's: what arises is held against what was made.
OUTPUT = Section(
    "production",
    _("Production in the period"),
    (
        Field("product", _("main product"), help=_("So that odd figures are seen early.")),
        Field("output", _("output of the main product"), FieldKind.DECIMAL, minimum=Decimal(0)),
        Field("output_unit", _("unit of the output"), length_max=20),
    ),
)


def _report(
    table: str,
    zh: str,
    en: str,
    ends: tuple[str, str],
    period: Period,
    due: DueDay,
    owes: Callable[[Span], Q],
) -> FilingType:
    section = _section(*ends)
    return FilingType(
        code=f"hazardous.report_{period}",
        domain="hazardous",
        name=both(zh, en),
        kind=Kind.NOTIFY,
        period=period,
        sections=(section, OUTPUT),
        authority=AUTHORITY,
        number_prefix=f"HW{period[0].upper()}",
        basis=basis.annex(table),
        due=due,
        owes=owes,
        classify=classes.class_of,
        classify_many=classes.classes_of,
        reads=reading.REPORT,
        prefill=report_rules.prefill,
        checks=(
            *report_rules.CHECKS,
            checks.agrees(
                "wastes", ARISEN, lambda flow: flow.arisen_g, code="report_arisen_unlike_ledger"
            ),
            checks.agrees(
                "wastes",
                section.field("after"),
                lambda flow: flow.closing_g,
                code="report_stock_unlike_ledger",
            ),
            checks.agrees(
                "wastes",
                OWN,
                lambda flow: sum(way.mass_g for way in flow.own),
                code="report_own_unlike_ledger",
            ),
            checks.agrees(
                "wastes",
                SENT,
                lambda flow: sum(way.mass_g for way in flow.sent),
                code="report_sent_unlike_ledger",
            ),
            checks.unlike_before("wastes", ARISEN, code="report_arisen_unlike_before"),
        ),
        compared=(Compared("arisen", "wastes", by="waste"),),
        help=_(
            "The figures are those of the ledger. What is missing there is recorded there first: "
            "then it stands here as well, and nobody enters it twice."
        ),
    )


MONTH = _report(
    "C.1",
    "危险废物申报（月度）",
    "Hazardous waste report (monthly)",
    ("上月底", "本月底"),
    Period.MONTH,
    DueDay(15),
    classes.owed_by(choices.KEY),
)
QUARTER = _report(
    "C.2",
    "危险废物申报（季度）",
    "Hazardous waste report (quarterly)",
    ("上季度底", "本季度底"),
    Period.QUARTER,
    DueDay(15),
    classes.owed_by(choices.SIMPLIFIED),
)
YEAR = _report(
    "C.3",
    "危险废物申报（年度）",
    "Hazardous waste report (yearly)",
    ("上年底", "本年底"),
    Period.YEAR,
    DueDay(31, months=3),
    PRODUCERS,
)
REPORTS = (MONTH, QUARTER, YEAR)
