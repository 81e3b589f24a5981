"""How household waste travels: rounds as daily totals, kitchen waste and sludge as load records.

No national form exists for any of these; deadlines and tolerances are local practice and to be
set by each place. Sludge and dredged silt are weighed at both ends.
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

MANIFESTS = (
    ManifestTemplate(
        code="household_round",
        name=_("daily total of household waste"),
        streams=("household_residual", "household_recyclable", "household_harmful", "bulky"),
        grade=Grade.DAILY_TOTAL,
        authority=_("city management"),
        number_prefix="SH",
        steps=steps(loaded_by=Party.CONSIGNOR, load_within=Hours(24)),
        scans=two_scans(),
        # A compactor loses water; a day's total is not a weighing of one load.
        tolerance_permille=50,
        rounds=Rounds.LINES,
        expires_after=WorkingDays(2),
    ),
    ManifestTemplate(
        code="kitchen_waste",
        name=_("load record of kitchen waste"),
        streams=("household_kitchen", "catering_kitchen"),
        grade=Grade.LOAD_RECORD,
        authority=_("city management"),
        number_prefix="CC",
        steps=steps(
            loaded_by=Party.CONSIGNOR,
            load_within=Hours(24),
            arrive_within=Hours(12),
            accept_within=Hours(12),
        ),
        scans=two_scans(),
        tolerance_permille=30,
        licence_kinds=("kitchen",),
        rounds=Rounds.LINES,
        expires_after=WorkingDays(2),
    ),
    ManifestTemplate(
        code="sludge",
        name=_("load record of sludge and silt"),
        streams=("sewage_sludge", "faeces", "dredged_silt"),
        grade=Grade.LOAD_RECORD,
        authority=_("housing and urban-rural development"),
        number_prefix="WN",
        steps=steps(loaded_by=Party.CONSIGNOR, load_within=Hours(24), arrive_within=Hours(12)),
        scans=two_scans(),
        tolerance_permille=20,
        expires_after=WorkingDays(5),
    ),
)
