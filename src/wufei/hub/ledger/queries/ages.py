"""How long waste may stand before somebody is reminded: a matter of configuration.

Medical institutions keep medical waste at most two days (Regulation on medical waste, article
17). One year binds those who collect, store, recover or dispose of hazardous waste as a business
(Solid Waste Law, article 81); for producers it is a usual reminder and no deadline of the law.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.ledger.queries.reach import narrow
from wufei.hub.ledger.queries.stock import Standing, stock

# Up to two days people count hours.
HOURS_UP_TO = timedelta(days=3)
# From this share of the limit on, somebody should plan a pick-up.
NEAR = 0.9
# Stocks with a limit that are looked through for a count on the desk.
LOOKED_AT_MAX = 2_000


@dataclass(frozen=True)
class Age:
    """``tone`` as marks take it; ``limit_days`` is None where nothing limits the storage."""

    since: datetime | None
    limit_days: int | None
    now: datetime

    @property
    def lasted(self) -> timedelta:
        return self.now - self.since if self.since else timedelta()

    @property
    def over(self) -> bool:
        return self.limit_days is not None and self.lasted > timedelta(days=self.limit_days)

    @property
    def near(self) -> bool:
        limit = self.limit_days
        return limit is not None and self.lasted > timedelta(days=limit) * NEAR

    @property
    def tone(self) -> str:
        return "bad" if self.over else "attention" if self.near else "good"

    @property
    def state(self) -> str | Promise:
        if self.over:
            return _("too long")
        return _("soon too long") if self.near else _("in order")

    @property
    def words(self) -> str:
        if self.since is None:
            return "—"
        if self.lasted < HOURS_UP_TO:
            hours = max(0, int(self.lasted.total_seconds() // 3600))
            return gettext("%(hours)s h") % {"hours": hours}
        return gettext("%(days)s d") % {"days": self.lasted.days}


def limit_days(waste: WasteType) -> int | None:
    """Days that this waste may stand before it is called too long; None without a limit."""
    days = 0
    if waste.stream == "medical":
        days = settings.MEDICAL_STORAGE_DAYS_MAX
    elif waste.domain == "hazardous":
        days = settings.STORAGE_DAYS_NOTICE
    return days or None


def age_of(standing: Standing) -> Age:
    return Age(standing.oldest_at, limit_days(standing.account.waste), timezone.now())


def too_long(of: Of) -> list[Standing]:
    """Stocks over or near their limit, by how much of it is used up, the most first."""
    limited = WasteType.objects.filter(domain="hazardous").order_by()
    mine = narrow(of, Of(wastes=list(limited.values_list("pk", flat=True))))
    found = [(age_of(row), row) for row in stock(mine, limit=LOOKED_AT_MAX)]
    urgent = [(age, row) for age, row in found if age.near]
    urgent.sort(key=lambda pair: -(pair[0].lasted / timedelta(days=pair[0].limit_days or 1)))
    return [row for _age, row in urgent]
