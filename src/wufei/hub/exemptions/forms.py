"""The form of a claim: which batches, exempt from what, and what the report says."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.pages import ActorForm
from wufei.hub.exemptions import queries
from wufei.hub.exemptions.columns import told
from wufei.hub.exemptions.models import Criterion, Grade
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.models import Lot
from wufei.hub.registry.validity import today

VALUE_INPUT = {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}
SCANS = "application/pdf,image/jpeg,image/png,image/webp"


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class ClaimForm(ActorForm):
    """``lots`` are those in stores of the actor; a value for each limit that is asked for."""

    lots = forms.MultipleChoiceField(
        label=_("Batches"), widget=forms.CheckboxSelectMultiple({"class": "choices"})
    )
    exemptions = forms.MultipleChoiceField(
        label=_("Exempt from"), widget=forms.CheckboxSelectMultiple({"class": "choices"})
    )
    report_no = forms.CharField(label=_("Number of the report"), max_length=60)
    laboratory = forms.CharField(label=_("Laboratory"), max_length=120)
    sampled_on = _day(_("Sampled on"))
    reported_on = _day(_("Reported on"))
    valid_until = _day(_("Valid until"))
    evidence = forms.FileField(
        label=_("The report"),
        help_text=_("PDF or a picture of it."),
        widget=forms.ClearableFileInput({"accept": SCANS}),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A link from a lot's page names it: ?lot=…
        initial = self.initial = dict(self.initial or {})
        self.claimable = list(queries.claimable_exemptions())
        codes = {code for one in self.claimable for code in one.codes}
        self.known_lots = {
            str(lot.uuid): lot
            for lot in queries.claimable_lots(self.actor, codes)[: queries.LOTS_CHOSEN_MAX]
        }
        self._choose("lots", [(key, _lot(lot)) for key, lot in self.known_lots.items()])
        self._choose("exemptions", [(str(one.pk), told(one)) for one in self.claimable])
        initial.setdefault("lots", [initial.get("lot", "")])
        initial.setdefault("exemptions", [str(one.pk) for one in self.claimable])
        self.criteria = queries.criteria(self.claimable)
        for one in self.criteria:
            self.fields[f"value-{one.code}"] = _value(one)
        self.fields["evidence"].widget.attrs["data-mb-max"] = settings.WUFEI_UPLOAD_MB_MAX
        # The values before the paper that they are read from.
        self.order_fields([name for name in self.fields if name not in ("evidence", "note")])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    def clean_valid_until(self) -> Any:
        day = self.cleaned_data["valid_until"]
        if day < today():
            raise forms.ValidationError(gettext("The report has run out: nothing is exempt on it."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["chosen"] = [self.known_lots[key] for key in cleaned.get("lots", ())]
        wanted = cleaned.get("exemptions", ())
        cleaned["wanted"] = [one for one in self.claimable if str(one.pk) in wanted]
        # What nobody wrote was not measured.
        named = {one.code: cleaned.get(f"value-{one.code}", "") for one in self.criteria}
        cleaned["results"] = {code: text for code, text in named.items() if text.strip()}
        # Beside which input stands what a refusal says of a value, or of the file.
        cleaned["places"] = {code: f"value-{code}" for code in named} | {"file": "evidence"}
        return cleaned


def _value(criterion: Criterion) -> forms.CharField:
    told = {
        "limit": f"{criterion.limit.normalize():f}",
        "unit": criterion.unit,
        "source": " ".join(filter(None, [criterion.method, criterion.source])),
    }
    return forms.CharField(
        label=f"{criterion.label} ({criterion.unit})",
        max_length=20,
        required=False,
        help_text=gettext("below %(limit)s %(unit)s · %(source)s") % told,
        widget=forms.TextInput(VALUE_INPUT),
    )


def _lot(lot: Lot) -> str:
    arisen = timezone.localtime(lot.arisen_at)
    parts = [
        str(lot),
        f"{tonnes_text(lot.remaining_g)} t",
        f"{arisen:%Y-%m-%d}",
        f"{lot.account.holder} · {lot.account.place}",
    ]
    return " · ".join(parts)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))


class CriterionForm(ActorForm):
    """A limit as a place sets it; what it is of stays."""

    limit = forms.DecimalField(
        label=pgettext_lazy("exemption", "Below"),
        max_digits=14,
        decimal_places=6,
        min_value=0,
        widget=forms.TextInput(VALUE_INPUT),
    )
    unit = forms.CharField(label=_("Unit"), max_length=20)
    method = forms.CharField(label=_("Measured by"), max_length=60, required=False)
    source = forms.CharField(
        label=_("Source"), max_length=160, help_text=_("Standard and clause, or whose practice.")
    )
    grade = forms.ChoiceField(label=_("How sure"), choices=Grade.choices)
