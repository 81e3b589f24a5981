"""One step of many manifests, signed at once: what is chosen, and weights in a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.forms.recording import mass_of
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.forms.signing import LOAD_UNITS, WEIGHTS, SignedForm
from wufei.hub.manifests.models import Line, Manifest, Signature
from wufei.hub.manifests.services import ToSign
from wufei.hub.manifests.services.given import part_of


@dataclass
class Weight:
    """A weight that is to be written: of a line, under a name, as it was written."""

    line: Line
    name: str
    value: str = ""


@dataclass
class Row:
    """One manifest of the table; ``problem`` is why it was refused, ``opens`` that its own page
    asks for more than this table does.
    """

    manifest: Manifest
    step: Step
    chosen: bool = False
    opens: bool = False
    weights: list[Weight] = field(default_factory=list)
    masses: dict[UUID, Mass] = field(default_factory=dict)
    problem: str = ""
    signed: bool = False

    @property
    def key(self) -> str:
        return f"{self.step.code}:{self.manifest.uuid}"

    @property
    def weighs(self) -> str:
        """The weight that the step needs, if any."""
        return next((name for name in WEIGHTS if name in self.step.needs), "")


class ManyForm(SignedForm):
    """Hidden parts of the signatures, the unit of the weights, and ``one`` for each chosen row."""

    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=LOAD_UNITS,
        initial="t",
        widget=forms.RadioSelect,
        required=False,
    )

    def chosen(self) -> list[tuple[str, UUID]]:
        """(step, manifest) of the rows that were chosen; what is no such pair is left out."""
        found = []
        for text in self.data.getlist("one"):  # type: ignore[attr-defined]
            step, _colon, uuid = text.partition(":")
            try:
                found.append((step, UUID(uuid)))
            except ValueError:
                continue
        return found

    def read(self, rows: Sequence[Row]) -> None:
        """Take the weights of chosen rows from what was sent; what is wrong stands in its row."""
        unit = self.cleaned_data["unit"] or "t"
        for row in rows:
            for weight in row.weights:
                weight.value = str(self.data.get(weight.name, "")).strip()[:20]
                self._weigh(row, weight, unit)

    def _weigh(self, row: Row, weight: Weight, unit: str) -> None:
        if not weight.value:
            row.problem = _("Write its weight.")
            return
        try:
            row.masses[weight.line.uuid] = mass_of(weight.value, unit, weight.line.waste)
        except Refusal as refusal:
            row.problem = str(refusal)

    def to_sign(self, rows: Sequence[Row], by: Actor) -> list[ToSign]:
        """Each has a key of its own, so that sending all of it again signs once.

        A page without scripts tells no time: what this very form has signed keeps the first's.
        """
        ids = [part_of(self.id, str(row.manifest.uuid)) for row in rows]
        before = Signature.objects.filter(uuid__in=ids, actor=by.id)
        times = dict(before.values_list("uuid", "signed_at"))
        found = []
        for row, id in zip(rows, ids, strict=True):
            signing = self.signing(id)
            signing = replace(signing, signed_at=times.get(id, signing.signed_at))
            values: dict[str, Any] = {row.weighs: row.masses} if row.weighs else {}
            found.append(ToSign(row.manifest, signing, values))
        return found
