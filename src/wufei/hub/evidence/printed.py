"""What stands of the log on a printed manifest: the leaf of each signature, and a code."""

from django.utils.translation import gettext as _

from wufei.hub.evidence.models import Leaf
from wufei.hub.evidence.receipts import Receipt, receipt
from wufei.hub.evidence.words import check_path, title
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.printed import Part


def tell(manifest: Manifest) -> Part | None:
    """None where nobody has signed yet; the code opens the page of the latest leaf."""
    signatures = list(manifest.signatures.order_by("number"))
    found = [(title(one), receipt(one)) for one in signatures]
    if not found:
        return None
    return Part(
        _("Leaves in the log of evidence (SHA-256)"),
        [(words, _line(one)) for words, one in found],
        check_path(found[-1][1]),
        _("Scan to check the last leaf"),
    )


def _line(found: Receipt) -> str:
    leaf: Leaf | None = found.leaf
    number = _("no. %(number)s") % {"number": leaf.number} if leaf else _("number follows")
    root = f" · {_('root')} {found.root.hex[:16]}…" if found.root else ""
    return f"{found.hex} · {number}{root}"
