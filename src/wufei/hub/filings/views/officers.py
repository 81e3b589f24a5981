"""What officers set: another last day for a period, who owes a form all the same, and who not."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import ActorForm, Resource
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.filings import columns, declarations
from wufei.hub.filings.models import DueChange, Obligation
from wufei.hub.filings.periods import Span, span_of
from wufei.hub.filings.services import due, opening
from wufei.hub.filings.views.types import spans_offered
from wufei.hub.ledger.queries.people import names_of
from wufei.hub.registry.models import Organisation, Region
from wufei.hub.registry.scope import organisations_for
from wufei.hub.registry.validity import today, valid_on

DUE, OBLIGATION = "filings.due", "filings.obligation"
_DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _form_name(code: str) -> str:
    return dict(columns.type_choices()).get(code, code)


def _span(change: DueChange) -> str:
    try:
        period = declarations.filing_type(change.type).period
    except KeyError:
        return change.first.isoformat()
    return str(span_of(period, change.first))


def _who(actor: str) -> str:
    return names_of([actor])[actor]


class DueForm(forms.Form):
    """For which form and period, until when, for whom, and why."""

    what = forms.ChoiceField(label=_("Form and period"))
    due_on = forms.DateField(label=_("New last day"), widget=_DAY)
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label=_("Only for"),
        to_field_name="code",
        required=False,
        empty_label=_("everybody"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what: Any = self.fields["what"]
        what.choices = [
            (f"{one.code}@{first}", f"{one.name} · {words}")
            for one in declarations.types()
            if one.period.recurs
            for first, words in spans_offered(one, today())[:4]
        ]
        region: Any = self.fields["region"]
        region.queryset = Region.objects.filter(within=True, level="town").order_by("path")


def _save_due(obj: Any, cleaned: Mapping[str, Any], actor: Actor) -> DueChange:
    code, _at, first = cleaned["what"].partition("@")
    form_type = declarations.filing_type(code)
    span: Span = span_of(form_type.period, date.fromisoformat(first))
    return due.change_due(
        form_type,
        span,
        cleaned["due_on"],
        reason=cleaned["reason"],
        region=cleaned["region"],
        by=actor,
    )


def _due_rows(actor: Actor) -> "QuerySet[DueChange]":
    return DueChange.objects.select_related("region").order_by("-at")


DUE_CHANGES = Resource(
    code=DUE,
    path="due-days/",
    title=_("Changed last days"),
    singular=_("changed last day"),
    table=register(
        Table(
            code=DUE,
            title=_("Changed last days"),
            columns=(
                Column(
                    "type",
                    pgettext_lazy("filing", "Form"),
                    value=lambda one: _form_name(one.type),
                    sort="type",
                ),
                Column("first", _("Period"), value=_span, sort="first"),
                Column("due_on", _("New last day"), Kind.DATE),
                Column("region", _("Only for"), value=lambda one: one.region or _("everybody")),
                Column("reason", _("Reason")),
                Column("by", _("Set by"), value=lambda one: _who(one.by)),
                Column("at", _("Set at"), Kind.DATETIME),
            ),
            rows=_due_rows,
            search=("reason__icontains",),
        )
    ),
    form=DueForm,
    save=_save_due,
    editable=lambda obj, actor: False,
    empty=_("Last days follow the rule of each form until you set another one here."),
)


class ObligationForm(ActorForm):
    """Who, which form, whether it owes it, from when, and why."""

    type = forms.ChoiceField(label=pgettext_lazy("filing", "Form"))
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), to_field_name="uuid"
    )
    says = forms.ChoiceField(label=_("It"), choices=Obligation.Says.choices)
    since = forms.DateField(label=_("first day"), widget=_DAY, initial=today)
    until = forms.DateField(label=_("last day"), widget=_DAY, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["type"]
        kind.choices = columns.type_choices()
        organisation: Any = self.fields["organisation"]
        reached = organisations_for(self.actor, f"{OBLIGATION}.edit")
        rows = Organisation.objects.filter(reached, valid_on())
        organisation.queryset = rows.order_by("name")


def _save_obligation(obj: Any, cleaned: Mapping[str, Any], actor: Actor) -> Obligation:
    form_type = declarations.filing_type(cleaned["type"])
    do = opening.oblige if cleaned["says"] == Obligation.Says.OWES else opening.excuse
    return do(
        form_type,
        cleaned["organisation"],
        since=cleaned["since"],
        until=cleaned["until"],
        reason=cleaned["reason"],
        by=actor,
    )


def _obligation_rows(actor: Actor) -> "QuerySet[Obligation]":
    reached = organisations_for(actor, f"{OBLIGATION}.view", "organisation__")
    return Obligation.objects.filter(reached).select_related("organisation").order_by("-at")


OBLIGATIONS = Resource(
    code=OBLIGATION,
    path="obligations/",
    title=_("Duties and exceptions"),
    singular=_("duty or exception"),
    table=register(
        Table(
            code=OBLIGATION,
            title=_("Duties and exceptions"),
            columns=(
                Column("organisation", _("Organisation"), sort="organisation__name"),
                Column(
                    "type",
                    pgettext_lazy("filing", "Form"),
                    value=lambda one: _form_name(one.type),
                    sort="type",
                ),
                Column("says", _("It"), Kind.CHOICE, choices=lambda: Obligation.Says.choices),
                Column("since", _("first day"), Kind.DATE),
                Column("until", _("last day"), Kind.DATE),
                Column("reason", _("Reason")),
                Column("by", _("Set by"), value=lambda one: _who(one.by)),
                Column("at", _("Set at"), Kind.DATETIME),
            ),
            rows=_obligation_rows,
            search=("organisation__name__icontains", "organisation__pinyin__icontains"),
        )
    ),
    form=ObligationForm,
    save=_save_obligation,
    editable=lambda obj, actor: False,
    empty=_("Who owes a form follows its rule, until somebody is obliged or excused here."),
)
