"""The rules that the forms follow, with how sure we are of each."""

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Basis

HJ_1259 = "HJ 1259-2022"
SOLID_WASTE_LAW = both("《固体废物污染环境防治法》(2020)", "Solid waste law (2020)")


def annex(table: str) -> Basis:
    """A table of an annex of HJ 1259-2022, whose columns were read in the text."""
    clause = both(f"附录{table[0]} 表{table}", f"annex {table[0]}, table {table}")
    return Basis(HJ_1259, clause, "A")


PLAN = Basis(HJ_1259, both("附录A 表A.1—A.7；第5章", "annex A, tables A.1 to A.7; chapter 5"), "A")
MEDICAL = Basis(
    both("《医疗废物管理条例》", "Regulation on medical waste"),
    both("第十二条、第十七条", "articles 12 and 17"),
    "A",
)
EXEMPTION_LIST = Basis(
    both("《国家危险废物名录》豁免管理清单", "National catalogue, list of exemptions"),
    both("附录", "annex"),
    "A",
)
OPERATORS_YEAR = Basis(
    both("环办固体函〔2020〕733号", "MEE notice 733 of 2020"),
    both("持证单位年报", "yearly report of licence holders"),
    "B",
)
# From memory: shown as local practice, never as the official wording.
OPERATORS_MONTH = Basis(
    both("《危险废物经营许可证管理办法》", "Measures for hazardous waste licences"),
    both("经营情况记录与报告", "records and reports of operation"),
    "C",
)
IDENTIFICATION = Basis(
    both("危险废物鉴别管理要求", "Rules for the identification of hazardous waste"), "", "C"
)
STANDARDISED = Basis(
    both("危险废物规范化环境管理评估", "Assessment of standardised management"), "", "C"
)
CLEANER = Basis(
    both("《清洁生产审核办法》", "Measures for cleaner-production audits"),
    both("强制性审核、评估与验收", "mandatory audit, evaluation and acceptance"),
    "C",
)
INFUSION = Basis(
    both(
        "未被污染的输液瓶（袋）回收管理要求", "Rules for uncontaminated infusion bottles and bags"
    ),
    "",
    "C",
)
KEY_LIST = Basis(HJ_1259, both("第4章 管理类别", "chapter 4, classes of management"), "A")
# Which duty small sources have is told differently by each place.
SOCIAL = Basis(SOLID_WASTE_LAW, both("危险废物管理台账与申报", "ledgers and reports"), "C")
