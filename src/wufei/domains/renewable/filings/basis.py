"""What the forms of renewable resources stand on, who owes them, and the classes they count by.

No official form of receipts and sales was at hand: names, columns and due days are this platform's
own (grade C), for each place to replace by what its commerce department asks for.
"""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.wording import both
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings import sources
from wufei.hub.filings.declarations import Basis, Choices, Text
from wufei.hub.filings.periods import Span
from wufei.hub.ledger.models import Account, AccountKind
from wufei.hub.registry.models import Licence

DOMAIN = "renewable"
COMMERCE, ECOLOGY = _("commerce department"), _("ecology and environment branch")
RECYCLING = Basis(
    both("《再生资源回收管理办法》；地方统计", "Measures for recycling; local statistics"), "", "C"
)
E_WASTE = Basis(
    both(
        "《废弃电器电子产品回收处理管理条例》；地方统计",
        "Regulation on waste electrical and electronic products; local statistics",
    ),
    "",
    "C",
)
VEHICLES = Basis(
    both(
        "《报废机动车回收管理办法》(国务院令第715号)；地方统计",
        "Measures for end-of-life vehicles (State Council order 715); local statistics",
    ),
    "",
    "C",
)
BATTERIES = Basis(
    both(
        "GB/T 34014-2017 汽车动力蓄电池编码规则；地方统计",
        "GB/T 34014-2017, codes of traction batteries; local statistics",
    ),
    "",
    "C",
)
KG_IN_T = Decimal(1000)
# Classes that yards count by: stream → the code that a form posts, and what people call it. A yard
# that keeps copper and aluminium apart in the ledger reports both as non-ferrous metal.
CLASSES: dict[str, tuple[str, tuple[str, str]]] = {
    "scrap_steel": ("LC-scrap-steel", ("废钢铁", "iron and steel")),
    "scrap_nonferrous": ("LC-scrap-nonferrous", ("废有色金属", "non-ferrous metal")),
    "waste_paper": ("LC-paper", ("废纸", "paper")),
    "waste_plastics": ("LC-plastics", ("废塑料", "plastics")),
    "waste_glass": ("LC-glass", ("废玻璃", "glass")),
    "waste_textiles": ("LC-textiles", ("废旧纺织品", "textiles")),
    "waste_wood": ("LC-wood", ("废木材", "wood")),
    "waste_tyres": ("LC-tyres", ("废轮胎", "tyres")),
    "e_waste": ("LC-appliances", ("废旧家电", "appliances")),
}
CLASS_CHOICES: Choices = tuple((name, both(*label)) for name, (_code, label) in CLASSES.items())
SOURCES: Choices = (
    ("residents", both("居民", "residents")),
    ("firms", both("企事业单位", "firms and offices")),
    ("stations", both("其他回收站点", "other stations")),
    ("sanitation", both("环卫收运", "household collection")),
)
flows = sources.waste_flows(DOMAIN)
# Plants elsewhere that take what the district sends owe it nothing.
_HERE = Q(region__within=True)


def as_class(waste: WasteType) -> str:
    """The code under which a form reports a waste."""
    return CLASSES[waste.stream][0] if waste.stream in CLASSES else waste.code


def label_of(code: str) -> Text:
    return {own: both(*label) for own, label in CLASSES.values()}.get(code, code)


def yards(span: Span) -> Q:
    """Recyclers of the district but those who take vehicles or appliances apart."""
    apart = Q(pk__in=_licensed(span)) | e_waste_plants(span)
    return _HERE & Q(kind="recycler", domains__contains=[DOMAIN]) & ~apart


def centres(span: Span) -> Q:
    """Stations that sort recyclables."""
    return _HERE & Q(kind="station", domains__contains=[DOMAIN])


def dismantlers(span: Span) -> Q:
    """Who is qualified to dismantle vehicles on any day of the period."""
    return _HERE & Q(pk__in=_licensed(span))


def _licensed(span: Span) -> "object":
    days = (span.first, span.last + timedelta(days=1))
    held = Licence.objects.filter(kind=Licence.Kind.DISMANTLING, validity__overlap=days)
    return held.values("organisation")


def e_waste_plants(span: Span) -> Q:
    """Who has dismantled appliances by the ledger; one who begins is obliged by an officer."""
    done = Account.objects.filter(
        kind=AccountKind.RECOVERED, method="dismantling", waste__stream="e_waste"
    )
    return _HERE & Q(kind__in=("recycler", "plant"), pk__in=done.values("holder"))
