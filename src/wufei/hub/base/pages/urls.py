"""Addresses of a resource's pages."""

from typing import Any

from django.urls import URLPattern, path

from wufei.hub.base.access import Page
from wufei.hub.base.pages.details import ActionPage, DetailPage
from wufei.hub.base.pages.forms import FormPage
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.base.pages.resource import Resource
from wufei.hub.base.pages.sheets import ExportPage, ImportPage, TemplatePage


def urls(resource: Resource) -> list[URLPattern]:
    """List, export and detail always; new, edit, import and template where they are declared."""
    base, code, act = resource.path, resource.code, resource.act
    one = f"{base}<{'uuid' if resource.lookup == 'uuid' else 'str'}:key>/"

    def page(route: str, name: str, view: type[Page], act: str, **options: Any) -> URLPattern:
        shown = view.as_view(resource=resource, act=act, **options)
        return path(route, shown, name=f"{code}.{name}")

    listing = {
        "table": resource.table,
        "filters": resource.filters,
        "title": resource.title,
        "empty": resource.empty,
        "template_name": resource.list_template,
    }
    found = [
        page(base, "list", ListPage, act("view"), **listing),
        page(f"{base}export/", "export", ExportPage, act("export")),
    ]
    if resource.table.can_import:
        found += [
            page(f"{base}import/", "import", ImportPage, act("import")),
            page(f"{base}template/", "template", TemplatePage, act("import")),
        ]
    if resource.form is not None and resource.save is not None:
        found += [
            page(f"{base}new/", "new", FormPage, act("edit")),
            page(f"{one}edit/", "edit", FormPage, act("edit")),
        ]
    found.append(page(one, "detail", DetailPage, act("view")))
    for action in resource.actions:
        found.append(
            page(f"{one}{action.code}/", action.code, ActionPage, action.act, action=action)
        )
    return found
