"""Generic pages: list, detail, form, import and export of any table, by declaration."""

from wufei.hub.base.pages.lists import ListPage
from wufei.hub.base.pages.resource import Action, ActorForm, Resource, Section, Total
from wufei.hub.base.pages.urls import urls

__all__ = ["Action", "ActorForm", "ListPage", "Resource", "Section", "Total", "urls"]
