"""What stations of renewable resources find on their own ground, as alarms."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.alarms.declarations import Rule, RuleKind
from wufei.hub.base.findings import Severity

OPEN_STORAGE, HAZARDOUS_FOUND = "renewable.open_storage", "renewable.hazardous_found"
_BASIS = _(
    "Solid waste law (2020), article 20 (to be checked against the text): whoever stores solid "
    "waste keeps it from blowing away, leaking and running off. What the plan forbids in sorting "
    "centres, and how often one looks, is local."
)
RULES = (
    Rule(
        code=OPEN_STORAGE,
        family="open_storage",
        name=_("Stored in the open"),
        severity=Severity.WARNING,
        kind=RuleKind.DOCUMENT,
        basis=_BASIS,
        sees=_(
            "A station's self-check says that goods lie in the open without cover. It ends with "
            "the first later check that finds none."
        ),
        message=gettext_noop("%(area_m2)s m² lie in the open without cover."),
        domains=("renewable",),
    ),
    Rule(
        code=HAZARDOUS_FOUND,
        family="hazardous_found",
        name=_("Hazardous waste among recyclables"),
        severity=Severity.ERROR,
        kind=RuleKind.DOCUMENT,
        basis=_BASIS,
        sees=_(
            "A station's self-check says that hazardous waste was found. It ends with the first "
            "later check that finds none."
        ),
        message=gettext_noop("%(what)s found among recyclables, about %(mass_kg)s kg."),
        domains=("renewable",),
    ),
)
