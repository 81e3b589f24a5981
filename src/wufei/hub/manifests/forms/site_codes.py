"""Another party signs on this phone: what the step asks for, and the code of their site."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services.site_codes import sites_for
from wufei.hub.registry.models import Site


class CodeForm(forms.Form):
    """``site`` is asked for where the carrier has several."""

    site = forms.ChoiceField(label=_("Site whose code it is"))
    code = forms.CharField(
        label=_("Code of the site"),
        max_length=40,
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "off", "data-secret": "", "maxlength": "40"}
        ),
    )

    def __init__(self, *args: Any, manifest: Manifest, step: Step, actor: Actor, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.sites = {str(site.uuid): site for site in sites_for(manifest, step)}
        field: Any = self.fields["site"]
        field.choices = [(uuid, str(site)) for uuid, site in self.sites.items()]
        if len(self.sites) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(self.sites))

    @property
    def chosen(self) -> Site:
        return self.sites[self.cleaned_data["site"]]
