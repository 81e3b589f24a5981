"""From what a caller wrote to what the services take; whatever is unknown is refused by name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.errors import Invalid
from wufei.hub.catalogue.queries import waste as waste_of
from wufei.hub.ledger.entries import LotPart
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.api import schemas
from wufei.hub.manifests.measures import measure, measure_or_none
from wufei.hub.manifests.models import Line, Manifest, Route
from wufei.hub.manifests.services import NewLine, NewManifest, NextCarrier, Signing
from wufei.hub.manifests.services.checks import day_of
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.rules.plates import tidy_plate
from wufei.hub.registry.validity import valid_on

UNKNOWN = _("“%(value)s” is not known here. Look it up with one of the look-ups of this API.")


def signing_of(asked: schemas.SigningIn, id: UUID) -> Signing:
    return Signing(id, asked.signed_at, asked.longitude, asked.latitude, asked.device)


def new_manifest(asked: schemas.ManifestIn) -> NewManifest:
    return NewManifest(
        consignor_site=site_of(asked.consignor_site, "consignor_site"),
        carrier=found(Organisation.objects.filter(uuid=asked.carrier), asked.carrier, "carrier"),
        consignee_site=site_of(asked.consignee_site, "consignee_site"),
        lines=tuple(_line(line, asked) for line in asked.lines),
        vehicle=vehicle_or_none(asked.vehicle),
        driver=driver_or_none(asked.driver),
        route=route_or_none(asked.route),
        authority_no=asked.authority_no,
        note=asked.note,
        further_carriers=further(asked.further_carriers),
        alternate_site=(
            site_of(asked.alternate_site, "alternate_site") if asked.alternate_site else None
        ),
    )


def further(asked: Sequence[schemas.CarrierIn]) -> tuple[NextCarrier, ...]:
    """Carriers that take over one after the other."""
    return tuple(_carrier(one) for one in asked)


def _carrier(asked: schemas.CarrierIn) -> NextCarrier:
    rows = Organisation.objects.filter(uuid=asked.carrier)
    return NextCarrier(
        found(rows, asked.carrier, "further_carriers"),
        vehicle_or_none(asked.vehicle),
        driver_or_none(asked.driver),
    )


def leaving(asked: schemas.ScanOutIn, truck: Vehicle) -> tuple[NewManifest, Mass]:
    """What a truck carries out of a gate, and its mass."""
    waste = waste_of(asked.waste, day_of(asked.signed_at))
    weighed = measure(waste, asked.weighed_out.value, asked.weighed_out.unit)
    told = asked.declared
    declared = measure(waste, told.value, told.unit) if told else weighed
    new = NewManifest(
        consignor_site=site_of(asked.consignor_site, "consignor_site"),
        carrier=truck.carrier,
        consignee_site=site_of(asked.consignee_site, "consignee_site"),
        lines=(NewLine(waste, declared, method=asked.method),),
        driver=driver_or_none(asked.driver),
        route=route_or_none(asked.route),
        note=asked.note,
    )
    return new, weighed


def values_of(asked: schemas.StepValues, manifest: Manifest) -> dict[str, Any]:
    """Values of a step by field name, those that were given."""
    lines = list(manifest.lines.select_related("waste"))
    values: dict[str, Any] = {
        "vehicle": vehicle_or_none(asked.vehicle),
        "driver": driver_or_none(asked.driver),
        "route": route_or_none(asked.route),
        "weighed_out": weights(asked.weighed_out, lines),
        "weighed_in": weights(asked.weighed_in, lines),
        "accepted": weights(asked.accepted, lines, nothing=True),
        "refused": asked.refused_lots,
        "refusal_reason": asked.refusal_reason.strip(),
        "difference_reason": asked.difference_reason.strip(),
        "authority_no": asked.authority_no,
    }
    return {name: value for name, value in values.items() if value not in (None, "", {}, [])}


def _line(asked: schemas.LineIn, whole: schemas.ManifestIn) -> NewLine:
    waste = waste_of(asked.waste, day_of(whole.signed_at))
    lots = (
        LotPart(part.lot, measure(waste, part.mass.value, part.mass.unit).grams)
        for part in asked.lots
    )
    return NewLine(
        waste,
        measure(waste, asked.declared.value, asked.declared.unit),
        method=asked.method,
        lots=tuple(lots),
        containers=asked.containers,
    )


def weights(
    weights: Sequence[schemas.WeightIn], lines: Sequence[Line], *, nothing: bool = False
) -> dict[UUID, Mass]:
    """Masses by line (``nothing``: also none of it); raises ``Invalid`` for an unknown line."""
    wastes = {line.uuid: line.waste for line in lines}
    only = lines[0].uuid if len(lines) == 1 else None
    masses = {}
    for weight in weights:
        line = weight.line or only
        if line is None or line not in wastes:
            raise Invalid(UNKNOWN % {"value": weight.line or ""}, field="line")
        take = measure_or_none if nothing else measure
        masses[line] = take(wastes[line], weight.value, weight.unit)
    return masses


def unknown(value: object) -> str:
    """What is said of a value that names nothing here."""
    return UNKNOWN % {"value": str(value)[:40]}


# Rows by what callers call them.
def found(rows: "QuerySet[Any]", value: object, field: str) -> Any:
    row: Model | None = rows.first()
    if row is None:
        raise Invalid(UNKNOWN % {"value": str(value)[:40]}, field=field)
    return row


def site_of(uuid: UUID, field: str) -> Site:
    rows = Site.objects.select_related("organisation", "region")
    site: Site = found(rows.filter(uuid=uuid), uuid, field)
    return site


def vehicle_or_none(text: str) -> Vehicle | None:
    """By uuid, or by the plate that is valid today."""
    if not text.strip():
        return None
    rows = Vehicle.objects.select_related("carrier")
    if uuid := uuid_or_none(text):
        rows = rows.filter(uuid=uuid)
    else:
        rows = rows.filter(valid_on(), plate=tidy_plate(text))
    vehicle: Vehicle = found(rows, text, "vehicle")
    return vehicle


def driver_or_none(uuid: UUID | None) -> Driver | None:
    if uuid is None:
        return None
    driver: Driver = found(Driver.objects.filter(uuid=uuid), uuid, "driver")
    return driver


def route_or_none(text: str) -> Route | None:
    if not text.strip():
        return None
    uuid = uuid_or_none(text)
    rows = Route.objects.filter(uuid=uuid) if uuid else Route.objects.filter(code=text.strip())
    route: Route = found(rows, text, "route")
    return route


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
