"""What a resource's pages are made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from wufei.hub.base.access import Page
from wufei.hub.base.actor import Actor
from wufei.hub.base.tables import Table
from wufei.hub.base.tables.spec import Text


class ActorForm(forms.Form):
    """A form whose choices depend on who fills it in, or on what is edited (None when new)."""

    def __init__(self, *args: Any, actor: Actor, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.obj = obj


@dataclass(frozen=True)
class Action:
    """A button on the detail page: ``run(obj, actor, cleaned)`` calls one service.

    ``confirm`` is asked first, ``form`` is filled in first; ``tone`` is "", "primary" or "danger";
    one that ``removes`` the object leads to the list.
    """

    code: str
    label: Text
    act: str
    run: Callable[[Any, Actor, Mapping[str, Any]], Any]
    form: type[forms.Form] | None = None
    confirm: Text = ""
    tone: str = ""
    visible: Callable[[Any], bool] = lambda obj: True
    removes: bool = False


@dataclass(frozen=True)
class Section:
    """A panel below the facts of a detail page; ``link`` leads to all that it shows a part of,
    or to what ``link_text`` says.
    """

    title: Text
    template: str
    context: Mapping[str, Any]
    count: int | None = None
    link: str | None = None
    link_text: Text = ""


@dataclass(frozen=True)
class Total:
    """A figure above a list, counted over everything that the filters let through."""

    label: Text
    value: Any
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class Resource:
    """Pages of one kind of thing. URL names are ``<code>.list``, ``.detail``, ``.new``, ``.edit``,
    ``.import``, ``.export``, ``.template`` and ``.<action code>``; acts are ``<code>.view``,
    ``.edit``, ``.import`` and ``.export``.

    ``save(None or obj, cleaned, actor)`` is the service behind new and edit; ``editable`` says
    whether this actor may edit this object, ``creatable`` whether they may add one (the service
    checks it again). ``exported`` is told who takes the list out as a file. ``list_template``
    extends the list's page, for a script of its own.
    """

    code: str
    path: str
    title: Text
    singular: Text
    table: Table
    filters: type[django_filters.FilterSet] | None = None
    form: type[forms.Form] | None = None
    initial: Callable[[Any], dict[str, Any]] | None = None
    save: Callable[[Any, dict[str, Any], Actor], Any] | None = None
    lookup: str = "uuid"
    actions: tuple[Action, ...] = ()
    sections: Callable[[Any, Actor], Sequence[Section]] | None = None
    empty: Text = ""
    editable: Callable[[Any, Actor], bool] = lambda obj, actor: True
    creatable: Callable[[Actor], bool] = lambda actor: True
    exported: Callable[[Actor], None] | None = None
    totals: Callable[[Any], Sequence[Total]] | None = None
    list_template: str = "pages/list.html"

    def act(self, verb: str) -> str:
        return f"{self.code}.{verb}"

    def url(self, page: str, obj: Any = None) -> str:
        return reverse(f"{self.code}.{page}", args=[getattr(obj, self.lookup)] if obj else [])

    def find(self, key: Any, actor: Actor) -> Any:
        """The object, if this actor may see it; otherwise it does not exist for them."""
        try:
            found = self.table.rows(actor).filter(**{self.lookup: key}).first()
        except (ValueError, ValidationError):  # nothing has such a key
            found = None
        if found is None:
            raise Http404
        return found


class ResourcePage(Page):
    """One of a resource's pages; ``as_view`` always names the resource and the act."""

    resource: Resource
