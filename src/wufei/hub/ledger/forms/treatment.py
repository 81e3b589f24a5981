"""One treatment batch as people write it: rows of inputs, products, additives and wastes made."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.forms import WasteChoiceField
from wufei.hub.ledger.entries import LotPart, NewLot
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.forms.fields import MomentField
from wufei.hub.ledger.forms.recording import MassFields
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.queries.stock import Standing
from wufei.hub.ledger.services.treatments import Input, Material, Secondary

ROWS_MAX = 40
_ROW = re.compile(r"(input|product|additive|secondary)-(\d{1,3})-")


class RowForm(MassFields):
    """A row that nobody touched is left out; one that somebody began must be finished."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = True

    @property
    def number(self) -> int:
        return int(str(self.prefix).rpartition("-")[2])

    @property
    def used(self) -> bool:
        return self.is_valid() and self.mass is not None


class InputRow(RowForm):
    stock = forms.ChoiceField(label=_("Waste from stock"))
    method = forms.ChoiceField(label=_("Method"))
    lot = forms.ChoiceField(label=_("Lot"), required=False)
    field_order = ["stock", "method", "value", "unit", "lot"]

    def __init__(self, *args: Any, stocks: Mapping[str, Standing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stocks = stocks
        chosen = self._chosen()
        fields: Any = self.fields
        fields["stock"].choices = [("", "—")] + [
            (key, _stock_words(standing)) for key, standing in stocks.items()
        ]
        fields["method"].choices = _method_choices([chosen] if chosen else [*stocks.values()])
        self.lots = _lots(chosen)
        fields["lot"].choices = [("", _("first in, first out"))] + [
            (str(lot.uuid), f"{lot} · {tonnes_text(lot.remaining_g - lot.booked_g)} t")
            for lot in self.lots
        ]

    def _chosen(self) -> Standing | None:
        asked = self.data.get(self.add_prefix("stock")) if self.is_bound else None
        return self.stocks.get(str(asked or self.initial.get("stock", "")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        standing = self.stocks.get(cleaned.get("stock", ""))
        self.convert(standing.account.waste if standing else None)
        return cleaned

    def part(self) -> Input:
        cleaned = self.cleaned_data
        assert self.mass is not None
        lots = (LotPart(UUID(cleaned["lot"]), self.mass.grams),) if cleaned["lot"] else ()
        waste = self.stocks[cleaned["stock"]].account.waste_id
        return Input(waste, self.mass, cleaned["method"], lots)


class MaterialRow(RowForm):
    """Product or additive: outside the waste totals."""

    name = forms.CharField(label=_("Name"), max_length=80)
    field_order = ["name", "value", "unit"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: Any = self.fields["unit"]
        units.choices = [choice for choice in units.choices if choice[0] in ("t", "kg")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.convert(None)
        return cleaned

    def part(self) -> Material:
        assert self.mass is not None
        return Material(self.cleaned_data["name"], self.mass)


class SecondaryRow(RowForm):
    """Waste that the treatment makes, such as fly ash; it enters the site's stock."""

    waste = WasteChoiceField(help_text="")
    label = forms.CharField(label=_("Container or lot number"), max_length=60, required=False)
    field_order = ["waste", "value", "unit", "label"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.convert(cleaned.get("waste"))
        return cleaned

    def part(self, submission: UUID) -> Secondary:
        assert self.mass is not None
        waste, label = self.cleaned_data["waste"], self.cleaned_data["label"]
        by_lots = declarations.stream(waste.stream).tracking is declarations.Tracking.LOTS
        lot = NewLot(uuid5(submission, f"lot:{self.prefix}"), label) if by_lots and label else None
        return Secondary(waste.pk, self.mass, lot)


class HeadForm(forms.Form):
    happened_at = MomentField()
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput)


class Sheet:
    """The whole form: head and rows. ``rows["input"]`` etc. hold one form a row."""

    def __init__(self, stocks: Mapping[str, Standing], data: QueryDict | None, token: UUID) -> None:
        self.stocks, self.data = stocks, data
        initial = {"submission": token}
        self.head = HeadForm(data) if data is not None else HeadForm(initial=initial)
        self.rows: dict[str, list[RowForm]] = {part: [] for part in PARTS}
        for part, number in sorted(_indices(data)) if data is not None else [("input", 0)]:
            self.rows[part].append(self.row(part, number))
        self.errors: list[str] = []

    def row(self, part: str, number: int, data: QueryDict | None = None) -> RowForm:
        """A row's form; ``data`` where it is fetched anew while it is being filled in."""
        values = data if data is not None else self.data
        options: dict[str, Any] = {"data": values, "prefix": f"{part}-{number}"}
        if part == "input":
            if values is None and len(self.stocks) == 1:
                options["initial"] = {"stock": next(iter(self.stocks))}
            return InputRow(stocks=self.stocks, **options)
        return SecondaryRow(**options) if part == "secondary" else MaterialRow(**options)

    def is_valid(self) -> bool:
        valid = self.head.is_valid()
        for rows in self.rows.values():
            valid = all(row.is_valid() for row in rows) and valid
        if valid and not any(row.used for row in self.rows["input"]):
            self.errors.append(str(_("Write at least one waste that was treated.")))
            return False
        return valid

    def grams(self, part: str) -> int:
        return sum(row.mass.grams for row in self.rows[part] if row.used and row.mass)

    def balance(self) -> dict[str, int]:
        """What goes in and what comes out so far; grams. The loss is what is left over."""
        sums = {f"{part}_g": self.grams(part) for part in PARTS}
        sums["loss_g"] = (
            sums["input_g"] + sums["additive_g"] - sums["product_g"] - sums["secondary_g"]
        )
        return sums

    def parts(self) -> dict[str, Sequence[Any]]:
        """Arguments of the service."""
        submission = self.head.cleaned_data["submission"]
        return {
            "inputs": [r.part() for r in self.rows["input"] if r.used and isinstance(r, InputRow)],
            "products": self._materials("product"),
            "additives": self._materials("additive"),
            "secondary": [
                r.part(submission)
                for r in self.rows["secondary"]
                if r.used and isinstance(r, SecondaryRow)
            ],
        }

    def _materials(self, part: str) -> list[Material]:
        return [r.part() for r in self.rows[part] if r.used and isinstance(r, MaterialRow)]

    def show(self, refusal: Refusal) -> None:
        """A refusal beside the row that it is about, else on top."""
        account = refusal.values.get("account")
        for row in self.rows["input"]:
            stock = row.cleaned_data.get("stock") if row.is_valid() else None
            if account is not None and stock == str(account.pk):
                row.add_error("value", str(refusal))
                return
            if refusal.field == "method" and refusal.values.get("method") == row.data.get(
                row.add_prefix("method")
            ):
                show_refusal(row, refusal)
                return
        self.errors.append(str(refusal))


PARTS = ("input", "product", "additive", "secondary")


def _indices(data: QueryDict) -> list[tuple[str, int]]:
    found = {(m[1], int(m[2])) for name in data if (m := _ROW.match(name))}
    return sorted(found)[: ROWS_MAX * len(PARTS)]


def _stock_words(standing: Standing) -> str:
    return f"{standing.account.waste} · {tonnes_text(standing.free_g)} t"


def _method_choices(standings: Sequence[Standing]) -> list[Any]:
    """Methods of the chosen waste, or of everything that stands at the site."""
    streams = {s.account.waste.stream: None for s in standings}
    recovery = {m.code: m.name for s in streams for m in declarations.stream(s).recovery}
    disposal = {m.code: m.name for s in streams for m in declarations.stream(s).disposal}
    groups = ((_("recovery"), recovery), (_("disposal"), disposal))
    return [("", "—")] + [(label, [*found.items()]) for label, found in groups if found]


def _lots(standing: Standing | None) -> list[Lot]:
    if standing is None or not standing.exact:
        return []
    lots = Lot.objects.filter(account=standing.account, remaining_g__gt=0).order_by("since", "pk")
    return list(lots[:200])
