"""The yearly management plan 危险废物管理计划, tables A.1 to A.7 of HJ 1259-2022.

Put on file by 31 March of the year itself, with number and receipt. Its transfers (A.7) become the
year's quotas, which manifests are held against; a change is filed as a new version.

Registered management files A.1, A.3 and A.7 alone (read in the standard). That simplified
management leaves out A.2 and A.5 follows from its having no facilities of its own.
"""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import mass
from wufei.domains.hazardous.filings import basis, choices, classes, plan_rules, reading
from wufei.domains.hazardous.filings.columns import (
    LIKE,
    MADE_THERE,
    NAMED,
    OFFICIAL_NAME,
    OWN_NAME,
    WASTE,
    choice,
    code,
    method,
    person,
    text,
)
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Field,
    FieldKind,
    FilingType,
    Kind,
    Reviewer,
    Section,
    Values,
)
from wufei.hub.filings.periods import DueDay, Period

AUTHORITY = _("national solid waste system")
_FULL = frozenset({choices.KEY})
_MORE = frozenset({choices.KEY, choices.SIMPLIFIED})


def _degrees(name: str, zh: str, en: str, limit: int) -> Field:
    return Field(
        name,
        both(zh, en),
        FieldKind.DECIMAL,
        unit="°",
        decimals=7,
        minimum=Decimal(-limit),
        maximum=Decimal(limit),
        aliases=(zh,),
    )


def _amount(name: str, zh: str, en: str) -> Field:
    """A quantity whose unit stands in the column behind it."""
    return Field(
        name, both(zh, en), FieldKind.DECIMAL, decimals=6, minimum=Decimal(0), aliases=(zh,)
    )


def _yes(name: str) -> "plan_rules.When":
    return lambda values: bool(values.get(name))


BASIC = Section(
    "basic",
    both("A.1 单位基本信息", "A.1 The organisation"),
    (
        text("name", "单位名称", "name of the organisation", required=True, length=120),
        text("address", "注册地址", "registered address", length=200),
        text("site_address", "生产经营场所地址", "address of the works", length=200),
        text("region", "行政区划", "administrative region"),
        text("industry", "行业类别", "industry"),
        text("industry_code", "行业代码", "code of the industry (GB/T 4754)", length=10),
        _degrees("longitude", "生产经营场所中心经度", "longitude of the works", 180),
        _degrees("latitude", "生产经营场所中心纬度", "latitude of the works", 90),
        text("credit_code", "统一社会信用代码", "unified social credit code", length=18),
        choice("class_code", "管理类别", "class of management", choices.CLASSES, required=True),
        person("legal_person", "法定代表人", "legal representative"),
        person("legal_phone", "法定代表人联系电话", "telephone of the legal representative"),
        person(
            "technical_person",
            "危险废物环境管理技术负责人",
            "technically responsible for hazardous waste",
        ),
        person("technical_phone", "技术负责人联系电话", "telephone of the technically responsible"),
        Field(
            "has_eia",
            both("是否有环评审批文件", "whether an environmental assessment was approved"),
            FieldKind.BOOLEAN,
        ),
        Field(
            "eia_no",
            both("环评审批文号或备案编号", "number of its approval or filing"),
            required_when=_yes("has_eia"),
        ),
        Field(
            "has_permit",
            both("是否有排污许可证或排污登记", "whether there is a discharge permit"),
            FieldKind.BOOLEAN,
        ),
        Field(
            "permit_no",
            both("排污许可证编号或登记表编号", "number of the discharge permit"),
            required_when=_yes("has_permit"),
        ),
    ),
)
FACILITIES = Section(
    "facilities",
    both("A.2 设施信息", "A.2 Facilities"),
    (
        text("unit_name", "主要生产单元名称", "main production unit"),
        text("process", "主要工艺名称", "main process"),
        text("facility", "设施名称", "facility", required=True),
        code("facility_code", "设施编码", "code of the facility"),
        text("parameter", "污染防治设施参数名称", "parameter of pollution control"),
        _amount("design", "参数设计值", "designed value"),
        text("design_unit", "参数计量单位", "unit of the parameter", length=20),
        _amount("capacity", "生产能力", "capacity"),
        text("capacity_unit", "生产能力计量单位", "unit of the capacity", length=20),
        text("intermediate", "中间产品名称", "intermediate product"),
        _amount("intermediate_amount", "中间产品数量", "amount of the intermediate product"),
        text(
            "intermediate_unit", "中间产品计量单位", "unit of the intermediate product", length=20
        ),
        text("product", "最终产品名称", "final product"),
        _amount("product_amount", "最终产品数量", "amount of the final product"),
        text("product_unit", "最终产品计量单位", "unit of the final product", length=20),
        text("material_kind", "原辅料种类", "kind of raw or auxiliary material"),
        text("material", "原辅料名称", "raw or auxiliary material"),
        _amount("material_amount", "原辅料用量", "amount of the material"),
        text("material_unit", "原辅料计量单位", "unit of the material", length=20),
    ),
    table=True,
    classes=_FULL,
)
ARISING = Section(
    "arising",
    both("A.3 危险废物产生情况", "A.3 What will arise"),
    (
        code("facility_code", "产生危险废物设施编码", "code of the facility where it arises"),
        code("facility", "产生危险废物设施名称", "name of the facility where it arises"),
        text("stage", "对应产废环节名称", "stage at which it arises"),
        *NAMED,
        *LIKE,
        mass("mass", "本年度预计产生量", "expected to arise in the year"),
        code("recovery_code", "自行利用设施编码", "code of the own facility of recovery"),
        text("recovery_capacity", "自行利用设施设计能力", "its designed capacity"),
        code("disposal_code", "自行处置设施编码", "code of the own facility of disposal"),
        text("disposal_capacity", "自行处置设施设计能力", "designed capacity of disposal"),
        code("store_code", "贮存设施编码", "code of the storage facility"),
        text("store_capacity", "贮存设施设计能力", "designed capacity of storage"),
    ),
    table=True,
    rows_min=1,
    totalled=("mass",),
)
STORAGE = Section(
    "storage",
    both("A.4 危险废物贮存情况", "A.4 What will stand in storage"),
    (
        code("store_code", "贮存设施编码", "code of the storage facility"),
        choice("store_kind", "贮存设施类型", "type of the storage facility", choices.STORES),
        *NAMED,
        *LIKE,
        choice("packaging", "包装形式", "packaging", choices.PACKAGING),
        mass("mass", "本年度预计剩余贮存量", "expected to be left in storage"),
    ),
    table=True,
    classes=_MORE,
    totalled=("mass",),
)
OWN = Section(
    "own",
    both("A.5 危险废物自行利用/处置情况", "A.5 Own recovery and disposal"),
    (
        choice("facility_kind", "设施类型", "kind of facility", choices.OWN_FACILITIES),
        code("facility_code", "设施编码", "code of the facility"),
        *NAMED,
        *LIKE,
        method(
            "method", "自行利用/处置方式代码", "method of own recovery or disposal", required=True
        ),
        mass("mass", "本年度预计自行利用/处置量", "expected to be treated oneself"),
    ),
    table=True,
    classes=_FULL,
    totalled=("mass",),
)
REDUCTION = Section(
    "reduction",
    both("A.6 减少产生量计划", "A.6 Plan to let less arise"),
    (
        OWN_NAME,
        OFFICIAL_NAME,
        # The annex names the waste; its code is ours, by which rows are compared.
        WASTE,
        mass("mass", "本年度预计产生量", "expected to arise in the year"),
        mass("reduction", "预计减少量", "expected to be saved"),
    ),
    table=True,
    classes=_MORE,
    totalled=("mass", "reduction"),
)
MEASURES = Section(
    "measures",
    both("A.6 减量化计划和措施", "A.6 Plans and measures"),
    (
        Field(
            "less_harm",
            both("降低危害性的计划", "plan to make it less harmful"),
            FieldKind.LONG_TEXT,
            length_max=2000,
        ),
        Field(
            "measures",
            both("减量与降害措施", "measures for both"),
            FieldKind.LONG_TEXT,
            length_max=2000,
        ),
    ),
    classes=_MORE,
)


