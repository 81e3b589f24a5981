"""Names of the six domains beside their colours; codes as ``wufei.domains`` declares them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "industrial": _("Industrial solid waste"),
    "agricultural": _("Agricultural waste"),
    "household": _("Household waste"),
    "construction": _("Construction waste"),
    "hazardous": _("Hazardous waste"),
    "renewable": _("Renewable resources"),
}


def label(code: str) -> str:
    """The domain's name in the current language; its code where a new one is not listed yet."""
    return str(NAMES.get(code, code))
