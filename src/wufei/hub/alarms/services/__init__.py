"""Every write of the alarms."""

from wufei.hub.alarms.services.reporting import clear_arrived, open_from_findings, report
from wufei.hub.alarms.services.settings import set_rule
from wufei.hub.alarms.services.working import acknowledge, close, mark_false, remark

__all__ = [
    "acknowledge",
    "clear_arrived",
    "close",
    "mark_false",
    "open_from_findings",
    "remark",
    "report",
    "set_rule",
]
