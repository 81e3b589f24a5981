"""The catalogue's pages, declared."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.catalogue import declarations, queries, services, tables
from wufei.hub.catalogue.filters import HAZARDS, WasteFilters
from wufei.hub.catalogue.forms import CloseForm, WasteForm
from wufei.hub.catalogue.models import Edition, WasteType
from wufei.hub.catalogue.rules import hazard_letters
from wufei.hub.registry.validity import last_day, today

_EXPLAINED = {
    "T": _("Harms people or the environment when swallowed, breathed in or leached out."),
    "C": _("Eats skin and metal: strong acids and alkalis."),
    "I": _("Catches fire easily: keep away from flames, sparks and heat."),
    "R": _("Reacts violently, explodes or gives off poisonous gas, alone or with water."),
    "In": _("Carries germs: closed packaging, two days at most where it arose."),
}


def hazards(waste: WasteType) -> list[dict[str, Any]]:
    names = dict(HAZARDS)
    return [
        {"name": names.get(letter, letter), "meaning": _EXPLAINED.get(letter, "")}
        for letter in hazard_letters(waste.hazard)
    ]


def _sections(waste: WasteType, actor: Actor) -> Sequence[Section]:
    sections = [Section(_("How it is handled"), "catalogue/_handling.html", handling(waste))]
    if waste.hazard:
        shown = {"hazards": hazards(waste)}
        sections.insert(0, Section(_("Hazard properties"), "catalogue/_hazards.html", shown))
    if waste.domain == "hazardous":
        found = queries.exemptions_of(waste.code)
        context = {"exemptions": found}
        title, template = _("Exemptions that may apply"), "catalogue/_exemptions.html"
        sections.append(Section(title, template, context, count=len(found)))
    entry = waste.edition_entry
    if entry is not None and entry.status == Edition.Status.OFFICIAL:
        sections.append(Section(_("Official wording"), "catalogue/_wording.html", wording(waste)))
    return sections


def wording(waste: WasteType) -> dict[str, Any]:
    """The publication's text, or the command by which the operator loads it."""
    command = f"wufei catalogue import-official {_('FILE.csv')} --edition {waste.edition}"
    return {"waste": waste, "command": command}


def handling(waste: WasteType) -> dict[str, Any]:
    return {
        "domain": declarations.domain(waste.domain),
        "stream": declarations.stream(waste.stream),
    }


WASTES = Resource(
    code="catalogue.waste",
    path="wastes/",
    title=_("Waste catalogue"),
    singular=_("waste"),
    table=tables.WASTES,
    filters=WasteFilters,
    form=WasteForm,
    initial=lambda waste: {
        name: getattr(waste, name) for name in ("name", "name_en", "hazard", "keywords")
    },
    save=services.save,
    lookup="slug",
    sections=_sections,
    actions=(
        Action(
            "close",
            _("Close the code"),
            act="catalogue.waste.edit",
            run=lambda waste, actor, values: services.close(waste, values["last"], actor),
            form=CloseForm,
            confirm=_("After its last day nothing can be booked with it. What is booked stays."),
            tone="danger",
            visible=lambda waste: (last_day(waste.validity) or today()) >= today(),
        ),
    ),
    empty=_("The shipped catalogue is missing: run wufei catalogue load."),
)
