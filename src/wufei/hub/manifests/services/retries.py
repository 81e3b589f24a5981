"""What was signed before under the same keys: the same thing asked for twice is done once."""

from collections.abc import Sequence

from django.db.models import Q

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services.document import refresh, values_json
from wufei.hub.manifests.services.given import Act, Signing


def signed_under(manifest: Manifest, acts: Sequence[Act]) -> list[Signature]:
    """Signatures of this manifest, and those of any other that have one of these ids."""
    known = Q(manifest=manifest.pk) | Q(uuid__in=[act.id for act in acts])
    return list(Signature.objects.filter(known).order_by("pk"))


def earlier_of(
    manifest: Manifest,
    acts: Sequence[Act],
    signing: Signing,
    by: Actor,
    signed: Sequence[Signature],
) -> list[Signature]:
    """Signatures given before under these ids; raises ``IdReused`` unless they say the same."""
    ids = {act.id for act in acts}
    known = {one.uuid: one for one in signed if one.uuid in ids}
    if not known:
        return []
    lines = list(manifest.lines.order_by("position"))
    for act in acts:
        one = known.get(act.id)
        same = (
            one is not None
            and one.manifest_id == manifest.pk
            and one.step == act.step
            and one.actor == by.id
            and one.signed_at == signing.signed_at
            and one.values == values_json(act.values, lines)
        )
        if not same:
            raise IdReused(id=act.id)
    refresh(manifest, Manifest.objects.get(pk=manifest.pk))
    return [known[act.id] for act in acts]
