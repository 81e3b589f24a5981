"""For parties without an account: a link to send, or their weighbridge slip."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.forms.signing import SignedForm, WeightFields
from wufei.hub.manifests.models import Manifest, StepCode
from wufei.hub.manifests.services.invitations import DAYS, DAYS_MAX, possible_steps


class InviteForm(forms.Form):
    """Which step, who gets the link, until when it works."""

    step = forms.ChoiceField(label=_("Step to be signed"))
    recipient = forms.CharField(
        label=_("Sent to"),
        max_length=120,
        required=False,
        help_text=_("Name or telephone, so that you know later whom you sent it to."),
    )
    days = forms.IntegerField(
        label=_("Works for so many days"), min_value=1, max_value=DAYS_MAX, initial=DAYS
    )

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["step"]
        steps = possible_steps(manifest)
        field.choices = [
            (one.code, f"{StepCode(one.code).label} · {getattr(manifest, one.by)}") for one in steps
        ]


class SlipForm(SignedForm, WeightFields):
    """What the receiver's weighbridge says, with its picture."""

    difference_reason = forms.CharField(
        label=_("Reason for the difference"),
        max_length=300,
        required=False,
        help_text=_("Only where the weights differ."),
    )
    slip = forms.FileField(
        label=_("Picture of the slip"),
        help_text=_("Photo or PDF on which the weight, the plate and the time can be read."),
        widget=forms.ClearableFileInput({"accept": "image/*,application/pdf"}),
    )

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(manifest.lines.all())
        for number, line in enumerate(self.lines):
            one = len(self.lines) == 1
            self.add_weight(number, _("Weight at arrival") if one else line.waste.label)

    @property
    def weights(self) -> list[tuple[Any, Any]]:
        return [(self[f"value_{n}"], self[f"unit_{n}"]) for n in range(len(self.lines))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.masses: dict[UUID, Mass] = {}
        for number, line in enumerate(self.lines):
            if (mass := self.weight(number, line.waste)) is not None:
                self.masses[line.uuid] = mass
        return cleaned

    def refuse(self, refusal: Exception) -> None:
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            weighs = refusal.field in {"weighed_in", "mass", "value", "accepted"}
            refusal.field = {"file": "slip"}.get(refusal.field, "value_0" if weighs else "")
        show_refusal(self, refusal)
