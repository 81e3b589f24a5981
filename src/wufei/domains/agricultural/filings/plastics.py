"""Farm film 农膜 and pesticide packaging 农药包装: bought, sold, used, taken back, passed on.

What a cooperative lifted, what a shop took back and what farmers brought to a point arises there
in the ledger, as far as nothing else has recorded it. From the village point to the town's store
and on to the district's centre the load record moves it; forms are only held against that.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.domains import reported
from wufei.domains.agricultural.filings import basis, coefficients, reading
from wufei.domains.agricultural.filings.farms import AUTHORITY, DOMAIN
from wufei.domains.fields import count, kilograms, photo
from wufei.domains.reported import Reported, Reports
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Check,
    Checked,
    Class,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Text,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.forms import Form
from wufei.hub.filings.periods import DueDay, Period, Span
from wufei.hub.filings.subjects import Subject
from wufei.hub.registry.models import Site

MULCH, HOUSE = "LC-mulch-film", "LC-greenhouse-film"
BOTTLES, BAGS = "LC-pesticide-bottles", "LC-pesticide-bags"
_ZERO = Decimal(0)
# What stands there weighs a kilogram more or less.
_SMALL_KG = Decimal(1)


def cooperatives(span: Span) -> Q:
    """Farms that grow: they have a store and no barn."""
    return Q(kind="farm", domains__contains=[DOMAIN], sites__kind="storage")


def shops(span: Span) -> Q:
    """Shops for pesticide and film: neither farm, station nor plant."""
    return Q(kind="other", domains__contains=[DOMAIN])


def _points(span: Span) -> Q:
    """Village points, and town stores and district centres: stations that only pass on."""
    here = Q(sites__kind__in=("collection", "transfer"), kind="station")
    return (Q(kind="village_point") | here) & Q(domains__contains=[DOMAIN])


def _arisen(wastes: Mapping[str, str]) -> Reports:
    """Fields by name, with the code that they arise as."""

    def arisen(form: Form | None) -> list[Reported]:
        values = form.values if form else {}
        return [Reported(code, values[name]) for name, code in wastes.items() if values.get(name)]

    return arisen


def _rest(arisen: Reports) -> Callable[[Accepted], Iterator[Flow]]:
    def flows(accepted: Accepted) -> Iterator[Flow]:
        return reported.rest(accepted, arisen(accepted.form), reading.plastics)

    return flows


def _no_more_back(pairs: Mapping[str, str], section: str) -> Check:
    """More came back than was sold or used: possible of years before, and asked about."""

    def check(checked: Checked) -> Iterator[Problem]:
        values = checked.form.values
        for back, out in pairs.items():
            if (values.get(back) or 0) > (values.get(out) or 0):
                text = _("More came back than went out. Is some of it from earlier?")
                yield Problem("plastics_more_back", Severity.WARNING, text, section, field=back)

    return check


# A year's film: of those who use it, and of those who sell it.
_FILM_ARISEN = _arisen({"recovered": MULCH, "house_recovered": HOUSE})
FILM = FilingType(
    code="agricultural.film",
    domain=DOMAIN,
    name=both("农膜使用与回收（年）", "Farm film: used and recovered (year)"),
    kind=Kind.NOTIFY,
    period=Period.YEAR,
    sections=(
        Section(
            "film",
            both("农膜", "Farm film"),
            (
                kilograms("bought", both("购买地膜", "mulch film bought"), required=True),
                kilograms("used", both("使用地膜", "mulch film used"), required=True),
                kilograms("recovered", both("回收地膜", "mulch film recovered"), required=True),
                photo(),
                kilograms("house_used", both("使用棚膜", "greenhouse film used"), aside=True),
                kilograms(
                    "house_recovered",
                    both("回收棚膜", "greenhouse film recovered"),
                    aside=True,
                    help=_("Without soil and water, as far as that can be told."),
                ),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="NYM",
    basis=basis.FILM,
    due=DueDay(31),
    owes=cooperatives,
    filers=("farm",),
    reads=(reading.plastics, sources.profile),
    checks=(
        reported.has_a_place,
        _no_more_back({"recovered": "used", "house_recovered": "house_used"}, "film"),
        reported.not_less(_FILM_ARISEN, "film"),
    ),
    effects=(
        effects.movements(_rest(_FILM_ARISEN)),
        effects.statistics(
            Figure("agricultural.film_bought", both("购买地膜", "film bought"), "bought", "kg"),
            # The official denominator of the recovery rate.
            Figure("agricultural.film_used", both("使用地膜", "film used"), "used", "kg"),
            Figure(
                "agricultural.film_recovered", both("回收地膜", "film recovered"), "recovered", "kg"
            ),
            Figure(
                "agricultural.house_film_used",
                both("使用棚膜", "house film used"),
                "house_used",
                "kg",
            ),
            Figure(
                "agricultural.house_film_recovered",
                both("回收棚膜", "house film recovered"),
                "house_recovered",
                "kg",
            ),
            label=_("Farm film"),
        ),
    ),
    help=_("Three weights: film bought, laid out and taken up again."),
    simple=True,
    helped=True,
)

_SHOP_FILM = _arisen({"film_back": MULCH})
FILM_SHOP = FilingType(
    code="agricultural.film_shop",
    domain=DOMAIN,
    name=both("农膜销售与回收（年）", "Farm film: sold and taken back (year)"),
    kind=Kind.NOTIFY,
    period=Period.YEAR,
    sections=(
        Section(
            "film",
            both("农膜", "Farm film"),
            (
                kilograms("film_sold", both("销售地膜", "mulch film sold"), required=True),
                kilograms("film_back", both("回收地膜", "mulch film taken back"), required=True),
                photo(),
                kilograms("house_sold", both("销售棚膜", "greenhouse film sold"), aside=True),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="NYX",
    basis=basis.FILM,
    due=DueDay(31),
    owes=shops,
    filers=("other",),
    reads=(reading.plastics, sources.profile),
    checks=(
        reported.has_a_place,
        _no_more_back({"film_back": "film_sold"}, "film"),
        reported.not_less(_SHOP_FILM, "film"),
    ),
    effects=(
        effects.movements(_rest(_SHOP_FILM)),
        effects.statistics(
            Figure("agricultural.film_sold", both("销售地膜", "film sold"), "film_sold", "kg"),
            Figure(
                "agricultural.film_back", both("回收地膜", "film taken back"), "film_back", "kg"
            ),
            Figure(
                "agricultural.house_film_sold",
                both("销售棚膜", "house film sold"),
                "house_sold",
                "kg",
            ),
            label=_("Farm film"),
        ),
    ),
    help=_("Two weights: film sold and taken back."),
    simple=True,
    helped=True,
)


# A month's packaging of a shop.
def back_kg(values: Values) -> Decimal | None:
    """What was weighed; else the pieces by their usual mass."""
    if values.get("weighed") is not None:
        return Decimal(values["weighed"])
    each = coefficients.value("packaging", "piece")
    back = values.get("back")
    return None if each is None or back is None else each * back


def _packaging(form: Form | None) -> list[Reported]:
    kg = form.values.get("mass") if form else None
    return [Reported(BOTTLES, kg)] if kg else []


PACKAGING = FilingType(
    code="agricultural.packaging",
    domain=DOMAIN,
    name=both("农药包装销售与回收（月）", "Pesticide packaging: sold and taken back (month)"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section(
            "packaging",
            both("农药包装", "Pesticide packaging"),
            (
                count("sold", both("销售数量", "sold"), "个"),
                count("back", both("回收数量", "taken back"), "个"),
                photo(),
                kilograms(
                    "weighed",
                    both("回收重量（称重）", "weighed"),
                    aside=True,
                    help=_("If it was weighed; else it is computed from the pieces."),
                ),
                Field(
                    "mass",
                    both("回收重量", "mass taken back"),
                    FieldKind.MASS,
                    unit="kg",
                    computed=back_kg,
                    help=coefficients.whence("packaging"),
                ),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="NYB",
    basis=basis.PACKAGING,
    due=DueDay(10),
    owes=shops,
    filers=("other",),
    reads=(reading.plastics, sources.profile),
    checks=(
        reported.has_a_place,
        _no_more_back({"back": "sold"}, "packaging"),
        reported.not_less(_packaging, "packaging"),
    ),
    effects=(
        effects.movements(_rest(_packaging)),
        effects.statistics(
            # The official denominator of the recovery rate.
            Figure("agricultural.packaging_sold", _("packaging sold"), "sold", "pieces"),
            Figure("agricultural.packaging_back", _("packaging taken back"), "back", "pieces"),
            Figure("agricultural.packaging_back_kg", _("packaging taken back"), "mass", "kg"),
            label=_("Pesticide packaging"),
        ),
    ),
    help=_("Two numbers: bottles and bags sold, and taken back."),
    simple=True,
    helped=True,
)


# Three-level points 三级回收点, every month.
LEVELS: Mapping[str, Text] = {
    "village": pgettext_lazy("point", "village point"),
    "town": pgettext_lazy("point", "town store"),
    "district": pgettext_lazy("point", "district centre"),
}
_BY_SITE = {"collection": "town", "transfer": "district"}


def level_of(subject: Subject) -> Class:
    """A village point; a station that collects is a town's store, one that transfers the centre."""
    level, reason = "village", _("Registered as a village point.")
    if subject.organisation.kind == "station":
        site = subject.organisation.sites.order_by("pk").first()
        level = _BY_SITE.get(site.kind if site else "", "town")
        kind = dict(Site.Kind.choices).get(site.kind if site else "", "")
        reason = format_lazy(_("A station whose site is registered as “{kind}”."), kind=kind)
    return Class(level, LEVELS[level], reason)


