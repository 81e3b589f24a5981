"""End-of-life vehicles 报废机动车: each by the number of its certificate, and what came out of it.

A vehicle is a lot of its own. One that the ledger has already, under the number of its certificate,
is not posted again; one that it lacks arises on the day it was taken in, and leaves the yard on
the day it was dismantled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import choice, day, kilograms
from wufei.domains.renewable.filings import basis, dismantling, once
from wufei.hub.base.wording import both
from wufei.hub.catalogue.queries import WasteBook
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
    Field,
    FilingType,
    Kind,
    Problem,
    Reviewer,
    Section,
    Severity,
    Source,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.effects.acting import key_in
from wufei.hub.filings.periods import DueDay, Period
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.entries import AccountKey, LotPart
from wufei.hub.ledger.models import AccountKind, Lot, LotEntry
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.ledger.units import Mass
from wufei.hub.ledger.units import mass as mass_of

CODE, STREAM, WASTE = "renewable.vehicles", "end_of_life_vehicles", "LC-vehicles"
SECTION = "vehicles"
_KG = 1000
_SMALL_KG = 1
KINDS: Choices = (
    ("car", both("小型客车", "car")),
    ("van", both("轻型货车", "van")),
    ("lorry", both("中型、重型货车", "lorry")),
    ("bus", both("大型客车", "bus")),
    ("motorcycle", both("摩托车", "motorcycle")),
    ("other", both("其他", "other")),
)
PARTS: Choices = (
    ("engine", both("发动机", "engine")),
    ("steering", both("方向机", "steering gear")),
    ("gearbox", both("变速器", "gearbox")),
    ("axles", both("前后桥", "axles")),
    ("frame", both("车架", "frame")),
    ("battery", both("动力蓄电池", "traction battery")),
    ("catalyst", both("三元催化器", "catalytic converter")),
    ("tyres", both("轮胎", "tyres")),
    ("steel", both("废钢铁", "scrap steel")),
    ("nonferrous", both("废有色金属", "non-ferrous metal")),
    ("plastics", both("废塑料", "plastics")),
    ("glass", both("玻璃", "glass")),
    ("other", both("其他部件", "other parts")),
)
USES: Choices = (
    ("reuse", both("再使用", "used again")),
    ("remanufacture", both("再制造", "remanufactured")),
    ("material", both("作为材料", "as material")),
)
VEHICLES = Section(
    SECTION,
    both("车辆", "Vehicles"),
    (
        Field(
            "certificate",
            both("报废机动车回收证明编号", "number of the certificate"),
            required=True,
            length_max=60,
            aliases=("回收证明编号", "证明编号"),
        ),
        choice("kind", both("车辆类型", "kind"), KINDS, required=False),
        Field("plate", both("号牌", "plate"), length_max=20, personal=True),
        kilograms("mass", both("整备质量", "mass"), required=True),
        day("received_on", both("接收日期", "taken in on")),
        day("dismantled_on", both("拆解日期", "dismantled on"), required=False),
    ),
    table=True,
    rows_min=1,
    rows_max=2000,
    key=("certificate",),
    totalled=("mass",),
)
MADE = Section(
    "parts",
    both("拆解部件与材料", "Parts and materials"),
    (
        choice("part", both("部件", "part"), PARTS),
        choice("use", both("用途", "use"), USES),
        kilograms("mass", both("重量", "mass"), required=True),
        Field("buyer", both("去向", "goes to"), length_max=120, aliases=("购买单位",)),
    ),
    table=True,
    key=("part", "use", "buyer"),
    totalled=("mass",),
    help=_("Of the vehicles that were dismantled in this month."),
)


@dataclass(frozen=True)
class Standing:
    """A vehicle as the ledger has it: its lot, kilograms, day; what brought it and what took it."""

    lot: UUID
    place: int
    mass_kg: Decimal
    left_kg: Decimal
    arisen_on: date
    born: frozenset[UUID]
    gone: frozenset[UUID]


def _lots(subject: Subject) -> Mapping[str, Standing]:
    """Vehicles in the yard that are there, or were in the period, by their number."""
    lots = Lot.objects.filter(
        account__holder=subject.organisation,
        account__kind=AccountKind.STOCK,
        account__waste__stream=STREAM,
        since__lt=day_start(subject.span.last, after=1),
    ).exclude(label="")
    # What was emptied before the period began is history.
    rows = lots.exclude(remaining_g=0, since__lt=day_start(subject.span.first))
    found = list(rows.select_related("account").order_by("pk"))
    moved = _moved([lot.pk for lot in found])
    # What was taken back never came.
    return {lot.label: _standing(lot, moved) for lot in found if moved.get((lot.pk, "in"))}


_Moved = Mapping[tuple[int, str], set[UUID]]


def _moved(lots: Sequence[int]) -> _Moved:
    """Movements into and out of each lot that stand."""
    found: dict[tuple[int, str], set[UUID]] = {}
    entries = LotEntry.objects.filter(
        lot__in=lots, movement__reverses=None, movement__reversal=None
    )
    for lot, side, uuid in entries.values_list("lot_id", "side", "movement__uuid"):
        found.setdefault((lot, side), set()).add(uuid)
    return found


def _standing(lot: Lot, moved: _Moved) -> Standing:
    assert lot.account.place_id is not None, "stock has a place"
    return Standing(
        lot=lot.uuid,
        place=lot.account.place_id,
        mass_kg=Decimal(lot.mass_g) / _KG,
        left_kg=Decimal(lot.remaining_g) / _KG,
        arisen_on=timezone.localtime(lot.since).date(),
        born=frozenset(moved.get((lot.pk, "in"), ())),
        gone=frozenset(moved.get((lot.pk, "out"), ())),
    )


LOTS = Source("lots", _lots)
ELSEWHERE = once.source(CODE, SECTION, "certificate")


class _Yard:
    """What an accepted form says of vehicles, with what the ledger has of them."""

    def __init__(self, accepted: Accepted) -> None:
        self.rows = accepted.form.rows.get(SECTION, ())
        self.version = accepted.version.uuid
        self.holder = accepted.subject.organisation.pk
        self.place = reported.place_of(accepted.subject)
        self.lots = _lots(accepted.subject)
        self.own = {key_in(one.subject) for one in accepted.made_before}
        self._wastes = WasteBook()

    def flows(self) -> Iterator[Flow]:
        for row in self.rows:
            known = self.lots.get(row["certificate"])
            if known and not known.born & self.own:
                yield from self._leaves(row, known)
            elif self.place is not None:
                yield from self._comes(row, known, self.place.pk)

    def _leaves(self, row: Values, known: Standing) -> Iterator[Flow]:
        """Somebody has recorded it; it stands until now, or this form has dismantled it."""
        if row.get("dismantled_on") and (known.left_kg or known.gone & self.own):
            whole = mass_of(known.left_kg or known.mass_kg, "kg")
            yield self._dismantled(row, known.place, known.lot, whole)

    def _comes(self, row: Values, known: Standing | None, place: int) -> Iterator[Flow]:
        """Nobody has recorded it yet, or an earlier version of this form has."""
        whole, same = mass_of(row["mass"], "kg"), _is_same(row, known, place)
        lot = known.lot if known and same else uuid5(self.version, row["certificate"])
        waste = self._wastes.waste(WASTE, row["received_on"])
        yield Flow(
            AccountKey(AccountKind.ORIGIN, self.holder, waste.pk, place),
            AccountKey(AccountKind.STOCK, self.holder, waste.pk, place),
            whole,
            day_start(row["received_on"]),
            format_lazy(_("{name} taken in"), name=row["certificate"]),
            label=row["certificate"],
            lot=lot,
        )
        if row.get("dismantled_on"):
            yield self._dismantled(row, place, lot, whole)

    def _dismantled(self, row: Values, place: int, lot: UUID, whole: Mass) -> Flow:
        waste = self._wastes.waste(WASTE, row["dismantled_on"])
        method = dismantling.METHOD
        return Flow(
            AccountKey(AccountKind.STOCK, self.holder, waste.pk, place),
            AccountKey(AccountKind.RECOVERED, self.holder, waste.pk, place, method=method),
            whole,
            day_start(row["dismantled_on"]),
            format_lazy(_("{name} dismantled"), name=row["certificate"]),
            lots_out=(LotPart(lot, whole.grams),),
        )


def _is_same(row: Values, known: Standing | None, place: int) -> bool:
    """Whether what an earlier version has posted of it stays."""
    said = (row["mass"], row["received_on"], place)
    return known is not None and said == (known.mass_kg, known.arisen_on, known.place)


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return _Yard(accepted).flows()


def _fluids(accepted: Accepted) -> Iterator[Flow]:
    ways = dismantling.hazardous(accepted.form)
    return reported.rest(accepted, ways, dismantling.flows)


def _days(checked: Checked) -> Iterator[Problem]:
    span = checked.subject.span
    for number, row in enumerate(checked.form.rows[SECTION]):
        received, done = row["received_on"], row.get("dismantled_on")
        if received > span.last or (done and not span.holds(done)):
            text = _("This day is not in the month that is reported.")
            field = "dismantled_on" if done and not span.holds(done) else "received_on"
            yield _of_row("vehicle_month", Severity.ERROR, text, number, field, row)
        elif done and done < received:
            text = _("It was dismantled before it was taken in.")
            yield _of_row("vehicle_days", Severity.ERROR, text, number, "dismantled_on", row)


def _as_recorded(checked: Checked) -> Iterator[Problem]:
    """The ledger's mass counts, unless this form has told it itself."""
    told = checked.in_force.rows[SECTION] if checked.in_force else ()
    own = {(row["certificate"], row["mass"]) for row in told}
    for number, row in enumerate(checked.form.rows[SECTION]):
        known = checked.facts["lots"].get(row["certificate"])
        if not known or (row["certificate"], known.mass_kg) in own:
            continue
        if abs(known.mass_kg - row["mass"]) > _SMALL_KG:
            text = _("The ledger has this vehicle with {mass} kg, and goes on with that.")
            words = format_lazy(text, mass=f"{known.mass_kg.normalize():f}")
            yield _of_row("vehicle_mass", Severity.WARNING, words, number, "mass", row)


