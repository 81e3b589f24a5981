"""Addresses of the registers' pages."""

from django.urls import path

from wufei.hub.base.pages import urls
from wufei.hub.registry import views
from wufei.hub.registry.pages import (
    devices,
    drivers,
    licences,
    lists,
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
    lists,
    memberships,
    units,
    regions,
)

urlpatterns = [
    path("coverage/", views.coverage_page, name="registry.coverage"),
    *(pattern for page in PAGES for pattern in urls(page.RESOURCE)),
]
