"""The rules that several domains share, with the numbers and clauses that each gives them.

Defaults are local practice, to be set by each place: no regulation names a figure.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.alarms.declarations import Parameter, Rule, RuleKind, Text
from wufei.hub.alarms.streams import long_stop as stops
from wufei.hub.alarms.streams import off_route as routes
from wufei.hub.base.findings import Severity

WEIGHT_DIFFERENCE = "manifests.weight_difference"
EXEMPTION_LOST = "manifests.exemption_lost"
OFF_ROUTE, LONG_STOP, WEIGHT = "off_route", "long_stop", "weight_difference"
EXEMPTION = "exemption_lost"


def _site_radius(default: float) -> Parameter:
    return Parameter(
        "site_radius_m",
        _("Not judged around sites"),
        "m",
        default,
        0,
        5_000,
        _("Around the two sites of the manifest nothing is judged: trucks turn and queue there."),
    )


def _gap(default: float) -> Parameter:
    return Parameter(
        "gap_s_max",
        _("Silence that counts"),
        "s",
        default,
        30,
        7_200,
        _("After a longer silence of the terminal, counting begins anew."),
    )


def off_route(
    domain: str,
    *,
    basis: Text,
    severity: Severity = Severity.ERROR,
    off_s_min: float = 60,
    margin_m: float = 50,
) -> Rule:
    """A loaded truck outside of its approved route for at least ``off_s_min`` seconds."""
    return Rule(
        code=f"{domain}.{OFF_ROUTE}",
        family=OFF_ROUTE,
        name=_("Off route"),
        severity=severity,
        kind=RuleKind.STREAM,
        domains=(domain,),
        basis=basis,
        sees=_(
            "A loaded vehicle is farther from the approved route of its manifest than the route's "
            "half width, for some time without a break. Manifests without an approved route are "
            "not judged."
        ),
        message=gettext_noop("Up to %(distance_max_m)s m from the approved route."),
        parameters=(
            Parameter(
                "off_s_min",
                _("Outside for at least"),
                "s",
                off_s_min,
                0,
                3_600,
                _("Shorter excursions, such as a wrong turn, are not reported."),
            ),
            Parameter(
                "margin_m",
                _("Beyond the half width"),
                "m",
                margin_m,
                0,
                1_000,
                _("Added to the route's own half width for the error of the terminal."),
            ),
            Parameter(
                "back_s_min",
                _("Back inside for at least"),
                "s",
                30,
                0,
                3_600,
                _("Only then the alarm's episode has ended."),
            ),
            _site_radius(300),
            _gap(300),
        ),
        sight=routes.SIGHT,
    )


def long_stop(
    domain: str,
    *,
    basis: Text,
    severity: Severity = Severity.WARNING,
    dwell_s_max: float = 900,
) -> Rule:
    """A loaded truck that stands longer than ``dwell_s_max`` seconds where it has no business."""
    return Rule(
        code=f"{domain}.{LONG_STOP}",
        family=LONG_STOP,
        name=_("Long stop"),
        severity=severity,
        kind=RuleKind.STREAM,
        domains=(domain,),
        basis=basis,
        sees=_(
            "A loaded vehicle stands on one spot for long, neither at one of the two sites of its "
            "manifest nor at a yard of the register."
        ),
        message=gettext_noop("Stands loaded for %(lasted_min)s min."),
        parameters=(
            Parameter(
                "dwell_s_max",
                _("May stand for"),
                "s",
                dwell_s_max,
                60,
                28_800,
                _("Traffic lights, jams and breaks are shorter."),
            ),
            Parameter("speed_kmh_max", _("Counts as standing up to"), "km/h", 5, 0, 30),
            Parameter("radius_m", _("On one spot means within"), "m", 80, 10, 1_000),
            _site_radius(300),
            _gap(600),
        ),
        sight=stops.SIGHT,
    )


GENERAL = (
    Rule(
        code=WEIGHT_DIFFERENCE,
        family=WEIGHT,
        name=_("Weight difference"),
        severity=Severity.WARNING,
        kind=RuleKind.DOCUMENT,
        basis=_(
            "Measures for hazardous waste transfer (MEE order 23 of 2021): the receiver checks the "
            "quantity and tells the consignor where it differs. Tolerances, and other wastes, are "
            "local practice."
        ),
        sees=_(
            "What was weighed in differs from what was weighed out by more than the tolerance of "
            "the manifest's template. Judged when the load is accepted."
        ),
    ),
    Rule(
        code=EXEMPTION_LOST,
        family=EXEMPTION,
        name=_("Exemption claim did not hold"),
        severity=Severity.ERROR,
        kind=RuleKind.DOCUMENT,
        basis=_(
            "National catalogue of hazardous wastes, exemption list: a stage is exempt only while "
            "its condition is met."
        ),
        sees=_(
            "A load travelled on an exemption claim that was withdrawn or contested afterwards. "
            "Judged when the claim ends."
        ),
        domains=("hazardous",),
    ),
)
