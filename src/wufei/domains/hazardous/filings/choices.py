"""What fields of hazardous waste forms may be chosen from."""

from collections.abc import Callable

from wufei.hub.base.wording import both
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.filings.declarations import Choices, Text

FORMS: Choices = (
    ("solid", both("固态", "solid")),
    ("semi_solid", both("半固态", "semi-solid")),
    ("liquid", both("液态", "liquid")),
    ("gas", both("气态", "gaseous")),
)
PACKAGING: Choices = (
    ("drum", both("桶", "drum")),
    ("bag", both("袋", "bag")),
    ("tank", both("罐", "tank")),
    ("box", both("箱", "box")),
    ("bulk", both("散装", "loose")),
    ("other", both("其他", "other")),
)
# GB 18597-2023 names these five; from memory.
STORES: Choices = (
    ("warehouse", both("贮存库", "storehouse")),
    ("field", both("贮存场", "storage yard")),
    ("pool", both("贮存池", "storage basin")),
    ("tank_area", both("贮存罐区", "tank area")),
    ("point", both("贮存点", "storage point")),
)
OWN_FACILITIES: Choices = (
    ("recovery", both("自行利用设施", "own facility of recovery")),
    ("disposal", both("自行处置设施", "own facility of disposal")),
)
LICENSED, EXEMPT, ABROAD = "licensed", "exempt", "abroad"
RECEIVERS: Choices = (
    (LICENSED, both("经营许可证持有单位", "licence holder")),
    (EXEMPT, both("豁免管理单位", "exempted organisation")),
    (ABROAD, both("境外单位", "organisation abroad")),
)
TRANSFERS: Choices = (
    ("province", both("省内转移", "within the province")),
    ("across", both("跨省转移", "to another province")),
    (ABROAD, both("境外转移", "abroad")),
)
KEY, SIMPLIFIED, REGISTERED = "key", "simplified", "registered"
CLASSES: Choices = (
    (KEY, both("危险废物环境重点监管单位", "key supervision")),
    (SIMPLIFIED, both("危险废物简化管理单位", "simplified management")),
    (REGISTERED, both("危险废物登记管理单位", "registered management")),
)
STORED, OWN, OUTSIDE = "stored", "own", "outside"
DESTINATIONS: Choices = (
    (STORED, both("贮存", "storage")),
    (OWN, both("自行利用/处置", "own recovery or disposal")),
    (OUTSIDE, both("委外利用/处置", "entrusted recovery or disposal")),
)


def of(choices: Choices) -> Callable[[], Choices]:
    """The same choices each time they are asked for."""
    return lambda: choices


def methods() -> Choices:
    """Methods of recovery and disposal of all hazardous streams, each once."""
    found: dict[str, Text] = {}
    for stream in catalogue.domain("hazardous").streams:
        found |= {method.code: method.name for method in stream.methods}
    return tuple(found.items())
