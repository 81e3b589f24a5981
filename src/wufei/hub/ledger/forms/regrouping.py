"""Lots that are put together or split, as people write it: which, how much, into what."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.entries import Container, LotPart
from wufei.hub.ledger.figures import tonnes as exact_t
from wufei.hub.ledger.forms.fields import MomentField
from wufei.hub.ledger.forms.recording import VALUE_INPUT
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.units import tonnes

OUTPUTS_MAX = 40
_ROW = re.compile(r"out-(\d{1,2})-(?:label|value)$")


class RegroupingForm(forms.Form):
    happened_at = MomentField()
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput)


class LotRow(forms.Form):
    """One lot that stands there; ``take`` chooses it, ``value`` is how much of it (tonnes)."""

    take = forms.BooleanField(required=False)
    value = forms.CharField(
        label=_("Amount (t)"),
        max_length=30,
        required=False,
        widget=forms.TextInput(VALUE_INPUT | {"class": "count-input"}),
    )

    def __init__(self, lot: Lot, data: QueryDict | None, *, chosen: bool) -> None:
        super().__init__(data, prefix=f"lot-{lot.uuid}", initial={"take": chosen})
        self.lot = lot
        self.fields["value"].widget.attrs["aria-label"] = f"{lot} (t)"
        self.free_g = lot.remaining_g - lot.booked_g
        self.fields["value"].initial = _plain(self.free_g)
        self.mass_g = 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("take"):
            self.mass_g = _grams(self, cleaned.get("value", ""), self.free_g)
        return cleaned


class OutputRow(forms.Form):
    """One new container; an empty amount takes what the others leave."""

    label = forms.CharField(label=_("Container or lot number"), max_length=60, required=False)
    value = forms.CharField(
        label=_("Amount (t)"), max_length=30, required=False, widget=forms.TextInput(VALUE_INPUT)
    )
    use_required_attribute = False

    def __init__(self, number: int, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=f"out-{number}")
        self.number = number
        self.fields["value"].widget.attrs["placeholder"] = gettext("the rest")
        self.mass_g: int | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("value"):
            self.mass_g = _grams(self, cleaned["value"], 0)
        return cleaned


class Sheet:
    """The whole form: lots of one stock, new containers, when."""

    def __init__(
        self, lots: Sequence[Lot], data: QueryDict | None, token: UUID, chosen: Sequence[str] = ()
    ) -> None:
        self.head = (
            RegroupingForm(data)
            if data is not None
            else RegroupingForm(initial={"submission": token})
        )
        self.lots = [LotRow(lot, data, chosen=str(lot.uuid) in chosen) for lot in lots]
        numbers = sorted({int(m[1]) for name in data or () if (m := _ROW.match(name))}) or [0]
        self.outputs = [OutputRow(number, data) for number in numbers[:OUTPUTS_MAX]]
        self.errors: list[str] = []

    @property
    def next(self) -> int:
        return max(row.number for row in self.outputs) + 1

    @property
    def rows(self) -> list[LotRow | OutputRow]:
        return [*self.lots, *self.outputs]

    def is_valid(self) -> bool:
        # Every part is looked at, so that all that is wrong shows at once.
        valid = False not in [form.is_valid() for form in (self.head, *self.rows)]
        if valid and not self.taken_g:
            self.errors.append(gettext("Choose at least one lot."))
        elif valid:
            self._fill()
        return valid and not self.errors

    @property
    def taken_g(self) -> int:
        return sum(row.mass_g for row in self.lots)

    def _fill(self) -> None:
        """The container without an amount gets the rest; rows nobody filled in are left out."""
        empty = [row for row in self.outputs if row.mass_g is None]
        named = [row for row in empty if row.cleaned_data["label"]] or empty[:1]
        left_g = self.taken_g - sum(row.mass_g or 0 for row in self.outputs)
        if len(named) > 1:
            self.errors.append(gettext("Leave the amount empty for one container only."))
        elif left_g > 0 and named:
            named[0].mass_g = left_g
        elif named and named[0].cleaned_data["label"]:
            self.errors.append(
                gettext("Nothing is left for %(label)s. Fill the others less, or leave it out.")
                % {"label": named[0].cleaned_data["label"]}
            )

    def inputs(self) -> list[LotPart]:
        return [LotPart(row.lot.uuid, row.mass_g) for row in self.lots if row.mass_g]

    def containers(self) -> list[Container]:
        return [
            Container(row.cleaned_data["label"], row.mass_g) for row in self.outputs if row.mass_g
        ]


def _grams(form: forms.Form, text: str, default_g: int) -> int:
    """Grams of tonnes as people write them; a bad figure stands beside its field."""
    if not text:
        return default_g
    try:
        return tonnes(text).grams
    except Refusal as refusal:
        form.add_error("value", str(refusal))
        return 0


def _plain(mass_g: int) -> str:
    """``200000`` → ``0.2``."""
    return f"{exact_t(mass_g).normalize():f}"
