"""A small resource, the calendar's days, that stands for every resource of the platform."""

import asyncio
from dataclasses import replace
from datetime import date
from io import BytesIO
from types import ModuleType
from typing import Any

import django_filters
import pytest
from asgiref.sync import sync_to_async
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import override_settings
from openpyxl import Workbook

from wufei.hub.base.actor import Scope
from wufei.hub.base.errors import Invalid
from wufei.hub.base.models import CalendarDay
from wufei.hub.base.pages import Action, Resource, Section, urls
from wufei.hub.base.tables import Column, Kind, Table, spec

KINDS = CalendarDay.Kind.choices


class DayFilters(django_filters.FilterSet):  # type: ignore[misc]
    kind = django_filters.ChoiceFilter(choices=KINDS, label="Kind")
    after = django_filters.DateFilter("day", lookup_expr="gte", label="After")


class DayForm(forms.Form):
    day = forms.DateField()
    kind = forms.ChoiceField(choices=KINDS)
    name = forms.CharField(max_length=40, required=False)
    source = forms.CharField()


class ReasonForm(forms.Form):
    reason = forms.CharField()


def save_day(obj, cleaned, actor):
    if cleaned["day"].year < 2000:
        raise Invalid("Days before 2000 are not kept.", field="day")
    if obj is None:
        return CalendarDay.objects.create(**cleaned)
    CalendarDay.objects.filter(pk=obj.pk).update(**cleaned)
    return CalendarDay.objects.get(pk=cleaned["day"])


def write_day(values, actor):
    if values["name"] == "doomsday":
        raise Invalid("There is no such day.", field="name")
    given = {key: value for key, value in values.items() if key != "day" and value is not None}
    CalendarDay.objects.update_or_create(day=values["day"], defaults=given)


def rename(obj, actor, cleaned):
    CalendarDay.objects.filter(pk=obj.pk).update(name=cleaned["reason"])


def forget(obj, actor, cleaned):
    CalendarDay.objects.filter(pk=obj.pk).update(name="")


DAYS = Table(
    code="garden.day",
    title="Days",
    columns=(
        Column("day", "Day", Kind.DATE, required=True, example="2031-01-01"),
        Column("kind", "Kind", Kind.CHOICE, choices=lambda: KINDS, required=True),
        Column("name", "Name", help="What people call it", length_max=40),
        Column("source", "Source", required=True),
        Column("certain", "Certain", Kind.BOOLEAN, listed=False),
    ),
    rows=lambda actor: CalendarDay.objects.filter(day__year__gte=2030),
    write=write_day,
    guidance="One line for each day.",
    search=("name__icontains", "source__icontains"),
)
RESOURCE = Resource(
    code="garden.day",
    path="garden/days/",
    title="Days",
    singular="day",
    table=DAYS,
    filters=DayFilters,
    form=DayForm,
    initial=lambda day: {"day": day.day, "kind": day.kind, "name": day.name, "source": day.source},
    save=save_day,
    lookup="pk",
    actions=(
        Action("rename", "Rename", "garden.day.edit", rename, form=ReasonForm),
        Action(
            "forget",
            "Forget",
            "garden.day.edit",
            forget,
            confirm="Forget the name?",
            visible=lambda day: day.name != "",
        ),
    ),
    sections=lambda day, actor: [Section("Weekday", "pages/_cell.html", {}, count=day.day.day)],
    empty="Import the calendar of the State Council.",
    editable=lambda day, actor: day.day.year < 2040,
)
VERBS = ("view", "edit", "import", "export")


@pytest.fixture
def garden(monkeypatch):
    """The resource, its table registered and its addresses served."""
    from wufei.config import urls as site

    monkeypatch.setitem(spec._TABLES, DAYS.code, DAYS)
    urlconf: Any = ModuleType("garden_urls")
    urlconf.urlpatterns = [*site.urlpatterns, *urls(RESOURCE)]
    with override_settings(ROOT_URLCONF=urlconf):
        yield RESOURCE


@pytest.fixture
def gardener(sign_in, monkeypatch, garden):
    """``gardener()``: a client whose actor may do everything in the garden, or the named verbs."""
    from wufei.hub.accounts import middleware
    from wufei.hub.accounts.actors import actor_for

    def enter(*verbs, **options):
        acts = {f"garden.day.{verb}": Scope.ALL for verb in verbs or VERBS}
        client = sign_in("administrator", **options)

        def actor_with_acts(user, **options):
            actor = actor_for(user, **options)
            return replace(actor, acts={**actor.acts, **acts})

        monkeypatch.setattr(middleware, "actor_for", actor_with_acts)
        client.actor = actor_with_acts(client.user)
        return client

    return enter


@pytest.fixture
def days(db):
    return [make_day(number) for number in range(1, 4)]


def make_day(number, **values):
    defaults = {"kind": "holiday", "name": f"Festival {number}", "source": "Gazette"}
    return CalendarDay.objects.create(day=date(2031, 1, number), **{**defaults, **values})


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Stored files of a test lie in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def run_jobs():
    """Lets the real worker do every queued job."""
    from procrastinate.contrib.django import app

    def run():
        connector: Any = app.connector
        worker = app.with_connector(connector.get_worker_connector())
        try:
            worker.run_worker(wait=False, install_signal_handlers=False, concurrency=1)
        finally:
            # The worker's thread outlives the test; its connection must not.
            asyncio.run(sync_to_async(connections.close_all)())

    return run


@pytest.fixture
def sheet():
    """``sheet([["Day", "Name"], …])``: an uploaded workbook; ``csv_file`` the same as text."""

    def make(rows, name="days.xlsx", title="Days"):
        book = Workbook()
        page: Any = book.active
        page.title = title
        for row in rows:
            page.append(row)
        target = BytesIO()
        book.save(target)
        return SimpleUploadedFile(name, target.getvalue())

    return make


@pytest.fixture
def csv_file():
    def make(rows, encoding="utf-8", name="days.csv", separator=","):
        text = "\r\n".join(separator.join(map(str, row)) for row in rows)
        return SimpleUploadedFile(name, text.encode(encoding))

    return make
