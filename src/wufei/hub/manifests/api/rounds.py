"""Operations on collection rounds."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Router

from wufei.hub.base.actor import Actor
from wufei.hub.base.api import ApiRequest, operation
from wufei.hub.base.errors import Invalid, NotFound
from wufei.hub.catalogue.queries import waste as waste_of
from wufei.hub.ledger.entries import LotPart
from wufei.hub.manifests import declarations, round_queries, services
from wufei.hub.manifests.api import reading, round_schemas
from wufei.hub.manifests.api.showing import named, vehicle
from wufei.hub.manifests.measures import measure
from wufei.hub.manifests.models import Line, Manifest, Round, RoundStop
from wufei.hub.manifests.services import Collected, NewRound
from wufei.hub.manifests.services.checks import SIGN, day_of
from wufei.hub.registry.models import Organisation

router = Router(tags=["rounds"])
LISTED_MAX = 200


@operation(
    router,
    "GET",
    "/rounds",
    name="api.round.list",
    act=round_queries.VIEW,
    summary=_("Collection rounds that you may see, the newest first"),
    response=list[round_schemas.RoundOut],
)
def list_rounds(request: ApiRequest) -> list[dict[str, Any]]:
    return [_shown(one) for one in round_queries.visible(request.auth)[:LISTED_MAX]]


@operation(
    router,
    "GET",
    "/rounds/{uuid}",
    name="api.round.detail",
    act=round_queries.VIEW,
    summary=_("One round with its stops and manifests"),
    response=round_schemas.RoundOut,
)
def show_round(request: ApiRequest, uuid: UUID) -> dict[str, Any]:
    return _shown(_find(request.auth, uuid))


@operation(
    router,
    "PUT",
    "/rounds/{uuid}",
    name="api.round.start",
    act=SIGN,
    summary=_("Begin a round; the id is yours, and sending it again changes nothing"),
    response=round_schemas.RoundOut,
)
def start(request: ApiRequest, uuid: UUID, asked: round_schemas.RoundIn) -> dict[str, Any]:
    if asked.template not in {one.code for one in declarations.templates()}:
        raise Invalid(reading.unknown(asked.template), field="template")
    truck = reading.vehicle_or_none(asked.vehicle)
    if truck is None:
        raise Invalid(reading.unknown(asked.vehicle), field="vehicle")
    carriers = Organisation.objects.filter(uuid=asked.carrier)
    new = NewRound(
        template=asked.template,
        carrier=reading.found(carriers, asked.carrier, "carrier"),
        vehicle=truck,
        destination=reading.site_of(asked.destination, "destination"),
        stops=tuple(reading.site_of(one, "stops") for one in asked.stops),
        driver=reading.driver_or_none(asked.driver),
    )
    services.start_round(new, id=uuid, at=asked.started_at, by=request.auth)
    return _shown(_find(request.auth, uuid))


@operation(
    router,
    "POST",
    "/rounds/{uuid}/stops",
    name="api.round.add_stop",
    act=SIGN,
    summary=_("One more stop"),
    response=round_schemas.RoundOut,
)
def add_stop(request: ApiRequest, uuid: UUID, asked: round_schemas.StopIn) -> dict[str, Any]:
    begun = _find(request.auth, uuid)
    services.add_stop(begun, reading.site_of(asked.site, "site"), by=request.auth)
    return _shown(_find(request.auth, uuid))


@operation(
    router,
    "POST",
    "/rounds/{uuid}/stops/{number}/collect",
    name="api.round.collect",
    act=SIGN,
    summary=_("Load what stands at a stop"),
    response=round_schemas.RoundOut,
)
def collect(
    request: ApiRequest, uuid: UUID, number: int, asked: round_schemas.CollectIn
) -> dict[str, Any]:
    stop = _stop(request.auth, uuid, number)
    manifest = None
    if asked.manifest:
        rows = Manifest.objects.filter(uuid=asked.manifest, consignor_site=stop.site_id)
        manifest = reading.found(rows, asked.manifest, "manifest")
    services.collect(
        stop,
        [_load(load, asked) for load in asked.loads],
        signing=reading.signing_of(asked, asked.id),
        by=request.auth,
        manifest=manifest,
    )
    return _shown(_find(request.auth, uuid))


@operation(
    router,
    "POST",
    "/rounds/{uuid}/stops/{number}/skip",
    name="api.round.skip",
    act=SIGN,
    summary=_("Nothing is collected at a stop, and why"),
    response=round_schemas.RoundOut,
)
def skip(
    request: ApiRequest, uuid: UUID, number: int, asked: round_schemas.ReasonIn
) -> dict[str, Any]:
    stop = _stop(request.auth, uuid, number)
    services.skip_stop(stop, reason=asked.reason, by=request.auth)
    return _shown(_find(request.auth, uuid))


@operation(
    router,
    "POST",
    "/rounds/{uuid}/stops/{number}/correct",
    name="api.round.correct",
    act=SIGN,
    summary=_("Correct what was entered at a stop, until the round is received"),
    response=round_schemas.RoundOut,
)
def correct(
    request: ApiRequest, uuid: UUID, number: int, asked: round_schemas.CorrectIn
) -> dict[str, Any]:
    stop = _stop(request.auth, uuid, number)
    lines = Line.objects.filter(manifest__round=stop.round, site=stop.site_id)
    wastes = {line.uuid: line.waste for line in lines.select_related("waste")}
    masses = {}
    for weight in asked.weighed:
        if weight.line not in wastes:
            raise Invalid(reading.unknown(weight.line), field="line")
        masses[weight.line] = measure(wastes[weight.line], weight.value, weight.unit)
    signing = reading.signing_of(asked, asked.id)
    services.correct_stop(stop, masses, signing=signing, by=request.auth, reason=asked.reason)
    return _shown(_find(request.auth, uuid))


@operation(
    router,
    "POST",
    "/rounds/{uuid}/finish",
    name="api.round.finish",
    act=SIGN,
    summary=_("The round is over"),
    response=round_schemas.RoundOut,
)
def finish(request: ApiRequest, uuid: UUID, asked: round_schemas.FinishIn) -> dict[str, Any]:
    begun = _find(request.auth, uuid)
    services.finish_round(begun, at=asked.ended_at, by=request.auth, reason=asked.reason)
    return _shown(_find(request.auth, uuid))


@operation(
    router,
    "POST",
    "/rounds/{uuid}/receive",
    name="api.round.receive",
    act=SIGN,
    summary=_("The consignee receives all that the round brought"),
    response=round_schemas.RoundOut,
)
def receive(request: ApiRequest, uuid: UUID, asked: round_schemas.ReceiveIn) -> dict[str, Any]:
    begun = _find(request.auth, uuid)
    line = Line.objects.filter(manifest__round=begun).select_related("waste").first()
    if line is None:
        raise NotFound()
    services.arrive_round(
        begun,
        measure(line.waste, asked.weighed_in.value, asked.weighed_in.unit),
        signing=reading.signing_of(asked, asked.id),
        by=request.auth,
        accept=asked.accept,
    )
    return _shown(_find(request.auth, uuid))


def _find(actor: Actor, uuid: UUID) -> Round:
    found = round_queries.visible(actor).filter(uuid=uuid).first()
    if found is None:
        raise NotFound()
    return found


def _stop(actor: Actor, uuid: UUID, number: int) -> RoundStop:
    rows = RoundStop.objects.select_related("round", "site")
    found = rows.filter(round=_find(actor, uuid), position=number).first()
    if found is None:
        raise NotFound()
    return found


def _load(asked: round_schemas.LoadIn, whole: round_schemas.CollectIn) -> Collected:
    waste = waste_of(asked.waste, day_of(whole.signed_at))
    lots = (
        LotPart(part.lot, measure(waste, part.mass.value, part.mass.unit).grams)
        for part in asked.lots
    )
    weighed = measure(waste, asked.weighed.value, asked.weighed.unit)
    return Collected(waste, weighed, asked.method, tuple(lots), asked.containers)


def _shown(begun: Round) -> dict[str, Any]:
    return {
        "id": begun.uuid,
        "number": begun.number,
        "template": begun.template,
        "carrier": named(begun.carrier),
        "vehicle": vehicle(begun.vehicle),
        "driver": begun.driver.uuid if begun.driver else None,
        "destination": named(begun.destination),
        "started_at": begun.started_at,
        "ended_at": begun.ended_at,
        "stops": [
            {
                "number": stop.position,
                "site": named(stop.site),
                "done_at": stop.done_at,
                "skipped": stop.skipped,
            }
            for stop in begun.stops.all()
        ],
        "manifests": list(begun.manifests.values_list("uuid", flat=True)),
    }
