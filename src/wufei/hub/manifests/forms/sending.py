"""Sending refused mass back or on: which way, where to, and on which truck."""

from collections.abc import Callable
from typing import Any
from uuid import uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.pages.forms import show_refusal
from wufei.hub.manifests import choices, queries, services
from wufei.hub.manifests.followed import Ways
from wufei.hub.manifests.forms.signing import SignedForm
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.reading import template_of
from wufei.hub.registry.models import Organisation, Site

BACK, ON, SAME = "back", "on", "same"
STAYS, UNLOADED = "stays", "unloaded"
WAYS = {
    BACK: _("Back to where it came from"),
    SAME: _("On to another plant, under this manifest"),
    ON: _("On to another plant, on a new manifest"),
}
TRUCKS = (
    (STAYS, _("Still on the truck that brought it")),
    (UNLOADED, _("Unloaded here; it will be fetched")),
)


class SendForm(SignedForm):
    """What this actor may do with what was refused of ``manifest``."""

    def __init__(self, *args: Any, manifest: Manifest, ways: Ways, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest, self.ways = manifest, ways
        may = [(BACK, ways.back), (SAME, ways.same), (ON, ways.on)]
        offered = [(code, WAYS[code]) for code, allowed in may if allowed]
        first = offered[0][0] if offered else ""
        self.fields["way"] = forms.ChoiceField(
            label=_("Where it goes"), choices=offered, initial=first, widget=forms.RadioSelect
        )
        if ways.on or ways.same:
            self._site()
        self.fields["truck"] = forms.ChoiceField(
            label=_("Where it is now"), choices=TRUCKS, initial=STAYS, widget=forms.RadioSelect
        )
        self.fields["carrier"] = forms.ModelChoiceField(
            queries.carriers(manifest.domain),
            label=_("Who fetches it"),
            to_field_name="uuid",
            empty_label=_("The same carrier"),
            required=False,
            help_text=_("Only where it was unloaded."),
        )

    def _site(self) -> None:
        manifest = self.manifest
        if self.ways.only:
            places = Site.objects.filter(pk=self.ways.only.pk)
        else:
            line = manifest.lines.all()[0]
            found = choices.consignee_sites(
                template_of(manifest), line.waste, manifest.consignor_site
            ).all
            known = [place.pk for place in found if place.pk != manifest.consignee_site_id]
            places = Site.objects.filter(pk__in=known)
        self.fields["site"] = field = forms.ModelChoiceField(
            places.select_related("organisation").order_by("organisation__name", "name"),
            label=_("Plant that takes it"),
            to_field_name="uuid",
            empty_label=_("Choose the plant"),
            required=False,
        )
        field.initial = manifest.alternate_site
        field.label_from_instance = _place  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") in (ON, SAME) and not cleaned.get("site"):
            self.add_error("site", _("Choose the plant."))
        return cleaned

    def work(self, by: Actor) -> Callable[[], Manifest]:
        """What sends it; returns the manifest under which it travels then."""
        cleaned = self.cleaned_data
        way: str = cleaned["way"]
        site: Any = cleaned.get("site")
        if way == SAME:
            return lambda: self._redirect(site, by)
        carrier: Organisation | None = cleaned["carrier"]
        said: dict[str, Any] = {
            "id": uuid5(self.id, "manifest"),
            "signing": self.signing(),
            "by": by,
            "carrier": carrier,
            "truck_stays": cleaned["truck"] == STAYS,
        }
        if way == BACK:
            return lambda: services.send_back(self.manifest, **said)
        return lambda: services.send_on(self.manifest, site, **said)

    def _redirect(self, site: Site, by: Actor) -> Manifest:
        services.redirect(self.manifest, site, signing=self.signing(), by=by)
        return self.manifest

    def refuse(self, refusal: Exception) -> None:
        if isinstance(refusal, Refusal) and refusal.field not in self.fields:
            known = {"alternate_site": "site", "consignee_site": "site", "vehicle": "truck"}
            refusal.field = known.get(refusal.field, "")
            if refusal.field not in self.fields:
                refusal.field = ""
        show_refusal(self, refusal)


def _place(site: Site) -> str:
    return f"{site.organisation} · {site.name}"
