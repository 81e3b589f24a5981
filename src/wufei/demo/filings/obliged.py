"""Who stands on the lists of the demo: what authorities know, and who of them is not registered."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from wufei.demo.district import MARK, known_as
from wufei.demo.entering import Entered
from wufei.hub.base.actor import Actor
from wufei.hub.registry import lists as kinds
from wufei.hub.registry.lists import Purpose
from wufei.hub.registry.models import ListEntry, Organisation, Region
from wufei.hub.registry.services import lists

Chosen = Callable[[Organisation], bool]


def _of(*kind: str, domain: str = "") -> Chosen:
    return lambda one: one.kind in kind and (not domain or domain in one.domains)


# Of the registered who stands on a list, and by invented names who is missing in the register.
OBLIGED: dict[str, tuple[Chosen, tuple[str, ...]]] = {
    "industrial_obliged": (
        _of("enterprise", domain="industrial"),
        ("湖西五金制品", "于集木业", "李海务印刷"),
    ),
    "hazardous_obliged": (_of("enterprise", "garage", domain="hazardous"), ("朱老庄喷涂加工",)),
    "medical_obliged": (_of("hospital"), ("湖西口腔诊所", "李海务卫生院")),
    "building_sites": (_of("construction"), ("湖西商业街工地", "于集仓储工地")),
    "demolitions": (_of("construction", domain="construction"), ("朱老庄旧厂房拆除",)),
    "farms": (_of("farm"), ("于集肉鸡场", "朱老庄肉牛场")),
    "pesticide_shops": (_of("shop"), ("于集农资店", "朱老庄种子农药店", "李海务农资店")),
    "garages": (_of("garage"), ("湖西快修店", "于集汽车美容店", "朱老庄轮胎店")),
    "catering": (_of("catering"), ("湖西家常菜馆", "李海务烧烤店")),
    "recyclers": (_of("recycler"), ("朱老庄废品收购点",)),
}
_MANDATORY = ("chemical", "alu", "paper")


def enter(entered: Entered, by: Actor, anchor: date) -> None:
    """Put on the lists whoever is not there yet."""
    there = set(ListEntry.objects.values_list("uuid", flat=True))
    for code, name, organisation in (*_obliged(entered), *_mandatory(entered)):
        uuid = known_as(f"list:{code}:{name}")
        if uuid in there:
            continue
        lists.create(
            by,
            uuid=uuid,
            list=code,
            name=name,
            organisation=organisation,
            credit_code=(organisation.credit_code or "") if organisation else "",
            region=organisation.region if organisation else _region(name, entered),
            source=str(kinds.kind(code).source or "示例名单")[:120],
            source_on=anchor - timedelta(days=200),
            valid_from=date(anchor.year - 2, 1, 1),
        )


def _obliged(entered: Entered) -> Iterator[tuple[str, str, Organisation | None]]:
    inside = [one for one in entered.organisations.values() if one.region.within]
    declared = {one.code for one in kinds.kinds() if one.purpose is Purpose.OBLIGED}
    for code, (chosen, missing) in OBLIGED.items():
        if code in declared:
            yield from ((code, one.name, one) for one in inside if chosen(one))
            yield from ((code, MARK + name, None) for name in missing)


def _mandatory(entered: Entered) -> Iterator[tuple[str, str, Organisation]]:
    for key in _MANDATORY:
        one = entered.organisations[key]
        yield "cleaner_mandatory", one.name, one


def _region(name: str, entered: Entered) -> Region:
    """The town that a name begins with."""
    towns = Region.objects.filter(within=True, level=Region.Level.TOWN)
    bare = name.removeprefix(MARK)
    return next(
        (one for one in towns if bare.startswith(one.name.removesuffix("街道").removesuffix("镇"))),
        entered.organisations["clean"].region,
    )
