"""Addresses of the catalogue."""

from dataclasses import replace

from django.urls import URLPattern, path

from wufei.hub.base.pages import urls
from wufei.hub.catalogue import tables, views
from wufei.hub.catalogue.filters import ExemptionFilters, WasteFilters
from wufei.hub.catalogue.pages import WASTES

_LISTING = {"resource": WASTES, "table": WASTES.table, "filters": WasteFilters}

urlpatterns: list[URLPattern] = [
    path(
        "wastes/",
        views.WasteList.as_view(
            **_LISTING, act="catalogue.waste.view", title=WASTES.title, empty=WASTES.empty
        ),
        name="catalogue.waste.list",
    ),
    path("wastes/suggest/", views.suggest, name="catalogue.waste.suggest"),
    # Ours, with banners, in place of the generic two; everything else as declared.
    *(p for p in urls(WASTES) if p.name not in {"catalogue.waste.list", "catalogue.waste.detail"}),
    path(
        "wastes/<str:key>/",
        views.WasteDetail.as_view(
            resource=replace(WASTES, table=tables.DETAILS), act="catalogue.waste.view"
        ),
        name="catalogue.waste.detail",
    ),
    path("streams/", views.streams, name="catalogue.stream.list"),
    path(
        "exemptions/",
        views.ExemptionList.as_view(
            table=tables.EXEMPTIONS,
            filters=ExemptionFilters,
            title=tables.EXEMPTIONS.title,
            act="catalogue.exemption.view",
        ),
        name="catalogue.exemption.list",
    ),
]
