"""Facts of the demo district, all invented: every organisation says so in its name.

Positions are plausible points inside the towns' rough extents (WGS-84), not surveyed ones.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

from wufei.hub.registry.rules.codes import credit_code

DATA = Path(__file__).parent / "data"
MARK, MARK_EN = "示例·", "Demo "
# Nobody has been given this body of an organisation code.
_CODE = "91371502DEM{number:05d}"
# Kinds that stand in no business register.
_WITHOUT_CODE = {"village_point", "community"}

_SITE_WORDS = {
    "production": "厂区",
    "storage": "贮存库",
    "treatment": "处理车间",
    "landfill": "填埋区",
    "collection": "收集点",
    "transfer": "站区",
    "construction": "出土口",
    "farm": "养殖区",
    "yard": "场地",
    "medical": "医废暂存间",
    "other": "办公点",
}


@dataclass(frozen=True)
class Firm:
    """An organisation and the one site it runs; ``region`` is a town's name or a county's code."""

    key: str
    name: str
    name_en: str
    credit_code: str | None
    kind: str
    region: str
    domains: tuple[str, ...]
    site: str
    site_kind: str
    longitude: Decimal
    latitude: Decimal
    capacity_t: Decimal | None
    daily_t: Decimal | None

    @property
    def outside(self) -> bool:
        return self.region.isdigit()


@dataclass(frozen=True)
class Truck:
    plate: str
    kind: str
    carrier: str
    load_limit_t: Decimal


@dataclass(frozen=True)
class Permission:
    """A licence; ``days_left`` counts from the day on which the demo is first loaded."""

    organisation: str
    kind: str
    number: str
    lines: tuple[tuple[str, Decimal | None, str], ...]
    days_left: int
    note: str


@dataclass(frozen=True)
class Allowance:
    organisation: str
    code: str
    limit_t: Decimal
    source: str
    document: str


def known_as(what: str) -> UUID:
    """Registers do not depend on the seed: another history is of the same district."""
    return uuid5(NAMESPACE_OID, f"wufei-demo:register:{what}")


def firms() -> list[Firm]:
    return [_firm(number, row) for number, row in enumerate(_rows("organisations"), start=1)]


def trucks() -> list[Truck]:
    return [
        Truck(row["plate"], row["kind"], row["carrier"], Decimal(row["load_limit_t"]))
        for row in _rows("vehicles")
    ]


def permissions() -> list[Permission]:
    return [
        Permission(
            row["organisation"],
            row["kind"],
            row["number"],
            tuple(_line(text) for text in row["lines"].split(";")),
            int(row["days_left"]),
            row["note"],
        )
        for row in _rows("licences")
    ]


def allowances() -> list[Allowance]:
    return [
        Allowance(
            row["organisation"],
            row["code"],
            Decimal(row["limit_t"]),
            row["source"],
            row["document"],
        )
        for row in _rows("quotas")
    ]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _firm(number: int, row: dict[str, str]) -> Firm:
    coded = row["kind"] not in _WITHOUT_CODE
    return Firm(
        key=row["key"],
        name=MARK + row["name"],
        name_en=MARK_EN + row["name_en"],
        credit_code=credit_code(_CODE.format(number=number)) if coded else None,
        kind=row["kind"],
        region=row["region"],
        domains=tuple(row["domains"].split()),
        site=row["name"] + _SITE_WORDS[row["site_kind"]],
        site_kind=row["site_kind"],
        longitude=Decimal(row["longitude"]),
        latitude=Decimal(row["latitude"]),
        capacity_t=_decimal(row["capacity_t"]),
        daily_t=_decimal(row["daily_t"]),
    )


def _line(text: str) -> tuple[str, Decimal | None, str]:
    code, *rest = text.split()
    return code, Decimal(rest[0]) if rest else None, " ".join(rest[1:])


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
