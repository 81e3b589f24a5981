"""Invented people, one for each role, for the demo on a laptop. Never made in production."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings

from wufei.hub.accounts.actors import memberships
from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import Role
from wufei.hub.accounts.services import make_user
from wufei.hub.base.actor import system
from wufei.hub.registry.models import Region

PASSWORD = "wufei-demo-2026"  # noqa: S105 - shown on the sign-in page of the demo
TOWN, DISPATCHED = "于集镇", ("construction", "household")


@dataclass(frozen=True)
class DemoUser:
    username: str
    display_name: str
    role: Role
    unit: str = ""
    password: str = PASSWORD

    @property
    def role_label(self) -> str:
        return str(self.role.label)


DEMO_USERS = (
    DemoUser("officer", "程示例", Role.OFFICER, "生态环境分局"),
    DemoUser("bureau", "房示例", Role.OFFICER, "住建局"),
    DemoUser("leader", "白示例", Role.LEADER, "无废城市建设专班"),
    DemoUser("dispatcher", "路示例", Role.DISPATCHER, "综合执法中心"),
    DemoUser("town", "于示例", Role.TOWN_OFFICER, TOWN),
    DemoUser("clerk", "金示例", Role.CLERK),
    DemoUser("agent", "管示例", Role.AGENT),
    DemoUser("driver", "车示例", Role.DRIVER),
    DemoUser("keeper", "钟示例", Role.KEEPER),
    DemoUser("hospital", "安示例", Role.CLERK),
    DemoUser("plant", "石示例", Role.KEEPER),
    DemoUser("farmer", "田示例", Role.KEEPER),
    DemoUser("shop", "农示例", Role.KEEPER),
    DemoUser("cooperative", "合示例", Role.KEEPER),
    DemoUser("builder", "筑示例", Role.CLERK),
    DemoUser("recycler", "回示例", Role.KEEPER),
    DemoUser("rounds", "马示例", Role.DRIVER),
    DemoUser("resident", "居示例", Role.RESIDENT),
    DemoUser("auditor", "申示例", Role.AUDITOR),
    DemoUser("admin", "关示例", Role.ADMINISTRATOR, "信息中心"),
)


def create(organisations: Mapping[str, Iterable[int]] | None = None) -> list[User]:
    """Make the demo people who are not there yet; does nothing where the demo is off.

    ``organisations`` gives primary keys by user name: ``{"clerk": [3], "agent": [3, 4, 5]}``.
    Calling it again adds memberships that are missing and changes nothing else.
    """
    if not settings.DEMO:
        return []
    given = organisations or {}
    return [_provide(person, given.get(person.username, ())) for person in DEMO_USERS]


def _provide(person: DemoUser, organisations: Iterable[int]) -> User:
    by = system("demo")
    if user := User.objects.filter(username=person.username).first():
        missing = set(organisations) - set(memberships().organisations(user))
        memberships().join(user, sorted(missing), by)
        return user
    return make_user(
        person.username,
        display_name=person.display_name,
        role=person.role,
        password=person.password,
        organisations=organisations,
        regions=_regions(person.role),
        domains=DISPATCHED if person.role is Role.DISPATCHER else (),
        unit=person.unit,
        by=by,
    )


def _regions(role: Role) -> list[str]:
    """A town officer has one town, a dispatcher the whole district, others need none."""
    within = Region.objects.filter(within=True).order_by("path")
    if role is Role.TOWN_OFFICER:
        town = within.filter(name=TOWN).first() or within.filter(level=Region.Level.TOWN).first()
        return [town.path] if town else []
    if role is Role.DISPATCHER:
        root = within.first()
        return [root.path] if root else []
    return []
