"""Fields that the tables of HJ 1259-2022 share, in the standard's own words.

A mass is always in tonnes (5.1.2 of the standard): the column "unit" 计量单位 behind it is the
field's unit, which stands beside the number and is not typed. A table's rows are numbered by
themselves, which is the column "No." 序号.
"""

from collections.abc import Iterable
from decimal import Decimal

from wufei.domains.hazardous.filings import choices, names
from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Choices, Field, FieldKind, Values

ZERO = Decimal(0)
# In the national system these are made by itself: one need not know them here.
MADE_THERE = both("由国家系统自动生成，可不填", "made by the national system; may stay empty")


def text(name: str, zh: str, en: str, *, required: bool = False, length: int = 100) -> Field:
    return Field(name, both(zh, en), required=required, length_max=length, aliases=(zh,))


def code(name: str, zh: str, en: str) -> Field:
    """A number that the national system gives."""
    return Field(name, both(zh, en), length_max=40, help=MADE_THERE, aliases=(zh,))


def person(name: str, zh: str, en: str) -> Field:
    return Field(name, both(zh, en), length_max=40, personal=True, aliases=(zh,))


def choice(name: str, zh: str, en: str, choosable: Choices, *, required: bool = False) -> Field:
    return Field(
        name,
        both(zh, en),
        FieldKind.CHOICE,
        required=required,
        choices=choices.of(choosable),
        aliases=(zh,),
    )


def method(name: str, zh: str, en: str, *, required: bool = False) -> Field:
    return Field(
        name,
        both(zh, en),
        FieldKind.CHOICE,
        required=required,
        choices=choices.methods,
        aliases=(zh,),
    )


def moment(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(name, both(zh, en), FieldKind.MOMENT, required=required, aliases=(zh,))


def category_of(values: Values) -> str:
    """HW08 of 900-249-08: the last two digits are the category's."""
    tail = str(values.get("waste") or "").rpartition("-")[2]
    return f"HW{tail}" if len(tail) == 2 and tail.isdigit() else ""


OWN_NAME = text("own_name", "行业俗称/单位内部名称", "usual or internal name")
OFFICIAL_NAME = Field(
    "official_name",
    both("国家危险废物名录名称", "name in the national catalogue"),
    computed=lambda values: names.of(values.get("waste") or "").name,
)
CATEGORY = Field(
    "category", both("危险废物类别", "category of hazardous waste"), computed=category_of
)
WASTE = Field(
    "waste",
    both("危险废物代码", "code of hazardous waste"),
    FieldKind.WASTE,
    required=True,
    example="900-249-08",
    domain="hazardous",
    aliases=("危险废物代码", "废物代码"),
)
COMPONENTS = text("components", "有害成分名称", "harmful components")
FORM = choice("form", "形态", "physical form", choices.FORMS)
HAZARD = Field(
    "hazard",
    both("危险特性", "hazard properties"),
    computed=lambda values: names.of(values.get("waste") or "").hazard,
)
# As the annexes have them: which waste, and what it is like.
NAMED = (OWN_NAME, OFFICIAL_NAME, CATEGORY, WASTE)
LIKE = (COMPONENTS, FORM, HAZARD)

CONTAINERS = (
    text("container", "容器/包装编码", "code of container or packaging", length=60),
    choice("packaging", "容器/包装类型", "type of container or packaging", choices.PACKAGING),
    Field(
        "container_count",
        both("容器/包装数量", "number of containers or packages"),
        FieldKind.INTEGER,
        minimum=Decimal(1),
        aliases=("容器/包装数量",),
    ),
)
STORE = (
    code("store_code", "贮存设施编码", "code of the storage facility"),
    choice("store_kind", "贮存设施类型", "type of the storage facility", choices.STORES),
)


def total(rows: Iterable[Values], name: str, waste: str) -> Decimal:
    """What the rows of a waste say in a column, in its unit."""
    return sum((row.get(name) or ZERO for row in rows if row.get("waste") == waste), ZERO)


def wastes(*tables: Iterable[Values]) -> list[str]:
    """Codes that any of the tables names, sorted."""
    return sorted({str(row["waste"]) for rows in tables for row in rows if row.get("waste")})