def _of_row(
    code: str, severity: Severity, text: Any, number: int, field: str, row: Values
) -> Problem:
    name = row["certificate"]
    return Problem(code, severity, text, SECTION, number, field, name, {"name": name})


def _once(checked: Checked) -> Iterator[Problem]:
    yield from once.reported_before(
        checked, SECTION, "certificate", still_there="dismantled_on", code="vehicle_twice"
    )


def _balance(checked: Checked) -> Iterator[Problem]:
    done = [row for row in checked.form.rows[SECTION] if row.get("dismantled_on")]
    into_kg = sum((row["mass"] for row in done), Decimal(0))
    return dismantling.balance(checked.form, "parts", into_kg)


def _begins(checked: Checked) -> Values:
    """What the ledger has taken in this month, and what last month left in the yard."""
    span = checked.subject.span
    last = checked.last.rows[SECTION] if checked.last else ()
    rows = [row for row in last if not row.get("dismantled_on")]
    named = {row["certificate"] for row in rows}
    rows += [
        {"certificate": label, "mass": one.mass_kg, "received_on": one.arisen_on}
        for label, one in sorted(checked.facts["lots"].items())
        if label not in named and span.holds(one.arisen_on)
    ]
    return {
        SECTION: rows,
        "hazardous": dismantling.recorded(checked.facts["flows"]),
        "residue": Decimal(0),
    }


