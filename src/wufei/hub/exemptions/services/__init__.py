"""Every write of exemption claims and of the limits they are held against."""

from wufei.hub.exemptions.services.claiming import NewClaim, claim
from wufei.hub.exemptions.services.criteria import save_criterion
from wufei.hub.exemptions.services.ending import contest, register_ended, withdraw

__all__ = ["NewClaim", "claim", "contest", "register_ended", "save_criterion", "withdraw"]