_POINT_ARISEN = _arisen({"film_in": MULCH, "packaging_in": BOTTLES})
_STREAMS = {"film": (MULCH, HOUSE), "packaging": (BOTTLES, BAGS)}


def _point_begins(checked: Checked) -> Values:
    """What was passed on, and what stands there, is known from the load records."""
    known: dict[str, Decimal] = {}
    for name, codes in _STREAMS.items():
        mine = [flow for flow in checked.facts["flows"] if flow.waste.code in codes]
        known[f"{name}_out"] = _kg(sum(way.mass_g for flow in mine for way in flow.sent))
        known[f"{name}_stock"] = _kg(sum(max(flow.closing_g, 0) for flow in mine))
    return known


def _kg(mass_g: int) -> Decimal:
    return (Decimal(mass_g) / 1000).quantize(Decimal("0.1"))


def _as_the_records(checked: Checked) -> Iterator[Problem]:
    """What is said to have been passed on, against the load records."""
    known = _point_begins(checked)
    for name in ("film_out", "packaging_out"):
        said = checked.form.values.get(name)
        if said is not None and abs(said - known[name]) > _SMALL_KG:
            text = _("Load records say {known} kg. Have what is missing recorded there.")
            told = format_lazy(text, known=f"{known[name]:f}")
            yield Problem("point_records", Severity.WARNING, told, "point", field=name)


