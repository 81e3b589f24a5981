"""The permission table: which role may do what, and how far it reaches. There is no other one.

``A`` the whole district · ``R`` own regions and domains · ``O`` own organisations · ``.`` none.
A new act is one line here; a test compares the lines with the acts that the views name.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Scope


class Role(models.TextChoices):
    """What a person is here; a person has one role."""

    ADMINISTRATOR = "administrator", _("Administrator")
    LEADER = "leader", _("Leadership office")
    OFFICER = "officer", _("Environment officer")
    DISPATCHER = "dispatcher", _("City-management dispatcher")
    TOWN_OFFICER = "town_officer", _("Town officer")
    CLERK = "clerk", _("Enterprise environment clerk")
    AGENT = "agent", _("Environment agent")
    DRIVER = "driver", _("Driver")
    KEEPER = "keeper", _("Station keeper")
    RESIDENT = "resident", _("Resident")
    AUDITOR = "auditor", _("Auditor")


# People who see others' data sign in with two factors where ``WUFEI_MFA_REQUIRED`` is on.
OFFICIALS = frozenset(
    {Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER, Role.DISPATCHER, Role.AUDITOR}
)

# Columns in the order of ``Role``.
#                            administrator
#                            | leader
#                            | | officer
#                            | | | dispatcher
#                            | | | | town_officer
#                            | | | | | clerk
#                            | | | | | | agent
#                            | | | | | | | driver
#                            | | | | | | | | keeper
#                            | | | | | | | | | resident
#                            | | | | | | | | | | auditor
_TABLE = """
desk.view                    A A A A R O O O O O A
base.notice.view             A A A A R O O O O O A
base.finding.view            A A A R R O O . O . A
base.import.view             A A A A R O O . O . A
base.export.view             A A A A R O O . O . A
base.file.view               A A A A R O O O O O A
base.calendar.view           A A A A A A A . A . A
base.calendar.edit           A . . . . . . . . . .
base.calendar.import         A . . . . . . . . . .
base.calendar.export         A A A A A A A . A . A

registry.region.view         A A A A A A A A A A A
registry.region.edit         A . . . . . . . . . .
registry.region.import       A . . . . . . . . . .
registry.region.export       A A A A A A A . A . A
registry.unit.view           A A A A A . . . . . A
registry.unit.edit           A . . . . . . . . . .
registry.unit.import         A . . . . . . . . . .
registry.unit.export         A A A A A . . . . . A
registry.organisation.view   A A A R R O O O O . A
registry.organisation.edit   A . A . . O O . . . .
registry.organisation.close  A . A . . . . . . . .
registry.organisation.import A . A . . . . . . . .
registry.organisation.export A A A R R . O . . . A
registry.membership.view     A . A . . O O . . . A
registry.membership.edit     A . A . . . . . . . .
registry.membership.import   A . A . . . . . . . .
registry.membership.export   A . A . . . . . . . A
registry.site.view           A A A R R O O O O . A
registry.site.edit           A . A . . O O . . . .
registry.site.import         A . A . . . O . . . .
registry.site.export         A A A R R O O . . . A
registry.vehicle.view        A A A R R O O O . . A
registry.vehicle.edit        A . A R . O O . . . .
registry.vehicle.import      A . A R . . O . . . .
registry.vehicle.export      A A A R R O O . . . A
registry.driver.view         A A A R R O O O . . A
registry.driver.edit         A . A R . O O . . . .
registry.driver.import       A . A R . . O . . . .
registry.driver.export       A . A R . O O . . . A
registry.device.view         A A A R R O O . O . A
registry.device.edit         A . A R . . . . . . .
registry.device.import       A . A R . . . . . . .
registry.device.export       A A A R R O O . . . A
registry.licence.view        A A A R R O O O O . A
registry.licence.edit        A . A . . O O . . . .
registry.licence.import      A . A . . . O . . . .
registry.licence.export      A A A R R O O . . . A
registry.quota.view          A A A R R O O . . . A
registry.quota.edit          A . A . . . . . . . .
registry.quota.import        A . A . . . . . . . .
registry.quota.export        A A A R R O O . . . A
registry.list.view           A A A R R O O . . . A
registry.list.edit           A . A . . . . . . . .
registry.list.import         A . A . . . . . . . .
registry.list.export         A A A R R . . . . . A
registry.coverage.view       A A A . . . . . . . A

catalogue.waste.view         A A A A A A A A A A A
catalogue.waste.edit         A . . . . . . . . . .
catalogue.waste.import       A . . . . . . . . . .
catalogue.waste.export       A A A A A A A . A . A
catalogue.exemption.view     A A A A A A A A A . A

ledger.account.view          A A A R R O O . O . A
ledger.movement.view         A A A R R O O . O . A
ledger.movement.post         A . A . . O O . O . .
ledger.movement.reverse      A . A . . O O . . . .
ledger.movement.import       A . A . . O O . . . .
ledger.movement.export       A A A R R O O . . . A
ledger.treatment.record      . . . . . O O . O . .
ledger.stocktake.record      . . . . . O O . O . .
ledger.surplus.record        . . . . . O O . O . .

