"""Plan documents: facts, sections, units, targets, and what is left for the reviewer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from wufei.hub.base import texts
from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.plans import queries, services
from wufei.hub.plans.models import Document, Task
from wufei.hub.plans.pages.columns import link

_TONES = {"draft": "attention", "in_force": "good", "superseded": ""}
_SEVERITY = {"error": "bad", "warning": "attention", "note": "plain"}


def _year(name: str) -> Callable[[Document], str | None]:
    """A year is no quantity: shown without a separator."""
    return lambda document: str(getattr(document, name) or "") or None


def _file(document: Document) -> str | None:
    return reverse("base.file.download", args=[document.source.uuid]) if document.source else None


TABLE = register(
    Table(
        code="plans.plan",
        title=_("Plans"),
        columns=(
            Column("title", _("Title"), link=link("plans.plan.detail"), length_max=200),
            Column("number", _("Document number")),
            Column("issuer", _("Issuer")),
            Column("issued", _("Date of issue"), Kind.DATE),
            Column(
                "state",
                _("State"),
                Kind.CHOICE,
                choices=lambda: list(Document.State.choices),
                tone=lambda document: _TONES[document.state],
            ),
            Column("kind", _("Holds"), Kind.CHOICE, choices=lambda: list(Document.Kind.choices)),
            Column("base_year", _("Base year"), value=_year("base_year"), listed=False),
            Column("target_year", _("Target year"), value=_year("target_year"), listed=False),
            Column(
                "source",
                _("Source"),
                value=lambda one: one.source.name if one.source else one.source_note,
                link=_file,
                listed=False,
            ),
            Column("encoding", _("Encoding"), listed=False),
            Column("characters", _("Characters"), Kind.INTEGER, listed=False),
            Column("loaded_at", _("Loaded"), Kind.DATETIME, listed=False),
            Column("adopted_at", _("In force since"), Kind.DATETIME, listed=False),
        ),
        rows=lambda actor: queries.documents(),
        search=("title__icontains", "number__icontains", "issuer__icontains"),
    )
)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Text of the plan"),
        help_text=_("Plain text (.txt) in UTF-8, UTF-16 or GB 18030, with its numbering."),
        widget=forms.FileInput(attrs={"accept": ".txt,text/plain"}),
    )


def _upload(obj: None, cleaned: dict[str, Any], actor: Actor) -> Document:
    return services.load_upload(cleaned["file"], actor).document


def _sections(document: Document, actor: Actor) -> Sequence[Section]:
    found = [_figures(document), *_review(document, actor), _tree(document), _units(document)]
    targets = list(queries.targets_in(document))
    shown = {"targets": targets}
    return [*found, Section(_("Targets"), "plans/_targets.html", shown, count=len(targets))]


def _figures(document: Document) -> Section:
    plan = urlencode({"plan": str(document.uuid)})
    binding = document.state == Document.State.IN_FORCE
    tasks = reverse("plans.task.list") if binding else ""
    states = queries.by_state(document)
    context = {
        "figures": queries.counts(document),
        "clauses_url": f"{reverse('plans.clause.list')}?{plan}&named=yes",
        "states": [
            {
                "label": label,
                "count": states[state],
                "url": f"{tasks}?{plan}&state={state}" if tasks else "",
            }
            for state, label in Task.State.choices
        ],
        "done": states[Task.State.DONE],
    }
    return Section(_("Overview"), "plans/_figures.html", context)


def _review(document: Document, actor: Actor) -> list[Section]:
    """Names that were not written as in the register, and places that could not be read."""
    names = list(queries.doubtful(document))
    findings = [
        {
            "text": texts.tell(one.code, one.values),
            "severity": one.severity,
            "tone": _SEVERITY[one.severity],
            "title": dict(texts.titles()).get(one.code, one.code),
        }
        for one in queries.findings(document)
    ]
    if not names and not findings:
        return []
    context = {
        "names": names,
        "findings": findings,
        "may_correct": actor.may("plans.plan.load"),
    }
    return [
        Section(_("To look at"), "plans/_review.html", context, count=len(names) + len(findings))
    ]


def _tree(document: Document) -> Section:
    context = {"clauses": queries.tree(document)}
    count = document.clauses.count()
    return Section(_("Sections"), "plans/_tree.html", context, count=count)


def _units(document: Document) -> Section:
    units = queries.units_of(document)
    context = {"units": units, "document": document}
    return Section(_("Units and their tasks"), "plans/_units.html", context, count=len(units))


PLANS = Resource(
    code="plans.plan",
    path="",
    title=_("Plans"),
    singular=_("plan"),
    table=TABLE,
    sections=_sections,
    actions=(
        Action(
            "adopt",
            _("Put into force"),
            "plans.plan.load",
            lambda document, actor, given: services.adopt(document, actor),
            confirm=_(
                "Its tasks and targets bind from now on. A plan of the same number is superseded."
            ),
            tone="primary",
            visible=lambda document: document.state == Document.State.DRAFT,
        ),
    ),
    empty=_("Load a plan's text here or with “wufei plan load FILE”."),
)
# The generic pages of a resource name other acts than loading.
UPLOAD = replace(PLANS, form=UploadForm, save=_upload)
