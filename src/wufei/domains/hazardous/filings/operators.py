"""What holders of an operating licence report of their operation 经营情况报告.

By month (day from local practice) and by year (31 March, as retold). The official template was
not at hand: the columns are our own and named so. Received, treated and stored are prefilled from
the ledger and held against it, against the licence and against what consignors sent.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains.hazardous.filings import basis, operator_reading
from wufei.domains.hazardous.filings.classes import LICENCES
from wufei.domains.hazardous.filings.columns import CATEGORY, OFFICIAL_NAME, WASTE, ZERO, total
from wufei.domains.hazardous.filings.columns import method as method_field
from wufei.domains.hazardous.filings.columns import wastes as wastes_in
from wufei.domains.hazardous.filings.plan import AUTHORITY
from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import (
    Basis,
    Checked,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Reviewer,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes as t
from wufei.hub.registry.models import Licence, LicenceLine
from wufei.hub.registry.queries import codes_that_cover

_SMALL_T = Decimal("0.002")


def _mass(name: str, label: Any, *, required: bool = True) -> Field:
    return Field(name, label, FieldKind.MASS, unit="t", required=required, minimum=Decimal(0))


BALANCE = Section(
    "balance",
    _("Wastes received and treated"),
    (
        OFFICIAL_NAME,
        CATEGORY,
        WASTE,
        _mass("before", _("stored at the beginning")),
        _mass("received", pgettext_lazy("mass", "received")),
        _mass("made", _("made by treatment or own operation")),
        _mass("treated", _("recovered or disposed of")),
        _mass("sent", _("sent on to others")),
        _mass("after", _("stored at the end")),
    ),
    table=True,
    key=("waste",),
    totalled=("before", "received", "made", "treated", "sent", "after"),
)
TREATED = Section(
    "treated_by",
    _("By method"),
    (
        WASTE,
        method_field("method", "利用/处置方式", "method of recovery or disposal", required=True),
        _mass("mass", _("recovered or disposed of")),
    ),
    table=True,
    totalled=("mass",),
)
SOURCES = Section(
    "sources",
    _("Whom it came from"),
    (
        Field("consignor", _("consignor"), required=True, length_max=120),
        Field("province", both("省（区、市）", "province")),
        WASTE,
        _mass("mass", pgettext_lazy("mass", "received")),
    ),
    table=True,
    rows_max=5000,
    totalled=("mass",),
)
RUNNING = Section(
    "running",
    _("Running of the facilities"),
    (
        Field("days", _("days of running"), FieldKind.INTEGER, unit="d", minimum=Decimal(0)),
        Field("stops", _("shutdowns and their reasons"), FieldKind.LONG_TEXT, length_max=2000),
        Field("incidents", _("accidents and their handling"), FieldKind.LONG_TEXT, length_max=2000),
        Field("monitoring", _("results of monitoring"), FieldKind.LONG_TEXT, length_max=2000),
        Field("reports", _("reports of monitoring as files"), FieldKind.FILES),
    ),
)
YEARLY = Section(
    "yearly",
    _("The year"),
    (
        Field("trainings", _("trainings held"), FieldKind.INTEGER, minimum=Decimal(0)),
        Field("drills", _("emergency drills held"), FieldKind.INTEGER, minimum=Decimal(0)),
        Field("insured", _("insured against environmental liability"), FieldKind.BOOLEAN),
        Field("changes", _("changes of facilities or licence"), FieldKind.LONG_TEXT),
    ),
)


def prefill(checked: Checked) -> Values:
    """What the ledger knows of the period."""
    rows = checked.facts["operation"]
    return {
        "balance": [
            {
                "waste": one.waste,
                "before": t(max(one.before_g, 0)),
                "received": t(one.received_g),
                "made": t(one.made_g),
                "treated": t(one.treated_g),
                "sent": t(one.sent_g),
                "after": t(max(one.after_g, 0)),
            }
            for one in rows
        ],
        "treated_by": [
            {"waste": one.waste, "method": method, "mass": t(mass_g)}
            for one in rows
            for method, mass_g in one.by_method
        ],
        "sources": [
            {
                "consignor": one.consignor,
                "province": one.province,
                "waste": one.waste,
                "mass": t(one.mass_g),
            }
            for one in checked.facts["consigned"]
        ],
    }


def _adds_up(checked: Checked) -> Iterator[Problem]:
    """What was there, came and was made is treated, sent or left."""
    for number, row in enumerate(checked.form.rows.get("balance", ())):
        was = sum((row[name] for name in ("before", "received", "made")), ZERO)
        goes = sum((row[name] for name in ("treated", "sent", "after")), ZERO)
        if abs(was - goes) <= _SMALL_T:
            continue
        impossible = goes > was
        text = _("{was} t were there or came, {goes} t were treated, sent or are left.")
        told = format_lazy(text, was=f"{was:,f}", goes=f"{goes:,f}")
        yield Problem(
            "operation_impossible" if impossible else "operation_lost",
            Severity.ERROR if impossible else Severity.WARNING,
            told,
            "balance",
            number,
            "after",
            about=str(row["waste"]),
            values={"waste": row["waste"], "was_t": f"{was:f}", "goes_t": f"{goes:f}"},
        )


def _like_the_ledger(checked: Checked) -> Iterator[Problem]:
    known = {one.waste: one for one in checked.facts["operation"]}
    for number, row in enumerate(checked.form.rows.get("balance", ())):
        one = known.get(str(row["waste"]))
        for name in ("received", "treated", "after"):
            actual = t(max(0, getattr(one, f"{name}_g"))) if one else ZERO
            if abs(row[name] - actual) > max(_SMALL_T, max(row[name], actual) / 20):
                text = _("The ledger has {actual} t here.")
                yield Problem(
                    f"operation_{name}_unlike_ledger",
                    Severity.WARNING,
                    format_lazy(text, actual=f"{actual:,f}"),
                    "balance",
                    number,
                    name,
                    about=str(row["waste"]),
                    values={"reported_t": f"{row[name]:f}", "ledger_t": f"{actual:f}"},
                )


def _parts_are_the_whole(checked: Checked) -> Iterator[Problem]:
    """By method, and by consignor, the same is told as in the balance."""
    rows = checked.form.rows
    for part, column in (("treated_by", "treated"), ("sources", "received")):
        balance, parts = rows.get("balance", ()), rows.get(part, ())
        for waste in wastes_in(balance, parts):
            whole, added = total(balance, column, waste), total(parts, "mass", waste)
            if abs(whole - added) > _SMALL_T:
                text = _("{waste}: the lines add up to {added} t, the balance says {whole} t.")
                yield Problem(
                    f"operation_{part}",
                    Severity.ERROR if added > whole else Severity.WARNING,
                    format_lazy(text, waste=waste, added=f"{added:,f}", whole=f"{whole:,f}"),
                    part,
                    field="mass",
                    about=waste,
                    values={"waste": waste, "added_t": f"{added:f}", "whole_t": f"{whole:f}"},
                )


def _licensed(checked: Checked) -> Iterator[Problem]:
    """Nothing is received that the licence does not name; nor more in a year than it grants."""
    lines: tuple[LicenceLine, ...] = checked.facts["lines"]
    for number, row in enumerate(checked.form.rows.get("balance", ())):
        waste, received = str(row["waste"]), row["received"]
        mine = [one for one in lines if one.code in codes_that_cover(waste)]
        if received and not mine:
            text = _("No licence in force names {waste}.")
            yield _of_licence("operation_unlicensed", text, number, waste, received, None)
            continue
        limits = [one.limit_t for one in mine]
        granted = sum((one or ZERO for one in limits), ZERO)
        if received and None not in limits and received > granted:
            text = _("More {waste} was received than the licence grants in a year ({granted} t).")
            yield _of_licence("operation_over_licence", text, number, waste, received, granted)


def _of_licence(
    code: str, text: Any, number: int, waste: str, received: Decimal, granted: Decimal | None
) -> Problem:
    told = format_lazy(text, waste=waste, granted=f"{granted or ZERO:,f}")
    values = {"waste": waste, "received_t": f"{received:f}", "granted_t": f"{granted or ZERO:f}"}
    return Problem(code, Severity.WARNING, told, "balance", number, "received", waste, values)


def holders(span: Span) -> Q:
    """Who holds an operating licence on any day of the period."""
    days = (span.first, _after(span.last))
    held = Licence.objects.filter(kind__in=LICENCES, validity__overlap=days)
    return Q(pk__in=held.values("organisation"))


def _after(day: date) -> date:
    return day + timedelta(days=1)


def _report(
    zh: str, en: str, period: Period, due: DueDay, rule: Basis, *more: Section
) -> FilingType:
    return FilingType(
        code=f"hazardous.operation_{period}",
        domain="hazardous",
        name=both(zh, en),
        kind=Kind.FILE,
        period=period,
        sections=(BALANCE, TREATED, SOURCES, RUNNING, *more),
        authority=AUTHORITY,
        number_prefix=f"HWO{period[0].upper()}",
        basis=rule,
        due=due,
        owes=holders,
        reviewer=Reviewer.DEPARTMENT,
        reads=operator_reading.READS,
        prefill=prefill,
        checks=(_adds_up, _like_the_ledger, _parts_are_the_whole, _licensed),
        help=_("The columns are our own: the official template was not at hand."),
    )


OPERATIONS = (
    _report(
        "危险废物经营情况月报",
        "Monthly report of a licensed operator",
        Period.MONTH,
        DueDay(15),
        basis.OPERATORS_MONTH,
    ),
    _report(
        "危险废物经营情况年报",
        "Yearly report of a licensed operator",
        Period.YEAR,
        DueDay(31, months=3),
        basis.OPERATORS_YEAR,
        YEARLY,
    ),
)