POINT = FilingType(
    code="agricultural.point",
    domain=DOMAIN,
    name=both("农业废弃物回收点月报", "Monthly record of a collection point"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section(
            "point",
            _("This month"),
            (
                kilograms(
                    "film_in",
                    both("收到农膜", "film brought by farmers"),
                    required=True,
                ),
                kilograms(
                    "packaging_in",
                    both("收到农药包装", "packaging brought by farmers"),
                    required=True,
                ),
                photo(),
                kilograms("film_out", both("转出农膜", "film passed on"), aside=True),
                kilograms("packaging_out", both("转出农药包装", "packaging passed on"), aside=True),
                kilograms("film_stock", both("库存农膜", "film in store"), aside=True),
                kilograms(
                    "packaging_stock", both("库存农药包装", "packaging in store"), aside=True
                ),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="NYH",
    basis=basis.PACKAGING,
    due=DueDay(10),
    owes=_points,
    filers=("village_point", "station"),
    classify=level_of,
    reads=(reading.plastics, sources.profile),
    prefill=_point_begins,
    checks=(
        reported.has_a_place,
        _as_the_records,
        reported.not_less(_POINT_ARISEN, "point"),
    ),
    effects=(
        effects.movements(_rest(_POINT_ARISEN)),
        effects.statistics(
            Figure("agricultural.point_film", both("收到农膜", "film brought"), "film_in", "kg"),
            Figure(
                "agricultural.point_packaging",
                both("收到农药包装", "packaging brought"),
                "packaging_in",
                "kg",
            ),
            label=_("Collection points"),
        ),
    ),
    help=_("Two weights: film and packaging that farmers brought. The rest is known already."),
    simple=True,
    helped=True,
)
PLASTICS = (FILM, FILM_SHOP, PACKAGING, POINT)
