"""Vehicles: one plate is one vehicle at a time."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.registry.messages import check
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.rules.plates import plate_problem, tidy_plate
from wufei.hub.registry.services.book import Book, Values, other
from wufei.hub.registry.services.refusals import PlateTaken
from wufei.hub.registry.services.tidying import one_of, required, strip
from wufei.hub.registry.validity import DAY, in_words

# The heaviest lorries that may use public roads weigh 49 t, load included (GB 1589).
LOAD_T_MAX = Decimal(49)


def _check(values: Values, vehicle: Vehicle | None) -> Values:
    clean = strip(values)
    required(
        clean,
        vehicle,
        plate=_("Give the plate."),
        carrier=_("Choose the carrier that runs the vehicle."),
        kind=_("Choose a kind from the list."),
    )
    one_of(clean, "kind", Vehicle.Kind.values, _("Choose a kind from the list."))
    if "plate" in clean:
        clean["plate"] = tidy_plate(clean["plate"])
        check(plate_problem(clean["plate"]), field="plate")
    load = clean.get("load_limit_t")
    if load is not None and not 0 < load <= LOAD_T_MAX:
        text = _("Give the load in tonnes, above 0 and at most %(limit)s. Was it in kilograms?")
        raise Invalid(text % {"limit": LOAD_T_MAX}, field="load_limit_t")
    return put_period(clean, "permit_validity", "permit_from", "permit_until", vehicle)


def put_period(clean: Values, name: str, first: str, last: str, entry: Any) -> Values:
    """Turn the two days of a second period (a permit's) into the range ``name``."""
    if first not in clean and last not in clean:
        return clean
    begins, ends = clean.pop(first, None), clean.pop(last, None)
    if begins and ends and ends < begins:
        raise Invalid(_("The last day lies before the first day."), field=last)
    known = getattr(entry, name, None)
    begins = begins or (known.lower if known else None)
    # The first day may be unknown: what counts of a paper is when it ends.
    clean[name] = DateRange(begins, ends + DAY if ends else None) if begins or ends else None
    return clean


def _plate_taken(vehicle: Vehicle, values: Values) -> Refusal:
    holder = other(Vehicle.objects.select_related("carrier"), vehicle, plate=vehicle.plate)
    return PlateTaken(
        plate=vehicle.plate,
        organisation=holder.carrier.name,
        dates=in_words(holder.validity),
        field="plate",
    )


VEHICLES: Book[Vehicle] = Book(
    name="vehicle",
    model=Vehicle,
    check=_check,
    owner="carrier",
    conflicts={"registry_plate_once": _plate_taken},
)


def create(by: Actor, **values: Any) -> Vehicle:
    """Add a vehicle: ``plate``, ``carrier``, ``kind``; ``load_limit_t``, ``permit_number``,
    ``permit_from``, ``permit_until``, ``valid_from``.
    """
    return VEHICLES.create(by, **values)


def edit(vehicle: Vehicle, by: Actor, **values: Any) -> Vehicle:
    return VEHICLES.edit(vehicle, by, **values)


def close(vehicle: Vehicle, by: Actor, *, last: date, reason: str = "") -> Vehicle:
    return VEHICLES.close(vehicle, by, last=last, reason=reason)
