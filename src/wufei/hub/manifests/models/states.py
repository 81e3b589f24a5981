"""Where a manifest is on its way, and the acts that lead on."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where a manifest is on its way; a step leads from one to the next."""

    ISSUED = "issued", _("Issued")
    LOADED = "loaded", _("On the road")
    ARRIVED = "arrived", _("Arrived")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY_ACCEPTED = "partly_accepted", _("Partly accepted")
    REFUSED = "refused", _("Refused")
    CLOSED = "closed", pgettext_lazy("manifest", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("manifest", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("manifest", "Expired")


# The consignee has said what of it is theirs.
RECEIVED = (Status.ACCEPTED, Status.PARTLY_ACCEPTED, Status.REFUSED)
OPEN = (Status.ISSUED, Status.LOADED, Status.ARRIVED, *RECEIVED)
# From loading until acceptance the mass is in the carrier's custody.
MOVING = (Status.LOADED, Status.ARRIVED)


class StepCode(models.TextChoices):
    """What somebody signs. The first five are the path that templates declare."""

    ISSUE = "issue", _("Issue")
    LOAD = "load", _("Take over")
    ARRIVE = "arrive", _("Receive")
    ACCEPT = "accept", _("Accept")
    CLOSE = "close", pgettext_lazy("manifest", "Close")
    # Beside the path; none of them moves a manifest on to its next stage.
    TAKE_OVER = "take_over", _("Take over from the carrier before")
    SET_DOWN = "set_down", _("Set down for a while")
    PICK_UP = "pick_up", _("Pick up again")
    COLLECT = "collect", _("Collect at a stop")
    REDIRECT = "redirect", _("Send on to another plant")
    COMPLETE = "complete", _("Complete what was left open")
    REVISE = "revise", _("Revise")
    ANNUL = "annul", _("Annul")


PATH = (StepCode.ISSUE, StepCode.LOAD, StepCode.ARRIVE, StepCode.ACCEPT, StepCode.CLOSE)


class Relation(models.TextChoices):
    """What a manifest is to the one it ``follows``: where refused mass travels on."""

    RETURN = "return", _("Return to the consignor")
    REDIRECT = "redirect", _("On to another plant")


class Origin(models.TextChoices):
    """How a manifest came to us."""

    ONLINE = "online", _("Written here")
    OFFLINE = "offline", _("Written without network")
    PAPER = "paper", _("Entered from paper")
    EMERGENCY = "emergency", _("Issued in an emergency")
    IMPORTED = "imported", _("Imported")


class Mode(models.TextChoices):
    """How somebody signed."""

    OWN = "own", _("On their own account")
    SITE_CODE = "site_code", _("By the code of their site")
    LINK = "link", _("By a one-time link")
    SLIP = "slip", _("From a weighbridge slip")
    PAPER = "paper", _("From the paper document")
    QUEUE = "queue", _("Without network, sent later")
    SMS = "sms", _("By text message")
    IMPORTED = "imported", _("From an imported record")
