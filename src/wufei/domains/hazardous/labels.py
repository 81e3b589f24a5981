"""Which label a container of hazardous waste carries."""

from wufei.hub.labels.formats import HJ_1276, ROLL, LabelUse

LABELS = (
    LabelUse(
        ("hazardous_industrial", "incineration_fly_ash", "lead_battery", "social_source"), HJ_1276
    ),
    LabelUse(("medical",), ROLL),
)
