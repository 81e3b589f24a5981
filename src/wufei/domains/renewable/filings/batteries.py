"""Retired traction batteries 退役动力蓄电池: each by its national code, and where it went.

GB/T 34014-2017 gives each battery a code of 24 characters. Its text was not at hand (grade C): what
a code looks like is a setting, and one of another shape asks for a reason, since batteries made
before have none. A code is reported once in the district; a second time is a finding.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import choice, day, kilograms, number
from wufei.domains.renewable.filings import basis, dismantling, once
from wufei.domains.reported import Reported
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
    Field,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period

CODE, STREAM, WASTE = "renewable.batteries", "traction_batteries", "LC-traction-batteries"
SECTION = "batteries"
STORE, CASCADE, RECYCLING = "store", "cascade", "recycling"
VEHICLE = "vehicle"
PARTS: Choices = (
    ("pack", both("电池包", "pack")),
    ("module", both("模块", "module")),
    ("cell", both("单体", "cell")),
)
CHEMISTRIES: Choices = (
    ("lfp", both("磷酸铁锂", "lithium iron phosphate")),
    ("ncm", both("三元锂", "nickel cobalt manganese")),
    ("lmo", both("锰酸锂", "lithium manganese oxide")),
    ("nimh", both("镍氢", "nickel metal hydride")),
    ("other", both("其他", "other")),
)
FROM: Choices = (
    (VEHICLE, both("报废车拆下", "out of an end-of-life vehicle")),
    ("service", both("维修更换", "replaced in service")),
    ("maker", both("生产企业", "battery or vehicle maker")),
    ("other", both("其他", "other")),
)
GOES: Choices = (
    (CASCADE, both("梯次利用", "cascade use")),
    (RECYCLING, both("再生利用", "recycling")),
    (STORE, both("在库", "in store")),
)


def _has_left(row: Values) -> bool:
    return row.get("goes_to") in (CASCADE, RECYCLING)


BATTERIES = Section(
    SECTION,
    both("逐只登记", "One by one"),
    (
        Field(
            "code",
            both("国家电池编码", "national battery code"),
            required=True,
            length_max=60,
            help=_("24 characters, as on the label. Without a label: your own number."),
            aliases=("电池编码", "编码"),
        ),
        choice("part", both("类别", "part"), PARTS),
        choice("chemistry", both("材料体系", "chemistry"), CHEMISTRIES, required=False),
        number("energy", both("标称能量", "nominal energy"), "kWh", required=False),
        number(
            "health",
            both("剩余容量比例", "capacity left"),
            "%",
            required=False,
            maximum=Decimal(100),
        ),
        kilograms("mass", both("重量", "mass"), required=True),
        choice("source", both("来源", "from"), FROM),
        choice("goes_to", both("去向类型", "goes to"), GOES),
        Field(
            "receiver",
            both("接收单位", "received by"),
            length_max=120,
            required_when=_has_left,
            aliases=("去向单位",),
        ),
        day("handed_on", both("移交日期", "handed over on"), required=False),
    ),
    table=True,
    rows_min=1,
    rows_max=5000,
    key=("code",),
    totalled=("mass",),
)


def _reported(form: Form | None, flows: Any) -> list[Reported]:
    rows = form.rows.get(SECTION, ()) if form else ()
    new = [row for row in rows if row.get("mass")]
    said_kg = sum((row["mass"] for row in new), Decimal(0))
    out_of_cars = bool(new) and all(row["source"] == VEHICLE for row in new)
    return [
        Reported(one.waste, one.kg, secondary=out_of_cars)
        for one in dismantling.over_the_counter(WASTE, STREAM, said_kg, flows)
    ]


def _flows(accepted: Accepted) -> Iterator[Flow]:
    ledger = basis.flows.read(accepted.subject)
    return reported.rest(accepted, _fresh(accepted, ledger), basis.flows)


def _fresh(accepted: Accepted, ledger: Any) -> list[Reported]:
    """Without those that an earlier month had in store: they arose then."""
    rows = accepted.form.rows.get(SECTION, ())
    found = ELSEWHERE.read(accepted.subject).of({row["code"] for row in rows})
    own = {code for code, others in found.items() if any(one.own for one in others)}
    new = [row for row in rows if row["code"] not in own]
    return _reported(Form({}, {SECTION: tuple(new)}), ledger)


def _shape(checked: Checked) -> Iterator[Problem]:
    """A battery that was made before the standard has no such code."""
    for row_number, row in enumerate(checked.form.rows[SECTION]):
        if not re.fullmatch(settings.BATTERY_CODE, row["code"]):
            text = _("“{code}” is not the national code of a battery. Say what it is.")
            told = format_lazy(text, code=row["code"])
            yield _of_row("battery_code", told, row_number, "code", row["code"])


def _once(checked: Checked) -> Iterator[Problem]:
    yield from once.reported_before(
        checked, SECTION, "code", still_there="goes_to", code="battery_twice"
    )


def _handed_on(checked: Checked) -> Iterator[Problem]:
    for row_number, row in enumerate(checked.form.rows[SECTION]):
        on = row.get("handed_on")
        if on and on > checked.subject.span.last:
            text = _("This is after the month that is reported.")
            yield _of_row("battery_later", text, row_number, "handed_on", row["code"])


def _of_row(code: str, text: Any, row: int, field: str, name: str) -> Problem:
    severity = Severity.ERROR if field == "handed_on" else Severity.WARNING
    return Problem(code, severity, text, SECTION, row, field, name, {"name": name})


def _begins(checked: Checked) -> Values:
    """Those that stood in store at the end of last month."""
    rows = checked.last.rows[SECTION] if checked.last else ()
    return {SECTION: [row for row in rows if row["goes_to"] == STORE]}


ELSEWHERE = once.source(CODE, SECTION, "code")
TRACTION_BATTERIES = FilingType(
    code=CODE,
    domain=basis.DOMAIN,
    name=both("退役动力蓄电池月报", "Month of retired traction batteries"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(BATTERIES,),
    authority=basis.COMMERCE,
    number_prefix="DCB",
    basis=basis.BATTERIES,
    due=DueDay(10),
    filers=("recycler", "garage", "plant"),
    reads=(basis.flows, ELSEWHERE, sources.profile),
    prefill=_begins,
    checks=(reported.has_a_place, _shape, _once, _handed_on),
    effects=(
        effects.movements(_flows),
        effects.statistics(
            Figure(
                "renewable.batteries",
                both("动力蓄电池", "traction batteries"),
                "mass",
                "kg",
                section=SECTION,
                dimension="goes_to",
            ),
        ),
    ),
    help=_(
        "For months in which you took in or handed on batteries. Those still in store come again "
        "next month."
    ),
)
