"""Every way to change a manifest."""

from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.services.edits import edit
from wufei.hub.manifests.services.emergency import complete, issue_emergency
from wufei.hub.manifests.services.given import NewLine, NewManifest, NextCarrier, Signing
from wufei.hub.manifests.services.halts import pick_up, set_down
from wufei.hub.manifests.services.issuing import issue, scan_out
from wufei.hub.manifests.services.legs import prepare, take_over
from wufei.hub.manifests.services.linked import send_back, send_on
from wufei.hub.manifests.services.paper import OnPaper, Paper, enter_paper
from wufei.hub.manifests.services.redirecting import redirect
from wufei.hub.manifests.services.scanning import cancel, scan_in, set_authority_no
from wufei.hub.manifests.services.signing import sign

__all__ = [
    "NewLine",
    "NewManifest",
    "NextCarrier",
    "OnPaper",
    "Paper",
    "Signing",
    "cancel",
    "complete",
    "edit",
    "enter_paper",
    "issue",
    "issue_emergency",
    "pick_up",
    "prepare",
    "redirect",
    "revisions",
    "scan_in",
    "scan_out",
    "send_back",
    "send_on",
    "set_authority_no",
    "set_down",
    "sign",
    "take_over",
]
