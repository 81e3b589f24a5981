"""How construction waste travels: two scans, at the gate and at the receiving site.

The driver signs nothing: gate staff scan the truck's fixed code when it leaves, the receiving
site when it arrives.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.declarations import (
    Grade,
    Hours,
    ManifestTemplate,
    Party,
    QuotaRule,
    Scan,
    Step,
)

# Local practice, to be set by each city: no national figure exists (the tolerance of the
# weighbridge and what falls off a wheel).
_TOLERANCE_PERMILLE = 20

MANIFESTS = (
    ManifestTemplate(
        code="construction",
        name=_("construction waste manifest"),
        streams=("spoil", "slurry", "site_waste", "demolition_waste", "renovation_waste"),
        grade=Grade.STATUTORY,
        authority=_("city management"),
        number_prefix="JZ",
        steps=(
            Step(
                "issue",
                by=Party.CONSIGNOR,
                needs=frozenset({"waste", "declared", "carrier", "consignee", "consignee_site"}),
                may=frozenset(
                    {"route", "method", "note", "vehicle", "driver", "authority_no"}
                    | {"alternate_site"}
                ),
                seals=frozenset({"consignor", "consignor_site", "waste", "lots"}),
            ),
            Step(
                "load",
                by=Party.CONSIGNOR,
                needs=frozenset({"weighed_out", "vehicle"}),
                may=frozenset({"driver"}),
                seals=frozenset(
                    {"declared", "weighed_out", "carrier", "vehicle", "driver", "route", "note"}
                    | {"consignee", "consignee_site", "method", "containers"}
                    | {"legs", "alternate_site"}
                ),
                within=Hours(12),
            ),
            Step(
                "arrive",
                by=Party.CONSIGNEE,
                needs=frozenset({"weighed_in"}),
                seals=frozenset({"weighed_in"}),
                within=Hours(6),
            ),
            Step(
                "accept",
                by=Party.CONSIGNEE,
                may=frozenset({"accepted", "refused", "refusal_reason", "difference_reason"}),
                seals=frozenset({"accepted", "refused", "refusal_reason", "difference_reason"}),
                within=Hours(6),
            ),
            Step(
                "close",
                by=Party.CONSIGNOR,
                may=frozenset({"authority_no"}),
                seals=frozenset({"authority_no"}),
                within=Hours(24),
            ),
        ),
        scans=(
            Scan("gate", Party.CONSIGNOR, ("issue", "load"), _("Confirm departure")),
            Scan("site", Party.CONSIGNEE, ("arrive", "accept"), _("Confirm arrival")),
        ),
        tolerance_permille=_TOLERANCE_PERMILLE,
        # Approved disposal plan and quota: no load leaves a site without one.
        quota=QuotaRule.NEEDED,
        licence_kinds=("construction",),
    ),
)
