"""What was signed before under the same keys: the same thing asked for twice is done once."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused
from wufei.hub.base.prepared import Among, Rows, Statement
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services.document import refresh, values_json
from wufei.hub.manifests.services.given import Act, Signing

_KNOWN = Rows(
    lambda: Signature.objects.filter(Among("manifest", "manifests") | Among("uuid", "ids"))
)


def signed_under(manifest: Manifest, acts: Sequence[Act]) -> list[Signature]:
    """Signatures of this manifest, and those of any other that have one of these ids."""
    asked = [(manifest, acts)]
    return each_signed(asked, asking_signed(asked).run())[0]


Asked = Sequence[tuple[Manifest, Sequence[Act]]]


def asking_signed(asked: Asked) -> Statement[list[Signature]]:
    """Asks for what ``each_signed`` tells apart."""
    ids = {act.id for _manifest, acts in asked for act in acts}
    return _KNOWN.of(manifests=[manifest.pk for manifest, _acts in asked], ids=[*ids])


def each_signed(asked: Asked, signatures: Iterable[Signature]) -> list[list[Signature]]:
    """As ``signed_under`` for each."""
    of: dict[int, list[Signature]] = {}
    under: dict[UUID, Signature] = {}
    for one in signatures:
        of.setdefault(one.manifest_id, []).append(one)
        under[one.uuid] = one
    return [
        of.get(manifest.pk, [])
        + [
            under[act.id]
            for act in acts
            if act.id in under and under[act.id].manifest_id != manifest.pk
        ]
        for manifest, acts in asked
    ]


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
