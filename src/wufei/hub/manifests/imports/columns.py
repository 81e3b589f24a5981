"""Columns of the tables, and the other names by which files of other systems have them.

The names are those that forms and exports commonly use; no official layout is claimed.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.tables import Column, Kind
from wufei.hub.base.tables.spec import Text
from wufei.hub.ledger.imports import method_choices
from wufei.hub.ledger.units import UNIT_LABELS, UNIT_SPELLINGS


def mass(name: str, label: Text, *aliases: str, required: bool = False, help: Text = "") -> Column:
    return Column(
        name,
        label,
        Kind.QUANTITY,
        unit="t",
        units=UNIT_SPELLINGS,
        required=required,
        help=help,
        aliases=aliases,
    )


def moment(
    name: str, label: Text, *aliases: str, required: bool = False, help: Text = ""
) -> Column:
    return Column(name, label, Kind.DATETIME, required=required, help=help, aliases=aliases)


ARRIVED = moment(
    "arrived_at",
    _("Arrived at"),
    *("到达时间", "运抵时间", "进厂时间", "进场时间"),
    help=_("empty: when it was accepted"),
)
ACCEPTED = moment(
    "accepted_at",
    _("Accepted at"),
    *("接受时间", "接收时间", "接受日期", "接收日期", "签收时间", "确认接收时间"),
    help=_("empty: when it arrived, where something is accepted or refused"),
)
WEIGHED_IN = mass(
    "weighed_in",
    _("Weighed in"),
    *("到达量", "进厂净重", "进场净重", "入厂净重", "过磅量", "实收量"),
    help=_("empty: what was accepted and refused"),
)
ACCEPTED_MASS = mass(
    "accepted",
    _("Accepted mass"),
    *("接受量", "接收量", "接受数量", "接收数量", "实际接收量", "确认数量"),
    help=_("empty: all that was weighed in and not refused"),
)
REFUSED_MASS = mass("refused", _("Refused mass"), *("拒收量", "拒收数量", "拒绝接受量"))
REFUSAL_REASON = Column(
    "refusal_reason",
    _("Reason for refusing"),
    length_max=300,
    aliases=("拒收原因", "拒收理由", "拒绝原因"),
    help=_("where something was refused"),
)
DIFFERENCE_REASON = Column(
    "difference_reason",
    _("Reason for the difference"),
    length_max=300,
    aliases=("差异原因", "偏差原因", "重量差异说明", "差异说明"),
    help=_("where the weights differ by more than the tolerance"),
)
UNIT = Column(
    "unit",
    _("unit of measure"),
    Kind.CHOICE,
    choices=lambda: [*UNIT_LABELS.items()],
    help=_("of all masses of the line that say none themselves; tonnes if empty"),
    aliases=("计量单位", "单位"),
)
RECEPTION = (
    ARRIVED,
    WEIGHED_IN,
    ACCEPTED,
    ACCEPTED_MASS,
    REFUSED_MASS,
    REFUSAL_REASON,
    DIFFERENCE_REASON,
)
# Words for a manifest that came to nothing.
CANCELLED = ("作废", "撤销", "取消", "撤回", "void", "cancel", "withdrawn")
WASTE_ALIASES = (
    *("废物代码", "危废代码", "危险废物代码", "废物八位码", "八位码", "固废代码", "固体废物代码"),
    "waste",
)
NUMBER = Column(
    "number",
    _("Number of the record"),
    required=True,
    length_max=80,
    example="20263715000001",
    help=_("the authority's number of the manifest, or your own; each one once"),
    aliases=(
        *("联单编号", "转移联单编号", "电子联单编号", "联单号", "联单编码", "记录编号", "单号"),
        *("磅单号", "manifest number", "manifest no."),
    ),
)
RECORD = (
    NUMBER,
    Column(
        "authority_no",
        _("Number of the authority"),
        length_max=40,
        aliases=("国家联单编号", "主管部门联单编号"),
        help=_("where the record's own number is another one"),
    ),
    moment(
        "issued_at",
        _("Issued at"),
        *("填写时间", "制单时间", "创建时间", "联单创建时间", "填报时间"),
        help=_("empty: when it was loaded"),
    ),
    moment(
        "loaded_at",
        _("Loaded at"),
        *("移出时间", "移出日期", "转移时间", "转移日期", "起运时间", "运出时间", "出厂时间"),
        *("出厂日期", "出场时间"),
        required=True,
        help=_("Beijing time; a day alone is that day, not before the step before"),
    ),
    Column(
        "consignor",
        _("Consignor"),
        required=True,
        help=_("credit code, or the name in full"),
        aliases=(
            *("移出人", "移出单位", "移出者", "产废单位", "产生单位", "移出人名称", "移出单位名称"),
            *("产废单位名称", "转出单位"),
        ),
    ),
    Column(
        "consignor_site",
        _("Site of the consignor"),
        aliases=("from", "移出地", "移出地点", "产生地点", "起运地"),
        help=_("name of the site in the register; empty where there is only one"),
    ),
    Column(
        "carrier",
        pgettext_lazy("manifest", "Carrier"),
        required=True,
        help=_("credit code, or the name in full"),
        aliases=(
            *("承运人", "承运单位", "运输单位", "运输企业", "承运人名称", "承运单位名称"),
            *("运输单位名称", "carrier"),
        ),
    ),
    Column(
        "plate",
        _("Plate"),
        required=True,
        length_max=20,
        example="鲁P12345",
        aliases=("车牌号", "车牌号码", "车牌", "车号", "车辆号牌", "运输工具号牌", "牌照号"),
    ),
    Column(
        "driver",
        _("Driver"),
        length_max=60,
        help=_("name, or number of the qualification; hazardous waste needs it"),
        aliases=("驾驶员", "司机", "驾驶员姓名", "司机姓名", "驾驶人"),
    ),
    Column(
        "consignee",
        _("Consignee"),
        required=True,
        help=_("credit code, or the name in full"),
        aliases=(
            *("接受人", "接受单位", "接收单位", "接受者", "接收人", "经营单位", "处置单位"),
            *("利用处置单位", "接受单位名称", "接收单位名称", "接受人名称"),
        ),
    ),
    Column(
        "consignee_site",
        _("Site of the consignee"),
        aliases=("to", "接受地", "接受地点", "接收地点", "目的地"),
        help=_("name of the site in the register; empty where there is only one"),
    ),
    Column(
        "waste",
        _("waste code"),
        required=True,
        example="900-214-08",
        help=_("several wastes of one manifest: a line each, one below the other"),
        aliases=WASTE_ALIASES,
    ),
    Column(
        "method",
        pgettext_lazy("manifest", "Method"),
        Kind.CHOICE,
        choices=method_choices,
        help=_("what the consignee does with it; one that the waste's stream knows"),
        aliases=(
            *("利用处置方式", "利用/处置方式", "处置方式", "处理方式", "拟利用处置方式"),
            "method",
        ),
    ),
    Column(
        "containers",
        _("Containers"),
        Kind.INTEGER,
        aliases=("容器数量", "包装数量", "件数", "包装件数"),
    ),
    mass(
        "declared",
        _("Declared"),
        *("计划转移量", "拟转移量", "申报量", "计划量"),
        help=_("empty: what was weighed out"),
    ),
    mass(
        "weighed_out",
        _("Weighed out"),
        *("移出量", "移出数量", "转移量", "转移数量", "实际转移量", "出厂净重", "出场净重"),
        required=True,
        help=_("another unit than tonnes: in the heading, in the cell or in its own column"),
    ),
    *RECEPTION,
    UNIT,
    Column(
        "state",
        _("State"),
        aliases=("联单状态", "状态"),
        help=_("only to leave out what was cancelled; everything else is seen from the dates"),
    ),
    Column("note", _("Remark"), length_max=300, aliases=("备注", "note")),
)
