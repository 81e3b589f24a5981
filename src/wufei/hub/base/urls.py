"""Addresses of the base room."""

from django.urls import URLPattern, path

from wufei.hub.base.pages import urls
from wufei.hub.base.views import exports, files, findings, imports, notices
from wufei.hub.base.views.calendar import RESOURCE

urlpatterns: list[URLPattern] = [
    path("imports/", imports.ImportList.as_view(), name="base.import.list"),
    path("imports/<uuid:uuid>/", imports.show, name="base.import.detail"),
    path("imports/<uuid:uuid>/progress/", imports.progress, name="base.import.progress"),
    path("imports/<uuid:uuid>/cancel/", imports.cancel, name="base.import.cancel"),
    path("imports/<uuid:uuid>/faults/", imports.faults, name="base.import.faults"),
    path("exports/", exports.ExportList.as_view(), name="base.export.list"),
    path("exports/<uuid:uuid>/", exports.show, name="base.export.detail"),
    path("exports/<uuid:uuid>/progress/", exports.progress, name="base.export.progress"),
    path("exports/<uuid:uuid>/cancel/", exports.cancel, name="base.export.cancel"),
    path("exports/<uuid:uuid>/file/", exports.download, name="base.export.file"),
    path("files/<uuid:uuid>/", files.download, name="base.file.download"),
    path("findings/", findings.FindingList.as_view(), name="base.finding.list"),
    *urls(RESOURCE),
    path("notices/", notices.NoticeList.as_view(), name="base.notice.list"),
    path("notices/read/", notices.read_all, name="base.notice.read"),
    path("notices/<uuid:uuid>/", notices.show, name="base.notice.detail"),
]
