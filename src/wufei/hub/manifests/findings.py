"""What the manifests' findings say, where they lead, and who may see them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base.actor import Actor
from wufei.hub.base.findings import Finding
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.texts import finding_text
from wufei.hub.base.views import findings
from wufei.hub.manifests import rules
from wufei.hub.manifests.declarations import ManifestTemplate
from wufei.hub.manifests.models import Halt, Line, LineLot, Manifest, StepCode
from wufei.hub.manifests.scope import seen_by

SUBJECT = "manifests.manifest"
WEIGHT_DIFFERENCE = "manifests.weight_difference"
LOADING_DIFFERENCE = "manifests.loading_difference"
REFUSED = "manifests.refused"
HALT_TOO_LONG = "manifests.halt_too_long"
STORED_TOO_LONG = "manifests.stored_too_long"
NO_QUOTA = "manifests.no_quota"
QUOTA_NEAR = "manifests.quota_near"
QUOTA_EXCEEDED = "manifests.quota_exceeded"
LICENCE_EXCEEDED = "manifests.licence_exceeded"


def register() -> None:
    finding_text(
        WEIGHT_DIFFERENCE,
        gettext_noop(
            "%(weighed_out_t)s t left, %(weighed_in_t)s t arrived: a difference of %(permille)s ‰, "
            "more than the %(tolerance_permille)s ‰ that need no reason."
        ),
        _("Weight difference"),
    )
    finding_text(
        HALT_TOO_LONG,
        gettext_noop(
            "%(number)s was set down at %(site)s at %(since)s and had to go on by %(limit)s."
        ),
        _("Set down for too long"),
    )
    finding_text(
        LOADING_DIFFERENCE,
        gettext_noop(
            "%(weighed_out_t)s t were weighed out, the containers' labels add up to "
            "%(labelled_t)s t."
        ),
        _("Load unlike its labels"),
    )
    finding_text(
        REFUSED,
        gettext_noop(
            "%(refused_t)s t of the %(weighed_in_t)s t of %(waste)s that arrived were refused: "
            "%(reason)s."
        ),
        _("Refused by the consignee"),
    )
    finding_text(
        STORED_TOO_LONG,
        gettext_noop(
            "%(count)s containers were older than %(hours)s hours when they were loaded, the "
            "oldest since %(since)s."
        ),
        _("Stored too long"),
    )
    finding_text(
        NO_QUOTA,
        gettext_noop("%(organisation)s has no filed plan or approval for %(code)s on record."),
        _("Moved without a plan on record"),
    )
    finding_text(
        QUOTA_NEAR,
        gettext_noop(
            "%(organisation)s may move %(left_t)s t more of the %(limit_t)s t of %(code)s that its "
            "plan or approval allows."
        ),
        _("Plan nearly used up"),
    )
    finding_text(
        QUOTA_EXCEEDED,
        gettext_noop("%(over_t)s t more of %(code)s have left %(organisation)s than allowed."),
        _("More than the plan allows"),
    )
    finding_text(
        LICENCE_EXCEEDED,
        gettext_noop(
            "%(organisation)s has taken %(over_t)s t more of %(code)s than its licence allows."
        ),
        _("More than the licence allows"),
    )
    findings.register_subject(SUBJECT, page)
    findings.register_name(SUBJECT, name)
    findings.register_scope(within)


def subject(manifest: Manifest) -> str:
    """How findings and the audit log name a manifest."""
    return f"{SUBJECT}:{manifest.uuid}"


# Rules over one step, pure.
def of_step(
    manifest: Manifest,
    form: ManifestTemplate,
    step: str,
    lines: Sequence[Line],
    lots: Mapping[UUID, Sequence[LineLot]],
) -> Iterator[Finding]:
    """What looks wrong once ``step`` has been signed; a line is an episode of its own."""
    for line in lines:
        if step == StepCode.LOAD and (parts := lots.get(line.uuid)):
            yield from _loading(manifest, form, line, sum(part.mass_g for part in parts))
            yield from _too_old(manifest, form, line, parts)
        if step == StepCode.ACCEPT:
            yield from _arrival(manifest, form, line)
            yield from _refusal(manifest, line)


def _arrival(manifest: Manifest, form: ManifestTemplate, line: Line) -> Iterator[Finding]:
    out_g, in_g = line.weighed_out_g, line.weighed_in_g
    assert out_g
    assert in_g
    if rules.beyond_tolerance(out_g, in_g, form.tolerance_permille):
        yield Finding(
            WEIGHT_DIFFERENCE,
            subject=subject(manifest),
            values={
                "number": manifest.local_id,
                "weighed_out_g": out_g,
                "weighed_in_g": in_g,
                "mass_g": abs(out_g - in_g),
                "permille": rules.difference_permille(out_g, in_g),
                "tolerance_permille": form.tolerance_permille,
            },
            episode=episode(manifest, line),
        )


def _refusal(manifest: Manifest, line: Line) -> Iterator[Finding]:
    if line.refused_g:
        yield Finding(
            REFUSED,
            subject=subject(manifest),
            values={
                "number": manifest.local_id,
                "waste": line.waste.code,
                "weighed_in_g": line.weighed_in_g,
                "refused_g": line.refused_g,
                "reason": manifest.refusal_reason,
            },
            episode=episode(manifest, line),
        )


def episode(manifest: Manifest, line: Line) -> str:
    """A line at one plant: where the load was brought on, the next plant is another episode."""
    return str(line.position) if manifest.turn == 1 else f"{line.position}:{manifest.turn}"


def _loading(
    manifest: Manifest, form: ManifestTemplate, line: Line, labelled_g: int
) -> Iterator[Finding]:
    out_g = line.weighed_out_g
    assert out_g
    if rules.beyond_tolerance(labelled_g, out_g, form.tolerance_permille):
        yield Finding(
            LOADING_DIFFERENCE,
            subject=subject(manifest),
            values={
                "number": manifest.local_id,
                "weighed_out_g": out_g,
                "labelled_g": labelled_g,
                "mass_g": abs(out_g - labelled_g),
            },
            episode=str(line.position),
        )


def halt_too_long(manifest: Manifest, halt: Halt, limit: datetime) -> Finding:
    """A load stood on the way beyond ``limit``; each halt is an episode of its own."""

    def told(at: datetime) -> str:
        return f"{at.astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M}"

    values = {
        "number": manifest.local_id,
        "site": halt.site.name,
        "since": told(halt.since),
        "limit": told(limit),
    }
    episode = rules.moment(halt.since)
    return Finding(HALT_TOO_LONG, subject=subject(manifest), values=values, episode=episode)


def _too_old(
    manifest: Manifest, form: ManifestTemplate, line: Line, parts: Sequence[LineLot]
) -> Iterator[Finding]:
    if form.stored_within is None or manifest.loaded_at is None:
        return
    latest = manifest.loaded_at - timedelta(hours=form.stored_within.count)
    old = [part.lot.arisen_at for part in parts if part.lot.arisen_at < latest]
    if old:
        yield Finding(
            STORED_TOO_LONG,
            subject=subject(manifest),
            values={
                "number": manifest.local_id,
                "count": len(old),
                "hours": form.stored_within.count,
                "since": f"{min(old).astimezone(rules.SHANGHAI):%Y-%m-%d %H:%M}",
            },
            episode=str(line.position),
        )


# Where they lead.
def page(subject: str) -> str | None:
    """Page of the manifest that ``manifests.manifest:<uuid>`` names."""
    try:
        return reverse("manifests.manifest.detail", args=[UUID(subject.partition(":")[2])])
    except (ValueError, NoReverseMatch):
        return None


def name(subject: str) -> str:
    """Number and parties of the manifest that ``manifests.manifest:<uuid>`` names."""
    try:
        uuid = UUID(subject.partition(":")[2])
    except ValueError:
        return ""
    rows = Manifest.objects.select_related("consignor", "consignee")
    found = rows.filter(uuid=uuid).first()
    return f"{found} · {found.consignor} → {found.consignee}" if found else ""


def within(rows: "QuerySet[FindingRecord]", actor: Actor) -> "QuerySet[FindingRecord]":
    """Findings on manifests that the actor sees."""
    subjects = Concat(Value(f"{SUBJECT}:"), Cast("uuid", CharField()), output_field=CharField())
    mine = Manifest.objects.filter(seen_by(actor, "base.finding.view"))
    return rows.filter(subject__in=mine.annotate(subject=subjects).values("subject"))
