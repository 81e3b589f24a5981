"""Forms that write a manifest otherwise: edited, in an emergency, from its paper."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.files.models import StoredFile
from wufei.hub.ledger.forms.fields import MomentField
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import rules
from wufei.hub.manifests.choices import STOCKS_MAX, Ready
from wufei.hub.manifests.declarations import template
from wufei.hub.manifests.forms.issuing import LOT, IssueForm
from wufei.hub.manifests.models import Line, Manifest, StepCode
from wufei.hub.manifests.services import OnPaper, Paper
from wufei.hub.manifests.services.document import lots_of
from wufei.hub.manifests.services.edits import as_new
from wufei.hub.registry.models import Driver, Site
from wufei.hub.registry.validity import valid_on

SCANS = ".jpg,.jpeg,.png,.webp,.pdf"


class EditForm(IssueForm):
    """A manifest that only its issuer has signed; its own containers count as free."""

    def __init__(self, *args: Any, manifest: Manifest, **kwargs: Any) -> None:
        self.manifest, self.line = manifest, manifest.lines.all()[0]
        ready = Ready(self.line.waste, template(manifest.template))
        self.mine = {part.lot_id: part.mass_g for part in self.line.lots.all()}
        kwargs["initial"] = kwargs.get("initial", {}) | _initial(manifest, self.line)
        super().__init__(*args, site=manifest.consignor_site, ready=ready, **kwargs)
        if "authority_no" in self.fields:
            del self.fields["authority_no"]
        if "method" in manifest.left_open:
            self.fields["method"].required = False
        if self.mine:
            self.lots = list(self._lots())
            self.fields["value_0"].required = False

    def _parties(self) -> None:
        """Whom it names already can stay, whatever is offered otherwise."""
        manifest = self.manifest
        for offered, now in (
            (self.consignees, manifest.consignee_site),
            (self.carriers, manifest.carrier),
        ):
            if now not in offered.all:
                offered.others.append(now)
        super()._parties()

    def _lots(self) -> "QuerySet[Lot]":
        rows = Lot.objects.filter(
            account__kind=AccountKind.STOCK,
            account__place=self.manifest.consignor_site,
            account__waste=self.line.waste,
            remaining_g__gt=0,
        )
        return rows.order_by("since", "pk")[:STOCKS_MAX]

    def lot_rows(self) -> Any:
        for lot, free_g, name, text in super().lot_rows():
            yield lot, free_g + self.mine.get(lot.pk, 0), name, text

    def changes(self) -> dict[str, Any]:
        """For ``services.edit``; carriers that stay keep what they have prepared."""
        new, line = self.new(), self.line
        (said,) = new.lines
        old = as_new(self.manifest, [line], lots_of([line]))
        further = tuple(
            next((was for was in old.further_carriers if was.carrier == one.carrier), one)
            for one in new.further_carriers
        )
        found: dict[str, Any] = {
            "carrier": new.carrier,
            "consignee_site": new.consignee_site,
            "vehicle": new.vehicle,
            "route": new.route,
            "note": new.note,
            "method": said.method,
            "containers": said.containers,
            "further_carriers": further,
            "alternate_site": new.alternate_site,
        }
        found |= {} if said.declared.grams == line.declared_g else {"declared": said.declared}
        if self.mine:
            found["lots"] = said.lots
        if new.carrier == self.manifest.carrier:
            found["driver"] = self.manifest.driver
        return {name: value for name, value in found.items() if value != _old(old, name)}


def _old(old: Any, name: str) -> Any:
    (line,) = old.lines
    return getattr(line, name) if hasattr(line, name) else getattr(old, name)


def _initial(manifest: Manifest, line: Line) -> dict[str, Any]:
    told = {
        "consignee_site": manifest.consignee_site.uuid,
        "carrier": manifest.carrier.uuid,
        "vehicle": manifest.vehicle.uuid if manifest.vehicle else None,
        "method": line.method,
        "containers": line.containers,
        "note": manifest.note,
        "alternate_site": manifest.alternate_site.uuid if manifest.alternate_site else None,
        "value_0": _tonnes(line.declared_g),
        "unit_0": "t",
    }
    for leg in manifest.legs.all():
        if leg.number > 1:
            told[f"carrier_{leg.number}"] = leg.carrier.uuid
    for part in line.lots.all():
        told[f"{LOT}{part.lot.uuid}"] = _tonnes(part.mass_g)
    return told


def _tonnes(mass_g: int) -> str:
    return f"{mass_g / 1_000_000:.6f}".rstrip("0").rstrip(".")


class EmergencyForm(IssueForm):
    """A load that has to leave at once; what nobody knows yet is left open."""

    left_open = forms.MultipleChoiceField(
        label=_("Left open for now"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You complete it later; the deadline stands on the manifest."),
    )
    reason = forms.CharField(
        label=_("What has happened"),
        max_length=300,
        help_text=_("In a few words: why the load cannot wait."),
    )

    def __init__(self, *args: Any, site: Site, ready: Ready, **kwargs: Any) -> None:
        super().__init__(*args, site=site, ready=ready, **kwargs)
        names = sorted(ready.template.emergency_lacks)
        choices = [(name, rules.FIELDS[name].label) for name in names]
        self.fields["left_open"].choices = choices  # type: ignore[attr-defined]
        self.fields["method"].required = False

    @property
    def open_names(self) -> frozenset[str]:
        return frozenset(self.cleaned_data["left_open"])

    @property
    def beside(self) -> list[Any]:
        return [self["reason"], self["left_open"]]


class PaperForm(IssueForm):
    """All that stands on a paper: who sent, carried and received what, and when; and its scan."""

    issued_at = MomentField(label=_("Issued at, as on the paper"), initial=None)
    loaded_at = MomentField(label=_("Loaded at"), initial=None)
    driver = forms.ModelChoiceField(
        Driver.objects.none(), label=_("Driver"), to_field_name="uuid", required=False
    )
    arrived_at = MomentField(label=_("Arrived at"), initial=None, required=False)
    accepted_at = MomentField(label=_("Accepted at"), initial=None, required=False)
    difference_reason = forms.CharField(
        label=_("Reason for the difference"),
        max_length=300,
        required=False,
        help_text=_("Only where the weights differ."),
    )
    scan = forms.FileField(
        label=_("Scan of the paper"),
        help_text=_("A picture or a PDF."),
        widget=forms.ClearableFileInput({"accept": SCANS}),
    )
    receipt = forms.FileField(
        label=_("Scan of the consignee's sheet"),
        required=False,
        help_text=_("Where it is another one."),
        widget=forms.ClearableFileInput({"accept": SCANS}),
    )
    reason = forms.CharField(label=_("Why it was on paper"), max_length=300, required=False)

    def __init__(self, *args: Any, site: Site, ready: Ready, **kwargs: Any) -> None:
        super().__init__(*args, site=site, ready=ready, **kwargs)
        self.add_weight(1, _("Weight at loading"))
        self.add_weight(2, _("Weight at arrival"))
        for name in ("value_2", "unit_2"):
            self.fields[name].required = False
        self.fields["vehicle"].required = True
        self.fields["vehicle"].help_text = ""
        self.fields["authority_no"].help_text = _("As printed on the paper.")
        rows = Driver.objects.filter(valid_on(), carrier__in=self.carriers.all)
        driver: Any = self.fields["driver"]
        driver.queryset = rows.select_related("identity", "carrier")
        driver.label_from_instance = lambda row: f"{row} · {row.carrier}"
        driver.required = "driver" in ready.template.step(StepCode.LOAD).needs

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.out = self.weight(1, self.ready.waste)
        self.into: Mass | None = self.weight(2, self.ready.waste)
        for name in ("issued_at", "loaded_at", "arrived_at", "accepted_at"):
            if (at := cleaned.get(name)) and at > timezone.now():
                self.add_error(name, _("This is in the future."))
        if cleaned.get("arrived_at") and self.into is None and "value_2" not in self.errors:
            self.add_error("value_2", _("Write what was weighed in."))
        if cleaned.get("accepted_at") and not cleaned.get("arrived_at"):
            self.add_error("arrived_at", _("Write when it arrived."))
        return cleaned

    def paper(self, scan: StoredFile, receipt: StoredFile | None) -> Paper:
        cleaned = self.cleaned_data
        load = {"weighed_out": self.out, "vehicle": cleaned["vehicle"], "driver": cleaned["driver"]}
        steps = [OnPaper(StepCode.LOAD, cleaned["loaded_at"], load)]
        if cleaned["arrived_at"]:
            steps.append(OnPaper(StepCode.ARRIVE, cleaned["arrived_at"], {"weighed_in": self.into}))
        if cleaned["accepted_at"]:
            told = {"difference_reason": cleaned["difference_reason"]}
            steps.append(OnPaper(StepCode.ACCEPT, cleaned["accepted_at"], told))
        return Paper(
            cleaned["issued_at"],
            tuple(steps),
            scan.uuid,
            receipt.uuid if receipt else None,
            cleaned["reason"],
        )

    @property
    def left(self) -> list[Any]:
        return [self[name] for name in ("issued_at", "loaded_at", "driver")]

    @property
    def arrived(self) -> list[Any]:
        return [self[name] for name in ("arrived_at", "accepted_at", "difference_reason")]

    @property
    def beside(self) -> list[Any]:
        return [self[name] for name in ("scan", "receipt", "reason")]
