"""Numbers of manifests: our own, and the form of the authority's."""

import re
from datetime import datetime

from wufei.hub.base.numbering import next_number
from wufei.hub.manifests.declarations import ManifestTemplate
from wufei.hub.manifests.refusals import BadAuthorityNo
from wufei.hub.manifests.rules import SHANGHAI


def local_id(template: ManifestTemplate, at: datetime) -> str:
    """The next number of the template's prefix and the day: ``WF-20261125-0001``.

    Ask for it late in a transaction: everybody else who issues under this prefix waits.
    """
    day = f"{at.astimezone(SHANGHAI):%Y%m%d}"
    serial = next_number(f"manifest:{template.number_prefix}:{day}")
    return f"{template.number_prefix}-{day}-{serial:04}"


def authority_no(template: ManifestTemplate, text: str) -> str | None:
    """The authority's number as it is kept, None for none; raises ``BadAuthorityNo``."""
    number = text.strip()
    if not number:
        return None
    pattern = template.authority_pattern or r".{1,40}"
    if not re.fullmatch(pattern, number):
        raise BadAuthorityNo(number=number[:40], authority=template.authority, field="authority_no")
    return number
