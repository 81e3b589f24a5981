"""Addresses of the manifests."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.base.pages import urls
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.base.pages.sheets import ExportPage, TemplatePage
from wufei.hub.manifests import number_pages
from wufei.hub.manifests.conflict_pages import RESOURCE as CONFLICTS
from wufei.hub.manifests.pages import CODE, EXPORT, RESOURCE, VIEW
from wufei.hub.manifests.services.importing import IMPORT
from wufei.hub.manifests.views import (
    corrections,
    document,
    drafts,
    inbox,
    issuing,
    journeys,
    many,
    phone,
    prints,
    refused,
    writing,
)
from wufei.hub.manifests.views.imports import RECEIPTS, RECORDS, ManifestImport
from wufei.hub.manifests.views.lists import ManifestList

_LIST = {
    "resource": RESOURCE,
    "act": VIEW,
    "table": RESOURCE.table,
    "filters": RESOURCE.filters,
    "title": RESOURCE.title,
    "empty": RESOURCE.empty,
    "template_name": "manifests/list.html",
}

_NUMBERS = {
    "resource": number_pages.RESOURCE,
    "act": number_pages.VIEW,
    "table": number_pages.TABLE,
    "filters": number_pages.Filters,
    "title": number_pages.RESOURCE.title,
    "empty": number_pages.RESOURCE.empty,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", ManifestList.as_view(**_LIST), name=f"{CODE}.list"),
    path("export/", ExportPage.as_view(resource=RESOURCE, act=EXPORT), name=f"{CODE}.export"),
    path("numbers/", ListPage.as_view(**_NUMBERS), name="manifests.number.list"),
    path(
        "numbers/export/",
        ExportPage.as_view(resource=number_pages.RESOURCE, act=number_pages.EXPORT),
        name="manifests.number.export",
    ),
    path(
        "numbers/import/",
        ManifestImport.as_view(resource=number_pages.RESOURCE, act=number_pages.IMPORT),
        name="manifests.number.import",
    ),
    path(
        "numbers/template/",
        TemplatePage.as_view(resource=number_pages.RESOURCE, act=number_pages.IMPORT),
        name="manifests.number.template",
    ),
    *[
        path(f"{resource.path}{route}", page.as_view(resource=resource, act=IMPORT), name=name)
        for resource in (RECORDS, RECEIPTS)
        for route, page, name in (
            ("", ManifestImport, f"{resource.code}.import"),
            ("template/", TemplatePage, f"{resource.code}.template"),
        )
    ],
    path("inbox/", inbox.inbox, name="manifests.inbox"),
    path("inbox/many/", many.many, name="manifests.many"),
    *urls(CONFLICTS),
    path("new/", issuing.new, name=f"{CODE}.new"),
    path("drafts/", drafts.page, name="manifests.draft.list"),
    path("drafts/save/", drafts.save, name="manifests.draft.save"),
    path("drafts/<uuid:uuid>/delete/", drafts.delete, name="manifests.draft.delete"),
    path("<uuid:uuid>/pattern/", drafts.keep_manifest, name=f"{CODE}.pattern"),
    path("<uuid:uuid>/", document.document, name=f"{CODE}.detail"),
    path("<uuid:uuid>/sign/", phone.sign, name=f"{CODE}.sign"),
    path("<uuid:uuid>/sign-form/", inbox.sign_form, name=f"{CODE}.sign_form"),
    path("<uuid:uuid>/means/", journeys.means, name=f"{CODE}.means"),
    path("<uuid:uuid>/cancel/", document.cancel, name=f"{CODE}.cancel"),
    path("<uuid:uuid>/refused/", refused.refused, name=f"{CODE}.refused"),
    path("<uuid:uuid>/authority/", document.authority, name=f"{CODE}.authority"),
    path("<uuid:uuid>/revise/", corrections.revise, name=f"{CODE}.revise"),
    path("<uuid:uuid>/annul/", corrections.annul, name=f"{CODE}.annul"),
    path("<uuid:uuid>/complete/", corrections.complete, name=f"{CODE}.complete"),
    path("<uuid:uuid>/edit/", writing.edit, name=f"{CODE}.edit"),
    path("emergency/", writing.emergency, name=f"{CODE}.emergency"),
    path("paper/", writing.paper, name=f"{CODE}.paper"),
    path("revisions/<uuid:uuid>/", corrections.revision, name="manifests.revision.detail"),
    path("revisions/<uuid:uuid>/decide/", corrections.decide, name="manifests.revision.decide"),
    path(
        "revisions/<uuid:uuid>/withdraw/", corrections.withdraw, name="manifests.revision.withdraw"
    ),
    path("<uuid:uuid>/code.svg", prints.manifest_code, name=f"{CODE}.code"),
    path("<uuid:uuid>/print/", prints.manifest_pdf, name=f"{CODE}.print"),
]
