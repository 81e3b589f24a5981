"""How recyclables travel: two scans; e-waste and end-of-life vehicles are signed by each party.

No national form exists for recyclables; deadlines and tolerances are local practice. Vehicles go
to dismantlers one by one, so each is a lot of its own.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.declarations import (
    Grade,
    Hours,
    ManifestTemplate,
    Party,
    Rounds,
    WorkingDays,
)
from wufei.hub.manifests.shapes import steps, two_scans

_COMMERCE = _("commerce")

MANIFESTS = (
    ManifestTemplate(
        code="recyclables",
        name=_("load record of recyclables"),
        streams=(
            "scrap_steel",
            "scrap_nonferrous",
            "waste_paper",
            "waste_plastics",
            "waste_glass",
            "waste_textiles",
            "waste_wood",
            "waste_tyres",
        ),
        grade=Grade.LOAD_RECORD,
        authority=_COMMERCE,
        number_prefix="ZS",
        steps=steps(loaded_by=Party.CONSIGNOR, load_within=Hours(48)),
        scans=two_scans(),
        tolerance_permille=20,
        rounds=Rounds.LINES,
        expires_after=WorkingDays(10),
    ),
    ManifestTemplate(
        code="e_waste",
        name=_("record of e-waste and traction batteries"),
        streams=("e_waste", "traction_batteries"),
        grade=Grade.LOAD_RECORD,
        authority=_COMMERCE,
        number_prefix="DZ",
        steps=steps(loaded_by=Party.CARRIER, load_within=Hours(48)),
        tolerance_permille=10,
        expires_after=WorkingDays(10),
        carriers_max=2,
    ),
    ManifestTemplate(
        code="end_of_life_vehicles",
        name=_("record of end-of-life vehicles"),
        streams=("end_of_life_vehicles",),
        grade=Grade.LOAD_RECORD,
        authority=_COMMERCE,
        number_prefix="BF",
        steps=steps(
            loaded_by=Party.CARRIER, needs=frozenset({"containers"}), load_within=WorkingDays(5)
        ),
        tolerance_permille=20,
        expires_after=WorkingDays(10),
        licence_kinds=("dismantling",),
    ),
)
