"""Treatment batches: waste in, products, wastes and loss out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError, transaction

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart, NewLot
from wufei.hub.ledger.models import AccountKind, MovementKind, Treatment
from wufei.hub.ledger.refusals import OutOfBalance, UnknownMethod
from wufei.hub.ledger.services.posting import post
from wufei.hub.ledger.units import GRAMS_PER_T, Mass
from wufei.hub.registry.models import Site


@dataclass(frozen=True, slots=True)
class Input:
    """Waste that goes in; ``method`` decides whether it counts as recovered or disposed of."""

    waste_id: int
    mass: Mass
    method: str
    lots: tuple[LotPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """Product that comes out or additive that goes in: outside the waste totals."""

    name: str
    mass: Mass


@dataclass(frozen=True, slots=True)
class Secondary:
    """Waste that the treatment makes, such as fly ash from incineration."""

    waste_id: int
    mass: Mass
    lot: NewLot | None = None


def record_treatment(
    place: Site,
    inputs: Sequence[Input],
    *,
    id: UUID,
    happened_at: datetime,
    by: Actor,
    products: Sequence[Material] = (),
    additives: Sequence[Material] = (),
    secondary: Sequence[Secondary] = (),
    note: str = "",
) -> Treatment:
    """Record one batch at ``place``: the rates count its inputs, in input grams.

    ``in + added = out + loss``; the loss (water, gas) is what is left over, and more out than in
    raises ``OutOfBalance``. The batch's id is the group of all its movements.
    """
    assert inputs, "a treatment has an input"
    treatment = _treatment(place, inputs, products, additives, secondary, happened_at)
    treatment.uuid, treatment.note, treatment.actor = id, note[:300], by.id
    entries = [*_input_entries(place, inputs, id, happened_at)]
    entries += _secondary_entries(place, secondary, id, happened_at)
    try:
        return _record(treatment, entries, by)
    except IntegrityError as error:
        if "ledger_treatment_uuid" not in str(error):
            raise
        return _record(treatment, entries, by)


def _record(treatment: Treatment, entries: Sequence[Entry], by: Actor) -> Treatment:
    with transaction.atomic():
        cause = f"treatment:{treatment.uuid}"
        if earlier := Treatment.objects.filter(uuid=treatment.uuid).first():
            # The movements know whether the content is the same.
            post(entries, by=by, cause=cause, group=treatment.uuid)
            if _content(earlier) != _content(treatment):
                raise IdReused(id=treatment.uuid)
            return earlier
        post(entries, by=by, cause=cause, group=treatment.uuid)
        treatment.pk = None
        treatment.save(force_insert=True)
        record(by, "ledger:treatment:record", subject=f"ledger.treatment:{treatment.uuid}")
        return treatment


def _treatment(
    place: Site,
    inputs: Sequence[Input],
    products: Sequence[Material],
    additives: Sequence[Material],
    secondary: Sequence[Secondary],
    happened_at: datetime,
) -> Treatment:
    for material in (*products, *additives):
        rules.check_mass(
            material.mass.grams,
            MovementKind.TREATMENT,
            load_t_max=settings.LOAD_T_MAX,
            movement_t_max=settings.MOVEMENT_T_MAX,
        )
    input_g, additive_g = _sum(inputs), _sum(additives)
    product_g, secondary_g = _sum(products), _sum(secondary)
    loss_g = input_g + additive_g - product_g - secondary_g
    if loss_g < 0:
        raise OutOfBalance(
            in_t=f"{(input_g + additive_g) / GRAMS_PER_T:,.3f}",
            out_t=f"{(product_g + secondary_g) / GRAMS_PER_T:,.3f}",
            field="products",
        )
    return Treatment(
        place=place,
        happened_at=happened_at,
        input_g=input_g,
        additive_g=additive_g,
        product_g=product_g,
        secondary_g=secondary_g,
        loss_g=loss_g,
        products=[_material(material) for material in products],
        additives=[_material(material) for material in additives],
    )


def _input_entries(
    place: Site, inputs: Sequence[Input], uuid: UUID, happened_at: datetime
) -> list[Entry]:
    streams = dict(
        WasteType.objects.filter(pk__in=[i.waste_id for i in inputs]).values_list("pk", "stream")
    )
    return [
        Entry(
            id=uuid5(uuid, f"input:{number}"),
            source=_stock(place, part.waste_id),
            target=AccountKey(
                _outcome(streams[part.waste_id], part.method),
                place.organisation_id,
                part.waste_id,
                place.pk,
                method=part.method,
            ),
            mass=part.mass,
            happened_at=happened_at,
            lots_out=part.lots,
        )
        for number, part in enumerate(inputs)
    ]


def _secondary_entries(
    place: Site, secondary: Sequence[Secondary], uuid: UUID, happened_at: datetime
) -> list[Entry]:
    return [
        Entry(
            id=uuid5(uuid, f"secondary:{number}"),
            source=AccountKey(
                AccountKind.SECONDARY_ORIGIN, place.organisation_id, part.waste_id, place.pk
            ),
            target=_stock(place, part.waste_id),
            mass=part.mass,
            happened_at=happened_at,
            lot_in=part.lot,
        )
        for number, part in enumerate(secondary)
    ]


def _stock(place: Site, waste_id: int) -> AccountKey:
    return AccountKey(AccountKind.STOCK, place.organisation_id, waste_id, place.pk)


def _outcome(stream_code: str, method: str) -> AccountKind:
    stream = declarations.stream(stream_code)
    if any(method == known.code for known in stream.recovery):
        return AccountKind.RECOVERED
    if any(method == known.code for known in stream.disposal):
        return AccountKind.DISPOSED
    raise UnknownMethod(method=method, field="method")


def _sum(parts: Sequence[Input] | Sequence[Material] | Sequence[Secondary]) -> int:
    return sum(part.mass.grams for part in parts)


def _material(material: Material) -> dict[str, Any]:
    value: Decimal | None = material.mass.value
    return {
        "name": material.name,
        "mass_g": material.mass.grams,
        "original": f"{value} {material.mass.unit}" if value is not None else "",
    }


def _content(treatment: Treatment) -> tuple[Any, ...]:
    return (
        treatment.place_id,
        treatment.happened_at,
        treatment.input_g,
        treatment.additive_g,
        treatment.product_g,
        # A secondary waste that is left out of a retry has no movement that could tell.
        treatment.secondary_g,
        treatment.products,
        treatment.additives,
    )
