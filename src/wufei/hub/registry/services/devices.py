"""Devices, and where each of them sits."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.registry.models import Device, DeviceBinding, Site, Vehicle
from wufei.hub.registry.services.book import Book, Values
from wufei.hub.registry.services.refusals import DeviceElsewhere, DeviceTaken, TwoTerminals
from wufei.hub.registry.services.tidying import keep, one_of, required, strip
from wufei.hub.registry.validity import DAY, in_words, period, today

# JT/T 808: BCD[6] in the editions of 2011 and 2013, BCD[10] in that of 2019.
_TERMINAL_DIGITS = (12, 20)


def _check(values: Values, device: Device | None) -> Values:
    clean = strip(values)
    required(
        clean,
        device,
        number=_("Give the number that the device reports with."),
        kind=_("Choose a kind from the list."),
        organisation=_("Choose the organisation that keeps the device."),
    )
    one_of(clean, "kind", Device.Kind.values, _("Choose a kind from the list."))
    if "number" in clean and keep(clean, device, "kind") == Device.Kind.TERMINAL:
        clean["number"] = _terminal_number(clean["number"])
    return clean


def _terminal_number(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or len(text) > _TERMINAL_DIGITS[1]:
        raise Invalid(
            _("The number of a JT/T 808 terminal has 12 digits, or 20 in the edition of 2019."),
            field="number",
        )
    width = _TERMINAL_DIGITS[0] if len(text) <= _TERMINAL_DIGITS[0] else _TERMINAL_DIGITS[1]
    return text.zfill(width)


def _number_taken(device: Device, values: Values) -> Refusal:
    holder = Device.objects.select_related("organisation").get(
        kind=device.kind, number=device.number
    )
    return DeviceTaken(number=device.number, organisation=holder.organisation.name, field="number")


DEVICES: Book[Device] = Book(
    name="device",
    model=Device,
    check=_check,
    conflicts={"registry_device_number": _number_taken},
)


def create(by: Actor, **values: Any) -> Device:
    """Add a device: ``number``, ``kind``, ``organisation``; ``maker``, ``model``."""
    return DEVICES.create(by, **values)


def edit(device: Device, by: Actor, **values: Any) -> Device:
    return DEVICES.edit(device, by, **values)


def close(device: Device, by: Actor, *, last: date, reason: str = "") -> Device:
    """The device is taken out of use, and off whatever it sits on."""
    with transaction.atomic():
        for binding in _bound(device).filter(validity__contains=last + DAY):
            _end(binding, last)
        return DEVICES.close(device, by, last=last, reason=reason)


def bind(
    device: Device,
    by: Actor,
    *,
    vehicle: Vehicle | None = None,
    site: Site | None = None,
    first: date | None = None,
) -> DeviceBinding:
    """Put the device on one vehicle or at one site from ``first`` (today) on.

    Repeating it changes nothing. A binding that stands elsewhere is not ended by itself: raises
    ``DeviceElsewhere`` or ``TwoTerminals`` with the dates.
    """
    if (vehicle is None) == (site is None):
        raise Invalid(_("Choose either a vehicle or a site."), field="vehicle")
    begins = first or today()
    standing = _bound(device).filter(vehicle=vehicle, site=site, validity__contains=begins).first()
    if standing:
        return standing
    binding = DeviceBinding(
        device=device, kind=device.kind, vehicle=vehicle, site=site, validity=period(begins)
    )
    with transaction.atomic():
        DEVICES.queue_up()
        DEVICES.permit(device, by)
        _insert(binding)
        DEVICES.record(device, by, "bind", _place(binding) | {"first": str(begins)})
    return binding


def unbind(device: Device, by: Actor, *, last: date | None = None) -> None:
    """End the present binding with the day ``last`` (yesterday, so that it is free today)."""
    binding = _bound(device).filter(validity__contains=last or today()).first()
    if binding is None:
        day = last or today()
        raise Invalid(_("The device sits nowhere on %(day)s.") % {"day": day}, field="last")
    day = last or today() - DAY
    with transaction.atomic():
        DEVICES.permit(device, by)
        _end(binding, day)
        DEVICES.record(device, by, "unbind", _place(binding) | {"last": str(day)})


def _bound(device: Device) -> "QuerySet[DeviceBinding]":
    return DeviceBinding.objects.filter(device=device).select_related("vehicle", "site")


def _end(binding: DeviceBinding, last: date) -> None:
    if last < binding.validity.lower:
        # Bound and unbound on one day: it never counted, and the audit log has both.
        binding.delete()
        return
    binding.validity = period(binding.validity.lower, last)
    binding.save(update_fields=["validity"])


def _place(binding: DeviceBinding) -> Values:
    place = binding.vehicle or binding.site
    assert place is not None
    return {"vehicle" if binding.vehicle else "site": str(place.uuid)}


def _insert(binding: DeviceBinding) -> None:
    try:
        with transaction.atomic():
            binding.save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if name == "registry_device_in_one_place":
            raise _elsewhere(binding) from error
        if name == "registry_one_terminal_a_vehicle":
            raise _two_terminals(binding) from error
        raise


def _elsewhere(binding: DeviceBinding) -> Refusal:
    standing = _bound(binding.device).filter(validity__overlap=binding.validity)[0]
    return DeviceElsewhere(
        number=binding.device.number,
        place=str(standing.vehicle or standing.site),
        dates=in_words(standing.validity),
        field="vehicle" if binding.vehicle else "site",
    )


def _two_terminals(binding: DeviceBinding) -> Refusal:
    standing = DeviceBinding.objects.select_related("device").filter(
        vehicle=binding.vehicle, kind=binding.kind, validity__overlap=binding.validity
    )[0]
    return TwoTerminals(
        plate=str(binding.vehicle),
        number=standing.device.number,
        dates=in_words(standing.validity),
        field="vehicle",
    )
