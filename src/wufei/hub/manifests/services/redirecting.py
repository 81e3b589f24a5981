"""A load that was refused whole goes on to another plant under the same manifest 改送.

The truck is still there and nothing was unloaded: the run begins anew from where it stands. The
manifest counts a turn, and everything about the plant is sealed anew by whoever decides it: the
consignor, or the refusing consignee where the consignor named that plant when it issued.
"""

from dataclasses import dataclass

from wufei.hub.base.actor import Actor, Scope
from wufei.hub.manifests.declarations import Party
from wufei.hub.manifests.models import Line, Manifest, Signature, Status, StepCode
from wufei.hub.manifests.refusals import NothingRefused
from wufei.hub.manifests.services import allotting, checks, exempting, linked
from wufei.hub.manifests.services.beside import Beside, sign_beside
from wufei.hub.manifests.services.document import Document, due_at
from wufei.hub.manifests.services.given import Signing
from wufei.hub.registry.models import Site

# What another plant changes; the next signatures there seal it once more.
SEALS = frozenset(
    {"consignee", "consignee_site", "route", "weighed_in", "accepted", "refused"}
    | {"refusal_reason", "difference_reason"}
)
_OF_THE_PLANT = ("weighed_in_g", "accepted_g", "refused_g")


def redirect(manifest: Manifest, site: Site, *, signing: Signing, by: Actor) -> Signature:
    """Send the whole refused load on to ``site``; the same ``signing.id`` returns the first one.

    Raises ``WrongParty``; ``Overtaken`` unless everything was refused; ``NothingRefused`` where a
    linked manifest carries it already; and what is wrong with that plant, see ``linked.send_on``.
    """
    party, organisation_id = _signer(Manifest.objects.get(pk=manifest.pk), site, by)
    work = _Redirecting(site)
    act = Beside(
        StepCode.REDIRECT,
        party,
        organisation_id,
        (Status.REFUSED,),
        SEALS,
        {"consignee_site": site},
        check=work.check,
        change=work.change,
        move=work.move,
    )
    return sign_beside(manifest, act, signing=signing, by=by)


def _signer(manifest: Manifest, site: Site, by: Actor) -> tuple[Party, int]:
    """The consignor, or its consignee for a plant that was named before."""
    own = by.scope(checks.SIGN) is Scope.ALL or manifest.consignor_id in by.organisation_ids
    if not own and manifest.alternate_site_id == site.pk:
        return Party.CONSIGNEE, manifest.consignee_id
    return Party.CONSIGNOR, manifest.consignor_id


@dataclass
class _Redirecting:
    site: Site

    def check(self, document: Document) -> None:
        manifest = document.manifest
        if linked.left_of(manifest) != document.lines:
            raise NothingRefused(manifest=str(manifest), status=manifest.get_status_display())
        checks.truck_is_free(manifest, document.by)
        day = checks.day_of(document.at)
        checks.another_plant(manifest, self.site, day)
        for line in document.lines:
            load = exempting.on_the_way(line)
            exempting.plant(document.form, self.site, load, day, sent_on=True)

    def change(self, document: Document) -> None:
        manifest = document.manifest
        document.change(
            status=Status.LOADED,
            turn=manifest.turn + 1,
            consignee=self.site.organisation,
            consignee_site=self.site,
            route=None,
            arrived_at=None,
            accepted_at=None,
            refusal_reason="",
            difference_reason="",
            due_at=due_at(document.form, Status.LOADED, document.at),
        )
        for line in document.lines:
            _clear(line)
        document.weights |= set(_OF_THE_PLANT)

    def move(self, document: Document) -> None:
        """Looked at again under the lock: somebody may have had it fetched at the same moment.

        The new plant's licence and the plan are taken from here and not before: everybody else
        locks the manifest first, and a twin of this act must meet the manifest, not its own taking.
        What the old plant took went back when it accepted nothing.
        """
        manifest = document.manifest
        if manifest.followers.exclude(status__in=linked.GONE).exists():
            raise NothingRefused(manifest=str(manifest), status=Status.REFUSED.label)
        document.findings += allotting.take(manifest, document.form, document.lines)


def _clear(line: Line) -> None:
    for column in _OF_THE_PLANT:
        setattr(line, column, None)
