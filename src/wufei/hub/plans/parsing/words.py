"""Words by which a plan's targets and sections are known: tables, to be added to."""

from collections.abc import Mapping

from wufei.hub.plans.parsing.matching import Known

# Code of the indicator that computes the same thing, its usual name, other names.
INDICATORS: tuple[Known, ...] = (
    Known("industrial.utilisation", "一般工业固体废物综合利用率", ("一般工业固废综合利用率",)),
    Known("agricultural.straw_utilisation", "秸秆综合利用率", ("农作物秸秆综合利用率",)),
    Known("agricultural.manure_utilisation", "畜禽粪污综合利用率", ("畜禽粪污资源化利用率",)),
    Known("agricultural.film_recovery", "农膜回收率", ("废旧农膜回收率", "农用薄膜回收率")),
    Known("agricultural.pesticide_packaging_recovery", "农药包装废弃物回收率"),
    Known("agricultural.carcass_harmless", "病死畜禽集中无害化处理率", ("病死畜禽无害化处理率",)),
    Known(
        "household.recovery",
        "生活垃圾回收利用率",
        ("城市生活垃圾回收利用率", "生活垃圾资源化利用率"),
    ),
    Known("household.kitchen_utilisation", "厨余垃圾资源化利用率", ("餐厨垃圾资源化利用率",)),
    Known(
        "construction.utilisation",
        "建筑垃圾资源化利用率",
        ("建筑垃圾综合利用率", "城市建筑垃圾资源化利用率"),
    ),
    Known(
        "hazardous.utilisation",
        "工业危险废物综合利用率",
        ("危险废物综合利用率",),
    ),
    Known(
        "hazardous.disposal",
        "工业危险废物利用处置率",
        ("危险废物利用处置率", "工业危险废物安全处置率", "危险废物无害化处置率"),
    ),
    Known(
        "medical.disposal",
        "医疗废物无害化处置率",
        ("医疗废物安全处置率", "医疗废物集中处置率"),
    ),
    Known("renewable.recovery", "再生资源回收率", ("再生资源回收利用率",)),
)
# A word that makes a rate another one: "大宗工业固体废物综合利用率" is not the general one.
# Likeness alone would not see that.
APART = ("大宗", "赤泥", "农村", "飞灰", "污泥", "农业", "社会源")

DOMAIN_WORDS: Mapping[str, str] = {
    "hazardous": "危险废物 医疗废物 危废 医废",
    "construction": "建筑垃圾 建筑业 渣土 装配式 绿色建筑 建筑施工",
    "household": "生活垃圾 厨余 餐厨 污泥 可回收物",
    "agricultural": "农业 秸秆 畜禽 农膜 地膜 农药 粪污 养殖 农村 农作物",
    "renewable": "再生资源 废塑料 废钢铁 废纸 报废机动车",
    "industrial": "工业 制造 清洁生产 碳达峰",
}


def domain_of(text: str) -> str:
    """The one waste domain that ``text`` speaks of; "" for none or several."""
    found = [code for code, words in DOMAIN_WORDS.items() if _speaks(text, words)]
    if "industrial" in found and "hazardous" in found:
        # 工业危险废物 is hazardous.
        found.remove("industrial")
    if "agricultural" in found and "household" in found and "农村" in text:
        # 农村生活垃圾 is household waste.
        found.remove("agricultural")
    return found[0] if len(found) == 1 else ""


def _speaks(text: str, words: str) -> bool:
    return any(word in text for word in words.split())
