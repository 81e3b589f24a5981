"""Refusing part of a load, or all of it: how much, which containers, and why."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.ledger.forms.recording import VALUE_INPUT, mass_of
from wufei.hub.ledger.units import Mass, grams
from wufei.hub.manifests import rules
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.forms.signing import LOAD_UNITS, StepForm
from wufei.hub.manifests.models import MOVING, Line, Manifest, Relation, StepCode
from wufei.hub.manifests.reading import template_of
from wufei.hub.manifests.services.containers import Container, on_the_road
from wufei.hub.manifests.services.masses import by_lots

REASONS = (
    ("waste", _("Other waste than on the manifest")),
    ("packing", _("Packing broken or leaking")),
    ("quality", _("Too wet, mixed or otherwise unfit")),
    ("papers", _("Papers or licence do not cover it")),
    ("full", _("No room for it")),
    ("other", _("Something else")),
)
CONTAINERS_MAX = 100


class RefusalFields(forms.Form):
    """``refuse_value_0`` with ``refuse_unit_0`` for the first line, ``refuse_lot_<uuid>`` for a
    container, ``refuse_all`` for everything; why by ``refuse_kind`` and ``refuse_text``.
    """

    lines_refusable: Sequence[Line] = ()
    containers: Mapping[UUID, Sequence[Container]] = {}

    def add_refusal(self, manifest: Manifest, lines: Sequence[Line]) -> None:
        """Nothing is added where the load is not refused: a return, a template that forbids it."""
        if manifest.relation == Relation.RETURN or not template_of(manifest).refusable:
            return
        self.lines_refusable = lines
        self.fields["refuse_kind"] = forms.ChoiceField(
            label=_("Why it is refused"), choices=REASONS, widget=forms.RadioSelect, required=False
        )
        self.fields["refuse_all"] = forms.BooleanField(label=_("All of it"), required=False)
        for number, line in enumerate(lines):
            self._add_mass(number, line, only=len(lines) == 1)
        self._add_containers(manifest, lines)
        self.fields["refuse_text"] = forms.CharField(
            label=_("In a few words"), max_length=200, required=False
        )

    def _add_mass(self, number: int, line: Line, *, only: bool) -> None:
        label = _("Refused mass") if only else line.waste.label
        attrs = VALUE_INPUT | {"maxlength": "20", "data-figure": "", "data-refused": ""}
        self.fields[f"refuse_value_{number}"] = forms.CharField(
            label=label, max_length=20, required=False, widget=forms.TextInput(attrs)
        )
        self.fields[f"refuse_unit_{number}"] = forms.ChoiceField(
            label=_("Unit"),
            choices=LOAD_UNITS,
            initial="t",
            required=False,
            widget=forms.RadioSelect,
        )

    def _add_containers(self, manifest: Manifest, lines: Sequence[Line]) -> None:
        tracked = [line for line in lines if by_lots(line)]
        if manifest.status not in MOVING or not tracked:
            return
        self.containers = on_the_road(tracked)
        for line in tracked:
            for one in self.containers[line.uuid][:CONTAINERS_MAX]:
                attrs = {"data-refused-lot": str(one.mass_g)}
                self.fields[f"refuse_lot_{one.uuid}"] = forms.BooleanField(
                    label=str(one.lot), required=False, widget=forms.CheckboxInput(attrs)
                )

    # What pages show.
    @property
    def refusable(self) -> bool:
        return bool(self.lines_refusable)

    @property
    def refusing(self) -> bool:
        """Whether something was filled in before: then it is shown open."""
        names = [name for name in self.fields if name.startswith("refuse_")]
        asked = [name for name in names if not name.startswith("refuse_unit_")]
        return self.is_bound and any(self.data.get(self.add_prefix(name)) for name in asked)

    @property
    def refused_masses(self) -> Iterator[tuple[Line, Any, Any, list[tuple[Any, int]]]]:
        """(line, value, unit, [(container's box, grams)]) for each line."""
        for number, line in enumerate(self.lines_refusable):
            boxes = [
                (self[f"refuse_lot_{one.uuid}"], one.mass_g)
                for one in self.containers.get(line.uuid, ())[:CONTAINERS_MAX]
            ]
            yield line, self[f"refuse_value_{number}"], self[f"refuse_unit_{number}"], boxes

    # What was said.
    def clean_refusal(self) -> None:
        """Read what is refused; an error stands beside its field."""
        self.refused = self._masses() if self.refusable else {}
        self.refused_lots = self._lots()
        cleaned = self.cleaned_data
        says = bool(self.refused or self.refused_lots or cleaned.get("refuse_all"))
        if says and not self.reason:
            self.add_error("refuse_kind", _("Choose why it is refused."))
        elif self.reason and not says and not self.errors:
            name = next(name for name in self.fields if name.startswith("refuse_value_"))
            self.add_error(name, _("Say how much is refused, which containers, or all of it."))

    @property
    def reason(self) -> str:
        """The chosen reason and the words beside it, as they are kept."""
        words = dict(REASONS)
        kind, text = (self.cleaned_data.get(f"refuse_{name}", "") for name in ("kind", "text"))
        said = str(words[kind]) if kind and (kind != "other" or not text) else ""
        return "；".join(part for part in (said, text.strip()) if part)[:300]

    def _masses(self) -> dict[UUID, Mass]:
        found = {}
        for number, line in enumerate(self.lines_refusable):
            name = f"refuse_value_{number}"
            value = self.cleaned_data.get(name)
            unit = self.cleaned_data.get(f"refuse_unit_{number}")
            if not value:
                continue
            try:
                found[line.uuid] = mass_of(value, unit or "t", line.waste)
            except Refusal as refusal:
                refusal.field = name
                show_refusal(self, refusal)
        return found

    def _lots(self) -> list[UUID]:
        start = "refuse_lot_"
        return [
            UUID(name.removeprefix(start))
            for name, said in self.cleaned_data.items()
            if name.startswith(start) and said
        ]

    def refusal_values(self, weighed_g: Mapping[UUID, int]) -> dict[str, Any]:
        """For ``services.sign``, of what arrived; empty where all is accepted."""
        if not self.reason:
            return {}
        values: dict[str, Any] = {"refusal_reason": self.reason}
        if self.cleaned_data.get("refuse_all"):
            return values | {"accepted": {uuid: grams(0) for uuid in weighed_g}}
        if self.refused:
            values["accepted"] = {
                uuid: grams(weighed_g[uuid] - mass.grams) for uuid, mass in self.refused.items()
            }
        if self.refused_lots:
            values["refused"] = self.refused_lots
        return values

    def place_refusal(self, refusal: Exception) -> None:
        """Say what the service refused at the field that it speaks of."""
        if isinstance(refusal, Refusal) and self.refusable:
            value = "refuse_value_0"
            known = {"accepted": value, "refused": value, "refusal_reason": "refuse_kind"}
            refusal.field = known.get(refusal.field, refusal.field)


class AcceptForm(RefusalFields, StepForm):
    """Acceptance: all of it in one tap, or what is refused of it and why."""

    part = "manifests/_refuse.html"

    def __init__(self, *args: Any, manifest: Manifest, step: Step, actor: Actor, **kw: Any) -> None:
        super().__init__(*args, manifest=manifest, step=step, actor=actor, **kw)
        self.add_refusal(manifest, self.lines)
        self.beyond = any(_beyond(line, manifest) for line in self.lines)
        if self.beyond:
            reason = self.fields["difference_reason"]
            reason.required = True
            reason.help_text = _("The consignor settles it by closing the manifest.")

    @property
    def others(self) -> list[Any]:
        """Within the tolerance a note on the difference is nobody's duty."""
        return [self["difference_reason"]] if self.beyond else []

    @property
    def weighed_g(self) -> int:
        return sum(line.weighed_in_g or 0 for line in self.lines)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.clean_refusal()
        return cleaned

    def values(self) -> dict[str, Any]:
        weighed = {line.uuid: line.weighed_in_g or 0 for line in self.lines}
        return super().values() | self.refusal_values(weighed)

    def refuse(self, refusal: Exception) -> None:
        self.place_refusal(refusal)
        super().refuse(refusal)


def _beyond(line: Line, manifest: Manifest) -> bool:
    out_g, in_g = line.weighed_out_g, line.weighed_in_g
    permille = template_of(manifest).tolerance_permille
    return bool(out_g and in_g) and rules.beyond_tolerance(out_g or 0, in_g or 0, permille)


FORMS: dict[str, type[StepForm]] = {StepCode.ACCEPT: AcceptForm}
