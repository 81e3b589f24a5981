"""What stands on printed labels, gathered for typst."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from wufei.hub.base import printing
from wufei.hub.base.tables import show
from wufei.hub.labels import coding, rules
from wufei.hub.labels.formats import FORMATS, Size
from wufei.hub.labels.models import ContainerLabel, PrintRun
from wufei.hub.manifests import codes

GRAMS_PER_KG = 1_000


def pdf_of(run: PrintRun) -> bytes:
    """The labels of a run as PDF, in the run's language whoever asks."""
    with override(run.language):
        return printing.pdf("labels/labels.typ", data_of(run))


def data_of(run: PrintRun) -> dict[str, Any]:
    rows = run.printed.select_related(
        "label__lot__account__place", "label__holder", "label__waste"
    ).order_by("position")
    labels = [one for row in rows for one in _sides(row.label, row.number, run.site)]
    if run.paper == PrintRun.Paper.SHEET:
        return _data() | {"paper": run.paper, "groups": _groups(labels)}
    return _data() | {"labels": labels}


def preview(label: ContainerLabel, site: str) -> bytes:
    """The label as a PNG picture: what would be printed now, in Chinese."""
    with override("zh-hans"):
        one = _sides(label, 1, site)[0]
        return printing.pictures("labels/labels.typ", _data() | {"labels": [one]}, ppi=110)[0]


def _data() -> dict[str, Any]:
    """What every run has; its labels are still to come."""
    return {
        "title": _("Labels"),
        "paper": PrintRun.Paper.PAGE,
        "ground": settings.LABEL_GROUND,
        "words": _words(),
        "labels": [],
        "groups": [],
    }


def _groups(labels: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """By size, so that sheets hold labels of one size."""

    def size(label: dict[str, Any]) -> tuple[int, int]:
        return label["width"], label["height"]

    ordered = sorted(labels, key=size)
    return [
        {"width": width, "height": height, "labels": list(members)}
        for (width, height), members in groupby(ordered, key=size)
    ]


def _sides(label: ContainerLabel, number: int, site: str) -> list[dict[str, Any]]:
    """Large containers carry their label on two sides; ``number`` is which time it is printed."""
    size = FORMATS[label.format].size(label.volume_l)
    text = _texts(label) | _picture(label, size, site)
    again = _("reprint %(number)s") % {"number": number - 1} if number > 1 else ""
    sides = [f"{side}/{size.sides}" if size.sides > 1 else "" for side in range(1, size.sides + 1)]
    return [text | {"mark": " · ".join(filter(None, (again, side)))} for side in sides]


def _picture(label: ContainerLabel, size: Size, site: str) -> dict[str, Any]:
    return {
        "format": label.format,
        "width": size.width_mm,
        "height": size.height_mm,
        "letters": float(size.letters_mm),
        "qr": codes.svg(site + codes.container_path(label.lot)).decode(),
    }


def _texts(label: ContainerLabel) -> dict[str, Any]:
    waste, hazards = label.waste, rules.hazards(label.hazard)
    known = hazard_words()
    title = {"hj1276": _("HAZARDOUS WASTE"), "roll": waste.category_label or waste.label}
    return {
        "title": title.get(label.format, _("Waste lot")),
        "name": waste.label,
        "category": " ".join(filter(None, (waste.category, waste.category_label))),
        "waste_code": waste.code,
        "form": label.get_form_display(),
        "hazards": [{"sign": one, "word": str(known.get(one, ""))} for one in hazards],
        "components": label.components,
        "harmful": label.harmful or "—",
        "precautions": label.precautions,
        "code": label.code,
        "code_parts": parts_of(label),
        "producer": label.holder.name,
        "contact": " ".join(filter(None, (label.contact, label.phone))),
        "date": show.text(label.produced_on),
        "mass": f"{show.text(mass_kg(label), 1)} kg",
        "note": label.note,
    }


def mass_kg(label: ContainerLabel) -> float:
    """What stands in the container now, in kilograms."""
    return label.lot.remaining_g / GRAMS_PER_KG


def parts_of(label: ContainerLabel) -> list[str]:
    """The code as people read it: cut into the segments of the form that it was given in."""
    if label.code_rule is None:
        return [label.code]
    rule = coding.rule_on(coding.parse(settings.LABEL_CODE), label.code_rule)
    return rule.parts(label.code) if rule else [label.code]


def hazard_words() -> dict[str, str]:
    """Hazard properties 危险特性 by their letters (national catalogue of hazardous wastes)."""
    return {
        "T": pgettext("hazard", "toxic"),
        "C": pgettext("hazard", "corrosive"),
        "I": pgettext("hazard", "flammable"),
        "R": pgettext("hazard", "reactive"),
        "In": pgettext("hazard", "infectious"),
    }


def _words() -> dict[str, str]:
    return {
        "colon": pgettext("punctuation", ": "),
        "name": _("Waste name"),
        "category": _("Waste category"),
        "waste_code": _("Waste code"),
        "form": _("Waste form"),
        "hazard": _("Hazard properties"),
        "components": _("Main components"),
        "harmful": _("Harmful components"),
        "precautions": _("Precautions"),
        "digital": _("Digital identification code"),
        "producer": _("Produced or collected by"),
        "contact": _("Contact"),
        "date": _("Date of production"),
        "mass": _("Waste mass"),
        "note": _("Remark"),
    }
