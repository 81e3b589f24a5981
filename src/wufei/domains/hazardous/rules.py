"""What is watched while hazardous waste is on the road."""

from django.utils.translation import gettext_lazy as _

from wufei.hub.alarms.rules import long_stop, off_route

_BASIS = _(
    "Measures for hazardous waste transfer (MEE order 23 of 2021): the carrier takes the load from "
    "the start to the end that the manifest names. The route and the figures are local practice."
)

RULES = (
    off_route("hazardous", basis=_BASIS, off_s_min=120, margin_m=100),
    # Longer than a fuel stop, within the break of 20 minutes after four hours at the wheel.
    long_stop("hazardous", basis=_BASIS, dwell_s_max=1_200),
)
