"""Columns that several registers share."""

from collections.abc import Callable
from typing import Any

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.tables import Column, Kind
from wufei.hub.base.tables.spec import Choices, Text
from wufei.hub.registry.validity import first_day, last_day, today


def detail(code: str, get: Callable[[Any], Any] = lambda obj: obj) -> Callable[[Any], str | None]:
    """Link of a cell to the detail page of what ``get`` finds, if it finds something."""

    def link(obj: Any) -> str | None:
        found = get(obj)
        return reverse(f"{code}.detail", args=[found.uuid]) if found else None

    return link


def chosen(kinds: type[TextChoices]) -> Callable[[], Choices]:
    return lambda: list(kinds.choices)


def organisation(name: str = "organisation", label: Text = "") -> Column:
    return Column(
        name,
        label or _("Organisation"),
        value=lambda obj: getattr(obj, name).name,
        link=detail("registry.organisation", lambda obj: getattr(obj, name)),
        sort=f"{name}__name",
        required=True,
        help=_("Full name or unified social credit code of an organisation in the register."),
        example="聊城湖畔铝材有限公司",
    )


def region(required: bool = True) -> Column:
    return Column(
        "region",
        _("Region"),
        value=lambda obj: str(obj.region) if obj.region else None,
        sort="region__path",
        required=required,
        help=_("Name or code of a town or village."),
        example="湖西街道",
    )


def period_columns(help_until: Text = "") -> tuple[Column, Column]:
    return (
        Column(
            "valid_from",
            _("Valid from"),
            Kind.DATE,
            value=lambda obj: first_day(obj.validity),
            sort="validity__startswith",
            listed=False,
            help=_("Empty means from today."),
            example="2026-01-01",
        ),
        Column(
            "valid_until",
            _("Valid until"),
            Kind.DATE,
            value=lambda obj: last_day(obj.validity),
            sort="validity__endswith",
            listed=False,
            help=help_until or _("Last day. Empty means without end."),
        ),
    )


def state_column() -> Column:
    return Column(
        "state",
        _("State"),
        value=lambda obj: state(obj)[0],
        tone=lambda obj: state(obj)[1],
        imported=False,
    )


def state(entry: Any) -> tuple[Text, str]:
    """In words, with its tone: in force, not yet, or ended."""
    first, last, day = first_day(entry.validity), last_day(entry.validity), today()
    if first and first > day:
        return _("Not yet valid"), "attention"
    if last and last < day:
        return _("Ended"), "attention"
    return _("In force"), ""
