"""How general industrial solid waste leaves a works: one batch record at its gate, one on arrival.

Source: guideline for the ledgers of general industrial solid waste (MEE notice 82 of 2021), table
3: the batch record of what leaves the works. What its columns are called is graded C there.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.declarations import (
    Grade,
    Hours,
    ManifestTemplate,
    Party,
    WorkingDays,
)
from wufei.hub.manifests.shapes import steps, two_scans

# No national figure exists: weighbridges and moisture on the way. To be set by each place.
_TOLERANCE_PERMILLE = 20

MANIFESTS = (
    ManifestTemplate(
        code="industrial",
        name=_("batch record of industrial waste"),
        streams=(
            "smelting_slag",
            "coal_ash",
            "boiler_slag",
            "coal_gangue",
            "tailings",
            "desulphurisation_gypsum",
            "by_product_gypsum",
            "red_mud",
            "carbide_slag",
            "industrial_sludge",
            "food_residue",
            "industrial_scrap",
            "process_residue",
            "other_industrial",
        ),
        grade=Grade.LOAD_RECORD,
        authority=_("the works itself"),
        number_prefix="GY",
        steps=steps(loaded_by=Party.CONSIGNOR, load_within=Hours(24)),
        scans=two_scans(),
        tolerance_permille=_TOLERANCE_PERMILLE,
        expires_after=WorkingDays(10),
    ),
)
