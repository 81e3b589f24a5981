"""Whom and what a cell names: by code, by name, by plate. Unknown and ambiguous are refused."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from wufei.hub.base.errors import Invalid
from wufei.hub.manifests.choices import RECEIVING
from wufei.hub.registry.models import Driver, Organisation, Site, Vehicle
from wufei.hub.registry.rules.plates import tidy_plate
from wufei.hub.registry.validity import valid_on

_NAMES_SHOWN = 5
_WIDE = str.maketrans("()", "（）")
_NARROW = str.maketrans("（）", "()")


def organisation(text: str, column: str) -> Organisation:
    """By credit code, else by full, former or short name; brackets of either width."""
    names = {text, text.translate(_WIDE), text.translate(_NARROW)}
    for condition in (
        Q(credit_code=text.upper()),
        Q(name__in=names),
        Q(names__name__in=names),
        Q(short_name__in=names),
    ):
        rows = Organisation.objects.filter(condition).select_related("region").distinct()
        found = list(rows[:2])
        if len(found) == 1:
            return found[0]
        if found:
            words = _("Several organisations are called “%(name)s”: write the credit code.")
            raise Invalid(words % {"name": text[:60]}, field=column)
    words = _("No organisation is called “%(name)s”, nor has it this credit code. Register it.")
    raise Invalid(words % {"name": text[:60]}, field=column)


def site(text: str, owner: Organisation, day: date, column: str, *, receives: bool) -> Site:
    """By name; the only one (that takes waste, where it ``receives``) if the cell is empty."""
    rows = Site.objects.filter(organisation=owner).select_related("organisation", "region")
    if text:
        found = list(rows.filter(name=text)[:2])
    else:
        rows = rows.filter(valid_on(day))
        found = list(rows.filter(kind__in=RECEIVING)[:2]) if receives else []
        found = found or list(rows[:2])
    if len(found) == 1:
        return found[0]
    names = rows.order_by("name").values_list("name", flat=True)[:_NAMES_SHOWN]
    words = _("Write which site of %(organisation)s it is. It has: %(names)s.")
    told = {"organisation": owner.name, "names": "、".join(names) or "—"}
    raise Invalid(words % told, field=column)


def vehicle(text: str, carrier: Organisation, day: date) -> Vehicle:
    """By plate, the one that had it on the day."""
    plate = tidy_plate(text)
    rows = Vehicle.objects.filter(valid_on(day), plate=plate).select_related("carrier")
    found = rows.filter(carrier=carrier).first() or rows.first()
    if found is None:
        words = _("No vehicle had the plate %(plate)s on %(day)s. Register it with its carrier.")
        raise Invalid(words % {"plate": plate[:20], "day": day}, field="plate")
    return found


def driver(text: str, carrier: Organisation, day: date) -> Driver:
    """By name or number of the qualification, among the carrier's drivers of the day."""
    rows = Driver.objects.filter(valid_on(day), carrier=carrier).select_related("identity")
    named = rows.filter(Q(identity__name=text) | Q(identity__qualification_number=text))
    found = list(named[:2])
    if len(found) == 1:
        return found[0]
    if found:
        words = _("%(carrier)s has several drivers of this name: write the qualification number.")
    else:
        words = _("%(carrier)s had no driver of this name on %(day)s. Have the carrier enter them.")
    raise Invalid(words % {"carrier": carrier.name, "day": day}, field="driver")
