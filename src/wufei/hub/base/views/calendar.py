"""Working days: the days that differ from their weekday, kept by administrators."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base import workdays
from wufei.hub.base.actor import Actor
from wufei.hub.base.models import CalendarDay
from wufei.hub.base.pages import Action, ActorForm, Resource
from wufei.hub.base.tables import Column, Kind, Table, register


def _write(values: Mapping[str, Any], actor: Actor) -> CalendarDay:
    given = {name: value for name, value in values.items() if value is not None}
    return workdays.save_day(None, given, actor)


TABLE = register(
    Table(
        code="base.calendar",
        title=_("Working days"),
        columns=(
            Column("day", _("Date"), Kind.DATE, required=True, example="2027-01-01"),
            Column(
                "kind",
                _("Is it worked"),
                Kind.CHOICE,
                required=True,
                choices=lambda: CalendarDay.Kind.choices,
                tone=lambda day: "attention" if day.kind == CalendarDay.Kind.WORKDAY else "good",
            ),
            Column("name", _("Festival"), length_max=40),
            Column("source", _("Published in"), required=True, length_max=200),
            Column("certain", _("Confirmed"), Kind.BOOLEAN),
        ),
        rows=lambda actor: CalendarDay.objects.all(),
        write=_write,
        guidance=_("Only days that differ from their weekday: free weekdays, worked weekends."),
        search=("name__icontains", "source__icontains"),
    )
)


class CalendarFilters(django_filters.FilterSet):  # type: ignore[misc]
    year = django_filters.NumberFilter("day__year", label=_("Year"), min_value=1900, max_value=2200)
    kind = django_filters.ChoiceFilter(
        label=_("Is it worked"), choices=CalendarDay.Kind.choices, empty_label=_("All")
    )


class DayForm(ActorForm):
    day = forms.DateField(label=_("Date"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    kind = forms.ChoiceField(label=_("Is it worked"), choices=CalendarDay.Kind.choices)
    name = forms.CharField(label=_("Festival"), max_length=40, required=False)
    source = forms.CharField(label=_("Published in"), max_length=200)
    certain = forms.BooleanField(label=_("Confirmed"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Another date is another day: remove this one and add that.
        self.fields["day"].disabled = self.obj is not None


RESOURCE = Resource(
    code="base.calendar",
    path="calendar/",
    title=_("Working days"),
    singular=_("special day"),
    table=TABLE,
    filters=CalendarFilters,
    form=DayForm,
    initial=lambda day: {name: getattr(day, name) for name in DayForm.base_fields},
    save=workdays.save_day,
    lookup="pk",
    actions=(
        Action(
            "remove",
            _("Remove"),
            "base.calendar.edit",
            lambda day, actor, cleaned: workdays.remove_day(day, actor),
            confirm=_("The day will count like any other of its weekday."),
            tone="danger",
            removes=True,
        ),
    ),
    empty=_("Import the arrangement that the State Council publishes for the year."),
)
