"""Sign the steps of a manifest: status, signature, mass, finding and audit in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Refusal
from wufei.hub.base.prepared import Among, Rows, together
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests.declarations import template
from wufei.hub.manifests.models import Line, Manifest, Signature, StepCode
from wufei.hub.manifests.refusals import AlreadySigned, AuthorityNoTaken, Interleaved
from wufei.hub.manifests.services import apportioning, checks, moving, settlement, steps
from wufei.hub.manifests.services.document import (
    Document,
    asking_lots,
    asking_parties,
    asking_places,
    refresh,
    save_all,
    write_all,
)
from wufei.hub.manifests.services.given import Act, Signing
from wufei.hub.manifests.services.reposting import weights_told
from wufei.hub.manifests.services.retries import asking_signed, each_signed, earlier_of

# How often a step that is still due looks again at what somebody else has signed beside it.
TRIES = 4


def sign(
    manifest: Manifest, step: str, *, signing: Signing, values: Mapping[str, Any], by: Actor
) -> Signature:
    """Sign one step; returns its signature, or the first one where this is a retry.

    ``values`` by field name: ``vehicle``, ``driver`` and ``route`` as their rows, ``weighed_out``
    and ``weighed_in`` as ``{line.uuid: Mass}`` (a plain ``Mass`` where there is one line), texts.
    Raises a refusal of ``manifests.refusals``, the ledger's or the register's; nothing is written
    then.
    """
    if step == StepCode.ISSUE:
        raise AlreadySigned(
            step=checks.step_name(step), manifest=str(manifest), at=steps.minute(manifest.issued_at)
        )
    return sign_all(manifest, [Act(step, signing.id, values)], signing, by)[0]


def sign_all(
    manifest: Manifest, acts: Sequence[Act], signing: Signing, by: Actor
) -> list[Signature]:
    """Sign ``acts`` one after the other, all or none; closes the manifest where nothing is left."""
    one = Asked(manifest, acts, signing)
    for _try in range(TRIES - 1):
        try:
            return _sign_at_once(one, by)
        except Interleaved:
            # A revision was signed at the same moment, and this step is still due: look again.
            continue
    return _sign_at_once(one, by)


@dataclass(frozen=True)
class Asked:
    """Steps of one manifest that somebody wants to sign now, and when and where they do."""

    manifest: Manifest
    acts: Sequence[Act]
    signing: Signing


def _sign_at_once(one: Asked, by: Actor) -> list[Signature]:
    try:
        with transaction.atomic():
            (signed,) = sign_together([one], by)
    except IntegrityError as error:
        if "manifests_manifest_authority_no" in str(error):
            number = next(a.values["authority_no"] for a in one.acts if "authority_no" in a.values)
            raise AuthorityNoTaken(number=number, field="authority_no") from error
        if "manifests_signature_uuid" in str(error):
            raise IdReused(id=one.signing.id) from error
        raise
    if isinstance(signed, Refusal):
        raise signed
    return signed


def sign_together(asked: Sequence[Asked], by: Actor) -> list[list[Signature] | Refusal]:
    """Sign the same steps of several manifests: for each its signatures, or why it is refused.

    Each is judged alone, and nothing is written of one that is refused. What only the ledger or a
    limit finds out, about any of them, is raised instead, and nothing may be committed then. In
    the caller's transaction; the manifests are locked, and each may be named once.
    """
    works = _lock(asked)
    for work in works:
        work.attempt(lambda one: one.look_back(by))
    _read([work for work in works if work.outcome is None], by)
    for work in works:
        if work.outcome is None:
            work.attempt(_Work.judge)
    _write([work for work in works if work.document is not None])
    return [work.outcome or [] for work in works]


@dataclass
class _Work:
    """One of several that are signed together; ``now`` is its manifest, locked.

    ``outcome`` stays None for as long as nothing is decided.
    """

    asked: Asked
    now: Manifest
    signed: list[Signature]
    lines: list[Line]
    document: Document | None = None
    outcome: list[Signature] | Refusal | None = None

    def attempt(self, deed: "Callable[[_Work], None]") -> None:
        """Do something that may find out that this one is refused."""
        try:
            deed(self)
        except Refusal as refusal:
            self.document, self.outcome = None, refusal

    def look_back(self, by: Actor) -> None:
        """Whether the same was signed before; a twin of this very request may have been first."""
        one = self.asked
        self.outcome = earlier_of(one.manifest, one.acts, one.signing, by, self.signed) or None

    def judge(self) -> None:
        """Sign in memory."""
        assert self.document is not None, "was read before"
        for act in self.asked.acts:
            steps.apply(self.document, act)
        self.outcome = [*self.document.signatures]
        settlement.close_if_settled(self.document)


_LOCKED = Rows(
    lambda: (
        Manifest.objects.select_for_update(no_key=True)
        .filter(Among("pk", "manifests"))
        .order_by("pk")
    )
)
_LINES = Rows(
    lambda: (
        Line.objects.filter(Among("manifest", "manifests"))
        .select_related("waste")
        .defer("waste__official_text")
        .order_by("manifest_id", "position")
    )
)


def _lock(asked: Sequence[Asked]) -> list[_Work]:
    """The manifests in ascending order, then their signatures and lines.

    In this order: the chain of digests would leave out a signature that is added in between.
    """
    keys = [one.manifest.pk for one in asked]
    locked, signatures, lines = together(
        _LOCKED.of(manifests=keys),
        asking_signed([(one.manifest, one.acts) for one in asked]),
        _LINES.of(manifests=keys),
    )
    now, of = {one.pk: one for one in locked}, _by_manifest(lines)
    asked = [replace(one, acts=apportioning.by_line(one.manifest, one.acts)) for one in asked]
    signed = each_signed([(one.manifest, one.acts) for one in asked], signatures)
    return [
        _Work(one, now[pk], mine, of.get(pk, []))
        for one, pk, mine in zip(asked, keys, signed, strict=True)
    ]


def _read(works: Sequence[_Work], by: Actor) -> None:
    """What the steps look at, in as many queries as for one.

    One query that joins the ten rows around a manifest takes longer to plan than all of these.
    """
    manifests = [work.now for work in works]
    named = {act.step for work in works for act in work.asked.acts}
    for work in works:
        work.document = _document(work.now, work.lines, work.asked.signing, by, work.signed)
    if StepCode.LOAD in named:
        lots = asking_lots([line for work in works for line in work.lines])
        known, *_fetched = together(lots, asking_parties(manifests), asking_places(manifests))
        for work in works:
            assert work.document is not None
            work.document.known_lots = known
    elif StepCode.ACCEPT in named:
        asking_places(manifests).run()


def read(manifest: Manifest, signing: Signing, by: Actor, signed: list[Signature]) -> Document:
    """The manifest with its lines; parties and places are fetched where somebody asks for them."""
    return _document(manifest, _LINES(manifests=[manifest.pk]), signing, by, signed)


def _by_manifest(lines: Iterable[Line]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for line in lines:
        found.setdefault(line.manifest_id, []).append(line)
    return found


def _document(
    manifest: Manifest, lines: list[Line], signing: Signing, by: Actor, signed: list[Signature]
) -> Document:
    mine = [one for one in signed if one.manifest_id == manifest.pk]
    last = mine[-1].content_digest if mine else ""
    latest = max((one.signed_at for one in mine), default=None)
    told = weights_told((one for one in mine if one.turn == manifest.turn), "weighed_in")
    known: dict[str, Mapping[UUID, Mass]] = {"weighed_in": told} if told else {}
    form = template(manifest.template)
    return Document(manifest, form, lines, signing, by, last, latest, weighed=known)


def _write(works: Sequence[_Work]) -> None:
    """All that was signed in memory."""
    documents = [work.document for work in works if work.document is not None]
    if not documents:
        return
    for late in save_all(documents):
        raise _overtaken(late, works[documents.index(late)].asked)
    moving.move(documents, {act.step for work in works for act in work.asked.acts})
    write_all(documents)
    for work in works:
        refresh(work.asked.manifest, work.now)


def _overtaken(document: Document, asked: Asked) -> Refusal:
    """Why it was not found as it had been read."""
    now = Manifest.objects.get(pk=document.manifest.pk)
    if now.status == document.seen[0]:
        return Interleaved(manifest=str(now), status=now.get_status_display())
    return steps.late(now, document.form, document.form.step(asked.acts[0].step))
