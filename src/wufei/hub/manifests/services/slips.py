"""The weighbridge slip of a consignee without an account, entered by the consignor."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from wufei.hub.base.actor import Actor
from wufei.hub.base.files.models import StoredFile
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.models import Manifest, Mode, Signature, Status, StepCode
from wufei.hub.manifests.refusals import Overtaken
from wufei.hub.manifests.services import outsiders
from wufei.hub.manifests.services.given import Act, Signing, part_of
from wufei.hub.manifests.services.signing import sign_all
from wufei.hub.manifests.services.site_codes import standing_in


def require(manifest: Manifest, *, by: Actor) -> None:
    """Let ``by`` enter the slip; raises what ``outsiders.require`` does, and ``Overtaken``."""
    outsiders.require(manifest, manifest.consignee, by=by)
    if manifest.status != Status.LOADED:
        raise Overtaken(manifest=str(manifest), status=manifest.get_status_display())


def enter(
    manifest: Manifest,
    weighed_in: Mapping[UUID, Mass],
    slip: StoredFile,
    *,
    signing: Signing,
    difference_reason: str = "",
    by: Actor,
) -> Sequence[Signature]:
    """Arrival and acceptance as the slip says; both rest on its picture (``mode`` slip).

    Raises what ``require`` and signing raise.
    """
    require(manifest, by=by)
    reason = difference_reason.strip()
    accepted: dict[str, Any] = {"difference_reason": reason} if reason else {}
    acts = [
        Act(StepCode.ARRIVE, part_of(signing.id, "arrive"), {"weighed_in": dict(weighed_in)}),
        Act(StepCode.ACCEPT, part_of(signing.id, "accept"), accepted),
    ]
    rests = replace(signing, mode=Mode.SLIP, evidence=slip.uuid)
    return sign_all(manifest, acts, rests, standing_in(by, manifest.consignee))
