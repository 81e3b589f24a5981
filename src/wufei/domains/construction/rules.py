"""What is watched while construction waste is on the road."""

from django.utils.translation import gettext_lazy as _

from wufei.hub.alarms.rules import long_stop, off_route

_BASIS = _(
    "Management rules for urban construction waste (Ministry of Construction order 139 of 2005), "
    "article 14: transport by the route and in the hours that the city sets, without dumping."
)

RULES = (
    off_route("construction", basis=_BASIS),
    # A tipper needs a few minutes to unload where it must not.
    long_stop("construction", basis=_BASIS, dwell_s_max=900),
)
