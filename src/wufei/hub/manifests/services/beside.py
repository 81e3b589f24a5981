"""Acts beside the path: a later carrier takes over, a load is set down, a revision is agreed.

Each is a signature like any other, in the same chain, under the same lock.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.refusals import Interleaved, Overtaken
from wufei.hub.manifests.services import checks
from wufei.hub.manifests.services.document import Document, refresh, save_all
from wufei.hub.manifests.services.given import Act, Signing
from wufei.hub.manifests.services.retries import earlier_of, signed_under
from wufei.hub.manifests.services.signing import TRIES, read

Change = Callable[[Document], None]


def _nothing(_document: Document) -> None:
    return None


@dataclass(frozen=True)
class Beside:
    """What such an act is: who signs it, in which states, and what it seals.

    ``check`` and ``change`` run before the signature is written: the one refuses, the other
    changes the document in memory (``Document.change``). ``move`` runs under the lock, once the
    manifest has been written: it posts to the ledger and writes rows beside the manifest.
    ``as_system`` is for what the parties have agreed before, so that no permission is asked.
    """

    code: str
    party: str
    organisation_id: int
    states: Collection[str]
    seals: frozenset[str] = frozenset()
    values: Mapping[str, Any] = field(default_factory=dict)
    check: Change = _nothing
    change: Change = _nothing
    move: Change = _nothing
    as_system: bool = False


def sign_beside(manifest: Manifest, act: Beside, *, signing: Signing, by: Actor) -> Signature:
    """Sign ``act``; the same ``signing.id`` and content returns the first signature.

    Raises ``WrongParty``, ``Overtaken`` where the manifest is in another state by now,
    ``BeforeTheStepBefore`` for a time before the latest signature, and what ``check`` raises.
    """
    for _try in range(TRIES - 1):
        try:
            return _sign_at_once(manifest, act, signing, by)
        except Interleaved:
            # Something else was signed beside the path at the same moment: look again.
            continue
    return _sign_at_once(manifest, act, signing, by)


def _sign_at_once(manifest: Manifest, act: Beside, signing: Signing, by: Actor) -> Signature:
    acts = [Act(act.code, signing.id, act.values)]
    try:
        with transaction.atomic():
            now = Manifest.objects.get(pk=manifest.pk)
            signed = signed_under(manifest, acts)
            if earlier := earlier_of(manifest, acts, signing, by, signed):
                return earlier[0]
            try:
                return _sign(manifest, read(now, signing, by, signed), act, acts[0], signed)
            except Overtaken:
                # A twin of this very request may have won: then its result is ours.
                signed = signed_under(manifest, acts)
                if earlier := earlier_of(manifest, acts, signing, by, signed):
                    return earlier[0]
                raise
    except IntegrityError as error:
        if "manifests_signature_uuid" in str(error):
            raise IdReused(id=signing.id) from error
        raise


def _sign(
    given: Manifest, document: Document, beside: Beside, act: Act, signed: list[Signature]
) -> Signature:
    manifest = document.manifest
    if not beside.as_system:
        checks.permit_for(beside.organisation_id, beside.party, beside.code, manifest, document.by)
    if manifest.status not in beside.states:
        raise Overtaken(manifest=str(manifest), status=manifest.get_status_display())
    last = max((one.signed_at for one in signed if one.manifest_id == manifest.pk), default=None)
    checks.at_time(document.at, beside.code, last)
    beside.check(document)
    beside.change(document)
    signature = document.seal(act, beside.seals, beside.party, beside.organisation_id)
    if save_all([document]):
        now = Manifest.objects.get(pk=manifest.pk)
        late = Interleaved if now.status == document.seen[0] else Overtaken
        raise late(manifest=str(now), status=now.get_status_display())
    beside.move(document)
    document.write()
    refresh(given, manifest)
    return signature
