"""How hazardous waste travels: each party signs on the page behind the QR code.

Source: Measures for hazardous waste transfer manifests (MEE order 23 of 2021): who fills what,
the receiver confirms within 5 working days, the number has 14 digits (year, province, city,
serial).
"""

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.manifests.declarations import (
    Exempt,
    ExemptWay,
    Grade,
    Hours,
    ManifestTemplate,
    Part,
    Party,
    QuotaRule,
    Rounds,
    Segment,
    Step,
    WorkingDays,
)
from wufei.hub.manifests.shapes import steps

_NUMBER = r"20\d{2}(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{8}"
# Year 4, province 2, city 2, serial 6 of the city and year (MEE order 23 of 2021 and its notice).
_SEGMENTS = (
    Segment(Part.YEAR, 4),
    Segment(Part.REGION, 2),
    Segment(Part.REGION, 2, start=2),
    Segment(Part.SERIAL, 6),
)
# No national figure exists for how long an accident may leave what open: to be set by each place.
_EMERGENCY_WITHIN = Hours(72)
_EMERGENCY_LACKS = frozenset({"method", "driver"})
# No national figure exists; weighbridges of class III differ by less.
_TOLERANCE_PERMILLE = 10

_HAZARDOUS = ManifestTemplate(
    code="hazardous",
    name=_("hazardous waste manifest"),
    streams=("hazardous_industrial", "lead_battery", "social_source"),
    grade=Grade.STATUTORY,
    authority=_("national solid waste system"),
    number_prefix="WF",
    steps=(
        Step(
            "issue",
            by=Party.CONSIGNOR,
            needs=frozenset(
                {"waste", "declared", "method", "carrier", "consignee", "consignee_site"}
            ),
            may=frozenset(
                {"lots", "containers", "vehicle", "driver", "route", "authority_no", "note"}
                | {"alternate_site"}
            ),
            seals=frozenset({"consignor", "consignor_site", "waste", "lots"}),
        ),
        Step(
            "load",
            by=Party.CARRIER,
            needs=frozenset({"weighed_out", "vehicle", "driver"}),
            may=frozenset({"route"}),
            seals=frozenset(
                {"declared", "containers", "method", "carrier", "vehicle", "driver"}
                | {"route", "consignee", "consignee_site", "weighed_out", "note"}
                | {"legs", "alternate_site"}
            ),
            within=WorkingDays(5),
        ),
        Step(
            "arrive",
            by=Party.CONSIGNEE,
            needs=frozenset({"weighed_in"}),
            seals=frozenset({"weighed_in"}),
            within=Hours(24),
        ),
        Step(
            "accept",
            by=Party.CONSIGNEE,
            may=frozenset({"accepted", "refused", "refusal_reason", "difference_reason"}),
            seals=frozenset({"accepted", "refused", "refusal_reason", "difference_reason"}),
            within=WorkingDays(5),
        ),
        Step(
            "close",
            by=Party.CONSIGNOR,
            may=frozenset({"authority_no"}),
            seals=frozenset({"authority_no"}),
            within=WorkingDays(5),
        ),
    ),
    tolerance_permille=_TOLERANCE_PERMILLE,
    road_limit_g=settings.LOAD_T_MAX * GRAMS_PER_T,
    authority_pattern=_NUMBER,
    number_segments=_SEGMENTS,
    number_scope="hazardous",
    quota=QuotaRule.IF_ANY,
    licence_kinds=("hazardous", "collection"),
    carrier_kinds=("dangerous_road",),
    # MEE order 23 of 2021: papers are entered within ten working days.
    paper_within=WorkingDays(10),
    emergency_within=_EMERGENCY_WITHIN,
    emergency_lacks=_EMERGENCY_LACKS,
    # Local practice, to be set by each place: no national figure is known for how many
    # carriers follow one another, how long a load may stand, when an unused manifest ends.
    carriers_max=3,
    halt_within=Hours(72),
    expires_after=WorkingDays(10),
)


def _by_batch(step: Step) -> Step:
    """The issue names its batches, and seals the claims that it relies on."""
    if step.code != "issue":
        return step
    return replace(
        step,
        needs=step.needs | {"lots"},
        may=step.may - {"lots"},
        seals=step.seals | {"exemption"},
    )


_FLY_ASH = replace(
    _HAZARDOUS,
    code="fly_ash",
    name=_("fly ash manifest"),
    streams=("incineration_fly_ash",),
    steps=tuple(_by_batch(step) for step in _HAZARDOUS.steps),
    # National catalogue of hazardous wastes (2021), exemptions, item 12: on a batch's report its
    # transport, and its landfill with household waste or in a cement kiln, are not hazardous.
    exempt=Exempt(
        ways=(
            ExemptWay("landfill", frozenset({"landfill"}), ("household",), alone=True),
            ExemptWay("kiln", frozenset({"cement_kiln"})),
        ),
        carriage="transport",
    ),
)

MANIFESTS = (
    _HAZARDOUS,
    _FLY_ASH,
    ManifestTemplate(
        code="medical",
        name=_("medical waste manifest"),
        streams=("medical",),
        grade=Grade.STATUTORY,
        authority=_("national solid waste system"),
        number_prefix="YF",
        # Bags and boxes each have a label; a collection lasts hours, not days. Waste stands at
        # the hospital for two days at most (Regulations on medical waste, article 17).
        steps=steps(
            loaded_by=Party.CARRIER,
            needs=frozenset({"lots", "method"}),
            load_needs=frozenset({"driver"}),
            load_within=Hours(48),
            accept_within=WorkingDays(5),
            close_within=Hours(120),
        ),
        tolerance_permille=_TOLERANCE_PERMILLE,
        authority_pattern=_NUMBER,
        number_segments=_SEGMENTS,
        # The city's serials are those of all hazardous waste.
        number_scope="hazardous",
        quota=QuotaRule.IF_ANY,
        licence_kinds=("medical", "hazardous"),
        rounds=Rounds.SET,
        stored_within=Hours(48),
        expires_after=WorkingDays(2),
        paper_within=WorkingDays(10),
        emergency_within=_EMERGENCY_WITHIN,
        emergency_lacks=_EMERGENCY_LACKS,
    ),
)
