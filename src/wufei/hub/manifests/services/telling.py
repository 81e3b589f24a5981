"""Notices: of revisions to those who are asked and to who proposed it, of exemptions that end."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_noop

from wufei.hub.base.notices.services import notify
from wufei.hub.exemptions.models import Claim
from wufei.hub.manifests.models import Manifest, Revision

# Who works on manifests at a desk; drivers find it on their phone page.
_ROLES = ("clerk", "keeper", "agent")


def asked(revision: Revision, organisations: Iterable[int]) -> None:
    """Tell the organisations that their agreement is wanted."""
    for organisation_id in organisations:
        for role in _ROLES:
            notify(
                title=gettext_noop("A correction of %(number)s waits for you to agree"),
                body="%(reason)s",
                values={"number": revision.manifest.local_id, "reason": revision.reason},
                link=_page(revision),
                role=role,
                organisation_id=organisation_id,
            )


def ended(revision: Revision) -> None:
    """Tell whoever proposed it what has become of it, unless that was their own doing."""
    titles = {
        Revision.State.APPROVED: gettext_noop("Your correction of %(number)s is agreed"),
        Revision.State.REFUSED: gettext_noop("Your correction of %(number)s is not agreed"),
    }
    title = titles.get(Revision.State(revision.state))
    if title and revision.actor.startswith("person:") and revision.approvals.exists():
        number = {"number": revision.manifest.local_id}
        notify(title=title, values=number, link=_page(revision), person=revision.actor)


def exemption_ended(manifest: Manifest, claim: Claim) -> None:
    """Tell the consignee of a load that is to come what it relies on no longer."""
    for role in _ROLES:
        notify(
            title=gettext_noop("%(number)s relies on an exemption claim that has ended"),
            body="%(reason)s",
            values={"number": manifest.local_id, "reason": claim.end_reason},
            link=reverse("manifests.manifest.detail", args=[manifest.uuid]),
            role=role,
            organisation_id=manifest.consignee_id,
        )


def _page(revision: Revision) -> str:
    return reverse("manifests.revision.detail", args=[revision.uuid])
