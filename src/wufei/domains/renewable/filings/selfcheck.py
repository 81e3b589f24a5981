"""A station looks at itself once a month: anything in the open, anything hazardous among it?

What it finds becomes a finding on its form, and so an alarm, which stays open over the months until
a later check finds nothing any more. The plan wants neither in a sorting centre (杜绝露天存放、收集
危险废物等行为); how often one looks is local practice.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import choice, kilograms, number, photo
from wufei.domains.renewable.filings import basis
from wufei.domains.renewable.rules import HAZARDOUS_FOUND, OPEN_STORAGE
from wufei.hub.base.findings import Severity as Gravity
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.effects import Figure, Seen
from wufei.hub.filings.periods import DueDay, Period, Span

SECTION = "check"
FOUND: Choices = (
    ("lead_battery", both("铅蓄电池", "lead-acid batteries")),
    ("oil", both("废矿物油、油桶", "waste oil and its drums")),
    ("paint", both("油漆桶、化学品容器", "paint tins, chemical containers")),
    ("lamps", both("灯管、含汞物", "lamps, mercury")),
    ("boards", both("废电路板", "circuit boards")),
    ("medical", both("医疗废物", "medical waste")),
    ("other", both("其他疑似危险废物", "other, suspected")),
)


def _open(values: Values) -> bool:
    return values.get("open") is True


def _hazardous(values: Values) -> bool:
    return values.get("hazardous") is True


def _seen(accepted: Accepted) -> Iterator[Seen]:
    values = accepted.form.values
    if _open(values) and values.get("covered") is not True:
        area = values.get("area") or Decimal(0)
        told = format_lazy(_("Stored in the open, {area} m²"), area=f"{area:f}")
        yield Seen(OPEN_STORAGE, Gravity.WARNING, told, {"area_m2": f"{area:f}"})
    if _hazardous(values):
        what = dict(FOUND)[values["what"]]
        mass = values.get("mass") or Decimal(0)
        told = format_lazy(_("{what} found, {mass} kg"), what=what, mass=f"{mass:f}")
        seen = {"what": str(what), "mass_kg": f"{mass:f}"}
        yield Seen(HAZARDOUS_FOUND, Gravity.ERROR, told, seen)


def _said(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    if _open(values) and not values.get("area"):
        text = _("How much ground is it, roughly?")
        yield Problem("selfcheck_area", Severity.ERROR, text, SECTION, field="area")
    if _hazardous(values) and not values.get("what"):
        text = _("Say what was found.")
        yield Problem("selfcheck_what", Severity.ERROR, text, SECTION, field="what")


def places(span: Span) -> Q:
    """Every yard and hall of recyclers and sorting stations."""
    return Q(
        organisation__region__within=True,
        organisation__kind__in=("recycler", "station"),
        organisation__domains__contains=[basis.DOMAIN],
    )


SELF_CHECK = FilingType(
    code="renewable.selfcheck",
    domain=basis.DOMAIN,
    name=both("回收站点自查", "Self-check of a recycling station"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section(
            SECTION,
            _("Self-check"),
            (
                Field(
                    "open",
                    both("有露天堆放吗？", "Anything stored in the open?"),
                    FieldKind.BOOLEAN,
                    required=True,
                    aliases=("露天堆放",),
                ),
                Field(
                    "hazardous",
                    both("发现危险废物吗？", "Any hazardous waste found?"),
                    FieldKind.BOOLEAN,
                    required=True,
                    aliases=("发现危险废物",),
                ),
                number(
                    "area",
                    both("露天面积", "area in the open"),
                    "m²",
                    required=False,
                    decimals=0,
                    help=_("Only where something lies in the open."),
                ),
                Field("covered", both("已苫盖吗？", "Covered?"), FieldKind.BOOLEAN),
                choice(
                    "what",
                    both("危险废物是什么", "what was found"),
                    FOUND,
                    required=False,
                    help=_("Only where something was found."),
                ),
                kilograms("mass", both("约多少", "about how much")),
                photo(),
            ),
        ),
    ),
    authority=basis.ECOLOGY,
    number_prefix="ZSC",
    basis=basis.RECYCLING,
    due=DueDay(5),
    per_site=places,
    filers=("recycler", "station"),
    checks=(_said,),
    effects=(
        effects.findings(_seen, (OPEN_STORAGE, HAZARDOUS_FOUND)),
        effects.statistics(
            Figure("renewable.open_area", both("露天面积", "area in the open"), "area", "m²"),
            label=_("Self-check"),
        ),
    ),
    help=_("Walk round once. Set hazardous things aside, under a roof, and call the branch."),
    simple=True,
    helped=True,
    # On the day on which something is found, not after the month.
    early=True,
)
