"""What a load takes of its consignor's plan and of its consignee's licence.

Taken at issue with what is declared, corrected to what was weighed out (plan) and accepted
(both). A truck that is loaded already may go beyond: then it is a finding.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from wufei.hub.base.findings import Finding
from wufei.hub.ledger.figures import tonnes_text
from wufei.hub.ledger.units import Mass
from wufei.hub.manifests import findings
from wufei.hub.manifests.declarations import ManifestTemplate, QuotaRule, template
from wufei.hub.manifests.models import Line, Manifest, Origin, Relation, StepCode
from wufei.hub.manifests.services import exempting
from wufei.hub.manifests.services.checks import day_of
from wufei.hub.registry.models import Allotment, Organisation
from wufei.hub.registry.services import headroom
from wufei.hub.registry.services.refusals import QuotaMissing


@dataclass(frozen=True)
class Load:
    """What is to be taken for a manifest: the declared mass of each line, at a gate the weighed.

    ``received``: what was accepted of each line, after all.
    """

    manifest: Manifest
    form: ManifestTemplate
    lines: Sequence[Line]
    weighed: Mass | None = None
    received: bool = False

    @property
    def past(self) -> bool:
        """It has happened already."""
        return self.received or self.manifest.origin in (
            Origin.PAPER,
            Origin.IMPORTED,
            Origin.EMERGENCY,
        )

    @property
    def left(self) -> bool:
        """What goes on to another plant has left its producer already, too."""
        on = self.manifest.turn > 1 or self.manifest.relation == Relation.REDIRECT
        return self.past or on


@dataclass(frozen=True)
class _Asked:
    load: Load
    line: Line
    taking: headroom.Taking

    def found(self, taken: headroom.Taken) -> Iterator[Finding]:
        manifest, line, claim = self.load.manifest, self.line, self.taking.claim
        plan = claim.quota is not None
        if taken.over_g:
            code = findings.QUOTA_EXCEEDED if plan else findings.LICENCE_EXCEEDED
            yield _beyond(code, manifest, line, claim.organisation, taken.over_g)
        elif plan and taken.nears(claim.limit_g):
            yield _near(manifest, line, claim, taken.taken_g)


def take(
    manifest: Manifest, form: ManifestTemplate, lines: Sequence[Line], weighed: Mass | None = None
) -> list[Finding]:
    """Take what a load needs of its consignor's plan and its consignee's licence.

    Raises ``QuotaMissing``, ``QuotaExceeded`` and ``LicenceExceeded``; what has happened already
    (paper, import, emergency) is told as findings instead.
    """
    return take_all([Load(manifest, form, lines, weighed)])


def take_all(loads: Sequence[Load], papers: headroom.Papers | None = None) -> list[Finding]:
    """As ``take`` for each of ``loads``, one after the other, all or nothing."""
    papers, asked, found = papers or headroom.Papers(), list[_Asked](), list[Finding]()
    for load in loads:
        for line in _in_order(load.lines):
            found += _of_plan(load, line, papers, asked)
            _of_licence(load, line, papers, asked)
    for one, taken in zip(asked, headroom.take_all([one.taking for one in asked]), strict=True):
        found += one.found(taken)
    return found


def _in_order(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.waste.code, line.position))


def _of_plan(
    load: Load, line: Line, papers: headroom.Papers, asked: list[_Asked]
) -> Iterator[Finding]:
    """Ask for what the plan has to allow; where there is none, that is told or refused."""
    manifest, form = load.manifest, load.form
    # A return is no new transfer of the producer, and who sends from elsewhere has plans there.
    if form.quota is QuotaRule.NONE or manifest.relation == Relation.RETURN:
        return
    site = line.site or manifest.consignor_site
    if not site.region.within:
        return
    owner, day, code = site.organisation, day_of(manifest.issued_at), line.waste.code
    if claim := headroom.quota_claim(owner, code, day, site, papers):
        asked.append(_Asked(load, line, _taking(load, line, claim, load.left)))
        return
    if form.quota is QuotaRule.NEEDED and not load.left:
        raise QuotaMissing(organisation=owner.name, code=code, day=day, field="waste")
    yield Finding(
        findings.NO_QUOTA,
        subject=findings.subject(manifest),
        values={"organisation": owner.name, "code": code},
        episode=str(line.position),
    )


def _of_licence(load: Load, line: Line, papers: headroom.Papers, asked: list[_Asked]) -> None:
    manifest = load.manifest
    if not load.form.licence_kinds or manifest.relation == Relation.RETURN:
        return
    kinds = exempting.kinds(load.form, [line])
    day, owner = day_of(manifest.issued_at), manifest.consignee
    if claim := headroom.licence_claim(owner, line.waste.code, kinds, day, papers):
        asked.append(_Asked(load, line, _taking(load, line, claim, load.past)))


def _taking(load: Load, line: Line, claim: headroom.Claim, beyond: bool) -> headroom.Taking:
    mass_g = load.weighed.grams if load.weighed else line.declared_g
    if load.received:
        mass_g = line.accepted_g or 0
    return headroom.Taking(claim, line.uuid, mass_g, beyond)


def correct(manifest: Manifest, lines: Sequence[Line], steps: set[str]) -> list[Finding]:
    """Correct what was taken: to what was weighed out, and to what was accepted."""
    return correct_all([(manifest, lines)], steps)


def count_anew(manifest: Manifest, form: ManifestTemplate, lines: Sequence[Line]) -> list[Finding]:
    """Correct what was taken to what is accepted now.

    A line that was refused whole has given back all; what is accepted of it after all is taken.
    """
    found = correct(manifest, lines, {StepCode.ACCEPT})
    counted = {one.key for one in headroom.taken_by(line.uuid for line in lines)}
    more = [line for line in lines if line.accepted_g and line.uuid not in counted]
    return found + take_all([Load(manifest, form, more, received=True)])


def correct_all(loads: Iterable[tuple[Manifest, Sequence[Line]]], steps: set[str]) -> list[Finding]:
    """As ``correct`` for several that signed the same steps, one after the other."""
    if not steps & {StepCode.LOAD, StepCode.ACCEPT}:
        return []
    bounded = [(manifest, lines) for manifest, lines in loads if _bounded(manifest)]
    of = {line.uuid: (manifest, line) for manifest, lines in bounded for line in lines}
    order = {uuid: n for n, uuid in enumerate(of)}
    taken = sorted(headroom.taken_by(of) if of else [], key=lambda one: order[one.key])
    changes = [(one, _really_g(one, of[one.key][1], steps)) for one in taken]
    found = []
    for (one, _mass_g), over_g in zip(changes, headroom.change_all(changes), strict=True):
        if over_g:
            (manifest, line), plan = of[one.key], one.headroom.quota_id is not None
            code = findings.QUOTA_EXCEEDED if plan else findings.LICENCE_EXCEEDED
            owner = manifest.consignor if plan else manifest.consignee
            found.append(_beyond(code, manifest, line, owner, over_g))
    return found


def _bounded(manifest: Manifest) -> bool:
    form = template(manifest.template)
    return form.quota is not QuotaRule.NONE or bool(form.licence_kinds)


def _really_g(one: Allotment, line: Line, steps: set[str]) -> int:
    """Grams of a plan or licence that ``line`` takes now that ``steps`` are signed."""
    if StepCode.ACCEPT in steps:
        return line.accepted_g or 0
    if one.headroom.quota_id is not None:
        return line.weighed_out_g or one.mass_g
    return one.mass_g


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
