"""The list of numbers that were given here, voided ones with their reason, and the gaps.

Its import fills in numbers that the authority gave, by our own number of each manifest.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.base.pages import Resource, Total
from wufei.hub.base.tables import Column, Kind, Table, Taken, register
from wufei.hub.ledger.queries.movements import day_start
from wufei.hub.manifests import queries
from wufei.hub.manifests.models import IssuedNumber
from wufei.hub.manifests.refusals import Overtaken, WrongParty
from wufei.hub.manifests.services.scanning import set_authority_no

CODE = "manifests.number"
VIEW, EXPORT, IMPORT = (f"{CODE}.{verb}" for verb in ("view", "export", "import"))


def rows(actor: Actor) -> "QuerySet[IssuedNumber]":
    mine = queries.visible(actor, VIEW).order_by().values("pk")
    return IssuedNumber.objects.filter(manifest__in=mine).select_related("manifest")


def write(values: Mapping[str, Any], actor: Actor) -> Taken:
    """One row: the authority's number of a manifest that the actor's organisation has issued."""
    found = queries.visible(actor).filter(local_id=values["local_id"].strip()).first()
    if found is None:
        raise Invalid(gettext("There is no manifest of this number."), field="local_id")
    number = values["authority_no"].strip()
    if found.authority_no == number:
        return Taken.KNOWN
    try:
        set_authority_no(found, number, by=actor)
    except Overtaken as overtaken:
        overtaken.field = "authority_no"
        raise
    except WrongParty as refusal:
        refusal.field = "local_id"
        raise
    return Taken.NEW


def _state(number: IssuedNumber) -> str:
    return "voided" if number.voided_at else "valid"


def _tone(number: IssuedNumber) -> str:
    return "attention" if number.voided_at else ""


COLUMNS = (
    Column(
        "authority_no",
        _("Number of the authority"),
        value=lambda one: one.number,
        sort="number",
        required=True,
        length_max=40,
        example="20263715000001",
        aliases=("联单编号", "国家联单编号", "转移联单编号", "电子联单编号", "authority number"),
    ),
    Column(
        "local_id",
        _("Number"),
        value=lambda one: one.manifest.local_id,
        link=lambda one: reverse("manifests.manifest.detail", args=[one.manifest.uuid]),
        sort="manifest__local_id",
        required=True,
        length_max=40,
        example="WF-20261125-0001",
        help=_("The platform's own number of the manifest."),
        aliases=("平台编号", "本平台编号", "local id"),
    ),
    Column("scope", _("Scope"), imported=False),
    Column("serial", _("Serial"), Kind.INTEGER, imported=False),
    Column(
        "state",
        _("State"),
        Kind.CHOICE,
        choices=lambda: [("valid", _("Valid")), ("voided", _("Voided"))],
        value=_state,
        tone=_tone,
        imported=False,
    ),
    Column("issued_at", _("Given at"), Kind.DATETIME, imported=False),
    Column("voided_at", _("Voided at"), Kind.DATETIME, imported=False),
    Column(
        "reason",
        _("Reason"),
        value=lambda one: gettext(one.reason) if one.reason else "",
        imported=False,
    ),
)
TABLE = register(
    Table(
        code=CODE,
        title=_("Numbers of manifests"),
        columns=COLUMNS,
        rows=rows,
        write=write,
        guidance=_(
            "To bring back the numbers that the authority's system gave: our number of each "
            "manifest, and its number there. A line that was taken before changes nothing."
        ),
        search=("number__icontains", "manifest__local_id__icontains", "scope__icontains"),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("valid", _("Valid")), ("voided", _("Voided"))],
        method="by_state",
        empty_label=_("All"),
    )
    since = django_filters.DateFilter(
        label=_("Given since"), method="by_since", widget=forms.DateInput({"type": "date"})
    )

    def by_state(self, found: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return found.filter(voided_at__isnull=value == "valid")

    def by_since(self, found: "QuerySet[Any]", name: str, value: date) -> "QuerySet[Any]":
        return found.filter(issued_at__gte=day_start(value))


def totals(found: "QuerySet[IssuedNumber]") -> Sequence[Total]:
    """How many were given and voided, and how many serials between them were never given.

    A serial is taken in the transaction of its manifest, so none is missing unless a copy of the
    database was put back, or numbers were given elsewhere before: then it stands here.
    """
    sums = found.aggregate(given=Count("pk"), voided=Count("pk", filter=Q(voided_at__isnull=False)))
    scopes = IssuedNumber.objects.filter(scope__in=found.order_by().values("scope"))
    spans = (
        scopes.order_by()
        .values("scope")
        .annotate(first=Min("serial"), last=Max("serial"), count=Count("pk"))
    )
    missing = sum(one["last"] - one["first"] + 1 - one["count"] for one in spans)
    return (
        Total(_("Given"), sums["given"]),
        Total(_("Voided"), sums["voided"]),
        Total(_("Never given in between"), missing),
    )


def _exported(actor: Actor) -> None:
    audit.record(actor, "manifests:number:export", subject=f"{CODE}:*")


RESOURCE = Resource(
    code=CODE,
    path="numbers/",
    title=_("Numbers of manifests"),
    singular=_("number of a manifest"),
    table=TABLE,
    filters=Filters,
    empty=_(
        "Numbers stand here where this platform is configured to be the authority that gives them. "
        "Elsewhere they come from the authority and are brought back by import."
    ),
    exported=_exported,
    totals=totals,
)
