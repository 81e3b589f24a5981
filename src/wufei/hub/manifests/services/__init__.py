"""Every way to change a manifest."""

from wufei.hub.manifests.services.given import NewLine, NewManifest, NextCarrier, Signing
from wufei.hub.manifests.services.issuing import issue, scan_out
from wufei.hub.manifests.services.legs import prepare, take_over
from wufei.hub.manifests.services.linked import send_back, send_on
from wufei.hub.manifests.services.scanning import cancel, scan_in, set_authority_no
from wufei.hub.manifests.services.signing import sign

__all__ = [
    "NewLine",
    "NewManifest",
    "NextCarrier",
    "Signing",
    "cancel",
    "issue",
    "prepare",
    "scan_in",
    "scan_out",
    "send_back",
    "send_on",
    "set_authority_no",
    "sign",
    "take_over",
]
