"""The lists that authorities keep 应管清单、名录, of all domains, in one visible table.

Names are this platform's own words for what the plan and the departments keep; no official list
of lists is claimed. Which of them a district keeps, and from which source, is its own affair.
"""

from wufei.domains.hazardous.lists import LISTS as HAZARDOUS
from wufei.hub.base.wording import both
from wufei.hub.registry.lists import ListKind, Purpose, Text

_O, _S, _H = Purpose.OBLIGED, Purpose.SUPERVISED, Purpose.HONOUR
_F = Purpose.ON_FILE
_DISCHARGE = both("排污许可", "discharge permits")
_BUILDING = both("施工许可", "building permits")
_BUSINESS = both("市场主体登记", "business register")
_LIVESTOCK = both("畜禽养殖备案", "livestock register")
_DEMOLITION = both("拆除备案", "demolition notices")


def _list(
    code: str, purpose: Purpose, zh: str, en: str, domain: str = "", source: Text = ""
) -> ListKind:
    return ListKind(code, both(zh, en), purpose, domain, source)


LISTS: tuple[ListKind, ...] = (
    *HAZARDOUS,
    # Who should be registered.
    _list(
        "industrial_obliged", _O, "产废工业企业", "industrial enterprises", "industrial", _DISCHARGE
    ),
    _list("building_sites", _O, "在建工地", "building sites", "construction", _BUILDING),
    _list("demolitions", _O, "拆除工程", "demolitions", "construction", _DEMOLITION),
    _list("farms", _O, "规模养殖场", "livestock farms", "agricultural", _LIVESTOCK),
    _list("pesticide_shops", _O, "农药经营门店", "pesticide shops", "agricultural", _BUSINESS),
    _list("garages", _O, "机动车维修企业", "vehicle repair shops", "hazardous", _BUSINESS),
    _list("catering", _O, "餐饮单位", "catering businesses", "household", _BUSINESS),
    _list("recyclers", _O, "再生资源回收经营者", "recyclers", "renewable", _BUSINESS),
    # Who is watched more closely.
    _list("disclosure", _S, "环境信息依法披露企业", "enterprises of mandatory disclosure"),
    # Who has a contract on file: its days are those of the contract.
    _list(
        "catering_contracts", _F, "餐厨垃圾收运合同", "contracts for catering waste", "household"
    ),
    # Who has earned a title.
    _list("green_factories", _H, "绿色工厂", "green factories"),
    _list("green_parks", _H, "绿色园区", "green parks"),
    _list("green_products", _H, "绿色产品", "green products"),
    _list("green_supply_chains", _H, "绿色供应链管理企业", "green supply chains"),
    _list("zero_waste_cells", _H, "无废细胞", "zero-waste cells"),
    _list("franchises", _H, "特许经营单位", "franchises", "household"),
    _list("hj364", _H, "废塑料利用规范企业（HJ 364）", "plastics recyclers to HJ 364", "renewable"),
)
