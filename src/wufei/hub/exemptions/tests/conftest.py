"""An incineration plant with batches of fly ash, and the laboratory's report on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from wufei.hub.accounts.permissions import acts_of
from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.base.files.models import StoredFile
from wufei.hub.catalogue.models import Exemption, WasteType
from wufei.hub.exemptions import services
from wufei.hub.exemptions.models import Claim, Criterion
from wufei.hub.exemptions.services import NewClaim
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.tests.conftest import District, Firm, build
from wufei.hub.registry.validity import today

FLY_ASH = "incineration_fly_ash"
CODE = "772-002-18"
PLANT = "incineration plant"


@dataclass
class Ashes:
    """What the plant has and does. Batches arose yesterday; they are sampled and reported today."""

    district: District

    @property
    def plant(self) -> Firm:
        return self.district.firm(PLANT)

    def batches(self, *masses_t: float, firm: str = PLANT) -> list[Lot]:
        self.district.wastes[FLY_ASH] = WasteType.objects.get(code=CODE)
        return self.district.stored(firm, FLY_ASH, *masses_t)

    def report(self, by: Actor | None = None) -> UUID:
        """The laboratory's report as the plant hands it in."""
        return StoredFile.objects.create(
            sha256=uuid7().hex * 2,
            name="report.pdf",
            size=1,
            kind=StoredFile.Kind.PDF,
            mime="application/pdf",
            by=(by or self.plant.person).id,
        ).uuid

    def new(self, lots: Any, results: Mapping[str, str] | None = None, **more: Any) -> NewClaim:
        by = more.pop("by", self.plant.person)
        days = {"sampled_on": today(), "reported_on": today(), "valid_until": in_days(90)}
        return NewClaim(
            organisation=more.pop("organisation", self.plant.organisation),
            exemptions=more.pop("exemptions", exempt("transport", "landfill")),
            lots=tuple(lot.uuid for lot in lots),
            report_no=more.pop("report_no", "JC-2026-118"),
            laboratory="Shuanglin testing laboratory",
            results=passing() if results is None else results,
            evidence=more.pop("evidence") if "evidence" in more else self.report(by),
            **(days | more),
        )

    def claim(self, lots: Any, results: Mapping[str, str] | None = None, **more: Any) -> Claim:
        new = self.new(lots, results, **more)
        return services.claim(new, id=uuid7(), by=self.plant.person)


def exempt(*effects: str) -> tuple[Exemption, ...]:
    """Exemptions of fly ash in the catalogue's edition of 2021."""
    rows = Exemption.objects.filter(edition="HW-2021", item=12, effect__in=effects)
    return tuple(rows.order_by("position"))


def passing(**values: str) -> dict[str, str]:
    """Half of every limit, but for what is named."""
    rows = Criterion.objects.filter(edition="HW-2021", item=12)
    return {row.code: f"{row.limit / 2:f}" for row in rows} | values


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def officer() -> Actor:
    return Actor(
        ActorKind.PERSON,
        id=f"person:{uuid7()}",
        name="officer",
        role="officer",
        acts=acts_of("officer"),
    )


@pytest.fixture
def ashes(db: None) -> Ashes:
    return Ashes(build())
