"""The ledgers and reports of HJ 1259-2022, and the register of medical waste.

Titles are the standard's own, in its order (annexes B and C, informative); English is a help.
Masses are in tonnes, as the standard wants; what was written originally stands beside. Batch codes,
codes of facilities and the enterprise's own names are not recorded here: their columns stay empty.
"""

from wufei.hub.base.wording import both
from wufei.hub.registers.declarations import (
    Col,
    Fact,
    Grade,
    Kind,
    RegisterTable,
    Source,
)

_STANDARD = "HJ 1259-2022"

_NUMBER = Col(both("序号", "No."), Fact.POSITION)
_OWN_NAME = Col(both("行业俗称/单位内部名称", "usual or internal name"))
_NAME = Col(both("国家危险废物名录名称", "name in the national catalogue"), Fact.WASTE_OFFICIAL)
_CATEGORY = Col(both("危险废物类别", "category of hazardous waste"), Fact.WASTE_CATEGORY)
_CODE = Col(both("危险废物代码", "code of hazardous waste"), Fact.WASTE_CODE)
_WASTE = (_OWN_NAME, _NAME, _CATEGORY, _CODE)
_UNIT = Col(both("计量单位", "unit"), Fact.UNIT)
_CONTAINERS = (
    Col(both("容器/包装编码", "code of container or packaging"), Fact.CONTAINERS),
    Col(both("容器/包装类型", "type of container or packaging")),
    Col(both("容器/包装数量", "number of containers or packages"), Fact.CONTAINER_COUNT),
)
_GOES_TO = Col(both("去向", "goes to"), Fact.GOES_TO)
_ARISING_BATCH = Col(both("产生批次编码", "code of the batch that arose"))
_BATCH_BEFORE = Col(
    both("产生批次编码/出库批次编码", "code of the batch that arose or left storage")
)
_STORE = (
    Col(both("贮存设施编码", "code of the storage facility")),
    Col(both("贮存设施类型", "type of the storage facility")),
)


def _clause(annex: str) -> Source:
    return Source(
        _STANDARD, both(f"附录{annex[0]} 表{annex}", f"annex {annex[0]}, table {annex}"), Grade.A
    )


def _ledger(number: str, zh: str, en: str, kind: Kind, *columns: Col) -> RegisterTable:
    return RegisterTable(
        code=f"hj1259.{number}",
        number=number,
        title=both(zh, en),
        kind=kind,
        columns=columns,
        source=_clause(number),
        domain="hazardous",
    )


def _report(number: str, zh: str, en: str, before: str, after: str) -> RegisterTable:
    """Annex C: one table by month, quarter and year; ``before`` and ``after`` name the ends."""
    return _ledger(
        number,
        zh,
        en,
        Kind.SUMMARY,
        _NUMBER,
        *_WASTE,
        Col(both("有害成分名称", "harmful components")),
        Col(both("形态", "physical form")),
        Col(both("危险特性", "hazard properties"), Fact.HAZARD),
        Col(both("产生量", "mass that arose"), Fact.ARISEN),
        _UNIT,
        Col(both("自行利用/处置方式", "own method of recovery or disposal"), Fact.OWN_METHOD),
        Col(both("自行利用/处置量", "mass recovered or disposed of oneself"), Fact.OWN),
        _UNIT,
        Col(both("省（区、市）", "province"), Fact.SENT_REGION),
        Col(both("委托单位名称", "name of the entrusted organisation"), Fact.SENT_TO),
        Col(
            both(
                "经营许可证编号/豁免管理单位编号/出口核准通知单编号",
                "number of licence, exempted organisation or export approval",
            ),
            Fact.SENT_LICENCE,
        ),
        Col(both("委托利用/处置方式", "entrusted method"), Fact.SENT_METHOD),
        Col(both("委托利用/处置量", "mass entrusted"), Fact.SENT),
        _UNIT,
        Col(
            both(f"{before}剩余贮存量", "mass in storage at the end of the period before"),
            Fact.OPENING,
        ),
        _UNIT,
        Col(both(f"{after}剩余贮存量", "mass in storage at the end of the period"), Fact.CLOSING),
        _UNIT,
    )


def _medical(code: str, title: tuple[str, str], kind: Kind) -> RegisterTable:
    return RegisterTable(
        code=f"medical.{code}",
        number="",
        title=both(*title),
        kind=kind,
        columns=(
            Col(both("来源", "source"), Fact.COMES_FROM),
            Col(both("种类", "kind"), Fact.WASTE),
            Col(both("重量", "weight"), Fact.MASS),
            Col(both("数量", "number"), Fact.CONTAINER_COUNT),
            Col(both("交接时间", "time of handing over"), Fact.HAPPENED_AT),
            Col(both("处置方法", "method of disposal"), Fact.METHOD),
            Col(both("最终去向", "final destination"), Fact.GOES_TO),
            Col(both("经办人", "handled by"), Fact.HANDLER),
        ),
        source=Source(
            both("《医疗废物管理条例》", "Regulation on medical waste"),
            both("第十二条", "article 12"),
            Grade.A,
        ),
        domain="hazardous",
        streams=frozenset({"medical"}),
    )


