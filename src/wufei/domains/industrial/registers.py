"""The ledger of general industrial solid waste: tables 1 to 7 of the guideline of 2021.

The list of tables is known from a retelling (grade B); their columns are written from memory
(grade C) and are not the official wording. The pages and files say so.
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

_CODE = Col(both("代码", "code"), Fact.WASTE_CODE)
_NAME = Col(both("名称", "name"), Fact.WASTE)
_WASTE = (_CODE, _NAME)
_MASS = Col(both("数量", "mass"), Fact.MASS)
_BY = Col(both("经办人", "handled by"), Fact.HANDLER)


def _table(number: int, zh: str, en: str, kind: Kind, *columns: Col) -> RegisterTable:
    return RegisterTable(
        code=f"industrial.{number}",
        number="",
        title=both(f"表{number} {zh}", f"Table {number}: {en}"),
        kind=kind,
        columns=columns,
        source=Source(
            both("公告2021年第82号（试行）", "Announcement 82 of 2021 (trial)"),
            both(f"表{number}", f"table {number}"),
            Grade.C,
        ),
        domain="industrial",
    )


def _treatment(number: int, zh: str, en: str, kind: Kind) -> RegisterTable:
    return _table(
        number,
        f"自行{zh}记录",
        f"own {en}",
        kind,
        *_WASTE,
        Col(both(f"{zh}时间", f"time of {en}"), Fact.HAPPENED_AT),
        Col(both("来源", "comes from"), Fact.COMES_FROM),
        _MASS,
        Col(both(f"{zh}方式", f"method of {en}"), Fact.METHOD),
        _BY,
    )


REGISTERS = (
    _table(
        1,
        "产生清单（年）",
        "what arises (by year)",
        Kind.SUMMARY,
        *_WASTE,
        Col(both("类别", "category"), Fact.WASTE_CATEGORY_NAME),
        Col(both("产生环节", "step where it arises")),
        Col(both("物理性状", "physical state")),
        Col(both("主要成分", "main components")),
        Col(both("污染特性", "pollution properties")),
        Col(both("年产生量", "mass that arose in the year"), Fact.ARISEN),
    ),
    _table(
        2,
        "流向汇总表（月）",
        "where it went (by month)",
        Kind.SUMMARY,
        *_WASTE,
        Col(both("产生量", "mass that arose"), Fact.ARISEN),
        Col(both("贮存量", "mass put into storage, net"), Fact.STORED),
        Col(both("累计贮存量", "mass in storage at the end"), Fact.CLOSING),
        Col(both("自行利用方式", "own method of recovery"), Fact.OWN_RECOVERY_METHOD),
        Col(both("自行利用量", "mass recovered oneself"), Fact.OWN_RECOVERED),
        Col(both("委托利用方式", "entrusted method of recovery"), Fact.SENT_RECOVERY_METHOD),
        Col(both("委托利用量", "mass entrusted for recovery"), Fact.SENT_RECOVERED),
        Col(both("自行处置方式", "own method of disposal"), Fact.OWN_DISPOSAL_METHOD),
        Col(both("自行处置量", "mass disposed of oneself"), Fact.OWN_DISPOSED),
        Col(both("委托处置方式", "entrusted method of disposal"), Fact.SENT_DISPOSAL_METHOD),
        Col(both("委托处置量", "mass entrusted for disposal"), Fact.SENT_DISPOSED),
    ),
    _table(
        3,
        "出厂环节记录表（批次）",
        "leaving the works (by batch)",
        Kind.OUTGOING,
        *_WASTE,
        Col(both("出厂时间", "time of leaving"), Fact.HAPPENED_AT),
        _MASS,
        _BY,
        Col(both("运输单位", "carrier"), Fact.CARRIER),
        Col(both("运输车辆", "vehicle"), Fact.PLATE),
        Col(both("运输方式", "way of transport")),
        Col(both("接收单位", "received by"), Fact.COUNTERPARTY),
        Col(both("流向类型", "kind of destination"), Fact.METHOD),
    ),
    _table(
        4,
        "厂内产生记录",
        "arising inside the works",
        Kind.ARISING,
        *_WASTE,
        Col(both("产生时间", "time of arising"), Fact.HAPPENED_AT),
        _MASS,
        Col(both("转移时间", "time of moving on")),
        Col(both("去向", "goes to"), Fact.GOES_TO),
        _BY,
    ),
    _table(
        5,
        "贮存记录",
        "storage",
        Kind.STORED,
        *_WASTE,
        Col(both("出入库时间", "time of storing or leaving"), Fact.HAPPENED_AT),
        Col(both("来源", "comes from"), Fact.COMES_FROM),
        Col(both("去向", "goes to"), Fact.GOES_TO),
        Col(both("入库量", "mass stored"), Fact.IN),
        Col(both("出库量", "mass that left storage"), Fact.OUT),
        _BY,
    ),
    _treatment(6, "利用", "recovery", Kind.RECOVERED),
    _treatment(7, "处置", "disposal", Kind.DISPOSED),
)
