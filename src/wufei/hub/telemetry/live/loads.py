"""A word to open browsers about manifests that were issued or moved on."""

from wufei.hub.manifests.models import Manifest
from wufei.hub.telemetry.live.announcing import announce


def manifest_changed(manifest: Manifest) -> None:
    """To those who see the whole district, whose screens count loads.

    Finding out who else may see it would cost each signature two queries; their pages ask again
    by themselves.
    """
    told = {"id": str(manifest.uuid), "number": str(manifest), "status": manifest.status}
    announce("manifests", told | {"domain": manifest.domain})