manifests.manifest.view      A A A R R O O O O . A
manifests.manifest.issue     . . . . . O O . O . .
manifests.manifest.sign      . . . . . O O O O . .
manifests.manifest.export    A A A R R O O . O . A
manifests.route.view         A A A R R O O O O . A
manifests.manifest.import    A . A . . O O . O . .
manifests.draft.view         . . . . . O O . O . .
manifests.draft.edit         . . . . . O O . O . .
manifests.revision.propose   . . . . . O O . O . .
manifests.revision.decide    . . . . . O O O O . .
manifests.number.view        A A A . . O O . O . A
manifests.number.import      . . . . . O O . O . .
manifests.number.export      A A A . . O O . O . A
manifests.linked.issue       . . . . . O O . O . .
manifests.invitation.make    . . . . . O O . O . .
manifests.sitecode.edit      . . . . . O O . O . .
manifests.conflict.view      A . A R R O O O O . A
manifests.conflict.export    A . A R R O O . O . A
manifests.conflict.work      . . . . . O O O O . .
ledger.lot.regroup           . . . . . O O . O . .
exemptions.claim.view        A A A R R O O . O . A
exemptions.claim.edit        . . . . . O O . . . .
exemptions.claim.contest     A . A . . . . . . . .
exemptions.claim.export      A A A R R O O . . . A
exemptions.criterion.view    A A A A A A A . A . A
exemptions.criterion.edit    A . A . . . . . . . .
exemptions.criterion.export  A A A A A A A . A . A
filings.filing.view          A A A R R O O O O . A
filings.filing.edit          . . O O R O O . O . .
filings.filing.import        . . O O R O O . O . .
filings.filing.export        A A A R R O O . O . A
filings.filing.remind        A . A R R . . . . . .
filings.review.decide        A . A R R . . . . . .
filings.review.bring_back    A . A R R O O . O . .
filings.type.view            A A A A A A A A A . A
filings.completeness.view    A A A R R . . . . . A
filings.completeness.export  A A A R R . . . . . A
filings.due.view             A A A R R O O . O . A
filings.due.edit             A . A . . . . . . . .
filings.due.export           A A A R R O O . O . A
filings.obligation.view      A A A R R O O . O . A
filings.obligation.edit      A . A . . . . . . . .
filings.obligation.export    A A A R R O O . O . A
ledger.trace.view            A A A R R O O . O . A
ledger.trace.export          A A A R R O O . O . A
evidence.log.view            A A A A A . . . . . A
evidence.receipt.view        A A A R R O O O O . A
registers.register.view      A A A R R O O . O . A
registers.register.export    A A A R R O O . O . A
hazardous.capacity.view      A A A . R . . . . . A
hazardous.capacity.export    A A A . R . . . . . A
labels.label.print           A . A . . O O . O . .
labels.label.export          A . A . . O O . O . .
labels.check.view            A A A R R . . . . . A
labels.check.show            . . . . . O O O O . .
telemetry.live.view          A A A R R O O O O . A
telemetry.track.view         A A A R R O O O O . A
alarms.alarm.view            A A A R R O O . O . A
alarms.alarm.work            A . A R R . . . . . .
alarms.alarm.export          A A A R R O O . . . A
alarms.rule.view             A A A A A A A . . . A
alarms.rule.edit             A . A . . . . . . . .
plans.plan.view              A A A A A . . . . . A
plans.plan.load              A A A . . . . . . . .
plans.plan.export            A A A A A . . . . . A
plans.clause.view            A A A A A . . . . . A
plans.clause.export          A A A A A . . . . . A
plans.target.view            A A A A A . . . . . A
plans.target.export          A A A A A . . . . . A
plans.task.view              A A A A A . . . . . A
plans.task.report            A A A . . . . . . . .
plans.task.export            A A A A A . . . . . A
indicators.indicator.view    A A A R R . . . . . A
indicators.indicator.export  A A A R R . . . . . A
cockpit.screen.view          A A A R R . . . . . A

accounts.user.view           A . . . . . . . . . A
accounts.user.edit           A . . . . . . . . . .
accounts.user.manage         A . . . . . . . . . .
accounts.user.export         A . . . . . . . . . A
accounts.permission.view     A A A . . . . . . . A
audit.event.view             A . . . . . . . . . A
audit.event.export           A . . . . . . . . . A
"""

_SCOPES = {"A": Scope.ALL, "R": Scope.REGION, "O": Scope.OWN, ".": Scope.NONE}


def _read(table: str) -> dict[str, Mapping[Role, Scope]]:
    acts: dict[str, Mapping[Role, Scope]] = {}
    for line in filter(None, table.splitlines()):
        act, *letters = line.split()
        assert act not in acts, f"{act} stands twice in the permission table"
        scopes = [_SCOPES[letter] for letter in letters]
        acts[act] = MappingProxyType(dict(zip(Role, scopes, strict=True)))
    return acts


ACTS: Mapping[str, Mapping[Role, Scope]] = MappingProxyType(_read(_TABLE))


def acts_of(role: str) -> Mapping[str, Scope]:
    """The role's column of the table, without what it may not do; empty for an unknown role."""
    if role not in Role.values:
        return MappingProxyType({})
    named = Role(role)
    return MappingProxyType(
        {act: row[named] for act, row in ACTS.items() if row[named] is not Scope.NONE}
    )
