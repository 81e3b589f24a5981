"""Numbers of manifests: our own, and the form of the authority's."""

import re
from collections.abc import Sequence
from datetime import datetime

from wufei.hub.base.numbering import next_number, next_numbers
from wufei.hub.manifests.declarations import ManifestTemplate
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.refusals import BadAuthorityNo
from wufei.hub.manifests.rules import SHANGHAI


def local_id(template: ManifestTemplate, at: datetime) -> str:
    """The next number of the template's prefix and the day: ``WF-20261125-0001``.

    Ask for it late in a transaction: everybody else who issues under this prefix waits.
    """
    prefix, day = _scope(template, at)
    return f"{prefix}-{day}-{next_number(f'manifest:{prefix}:{day}'):04}"


def give_local_ids(new: Sequence[tuple[Manifest, ManifestTemplate, datetime]]) -> None:
    """As ``local_id``, to several manifests in order."""
    scopes: dict[tuple[str, str], list[Manifest]] = {}
    for manifest, template, at in new:
        scopes.setdefault(_scope(template, at), []).append(manifest)
    # Everybody waits for these in the same order.
    for (prefix, day), manifests in sorted(scopes.items()):
        serials = next_numbers(f"manifest:{prefix}:{day}", len(manifests))
        for manifest, serial in zip(manifests, serials, strict=True):
            manifest.local_id = f"{prefix}-{day}-{serial:04}"


def _scope(template: ManifestTemplate, at: datetime) -> tuple[str, str]:
    return template.number_prefix, f"{at.astimezone(SHANGHAI):%Y%m%d}"


def authority_no(template: ManifestTemplate, text: str) -> str | None:
    """The authority's number as it is kept, None for none; raises ``BadAuthorityNo``."""
    number = text.strip()
    if not number:
        return None
    pattern = template.authority_pattern or r".{1,40}"
    if not re.fullmatch(pattern, number):
        raise BadAuthorityNo(number=number[:40], authority=template.authority, field="authority_no")
    return number
