"""Forms of the alarms: a reason in one tap, and a rule's numbers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.alarms.declarations import Parameter
from wufei.hub.alarms.queries.settings import InForce
from wufei.hub.alarms.refusals import NoReason

OTHER = ""


class ReasonForm(forms.Form):
    """One of the usual reasons by a tap, or one's own words."""

    USUAL: tuple[Any, ...] = ()

    usual = forms.ChoiceField(
        label=_("Reason"), required=False, widget=forms.RadioSelect(attrs={"class": "taps"})
    )
    text = forms.CharField(
        label=_("In your own words"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["usual"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(reason), reason) for reason in self.USUAL]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        words = [cleaned.get("usual") or "", (cleaned.get("text") or "").strip()]
        cleaned["reason"] = "：".join(filter(None, words))
        if not cleaned["reason"]:
            raise forms.ValidationError(str(NoReason()))
        return cleaned


class CloseForm(ReasonForm):
    USUAL = (
        _("Carrier called, back on its way"),
        _("Detour because of road works or police, agreed"),
        _("Weights explained and settled"),
        _("Handed over to law enforcement"),
    )


class FalseForm(ReasonForm):
    USUAL = (
        _("Position of the terminal was wrong"),
        _("Approved route is out of date"),
        _("Vehicle was not loaded"),
        _("Typing error, corrected"),
    )


class RemarkForm(forms.Form):
    text = forms.CharField(
        label=_("Remark"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class RuleForm(forms.Form):
    """One field for each number that the rule has."""

    enabled = forms.BooleanField(label=_("The rule is on"), required=False)
    reason = forms.CharField(label=_("Why it is changed"), max_length=300, required=False)

    def __init__(self, setting: InForce, data: Any = None) -> None:
        super().__init__(data, initial={"enabled": setting.enabled, **setting.numbers})
        self.rule = setting.rule
        for one in setting.rule.parameters:
            self.fields[one.name] = _number(one)
        self.order_fields(["enabled", *(one.name for one in setting.rule.parameters), "reason"])

    @property
    def numbers(self) -> dict[str, float]:
        return {one.name: self.cleaned_data[one.name] for one in self.rule.parameters}


def _number(one: Parameter) -> forms.FloatField:
    bounds = _("%(least)s to %(most)s %(unit)s, usually %(usual)s.") % {
        "least": f"{one.least:g}",
        "most": f"{one.most:g}",
        "unit": one.unit,
        "usual": f"{one.default:g}",
    }
    label = f"{one.label} ({one.unit})"
    return forms.FloatField(
        label=label,
        min_value=one.least,
        max_value=one.most,
        help_text=f"{one.sees} {bounds}".strip(),
    )
