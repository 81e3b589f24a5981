"""What a load takes of its consignor's plan and of its consignee's licence.

Taken at issue with what is declared, corrected to what was weighed out (plan) and accepted
(both). A truck that is loaded already may go beyond: then it is a finding.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from wufei.hub.base.findings import Finding
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import findings
from wufei.hub.manifests.declarations import ManifestTemplate, QuotaRule, template
from wufei.hub.manifests.models import Line, Manifest, Origin, Relation, StepCode
from wufei.hub.manifests.services import exempting
from wufei.hub.manifests.services.checks import day_of
from wufei.hub.registry.models import Organisation
from wufei.hub.registry.services import headroom
from wufei.hub.registry.services.refusals import QuotaMissing


def take(
    manifest: Manifest, form: ManifestTemplate, lines: Sequence[Line], weighed: Mass | None = None
) -> list[Finding]:
    """Take the declared (or at a gate the weighed) mass of each line.

    Raises ``QuotaMissing``, ``QuotaExceeded`` and ``LicenceExceeded``; what has happened already
    (paper, import, emergency) is told as findings instead.
    """
    past = manifest.origin in (Origin.PAPER, Origin.IMPORTED, Origin.EMERGENCY)
    # What goes on to another plant has left its producer already.
    left = past or manifest.turn > 1 or manifest.relation == Relation.REDIRECT
    found: list[Finding] = []
    for line in _in_order(lines):
        mass_g = weighed.grams if weighed else line.declared_g
        found += _of_plan(manifest, form, line, mass_g, left)
        found += _of_licence(manifest, form, line, mass_g, past)
    return found


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """By waste: everybody takes what several may want in the same order."""
    return sorted(lines, key=lambda line: (line.waste.code, line.position))


def _of_plan(
    manifest: Manifest, form: ManifestTemplate, line: Line, mass_g: int, past: bool
) -> Iterator[Finding]:
    # A return is no new transfer of the producer, and who sends from elsewhere has plans there.
    if form.quota is QuotaRule.NONE or manifest.relation == Relation.RETURN:
        return
    site = line.site or manifest.consignor_site
    if not site.region.within:
        return
    owner, day = site.organisation, day_of(manifest.issued_at)
    claim = headroom.quota_claim(owner, line.waste.code, day, site)
    if claim is None:
        if form.quota is QuotaRule.NEEDED and not past:
            raise QuotaMissing(
                organisation=owner.name, code=line.waste.code, day=day, field="waste"
            )
        yield Finding(
            findings.NO_QUOTA,
            subject=findings.subject(manifest),
            values={"organisation": owner.name, "code": line.waste.code},
            episode=str(line.position),
        )
        return
    taken = headroom.take(claim, line.uuid, mass_g, beyond=past)
    if taken.over_g:
        yield _beyond(findings.QUOTA_EXCEEDED, manifest, line, owner, taken.over_g)
    elif taken.nears(claim.limit_g):
        yield _near(manifest, line, claim, taken.taken_g)


def _of_licence(
    manifest: Manifest, form: ManifestTemplate, line: Line, mass_g: int, past: bool
) -> Iterator[Finding]:
    if not form.licence_kinds or manifest.relation == Relation.RETURN:
        return
    day = day_of(manifest.issued_at)
    owner = manifest.consignee
    kinds = exempting.kinds(form, [line])
    claim = headroom.licence_claim(owner, line.waste.code, kinds, day)
    if claim and (over_g := headroom.take(claim, line.uuid, mass_g, beyond=past).over_g):
        yield _beyond(findings.LICENCE_EXCEEDED, manifest, line, owner, over_g)


def correct(manifest: Manifest, lines: Sequence[Line], steps: set[str]) -> list[Finding]:
    """Correct what was taken: to what was weighed out, and to what was accepted."""
    form, found = template(manifest.template), list[Finding]()
    bounded = form.quota is not QuotaRule.NONE or form.licence_kinds
    if not bounded or not steps & {StepCode.LOAD, StepCode.ACCEPT}:
        return found
    by_uuid = {line.uuid: line for line in lines}
    for one in headroom.taken_by(by_uuid):
        line, plan = by_uuid[one.key], one.headroom.quota_id is not None
        if StepCode.ACCEPT in steps:
            mass_g = line.accepted_g or 0
        elif plan:
            mass_g = line.weighed_out_g or one.mass_g
        else:
            continue
        if over_g := headroom.change(one, mass_g):
            code = findings.QUOTA_EXCEEDED if plan else findings.LICENCE_EXCEEDED
            owner = manifest.consignor if plan else manifest.consignee
            found.append(_beyond(code, manifest, line, owner, over_g))
    return found


def give_back(manifest: Manifest) -> None:
    """Free all that a manifest took which ends before it was received."""
    give_back_lines(manifest.lines.values_list("uuid", flat=True))


def give_back_lines(lines: Iterable[UUID]) -> None:
    """Free what single lines took: a stop of a round is corrected."""
    headroom.give_back(lines)


def _beyond(code: str, manifest: Manifest, line: Line, owner: Organisation, over_g: int) -> Finding:
    return Finding(
        code,
        subject=findings.subject(manifest),
        values={
            "organisation": owner.name,
            "code": line.waste.code,
            "over_t": tonnes_text(over_g),
            "mass_g": over_g,
        },
        episode=str(line.position),
    )


def _near(manifest: Manifest, line: Line, claim: headroom.Claim, taken_g: int) -> Finding:
    return Finding(
        findings.QUOTA_NEAR,
        subject=findings.subject(manifest),
        values={
            "organisation": claim.organisation.name,
            "code": line.waste.code,
            "limit_t": tonnes_text(claim.limit_g),
            "left_t": tonnes_text(claim.limit_g - taken_g),
        },
        episode=str(line.position),
    )
