"""Addresses of the registers' pages."""

from wufei.hub.base.pages import urls
from wufei.hub.registry.pages import (
    devices,
    drivers,
    licences,
    memberships,
    organisations,
    quotas,
    regions,
    sites,
    units,
    vehicles,
)

PAGES = (
    organisations,
    sites,
    vehicles,
    drivers,
    devices,
    licences,
    quotas,
    memberships,
    units,
    regions,
)

urlpatterns = [pattern for page in PAGES for pattern in urls(page.RESOURCE)]
