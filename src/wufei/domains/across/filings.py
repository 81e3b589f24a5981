"""Forms that belong to no single waste domain: titles, cells, statistics, subsidies, licences.

The country's and the province's own criteria and amounts are not at hand. Names and questions here
are this platform's (grade C): each place replaces them by what it has published.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.across.cells import CELLS
from wufei.domains.fields import day, number
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Basis,
    Checked,
    Choices,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Reviewer,
    Section,
    Severity,
    Text,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, DueWithin, Period, Span
from wufei.hub.registry.models import Licence

ZERO = Decimal(0)
_LOCAL = Basis(_("local practice"), "", "C")


def _in_order(checked: Checked) -> Iterator[Problem]:
    """The last day does not lie before the first one."""
    first, last = checked.form.values.get("valid_from"), checked.form.values.get("valid_until")
    if first and last and last < first:
        text = _("The last day lies before the first day.")
        yield Problem("days_in_order", Severity.ERROR, text, field="valid_until")


# Titles that others award: brought back with their number, and on the list from then on.
def _title(word: str, prefix: str, zh: str, en: str, list_code: str, authority: Text) -> FilingType:
    return FilingType(
        code=f"across.{word}",
        domain="",
        name=both(zh, en),
        kind=Kind.MIRROR,
        period=Period.EVENT,
        sections=(
            Section(
                "title",
                both(zh, en),
                (
                    Field("level", both("级别", "level"), FieldKind.CHOICE, choices=lambda: LEVELS),
                    day("valid_from", both("有效期自", "valid from")),
                    day("valid_until", both("有效期至", "valid until"), required=False),
                    Field("certificate", both("证书", "certificate"), FieldKind.FILES),
                ),
            ),
        ),
        authority=authority,
        number_prefix=prefix,
        basis=_LOCAL,
        checks=(_in_order,),
        effects=(effects.listed(list_code, first="valid_from", last="valid_until"),),
    )


LEVELS: Choices = (
    ("national", both("国家级", "national")),
    ("province", both("省级", "provincial")),
    ("city", both("市级", "municipal")),
    ("district", both("区级", "district")),
)
_INDUSTRY = _("industry department")
_ECOLOGY = _("ecology and environment branch")
TITLES = (
    _title("factory", "LGC", "绿色工厂", "Green factory", "green_factories", _INDUSTRY),
    _title("park", "LYQ", "绿色园区", "Green park", "green_parks", _INDUSTRY),
    _title("product", "LCP", "绿色产品", "Green product", "green_products", _INDUSTRY),
    _title("chain", "LGY", "绿色供应链", "Green supply chain", "green_supply_chains", _INDUSTRY),
    _title("disclosure", "HJP", "环境信息依法披露", "Disclosure by law", "disclosure", _ECOLOGY),
    _title("hj364", "FSL", "废塑料利用规范改造", "Upgrade to HJ 364", "hj364", _ECOLOGY),
    _title(
        "franchise", "TXJ", "特许经营", "Franchise", "franchises", _("city-management department")
    ),
)

# Statistics that indicators need and no ledger has.
_FIGURES: tuple[tuple[str, Text, str], ...] = (
    ("buildings_started", both("新开工建筑面积", "floor area begun"), "m²"),
    ("buildings_prefab", both("装配式建筑面积", "of it prefabricated"), "m²"),
    ("buildings_new", both("竣工城镇民用建筑面积", "floor area finished"), "m²"),
    ("buildings_green", both("绿色建筑面积", "of it green buildings"), "m²"),
    ("courier_outlets", both("快递网点数", "courier outlets"), ""),
    ("courier_recycling", both("设回收装置的快递网点数", "of them with packaging collection"), ""),
    ("compounds", both("居民小区数", "residential compounds"), ""),
    ("compounds_covered", both("垃圾分类覆盖小区数", "of them with sorted collection"), ""),
    ("villages", both("行政村数", "villages"), ""),
    ("villages_covered", both("生活垃圾收运覆盖村数", "of them with collection"), ""),
    ("crops", both("农作物种植面积", "cropped area"), "m²"),
    ("crops_certified", both("绿色、有机认证面积", "of it certified green or organic"), "m²"),
)
# A part is never more than its whole.
_PARTS = (
    ("buildings_prefab", "buildings_started"),
    ("buildings_green", "buildings_new"),
    ("courier_recycling", "courier_outlets"),
    ("compounds_covered", "compounds"),
    ("villages_covered", "villages"),
    ("crops_certified", "crops"),
)


def _parts(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    labels = {name: label for name, label, _unit in _FIGURES}
    for part, whole in _PARTS:
        if values.get(part) is None or values.get(whole) is None:
            continue
        if values[part] > values[whole]:
            text = _("“{part}” cannot be more than “{whole}”.")
            told = format_lazy(text, part=labels[part], whole=labels[whole])
            yield Problem("part_of_whole", Severity.ERROR, told, "figures", field=part)


def departments(span: Span) -> Q:
    return Q(kind="department")


STATISTICS = FilingType(
    code="across.statistics",
    domain="",
    name=both("部门统计数据", "Statistics of departments"),
    kind=Kind.NOTIFY,
    period=Period.YEAR,
    sections=(
        Section(
            "figures",
            _("Figures of the year"),
            tuple(number(*one, required=False) for one in _FIGURES),
            help=_("Fill in what your department has; leave the rest to the others."),
        ),
    ),
    authority=_("each department for its own figures"),
    number_prefix="TJ",
    basis=_LOCAL,
    due=DueDay(31, months=1),
    owes=departments,
    filers=("department",),
    checks=(_parts,),
    effects=(
        effects.statistics(
            *(Figure(f"district.{name}", label, name, unit) for name, label, unit in _FIGURES),
            label=_("Statistics"),
        ),
    ),
)

# Subsidies and shares of cost.
PURPOSES: Choices = (
    ("straw", both("秸秆综合利用", "use of straw")),
    ("compost", both("畜禽粪污堆肥", "compost of manure")),
    ("film", both("地膜回收", "recovery of mulch film")),
    ("harmful", both("有害垃圾处置费分担", "share of cost of harmful household waste")),
    ("other", both("其他", "other")),
)
SUBSIDY = FilingType(
    code="across.subsidy",
    domain="",
    name=both("补贴与费用分担申请", "Subsidy or share of cost"),
    kind=Kind.APPROVE,
    period=Period.EVENT,
    sections=(
        Section(
            "subsidy",
            _("What is applied for"),
            (
                Field(
                    "purpose",
                    both("用途", "purpose"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: PURPOSES,
                ),
                Field("mass", both("数量", "mass"), FieldKind.MASS, unit="t", minimum=ZERO),
                number("amount", both("申请金额", "amount"), "元"),
                Field("account_of", both("计算依据", "how it is reckoned"), FieldKind.LONG_TEXT),
                Field("papers", both("证明材料", "papers"), FieldKind.FILES, required=True),
            ),
        ),
    ),
    authority=_("the department that pays"),
    number_prefix="BT",
    basis=_LOCAL,
    reviewer=Reviewer.BOTH,
    helped=True,
    effects=(
        effects.statistics(Figure("district.subsidies", _("subsidies granted"), "amount", "元")),
    ),
)

# Plants that stop, and begin again.
STOPS: Choices = (("stop", both("停产", "shutdown")), ("start", both("复产", "restart")))
STOP = FilingType(
    code="across.stop",
    domain="",
    name=both("停产、复产报告", "Shutdown and restart"),
    kind=Kind.NOTIFY,
    period=Period.EVENT,
    sections=(
        Section(
            "stop",
            _("Shutdown or restart"),
            (
                Field(
                    "what",
                    both("类型", "kind"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: STOPS,
                ),
                day("since", both("起始日期", "from")),
                day("until", both("预计结束日期", "expected until"), required=False),
                Field("reason", both("原因", "reason"), FieldKind.LONG_TEXT, required=True),
                Field("stock", both("在库固废处理安排", "what becomes of the waste in stock")),
            ),
        ),
    ),
    authority=_ECOLOGY,
    number_prefix="TF",
    basis=_LOCAL,
    due=DueWithin(5),
    filers=("enterprise", "plant", "recycler"),
)


# Licences that others grant.
def _licence(kind: str, prefix: str, authority: Text) -> FilingType:
    name: Any = Licence.Kind(kind).label
    return FilingType(
        code=f"across.licence_{kind}",
        domain="",
        name=format_lazy(_("Application: {licence}"), licence=name),
        kind=Kind.MIRROR,
        period=Period.EVENT,
        sections=(
            Section(
                "licence",
                _("Licence"),
                (
                    day("valid_from", both("有效期自", "valid from")),
                    day("valid_until", both("有效期至", "valid until")),
                    Field("issued_by", both("发证机关", "issued by"), required=True, length_max=80),
                    Field("papers", both("申请材料", "papers"), FieldKind.FILES),
                ),
            ),
            Section(
                "lines",
                _("Wastes and quantities a year"),
                (
                    Field("waste", both("废物代码", "waste code"), FieldKind.WASTE),
                    Field(
                        "limit",
                        both("年核准量", "tonnes a year"),
                        FieldKind.MASS,
                        unit="t",
                        minimum=ZERO,
                    ),
                    Field("method", both("利用处置方式", "method"), length_max=60),
                ),
                table=True,
                key=("waste",),
                help=_("No line: all wastes, no quantity named."),
            ),
        ),
        authority=authority,
        number_prefix=prefix,
        basis=_LOCAL,
        checks=(_in_order,),
        effects=(effects.licences(kind, authority="issued_by"),),
    )


LICENCES = (
    _licence("hazardous", "XKW", _("ecology and environment department")),
    _licence("collection", "XKS", _("ecology and environment department")),
    _licence("medical", "XKY", _("ecology and environment department")),
    _licence("construction", "XKJ", _("administrative approval department")),
    _licence("kitchen", "XKC", _("administrative approval department")),
    _licence("household", "XKH", _("administrative approval department")),
    _licence("dismantling", "XKC2", _("commerce department")),
)
FILINGS: tuple[FilingType, ...] = (*TITLES, STATISTICS, CELLS, SUBSIDY, STOP, *LICENCES)
