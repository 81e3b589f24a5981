"""A site's code 现场签章码: whoever knows it signs for the site on another party's phone.

It is made here, shown once, kept hashed. Every wrong try gets the same answer after the same
work, whether the code was wrong, none is set or too many were tried: nothing can be learnt.
"""

import secrets
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, Scope
from wufei.hub.base.errors import Forbidden
from wufei.hub.manifests import findings
from wufei.hub.manifests.declarations import Party, Step
from wufei.hub.manifests.models import Manifest, SiteCode
from wufei.hub.manifests.refusals_elsewhere import WrongSiteCode
from wufei.hub.manifests.services import tries
from wufei.hub.manifests.services.tries import Limit
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.validity import valid_on

EDIT = "manifests.sitecode.edit"
# A hundred million codes: at the site's limit a guesser needs years.
DIGITS = 8
_SPAN_S = 15 * 60
USER_MOST, SITE_MOST = 5, 20
SUBJECT = "registry.site"


# Setting it.
def own_sites(actor: Actor) -> "QuerySet[Site]":
    """Open sites whose code this actor may set."""
    rows = Site.objects.filter(valid_on()).select_related("organisation", "sign_code")
    scope = actor.scope(EDIT)
    if scope is not Scope.ALL:
        rows = rows.filter(organisation__in=sorted(actor.organisation_ids))
    return rows.order_by("organisation__name", "name") if scope is not Scope.NONE else rows.none()


def renew(site: Site, *, by: Actor) -> str:
    """A new code for the site; the old one ends. Told only here."""
    _require(site, by)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic():
        SiteCode.objects.update_or_create(
            site=site,
            defaults={"hash": make_password(code), "actor": by.id, "set_at": timezone.now()},
        )
        audit.record(by, "manifests:sitecode:renew", subject=f"{SUBJECT}:{site.uuid}")
    return code


def withdraw(site: Site, *, by: Actor) -> None:
    """From now on nobody signs for the site by a code; twice is the same as once."""
    _require(site, by)
    with transaction.atomic():
        if SiteCode.objects.filter(site=site).delete()[0]:
            audit.record(by, "manifests:sitecode:withdraw", subject=f"{SUBJECT}:{site.uuid}")


def _require(site: Site, by: Actor) -> None:
    if not own_sites(by).filter(pk=site.pk).exists():
        raise Forbidden(EDIT)


# Using it.
def sites_for(manifest: Manifest, step: Step) -> list[Site]:
    """Whose code signs ``step``: the end's where it happens, or one of the carrier's sites."""
    match step.by:
        case Party.CONSIGNOR:
            return [manifest.consignor_site]
        case Party.CONSIGNEE:
            return [manifest.consignee_site]
        case _:
            rows = Site.objects.filter(valid_on(), organisation=manifest.carrier)
            return list(rows.select_related("organisation").order_by("name", "pk"))


def check(site: Site, code: str, *, by: Actor) -> None:
    """Let ``by`` go on if ``code`` is the site's; raises ``WrongSiteCode`` for any other reason.

    Call it outside of the transaction that signs: what fails is counted all the same.
    """
    if not _is_right(site, code, by):
        raise WrongSiteCode(minutes=_SPAN_S // 60, field="code")


def _is_right(site: Site, code: str, by: Actor) -> bool:
    limits = _limits(site, by)
    with tries.in_turn(*limits):
        locked = tries.full(*limits)
        kept = SiteCode.objects.filter(site=site).values_list("hash", flat=True).first()
        # The same work whatever is the case: the time of the answer tells nothing.
        fits = check_password("".join(code.split())[:40], kept or _nobodys())
        right = fits and kept is not None and not locked
        if not right and not locked:
            tries.fail(*limits)
    return right


def _limits(site: Site, by: Actor) -> tuple[Limit, Limit]:
    return (
        Limit(f"sitecode:user:{by.id}", USER_MOST, _SPAN_S),
        Limit(f"sitecode:site:{site.pk}", SITE_MOST, _SPAN_S),
    )


@cache
def _nobodys() -> str:
    """A hash that no code has."""
    return make_password(secrets.token_urlsafe())


def standing_in(by: Actor, organisation: Organisation) -> Actor:
    """``by``, who signs for one more organisation: with its code, or on its paper."""
    # A request's actor is looked up late, and such a stand-in cannot be copied like the real one.
    organisations = sorted(by.organisation_ids | {organisation.pk})
    return Actor.from_json(by.as_json() | {"organisation_ids": organisations})


def used(site: Site, manifest: Manifest, signature: UUID, *, by: Actor, **more: Any) -> None:
    """Say in the audit log whose code it was and on whose phone."""
    code = SiteCode.objects.filter(site=site).first()
    audit.record(
        by,
        "manifests:sitecode:use",
        subject=findings.subject(manifest),
        values={
            "signature": str(signature),
            "site": str(site.uuid),
            "phone_of": by.id,
            "code_of": code.actor if code else "",
            **more,
        },
    )
