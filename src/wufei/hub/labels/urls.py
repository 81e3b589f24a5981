"""Addresses of the labels."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.base.pages.sheets import ExportPage
from wufei.hub.labels.pages import CODE, EXPORT, RESOURCE
from wufei.hub.labels.queries.lots import PRINT
from wufei.hub.labels.views import checks, labels, printing
from wufei.hub.labels.views.lists import LabelList

_LIST = {
    "resource": RESOURCE,
    "act": PRINT,
    "table": RESOURCE.table,
    "filters": RESOURCE.filters,
    "title": RESOURCE.title,
    "empty": RESOURCE.empty,
    "template_name": RESOURCE.list_template,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", LabelList.as_view(**_LIST), name=f"{CODE}.list"),
    path("export/", ExportPage.as_view(resource=RESOURCE, act=EXPORT), name=f"{CODE}.export"),
    path("print/", printing.prepare, name="labels.print"),
    path("runs/<uuid:uuid>/", printing.run, name="labels.run"),
    path("runs/<uuid:uuid>/labels.pdf", printing.pdf, name="labels.run.pdf"),
    path("lots/<uuid:uuid>/", labels.detail, name=f"{CODE}.detail"),
    path("lots/<uuid:uuid>/edit/", labels.edit, name=f"{CODE}.edit"),
    path("lots/<uuid:uuid>/code.svg", labels.code, name=f"{CODE}.code"),
    path("lots/<uuid:uuid>/label.png", labels.preview, name=f"{CODE}.picture"),
    path("checks/<uuid:uuid>/", checks.check, name="labels.check"),
    path("checks/<uuid:uuid>/show/", checks.show, name="labels.check.show"),
    path("passes/<uuid:uuid>/", checks.one_pass, name="labels.pass"),
]
