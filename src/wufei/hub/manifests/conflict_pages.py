"""The list of steps from phones' queues that need a decision, and the page of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.base.tables.spec import Text
from wufei.hub.ledger.forms.fields import MomentField, uuid_or_none
from wufei.hub.manifests import rules
from wufei.hub.manifests.forms.queued import perform
from wufei.hub.manifests.models import QueuedStep
from wufei.hub.manifests.services import conflicts
from wufei.hub.registry.models import Site, Vehicle

CODE = "manifests.conflict"
Outcome = QueuedStep.Outcome
_TONES = {Outcome.CONFLICT: "attention", Outcome.SETTLED: "good"}


def rows(actor: Actor) -> "QuerySet[QueuedStep]":
    """What was not signed as it came, to whom it concerns."""
    found = QueuedStep.objects.exclude(outcome=Outcome.SIGNED).filter(conflicts.seen(actor))
    return found.select_related("manifest", "key__user").order_by("-received_at", "-pk")


def _manifest_url(row: QueuedStep) -> str | None:
    if row.manifest is None:
        return None
    return reverse("manifests.manifest.detail", args=[row.manifest.uuid])


COLUMNS = (
    Column(
        "what",
        _("Step"),
        value=lambda row: row.label,
        link=lambda row: reverse(f"{CODE}.detail", args=[row.uuid]),
        sort="act",
    ),
    Column(
        "manifest",
        _("Manifest"),
        value=lambda row: str(row.manifest or row.provisional_no or "—"),
        link=_manifest_url,
        sort="manifest__local_id",
    ),
    Column("who", _("Signed by"), value=lambda row: str(row.key.user), sort="key__user__username"),
    Column("device_time", _("By the phone's clock"), Kind.DATETIME),
    Column("received_at", _("Received at"), Kind.DATETIME),
    Column("message", _("Why it was not signed")),
    Column(
        "outcome",
        _("State"),
        Kind.CHOICE,
        choices=lambda: [(one.value, one.label) for one in (Outcome.CONFLICT, Outcome.SETTLED)],
        tone=lambda row: _TONES.get(Outcome(row.outcome), ""),
    ),
    Column("settlement", _("How it was settled"), listed=False),
    Column("settled_at", _("Settled at"), Kind.DATETIME, listed=False),
)
TABLE = register(
    Table(
        code=CODE,
        title=_("Steps signed without network that need a decision"),
        columns=COLUMNS,
        rows=rows,
        search=("manifest__local_id__icontains", "provisional_no__icontains", "message__icontains"),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    outcome = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("All"),
        choices=[(one.value, one.label) for one in (Outcome.CONFLICT, Outcome.SETTLED)],
    )


class SignForm(forms.Form):
    at = MomentField(
        help_text=_("Compare the manifest first. The signature says that you settled it.")
    )


class DiscardForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=250,
        help_text=_("The step and the reason are kept; nothing is signed."),
    )


def _sign(row: QueuedStep, actor: Actor, cleaned: Mapping[str, Any]) -> None:
    conflicts.sign_anyway(row, cleaned["at"], perform, by=actor)


def _discard(row: QueuedStep, actor: Actor, cleaned: Mapping[str, Any]) -> None:
    conflicts.discard(row, cleaned["reason"], by=actor)


def _open(row: QueuedStep) -> bool:
    return row.outcome == Outcome.CONFLICT


def _sections(row: QueuedStep, actor: Actor) -> list[Section]:
    """What was filled in on the phone."""
    entry = conflicts.entry_of(row)
    context = {"row": row, "entry": entry, "said": _said(entry.fields)}
    return [Section(_("What the phone kept"), "manifests/_kept.html", context)]


def _said(fields: Mapping[str, Sequence[str]]) -> list[tuple[Text, str]]:
    """What stands in each field, in words: a weight with its unit, a choice by its name."""
    found: list[tuple[Text, str]] = []
    for name, values in sorted(fields.items()):
        kind, _part, number = name.partition("_")
        text = "、".join(values)
        if kind == "unit" and number.isdigit():
            continue
        if kind == "value" and number.isdigit():
            unit = "、".join(fields.get(f"unit_{number}", ()))
            found.append((_("Weight"), f"{text} {unit}".strip() if text else ""))
        else:
            found.append((_label(name), _chosen(name, text)))
    return found


def _label(name: str) -> Text:
    return rules.FIELDS[name].label if name in rules.FIELDS else name


def _chosen(name: str, text: str) -> str:
    """The name of a site or vehicle that a field names by its key."""
    model = {"consignee_site": Site, "vehicle": Vehicle}.get(name)
    uuid = uuid_or_none(text) if model else None
    row = model._default_manager.filter(uuid=uuid).first() if model and uuid else None
    return str(row) if row else text


def _exported(actor: Actor) -> None:
    audit.record(actor, "manifests:conflict:export", subject=f"{CODE}:*")


RESOURCE = Resource(
    code=CODE,
    path="conflicts/",
    title=_("Steps signed without network that need a decision"),
    singular=_("step"),
    table=TABLE,
    filters=Filters,
    actions=(
        Action(
            "sign",
            _("Sign all the same"),
            conflicts.WORK,
            _sign,
            form=SignForm,
            tone="primary",
            visible=_open,
        ),
        Action(
            "discard",
            _("Discard"),
            conflicts.WORK,
            _discard,
            form=DiscardForm,
            tone="danger",
            visible=_open,
        ),
    ),
    sections=_sections,
    empty=_("Everything that phones signed without network could be signed as it came."),
    exported=_exported,
)
