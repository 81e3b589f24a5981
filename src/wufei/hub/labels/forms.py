"""What a person says of containers, and how they are printed."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.labels import rules
from wufei.hub.labels.formats import Format
from wufei.hub.labels.models import Container, PrintRun, State
from wufei.hub.labels.rules import Facts

LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]


class FactsForm(forms.Form):
    """The facts of one container, or of several alike; what its label needs is required."""

    volume_l = forms.DecimalField(
        label=_("Volume of the container, L"),
        min_value=0,
        max_value=rules.VOLUME_L_MAX,
        max_digits=9,
        decimal_places=1,
        required=False,
    )
    container = forms.ChoiceField(
        label=_("Container"), choices=[("", "—"), *Container.choices], required=False
    )
    form = forms.ChoiceField(label=_("Form"), choices=[("", "—"), *State.choices], required=False)
    hazard = forms.CharField(
        label=_("Hazard properties"),
        max_length=20,
        required=False,
        help_text=_("Letters as in the catalogue: T, C, I, R, In."),
    )
    components = forms.CharField(label=_("Main components"), max_length=120, required=False)
    harmful = forms.CharField(label=_("Harmful components"), max_length=120, required=False)
    precautions = forms.CharField(label=_("Precautions"), max_length=120, required=False)
    contact = forms.CharField(label=_("Contact"), max_length=40, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    note = forms.CharField(label=_("Remark"), max_length=120, required=False)

    def __init__(self, *args: Any, format: Format, usual: Facts, **kwargs: Any) -> None:
        kwargs["initial"] = asdict(usual)
        super().__init__(*args, **kwargs)
        self.format = format
        for name in format.needs:
            self.fields[name].required = True
        sizes = [size for size in format.sizes if size.volume_l_max is not None]
        if sizes:
            self.fields["volume_l"].help_text = _(
                "It decides the size of the label: up to %(limits)s L, or more."
            ) % {"limits": " / ".join(str(size.volume_l_max) for size in sizes)}

    def clean_volume_l(self) -> Any:
        volume_l = self.cleaned_data["volume_l"]
        if volume_l is not None and not volume_l:
            raise forms.ValidationError(_("A container holds more than nothing."), code="zero")
        return volume_l

    def facts(self) -> Facts:
        """Of a valid form; one line each, as labels have them."""
        lines: dict[str, Any] = {
            name: " ".join(value.split()) if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        return Facts(**lines)


class PaperForm(forms.Form):
    """How labels are printed."""

    paper = forms.ChoiceField(label=_("Paper"), choices=PrintRun.Paper, initial="page")
    language = forms.ChoiceField(
        label=_("Language of the label"), choices=LANGUAGES, initial="zh-hans"
    )
