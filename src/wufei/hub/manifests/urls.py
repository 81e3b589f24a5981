"""Addresses of the manifests."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.base.pages.sheets import ExportPage
from wufei.hub.manifests.pages import CODE, EXPORT, RESOURCE, VIEW
from wufei.hub.manifests.views import document, drafts, inbox, issuing, phone, prints, refused
from wufei.hub.manifests.views.lists import ManifestList

_LIST = {
    "resource": RESOURCE,
    "act": VIEW,
    "table": RESOURCE.table,
    "filters": RESOURCE.filters,
    "title": RESOURCE.title,
    "empty": RESOURCE.empty,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", ManifestList.as_view(**_LIST), name=f"{CODE}.list"),
    path("export/", ExportPage.as_view(resource=RESOURCE, act=EXPORT), name=f"{CODE}.export"),
    path("inbox/", inbox.inbox, name="manifests.inbox"),
    path("new/", issuing.new, name=f"{CODE}.new"),
    path("drafts/", drafts.page, name="manifests.draft.list"),
    path("drafts/save/", drafts.save, name="manifests.draft.save"),
    path("drafts/<uuid:uuid>/delete/", drafts.delete, name="manifests.draft.delete"),
    path("<uuid:uuid>/pattern/", drafts.keep_manifest, name=f"{CODE}.pattern"),
    path("<uuid:uuid>/", document.document, name=f"{CODE}.detail"),
    path("<uuid:uuid>/sign/", phone.sign, name=f"{CODE}.sign"),
    path("<uuid:uuid>/cancel/", document.cancel, name=f"{CODE}.cancel"),
    path("<uuid:uuid>/refused/", refused.refused, name=f"{CODE}.refused"),
    path("<uuid:uuid>/authority/", document.authority, name=f"{CODE}.authority"),
    path("<uuid:uuid>/code.svg", prints.manifest_code, name=f"{CODE}.code"),
    path("<uuid:uuid>/print/", prints.manifest_pdf, name=f"{CODE}.print"),
]