REGISTERS = (
    _ledger(
        "B.1",
        "产生",
        "Arising",
        Kind.ARISING,
        _NUMBER,
        _ARISING_BATCH,
        Col(both("产生时间", "time of arising"), Fact.HAPPENED_AT),
        *_WASTE,
        Col(both("产生量", "mass that arose"), Fact.MASS),
        _UNIT,
        *_CONTAINERS,
        Col(both("产生危险废物设施编码", "code of the facility where it arose")),
        Col(both("产生部门经办人", "handled by (where it arose)"), Fact.HANDLER),
        _GOES_TO,
    ),
    _ledger(
        "B.2",
        "入库",
        "Into storage",
        Kind.STORED_IN,
        _NUMBER,
        Col(both("入库批次编码", "code of the batch that was stored")),
        Col(both("入库时间", "time of storing"), Fact.HAPPENED_AT),
        *_CONTAINERS,
        *_WASTE,
        Col(both("入库量", "mass stored"), Fact.MASS),
        _UNIT,
        *_STORE,
        Col(both("运送部门经办人", "handled by (transport)")),
        Col(both("贮存部门经办人", "handled by (storage)"), Fact.HANDLER),
        _ARISING_BATCH,
    ),
    _ledger(
        "B.3",
        "出库",
        "Out of storage",
        Kind.STORED_OUT,
        _NUMBER,
        Col(both("出库批次编码", "code of the batch that left storage")),
        Col(both("出库时间", "time of leaving storage"), Fact.HAPPENED_AT),
        *_CONTAINERS,
        *_WASTE,
        Col(both("出库量", "mass that left storage"), Fact.MASS),
        _UNIT,
        *_STORE,
        Col(both("出库部门经办人", "handled by (storage)"), Fact.HANDLER),
        Col(both("运送部门经办人", "handled by (transport)")),
        Col(both("入库批次编码", "code of the batch that was stored")),
        _GOES_TO,
    ),
    _ledger(
        "B.4",
        "自行利用/处置",
        "Own recovery or disposal",
        Kind.TREATED,
        _NUMBER,
        Col(both("自行利用/处置批次编码", "code of the batch that was treated")),
        Col(both("自行利用/处置时间", "time of recovery or disposal"), Fact.HAPPENED_AT),
        *_CONTAINERS,
        *_WASTE,
        Col(both("自行利用/处置量", "mass recovered or disposed of oneself"), Fact.MASS),
        _UNIT,
        Col(both("自行利用/处置设施编码", "code of the facility of treatment")),
        Col(both("自行利用/处置方式", "own method of recovery or disposal"), Fact.METHOD),
        Col(both("自行利用/处置完毕时间", "time when treatment was finished")),
        Col(both("自行利用/处置部门经办人", "handled by (treatment)"), Fact.HANDLER),
        _BATCH_BEFORE,
    ),
    _ledger(
        "B.5",
        "委外利用/处置",
        "Entrusted recovery or disposal",
        Kind.OUTGOING,
        _NUMBER,
        Col(both("委外利用/处置批次编码", "code of the batch that was entrusted")),
        Col(both("出厂时间", "time of leaving"), Fact.HAPPENED_AT),
        *_CONTAINERS,
        *_WASTE,
        Col(both("委外利用/处置量", "mass entrusted"), Fact.MASS),
        _UNIT,
        Col(both("利用/处置方式", "method of recovery or disposal"), Fact.METHOD),
        Col(both("接收单位类型", "type of the receiving organisation")),
        Col(both("经营许可证持有单位名称", "name of the licence holder"), Fact.LICENCE_HOLDER),
        Col(both("许可证编码", "number of the licence"), Fact.LICENCE),
        Col(both("豁免管理单位名称", "name of the exempted organisation"), Fact.EXEMPT_RECEIVER),
        Col(both("境外单位名称", "name of the organisation abroad")),
        Col(both("出口核准通知单编号", "number of the export approval")),
        _BATCH_BEFORE,
    ),
    _report("C.1", "月度", "Monthly report", "上月底", "本月底"),
    _report("C.2", "季度", "Quarterly report", "上季度底", "本季度底"),
    _report("C.3", "年度", "Yearly report", "上年底", "本年底"),
    _medical("out", ("医疗废物登记（移出）", "Medical waste handed over"), Kind.OUTGOING),
    _medical("in", ("医疗废物登记（接收）", "Medical waste received"), Kind.INCOMING),
)
