"""Forms of general industrial solid waste 一般工业固体废物.

The guideline of 2021 (announcement 82, trial) names seven tables; tables 1 to 3 are mandatory.
That list is known from a retelling (grade B), their columns are written from memory (grade C), and
so are the due days, which each place sets for itself. Table 3, the record of each batch that leaves
the works, is the load record of the manifests, and tables 4 to 7 are kept on the pages of the
ledger: all of them are registers of this platform at any time, and nobody enters them twice.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import mass
from wufei.hub.base.wording import both
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.filings import checks, effects, sources
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
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.sources import tonnes
from wufei.hub.registers.queries.summary import WasteFlow

DOMAIN = "industrial"
ZERO = Decimal(0)
AUTHORITY = _("ecology and environment branch")
_GUIDELINE = both(
    "《一般工业固体废物管理台账制定指南（试行）》公告2021年第82号",
    "Guideline on ledgers of general industrial solid waste, announcement 82 of 2021 (trial)",
)
_LAW = both("《固体废物污染环境防治法》(2020)", "Solid waste law (2020)")
_FLOWS = sources.waste_flows(DOMAIN)


def _table(number: int) -> Basis:
    return Basis(_GUIDELINE, both(f"表{number}", f"table {number}"), "C")


def _methods() -> Choices:
    streams = catalogue.domain(DOMAIN).streams
    return tuple({one.code: one.name for stream in streams for one in stream.methods}.items())


def _method(name: str, zh: str, en: str) -> Field:
    return Field(name, both(zh, en), FieldKind.CHOICE, choices=_methods, aliases=(zh,))


def makers(span: Span) -> Q:
    """Industrial enterprises that work with general industrial waste."""
    return Q(kind="enterprise", domains__contains=[DOMAIN])


WASTE = Field(
    "waste",
    both("代码", "code"),
    FieldKind.WASTE,
    required=True,
    domain=DOMAIN,
    aliases=("固废代码", "废物代码", "固体废物代码"),
)
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
        Field(
            "state", both("物理性状", "physical state"), FieldKind.CHOICE, choices=lambda: STATES
        ),
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
    basis=_table(1),
    # The place's own day: no rule of the country is known.
    due=DueDay(31, months=3),
    owes=makers,
    reviewer=Reviewer.DEPARTMENT,
    reads=(_FLOWS,),
    prefill=_list_begins,
    checks=(
        checks.agrees(
            "wastes", ARISEN_IN_YEAR, lambda flow: flow.arisen_g, code="industrial_list_ledger"
        ),
        checks.unlike_before("wastes", ARISEN_IN_YEAR, code="industrial_list_unlike"),
    ),
)

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
        _method("own_recovery", "自行利用方式", "own method of recovery"),
        OWN_RECOVERED,
        _method("sent_recovery", "委托利用方式", "entrusted method of recovery"),
        SENT_RECOVERED,
        _method("own_disposal", "自行处置方式", "own method of disposal"),
        OWN_DISPOSED,
        _method("sent_disposal", "委托处置方式", "entrusted method of disposal"),
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
        for outcome, column, method in (
            ("recovered", f"{whose}_recovered", f"{whose}_recovery"),
            ("disposed", f"{whose}_disposed", f"{whose}_disposal"),
        ):
            mine = [way for way in ways if (way.outcome or "recovered") == outcome]
            mass_g = sum(way.mass_g for way in mine)
            out_g += mass_g
            line |= {column: tonnes(mass_g), method: mine[0].method if mine else None}
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
    basis=_table(2),
    due=DueDay(15),
    owes=makers,
    reads=(_FLOWS,),
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
)

REGISTRATION = FilingType(
    code="industrial.registration",
    domain=DOMAIN,
    name=both("产废企业登记", "Registration of a generating enterprise"),
    kind=Kind.FILE,
    period=Period.ONCE,
    sections=(
        Section(
            "enterprise",
            _("Enterprise"),
            (
                Field("industry", both("行业类别", "industry"), required=True),
                Field("industry_code", both("行业代码", "code of the industry"), length_max=10),
                Field("products", both("主要产品", "main products"), required=True),
                Field(
                    "permit", both("排污许可证编号或登记表编号", "number of the discharge permit")
                ),
                Field("contact", both("固废管理负责人", "in charge of waste"), personal=True),
                Field("phone", both("联系电话", "telephone"), personal=True, length_max=30),
            ),
        ),
        Section(
            "wastes",
            _("Wastes"),
            (WASTE, mass("yearly", "预计年产生量", "expected mass of a year")),
            table=True,
            rows_min=1,
            key=("waste",),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="YGD",
    basis=Basis(_LAW, both("第三十九条 排污许可；地方登记", "local registration"), "C"),
    filers=("enterprise", "plant"),
    reviewer=Reviewer.DEPARTMENT,
    reads=(sources.profile,),
    prefill=lambda checked: {name: checked.facts["profile"][name] for name in ("contact", "phone")},
    effects=(
        effects.statistics(
            Figure(
                "industrial.expected",
                _("expected mass of a year"),
                "yearly",
                "t",
                section="wastes",
                dimension="waste",
            )
        ),
    ),
)


def _receiver_known(checked: Checked) -> Iterator[Problem]:
    """Article 37: who entrusts waste has checked the receiver and has a written contract."""
    values = checked.form.values
    if values.get("entrusted") != "entrusted":
        return
    for name, text in (
        ("receiver", _("Name the receiver.")),
        ("contract", _("Give the number of the written contract.")),
    ):
        if not values.get(name):
            yield Problem("industrial_proof", Severity.ERROR, text, "proof", field=name)
    if values.get("checked") is not True:
        text = _("Whoever entrusts waste checks the receiver first and is liable otherwise.")
        yield Problem(
            "industrial_proof_unchecked", Severity.WARNING, text, "proof", field="checked"
        )


WAYS: Choices = (
    ("own", both("自行利用", "own use")),
    ("entrusted", both("委托利用", "entrusted use")),
)
PROOF = FilingType(
    code="industrial.proof",
    domain=DOMAIN,
    name=both("综合利用证明", "Proof of utilisation"),
    kind=Kind.NOTIFY,
    period=Period.EVENT,
    sections=(
        Section(
            "proof",
            _("Proof"),
            (
                Field(
                    "entrusted",
                    both("利用类型", "kind of use"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: WAYS,
                ),
                WASTE,
                mass("mass", "利用量", "mass used"),
                _method("method", "利用方式", "method of recovery"),
                Field("receiver", both("受托单位", "receiver"), length_max=120),
                Field("contract", both("合同编号", "number of the contract"), length_max=60),
                Field(
                    "checked",
                    both("已核实主体资格和技术能力", "qualification and ability were checked"),
                    FieldKind.BOOLEAN,
                ),
                Field("papers", both("证明材料", "papers"), FieldKind.FILES, required=True),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="YGZ",
    basis=Basis(_LAW, both("第三十七条", "article 37"), "A"),
    filers=("enterprise", "plant"),
    checks=(_receiver_known,),
)
STORE_KINDS: Choices = (
    ("warehouse", both("库房", "warehouse")),
    ("yard", both("贮存场", "storage yard")),
    ("landfill", both("填埋场", "landfill")),
)
STORAGE = FilingType(
    code="industrial.storage",
    domain=DOMAIN,
    name=both("贮存场所备案", "Storage site on file"),
    kind=Kind.FILE,
    period=Period.YEAR,
    sections=(
        Section(
            "storage",
            _("Storage site"),
            (
                Field(
                    "kind",
                    both("类型", "kind"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: STORE_KINDS,
                ),
                Field(
                    "area",
                    both("面积", "area"),
                    FieldKind.DECIMAL,
                    unit="m²",
                    required=True,
                    minimum=ZERO,
                    decimals=1,
                ),
                mass("capacity", "设计贮存能力", "designed capacity"),
                Field("roof", both("防雨", "kept from rain"), FieldKind.BOOLEAN, required=True),
                Field("floor", both("防渗", "sealed floor"), FieldKind.BOOLEAN, required=True),
                Field("dust", both("防扬尘", "dust kept down"), FieldKind.BOOLEAN, required=True),
                Field("signs", both("标志", "signs"), FieldKind.BOOLEAN, required=True),
                Field("photo", both("照片", "photo"), FieldKind.FILES),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="YGC",
    basis=Basis("GB 18599-2020", "", "C"),
    due=DueDay(31, months=2, of_first=True),
    per_site=lambda span: Q(
        kind__in=("storage", "landfill"), organisation__domains__contains=[DOMAIN]
    ),
    effects=(
        effects.statistics(
            Figure("industrial.storage_area", _("area of storage sites"), "area", "m²"),
            Figure("industrial.storage_capacity", _("capacity of storage sites"), "capacity", "t"),
        ),
    ),
)
FILINGS: tuple[FilingType, ...] = (
    GENERATION_LIST,
    MONTHLY_FLOW,
    REGISTRATION,
    PROOF,
    STORAGE,
)
