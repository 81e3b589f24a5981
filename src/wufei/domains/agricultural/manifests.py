"""How agricultural waste travels: carcasses, farm plastics, straw and manure.

No national form exists for these; deadlines and tolerances are local practice and to be set by
each place. Film and packaging go from the village point to the town's store to the district
centre, each way a record of its own.
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
        code="dead_livestock",
        name=_("collection record of dead livestock"),
        streams=("dead_livestock",),
        grade=Grade.LOAD_RECORD,
        authority=_("agriculture and rural affairs"),
        number_prefix="BS",
        steps=steps(
            loaded_by=Party.CARRIER,
            needs=frozenset({"containers"}),
            load_within=Hours(24),
            arrive_within=Hours(12),
            accept_within=Hours(12),
        ),
        tolerance_permille=30,
        rounds=Rounds.LINES,
        expires_after=WorkingDays(2),
    ),
    ManifestTemplate(
        code="farm_plastics",
        name=_("record of film and pesticide packaging"),
        streams=("mulch_film", "pesticide_packaging"),
        grade=Grade.LOAD_RECORD,
        authority=_("agriculture and rural affairs"),
        number_prefix="NM",
        steps=steps(loaded_by=Party.CONSIGNOR, load_within=Hours(48)),
        scans=two_scans(),
        # Soil and water stick to film.
        tolerance_permille=50,
        rounds=Rounds.LINES,
        expires_after=WorkingDays(10),
    ),
    ManifestTemplate(
        code="straw",
        name=_("daily total of straw and manure"),
        streams=("straw", "melon_vines", "livestock_manure"),
        grade=Grade.DAILY_TOTAL,
        authority=_("agriculture and rural affairs"),
        number_prefix="JG",
        steps=steps(loaded_by=Party.CONSIGNOR, load_within=Hours(24)),
        scans=two_scans(),
        tolerance_permille=50,
        rounds=Rounds.LINES,
        expires_after=WorkingDays(5),
    ),
)
