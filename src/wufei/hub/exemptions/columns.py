"""Columns and filters of the lists of claims and of limits."""

from datetime import date

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.tables import Column, Kind
from wufei.hub.catalogue.models import Exemption
from wufei.hub.exemptions.models import Claim, Criterion, Grade
from wufei.hub.ledger.queries.people import names_of
from wufei.hub.registry.pages.filters import RegionFilter
from wufei.hub.registry.validity import last_day, today

EXPIRED = "expired"
STATES = {
    Claim.State.CLAIMED.value: pgettext_lazy("exemption", "In force"),
    EXPIRED: pgettext_lazy("exemption", "Run out"),
    Claim.State.WITHDRAWN.value: pgettext_lazy("exemption", "Withdrawn"),
    Claim.State.CONTESTED.value: pgettext_lazy("exemption", "Contested"),
}
TONES = {Claim.State.CLAIMED.value: "good", Claim.State.CONTESTED.value: "bad"}


def state_of(claim: Claim) -> str:
    ran_out = claim.state == Claim.State.CLAIMED and claim.valid_until < today()
    return EXPIRED if ran_out else str(claim.state)


def _page(claim: Claim) -> str:
    return reverse("exemptions.claim.detail", args=[claim.uuid])


def effects(claim: Claim) -> str:
    return ", ".join(str(one.get_effect_display()) for one in claim.exemptions.all())


def _who(actor: str) -> str:
    return names_of([actor])[actor] if actor else ""


CLAIM_COLUMNS = (
    Column("report_no", _("Report"), link=_page),
    Column(
        "state",
        _("State"),
        Kind.CHOICE,
        choices=lambda: list(STATES.items()),
        value=state_of,
        sort="state",
        tone=lambda one: TONES.get(state_of(one), "attention"),
    ),
    Column(
        "organisation",
        _("Organisation"),
        sort="organisation__name",
        link=lambda one: reverse("registry.organisation.detail", args=[one.organisation.uuid]),
    ),
    Column("waste", _("Waste"), sort="waste__code"),
    Column("effects", _("Exempt from"), value=effects),
    Column("lots", _("Batches"), Kind.INTEGER, value=lambda one: one.lots_count, sort="lots_count"),
    Column("laboratory", _("Laboratory"), listed=False),
    Column("sampled_on", _("Sampled on"), Kind.DATE, listed=False),
    Column("reported_on", _("Reported on"), Kind.DATE),
    Column("valid_until", _("Valid until"), Kind.DATE),
    Column("claimed_at", _("Claimed at"), Kind.DATETIME, listed=False),
    Column("claimed_by", _("Claimed by"), value=lambda one: _who(one.actor), listed=False),
    Column("note", _("Note"), listed=False),
    Column("ended_at", _("Ended at"), Kind.DATETIME, listed=False),
    Column("ended_by", _("Ended by"), value=lambda one: _who(one.ended_by), listed=False),
    Column("end_reason", _("Reason"), listed=False),
)
CLAIM_SEARCH = (
    "report_no__icontains",
    "laboratory__icontains",
    "organisation__name__icontains",
    "organisation__pinyin__icontains",
    "waste__code__icontains",
    "lots__lot__label__icontains",
)


class ClaimFilters(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=list(STATES.items()), empty_label=_("All"), method="by_state"
    )
    region = RegionFilter("organisation__region")
    effect = django_filters.ChoiceFilter(
        label=_("Exempt from"),
        choices=Exemption.Effect.choices,
        empty_label=_("All"),
        method="by_effect",
    )
    ends = django_filters.DateFilter(
        label=_("Ends by"), method="by_end", widget=forms.DateInput({"type": "date"})
    )

    def by_state(self, found: "QuerySet[Claim]", name: str, value: str) -> "QuerySet[Claim]":
        ran_out = Q(valid_until__lt=today())
        if value == EXPIRED:
            return found.filter(ran_out, state=Claim.State.CLAIMED)
        if value == Claim.State.CLAIMED:
            return found.filter(~ran_out, state=value)
        return found.filter(state=value)

    def by_effect(self, found: "QuerySet[Claim]", name: str, value: str) -> "QuerySet[Claim]":
        return found.filter(pk__in=Claim.objects.filter(exemptions__effect=value).values("pk"))

    def by_end(self, found: "QuerySet[Claim]", name: str, value: date) -> "QuerySet[Claim]":
        return found.filter(valid_until__lte=value, state=Claim.State.CLAIMED)


def _effect_names(criterion: Criterion) -> str:
    names = dict(Exemption.Effect.choices)
    return ", ".join(str(names.get(one, one)) for one in criterion.effects)


CRITERION_COLUMNS = (
    Column("name", _("Value"), value=lambda one: one.label, sort="name"),
    Column(
        "limit",
        pgettext_lazy("exemption", "Below"),
        Kind.DECIMAL,
        value=lambda one: one.limit.normalize(),
        sort="limit",
        decimals=None,
    ),
    Column("unit", _("Unit")),
    Column("method", _("Measured by")),
    Column("source", _("Source")),
    Column("grade", _("How sure"), Kind.CHOICE, choices=lambda: Grade.choices),
    Column("effects", _("Exempt from"), value=_effect_names),
    Column("item", _("Item number"), Kind.INTEGER, listed=False),
    Column("edition", _("Catalogue edition"), listed=False),
    Column(
        "valid_until",
        _("Valid until"),
        Kind.DATE,
        value=lambda one: last_day(one.validity),
        sort="validity__endswith",
        listed=False,
    ),
)


def told(exemption: Exemption) -> str:
    """An exemption as it is chosen: from what, and on which condition."""
    words = {"effect": exemption.get_effect_display(), "condition": exemption.condition}
    return _now("%(effect)s (%(condition)s)") % words
