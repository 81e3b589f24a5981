"""Fly ash of the incineration plant: exempt on its report, and once on one that did not hold."""

from datetime import date

from django.utils import timezone

from wufei.demo.stories.papers import picture
from wufei.demo.stories.stage import Load, Stage
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import Role
from wufei.hub.exemptions import queries, services
from wufei.hub.exemptions.models import Claim
from wufei.hub.exemptions.services import NewClaim
from wufei.hub.ledger.models import Lot
from wufei.hub.registry.validity import DAY

_ASH, _TRUCK = "772-002-18", "鲁P0SL27"
_LABORATORY = "水城示例检测有限公司"


def ash_goes_to_the_landfill_on_its_report(stage: Stage) -> None:
    """Sampled, reported, claimed; carried by an ordinary truck to the landfill."""
    bags = stage.arise("ash", "burner", _ASH, 9.4, 9.2, hours=24 * 14)
    _claim(stage, "ash", bags, "SLJC-2026-0412")
    _sent(stage, "ash", bags, 30).received(18.56)


def a_report_is_contested_while_its_load_is_on_the_road(stage: Stage) -> None:
    """The branch looked at the report afterwards."""
    bags = stage.arise("contested", "burner", _ASH, 8.8, hours=24 * 12)
    claim = _claim(stage, "contested", bags, "SLJC-2026-0419")
    _sent(stage, "contested", bags, 3)
    officer = User.objects.filter(role=Role.OFFICER, is_active=True).order_by("pk").first()
    assert officer is not None
    reason = "报告缺少采样记录，须重新采样检测（示例）"
    services.contest(claim, reason=reason, by=actor_for(officer))


def a_batch_waits_for_its_truck(stage: Stage) -> None:
    """Claimed, not sent yet."""
    bags = stage.arise("waiting", "burner", _ASH, 9.1, 9.0, hours=24 * 9)
    _claim(stage, "waiting", bags, "SLJC-2026-0423")


def _claim(stage: Stage, name: str, bags: list[Lot], number: str) -> Claim:
    """Sampled and reported some days after it arose, by a laboratory of the demo."""
    by, wanted = stage.able("burner", queries.EDIT), tuple(queries.claimable_exemptions())
    criteria = queries.criteria(wanted)
    results = {one.code: f"{float(one.limit) * 0.3:.3g}" for one in criteria}
    sampled, reported = _day(stage, 24 * 7), _day(stage, 24 * 5)
    rows = [
        ("批次", "、".join(str(bag) for bag in bags)),
        ("采样 / 报告", f"{sampled} / {reported}"),
    ]
    rows += [(one.name, f"{results[one.code]} {one.unit}") for one in criteria[:4]]
    evidence = picture(f"{number}.png", f"检测报告 {number}", rows, by)
    new = NewClaim(
        organisation=stage.firm("burner"),
        exemptions=wanted,
        lots=tuple(bag.uuid for bag in bags),
        report_no=number,
        laboratory=_LABORATORY,
        sampled_on=sampled,
        reported_on=reported,
        valid_until=reported + DAY * 90,
        results=results,
        evidence=evidence.uuid,
    )
    return services.claim(new, id=stage.id(f"claim:{name}"), by=by)


def _day(stage: Stage, hours: float) -> date:
    return timezone.localtime(stage.ago(hours)).date()


def _sent(stage: Stage, name: str, bags: list[Lot], hours: float) -> Load:
    load = Load(stage, f"exempt:{name}", stage.ago(hours))
    mass_t = sum(bag.remaining_g for bag in bags) / 1_000_000
    load.issue(load.new("burner", "logistics", "tip", _ASH, bags, "landfill"))
    return load.load(_TRUCK, mass_t)


STORIES = (
    ash_goes_to_the_landfill_on_its_report,
    a_report_is_contested_while_its_load_is_on_the_road,
    a_batch_waits_for_its_truck,
)