def _receiver(kind: str) -> "plan_rules.When":
    def holds(values: Values) -> bool:
        return values.get("receiver_kind") == kind

    return holds


TRANSFER = Section(
    "transfer",
    both("A.7 危险废物转移情况", "A.7 What will be transferred"),
    (
        choice("transfer", "转移类型", "kind of transfer", choices.TRANSFERS, required=True),
        *NAMED,
        *LIKE,
        mass("mass", "本年度预计转移量", "expected to be transferred"),
        method("method", "利用/处置方式代码", "method of recovery or disposal", required=True),
        choice(
            "receiver_kind",
            "拟接收单位类型",
            "kind of receiver",
            choices.RECEIVERS,
            required=True,
        ),
        Field(
            "licence_holder",
            both("经营许可证持有单位名称", "name of the licence holder"),
            required_when=_receiver(choices.LICENSED),
            shown_when=_receiver(choices.LICENSED),
        ),
        Field(
            "licence_no",
            both("许可证编码", "number of the licence"),
            length_max=60,
            shown_when=_receiver(choices.LICENSED),
            help=MADE_THERE,
        ),
        Field(
            "exempt_receiver",
            both("豁免管理单位名称", "name of the exempted organisation"),
            required_when=_receiver(choices.EXEMPT),
            shown_when=_receiver(choices.EXEMPT),
        ),
        Field(
            "abroad_receiver",
            both("境外利用处置单位名称", "name of the organisation abroad"),
            required_when=_receiver(choices.ABROAD),
            shown_when=_receiver(choices.ABROAD),
        ),
    ),
    table=True,
    totalled=("mass",),
)
PRODUCERS = classes.owed_by(choices.KEY, choices.SIMPLIFIED, choices.REGISTERED)

PLAN = FilingType(
    code=classes.PLAN,
    domain="hazardous",
    name=both("危险废物管理计划", "Hazardous waste management plan"),
    kind=Kind.FILE,
    period=Period.YEAR,
    sections=(
        BASIC,
        FACILITIES,
        ARISING,
        STORAGE,
        OWN,
        REDUCTION,
        MEASURES,
        TRANSFER,
    ),
    authority=AUTHORITY,
    number_prefix="HWP",
    basis=basis.PLAN,
    due=DueDay(31, months=2, of_first=True),
    owes=PRODUCERS,
    reviewer=Reviewer.DEPARTMENT,
    classify=classes.class_of,
    classify_many=classes.classes_of,
    reads=reading.PLAN,
    prefill=plan_rules.prefill,
    checks=plan_rules.CHECKS,
    effects=(effects.quotas("transfer"),),
    help=_(
        "Filed by 31 March for the year itself. What is planned to be transferred is what "
        "manifests may take; file a new version when it changes."
    ),
    remind_days=(30, 14, 7, 1),
)
