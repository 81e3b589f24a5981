"""List page: search, filters, sorting and pages, all of it in the address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from wufei.hub.base.access import Page, Request
from wufei.hub.base.pages.resource import Resource, Total
from wufei.hub.base.tables import Column, Table
from wufei.hub.base.tables.show import RIGHT_ALIGNED, Shower
from wufei.hub.base.tables.spec import Text

SIZES = (25, 50, 100)
# Beyond this, counting and skipping rows cost more than they tell: filters lead further.
ROWS_COUNTED_MAX = 10_000


class Selection:
    """Rows of a table that an address asks for: ``?q=…&<filter>=…&sort=-name``."""

    def __init__(
        self,
        table: Table,
        request: Request,
        filters: type[django_filters.FilterSet] | None = None,
    ) -> None:
        self.table = table
        self.parameters = request.GET
        rows = table.rows(request.actor)
        self.filterset = (
            filters(request.GET, queryset=rows, request=request) if filters is not None else None
        )
        self.all_rows = rows

    @cached_property
    def rows(self) -> "QuerySet[Any]":
        rows = self.filterset.qs if self.filterset is not None else self.all_rows
        if self.words:
            for word in self.words.split():
                rows = rows.filter(
                    reduce(or_, (Q(**{lookup: word}) for lookup in self.table.search))
                )
        order = [self.order] if self.order else rows.query.order_by or rows.model._meta.ordering
        # The key makes the order total, so that no row is on two pages or on none; rows that
        # are sums of others have none.
        key = () if isinstance(rows.query.group_by, tuple) else ("pk",)
        return rows.order_by(*order, *key)

    @property
    def words(self) -> str:
        # PostgreSQL cannot hold a NUL, so nothing can match one.
        text = self.parameters.get("q", "").replace("\0", "").strip()[:100]
        return text if self.table.search else ""

    @property
    def sort(self) -> str:
        return self.parameters.get("sort", "")

    @property
    def order(self) -> str | None:
        """ORM expression of ``?sort=``, None where it names no sortable column."""
        name = self.sort.removeprefix("-")
        for column in self.table.columns:
            if column.name == name and column.order:
                return f"-{column.order}" if self.sort.startswith("-") else column.order
        return None

    @property
    def narrowed(self) -> bool:
        """Whether a search or filter is on (then an empty list says something else)."""
        return bool(self.parameters.get("q") or self.filters_set)

    @property
    def filters_set(self) -> int:
        """How many filters are on, the search aside; both ends of a range are one."""
        known = self.filterset.filters if self.filterset is not None else {}
        on = set()
        for name, values in self.parameters.lists():
            base = name if name in known else name.rsplit("_", 1)[0]
            if base in known and any(values):
                on.add(base)
        return len(on)


@dataclass(frozen=True)
class Heading:
    """Head of a column; ``href`` sorts by it, ``sorted`` is "", "ascending" or "descending"."""

    column: Column
    href: str
    sorted: str

    @property
    def number(self) -> bool:
        return self.column.kind in RIGHT_ALIGNED


class PageOfRows:
    """One page of a selection. Counts no further than ``ROWS_COUNTED_MAX``."""

    def __init__(self, selection: Selection) -> None:
        parameters = selection.parameters
        self.size = _whole(parameters.get("size"), SIZES[0])
        if self.size not in SIZES:
            self.size = SIZES[0]
        counted = selection.rows.order_by()[: ROWS_COUNTED_MAX + 1].count()
        self.more_than_counted = counted > ROWS_COUNTED_MAX
        self.count = min(counted, ROWS_COUNTED_MAX)
        self.last = max(1, -(-self.count // self.size))
        self.number = min(max(1, _whole(parameters.get("page"), 1)), self.last)
        self.first_row = (self.number - 1) * self.size
        self.objects = list(selection.rows[self.first_row : self.first_row + self.size])

    @property
    def from_row(self) -> int:
        return self.first_row + 1 if self.objects else 0

    @property
    def to_row(self) -> int:
        return self.first_row + len(self.objects)


def _whole(text: str | None, default: int) -> int:
    # Longer figures are nobody's page number; int() of thousands of digits is slow.
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default


def address(parameters: QueryDict, **changes: Any) -> str:
    """The query string with ``changes``; None takes a parameter away."""
    changed = parameters.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"


class ListPage(Page):
    """A table as a page. Usable alone: give ``table``, ``title``, ``act`` (and ``filters``)."""

    table: Table
    filters: type[django_filters.FilterSet] | None = None
    title: Text = ""
    empty: Text = ""
    template_name = "pages/list.html"
    # The list alone, which filters and pages exchange; one that extends it may let people choose.
    part_name = "pages/_list.html"
    resource: Resource | None = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        part = self.request.htmx.target == "list" and not self.request.htmx.history_restore_request
        context = self.context() | {"part": part}
        response = render(request, self.part_name if part else self.template_name, context)
        # One address serves a page and a part of it; caches must not mix them up.
        response.headers["Vary"] = "HX-Request, HX-Target, Cookie"
        return response

    def totals(self, queryset: "QuerySet[Any]") -> Sequence[Total]:
        """Figures above the list; none by default."""
        return self.resource.totals(queryset) if self.resource and self.resource.totals else ()

    @cached_property
    def selection(self) -> Selection:
        return Selection(self.table, self.request, self.filters)

    def context(self) -> dict[str, Any]:
        page = PageOfRows(self.selection)
        shower = Shower(self._columns())
        return {
            "title": self.title or self.table.title,
            "table": self.table,
            "empty": self.empty,
            "part_name": self.part_name,
            "selection": self.selection,
            "filterset": self.selection.filterset,
            "headings": self._headings(),
            "rows": [shower.row(obj) for obj in page.objects],
            "page": page,
            "sizes": [(size, address(self.request.GET, size=size, page=None)) for size in SIZES],
            "previous": self._page_address(page.number - 1) if page.number > 1 else "",
            "next": self._page_address(page.number + 1) if page.number < page.last else "",
            "totals": self.totals(self.selection.rows),
            "exports": self._exports(),
            **self._resource_links(),
        }

    def _columns(self) -> tuple[Column, ...]:
        """Listed columns; the first leads to the detail page unless the table links by itself."""
        columns, resource = self.table.listed, self.resource
        if resource is None or any(column.link for column in columns):
            return columns
        first = replace(columns[0], link=lambda obj: resource.url("detail", obj))
        return (first, *columns[1:])

    def _page_address(self, number: int) -> str:
        return address(self.request.GET, page=number)

    def _headings(self) -> list[Heading]:
        headings = []
        for column in self.table.listed:
            up, down = column.name, f"-{column.name}"
            is_up, is_down = self.selection.sort == up, self.selection.sort == down
            href = address(self.request.GET, sort=down if is_up else up, page=None)
            sorted_ = "ascending" if is_up else "descending" if is_down else ""
            headings.append(Heading(column, href if column.order else "", sorted_))
        return headings

    def _exports(self) -> list[tuple[str, str]]:
        if self.resource is None or not self.request.actor.may(self.resource.act("export")):
            return []
        return [
            (kind, self.resource.url("export") + address(self.request.GET, format=kind, page=None))
            for kind in ("xlsx", "csv", "pdf")
        ]

    def _resource_links(self) -> dict[str, Any]:
        resource, actor = self.resource, self.request.actor
        if resource is None:
            return {}
        may_edit = actor.may(resource.act("edit")) and resource.save is not None
        may_add = may_edit and resource.form is not None and resource.creatable(actor)
        may_import = actor.may(resource.act("import")) and resource.table.can_import
        return {
            "resource": resource,
            "new_url": resource.url("new") if may_add else "",
            "import_url": resource.url("import") if may_import else "",
        }
