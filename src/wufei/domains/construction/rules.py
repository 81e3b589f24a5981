"""What is watched while construction waste is on the road."""

from django.utils.translation import gettext_lazy as _

from wufei.hub.alarms.rules import long_stop, off_route

# Articles 60 to 63 were read; article 14 of order 139 is cited from memory and says so.
_BASIS = _(
    "Solid waste law (2020), articles 60 to 63: supervision of construction waste from end to end. "
    "Routes and hours are set by each city (order 139 of 2005, article 14: to be checked against "
    "the text). The figures are local practice."
)

RULES = (
    off_route("construction", basis=_BASIS),
    # A tipper needs a few minutes to unload where it must not.
    long_stop("construction", basis=_BASIS, dwell_s_max=900),
)
