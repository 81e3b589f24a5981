"""Every way to change a manifest."""

from wufei.hub.manifests.services import revisions
from wufei.hub.manifests.services.bulk import ToIssue, ToSign, issue_many, sign_many
from wufei.hub.manifests.services.collecting import Collected, collect
from wufei.hub.manifests.services.collecting import correct as correct_stop
from wufei.hub.manifests.services.edits import edit
from wufei.hub.manifests.services.emergency import complete, issue_emergency
from wufei.hub.manifests.services.given import NewLine, NewManifest, NextCarrier, Signing
from wufei.hub.manifests.services.halts import pick_up, set_down
from wufei.hub.manifests.services.issuing import issue, scan_out
from wufei.hub.manifests.services.legs import prepare, take_over
from wufei.hub.manifests.services.linked import send_back, send_on
from wufei.hub.manifests.services.paper import OnPaper, Paper, enter_paper
from wufei.hub.manifests.services.redirecting import redirect
from wufei.hub.manifests.services.rounds import NewRound, add_stop
from wufei.hub.manifests.services.rounds import arrive as arrive_round
from wufei.hub.manifests.services.rounds import finish as finish_round
from wufei.hub.manifests.services.rounds import skip as skip_stop
from wufei.hub.manifests.services.rounds import start as start_round
from wufei.hub.manifests.services.scanning import cancel, scan_in, set_authority_no
from wufei.hub.manifests.services.signing import sign

__all__ = [
    "Collected",
    "NewLine",
    "NewManifest",
    "NewRound",
    "NextCarrier",
    "OnPaper",
    "Paper",
    "Signing",
    "ToIssue",
    "ToSign",
    "add_stop",
    "arrive_round",
    "cancel",
    "collect",
    "complete",
    "correct_stop",
    "edit",
    "enter_paper",
    "finish_round",
    "issue",
    "issue_emergency",
    "issue_many",
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
    "sign_many",
    "skip_stop",
    "start_round",
    "take_over",
]