END_OF_LIFE_VEHICLES = FilingType(
    code=CODE,
    domain=basis.DOMAIN,
    name=both("报废机动车回收拆解月报", "Month of end-of-life vehicles"),
    kind=Kind.FILE,
    period=Period.MONTH,
    sections=(VEHICLES, MADE, dismantling.HAZARDOUS, dismantling.RESIDUE),
    authority=basis.COMMERCE,
    number_prefix="BFC",
    basis=basis.VEHICLES,
    due=DueDay(10),
    owes=basis.dismantlers,
    filers=("recycler", "plant"),
    reviewer=Reviewer.DEPARTMENT,
    reads=(LOTS, ELSEWHERE, dismantling.flows, sources.profile),
    prefill=_begins,
    checks=(
        reported.has_a_place,
        reported.not_less(dismantling.hazardous, "hazardous"),
        _days,
        _as_recorded,
        _once,
        _balance,
    ),
    effects=(
        effects.movements(_flows, label=_("Vehicles"), code="vehicles"),
        effects.movements(_fluids, label=_("Hazardous parts and fluids"), code="hazardous"),
        effects.statistics(
            Figure(
                "renewable.vehicle_parts",
                both("拆解部件与材料", "parts and materials"),
                "mass",
                "kg",
                section="parts",
                dimension="part",
            ),
        ),
    ),
    help=_(
        "One line for each vehicle. Write the day when it was dismantled; those still whole come "
        "again next month."
    ),
)
