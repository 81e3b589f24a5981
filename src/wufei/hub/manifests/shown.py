"""What somebody had before their eyes when they signed, as one digest."""

from wufei.hub.manifests import rules
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services.document import lots_of
from wufei.hub.manifests.services.saying import said


def shown(manifest: Manifest) -> str:
    """Digest of everything that a manifest says now, sealed or not, and of its latest signature.

    SHA-256, lower-case hexadecimal; changes with every signature and with every change between
    two of them.
    """
    lines = list(manifest.lines.all())
    last = manifest.signatures.order_by("-number").values_list("content_digest", flat=True)
    return rules.digest(
        {
            "manifest": str(manifest.uuid),
            "fields": said(sorted(rules.FIELDS), manifest, lines, lots_of(lines)),
            "last": last.first() or "",
        }
    )
