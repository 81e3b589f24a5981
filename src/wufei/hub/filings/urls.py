"""Addresses of filings: the list, one's calendar, forms, reviews, completeness."""

from django.urls import URLPattern, path

from wufei.hub.base.pages import urls
from wufei.hub.filings.views import completeness, detail, form, mine, phone, review, sheets, types
from wufei.hub.filings.views.lists import FILINGS
from wufei.hub.filings.views.officers import DUE_CHANGES, OBLIGATIONS

# A filing has a page of its own; what is set about days and duties is set anew, never edited.
_LEFT_OUT = {"filings.filing.detail", "filings.due.edit", "filings.obligation.edit"}

urlpatterns: list[URLPattern] = [
    path("mine/", mine.mine, name="filings.mine"),
    path("files/", form.hand_in_file, name="filings.file"),
    path("look/organisations/", form.look_up, name="filings.look.organisation"),
    path("review/", review.queue, name="filings.review.list"),
    path("review/<uuid:uuid>/", review.review, name="filings.review.one"),
    path("review/<uuid:uuid>/outside/", review.bring_back, name="filings.review.bring_back"),
    path("completeness/", completeness.show, name="filings.completeness"),
    path("completeness/export/", completeness.export, name="filings.completeness.export"),
    path("completeness/remind/", completeness.remind_all, name="filings.completeness.remind"),
    path("forms/", types.catalogue, name="filings.type.list"),
    path("forms/<str:code>/", types.detail, name="filings.type.detail"),
    path("forms/<str:code>/start/", types.start, name="filings.type.start"),
    path("forms/<str:code>/template/", sheets.template, name="filings.type.template"),
    path("forms/<str:code>/import/", sheets.hand_in, name="filings.type.import"),
    path("forms/<str:code>/export/", sheets.order, name="filings.type.export"),
    *(
        one
        for resource in (DUE_CHANGES, OBLIGATIONS, FILINGS)
        for one in urls(resource)
        if one.name not in _LEFT_OUT
    ),
    path("<uuid:uuid>/", detail.detail, name="filings.filing.detail"),
    path("<uuid:uuid>/print/", sheets.print_filing, name="filings.filing.print"),
    path("<uuid:uuid>/edit/", form.edit, name="filings.filing.edit"),
    path("<uuid:uuid>/draft/", form.autosave, name="filings.filing.autosave"),
    path("<uuid:uuid>/amend/", form.amend, name="filings.filing.amend"),
    path("<uuid:uuid>/withdraw/", detail.withdraw, name="filings.filing.withdraw"),
    path("<uuid:uuid>/remind/", completeness.remind_one, name="filings.filing.remind"),
    path("<uuid:uuid>/phone/", phone.phone, name="filings.filing.phone"),
]
