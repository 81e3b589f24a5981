"""Who and what the district supervises. Nothing is deleted: it is closed by validity."""

from wufei.hub.registry.models.assets import Device, DeviceBinding, Site, Vehicle
from wufei.hub.registry.models.headroom import Allotment, Headroom
from wufei.hub.registry.models.lists import ListEntry
from wufei.hub.registry.models.organisations import (
    Organisation,
    OrganisationContact,
    OrganisationName,
)
from wufei.hub.registry.models.people import Driver, DriverIdentity, Membership
from wufei.hub.registry.models.permits import Licence, LicenceLine, Quota
from wufei.hub.registry.models.places import Region, Unit

__all__ = [
    "Allotment",
    "Device",
    "DeviceBinding",
    "Driver",
    "DriverIdentity",
    "Headroom",
    "Licence",
    "LicenceLine",
    "ListEntry",
    "Membership",
    "Organisation",
    "OrganisationContact",
    "OrganisationName",
    "Quota",
    "Region",
    "Site",
    "Unit",
    "Vehicle",
]
