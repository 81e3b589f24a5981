"""Pages of exemption claims and of their limits, declared."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.files.services import store
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Table, register
from wufei.hub.exemptions import columns, queries, services
from wufei.hub.exemptions.forms import ClaimForm, CriterionForm, ReasonForm
from wufei.hub.exemptions.models import Claim, Criterion
from wufei.hub.exemptions.services import NewClaim
from wufei.hub.exemptions.services.claiming import KINDS
from wufei.hub.ledger.models import Lot

CLAIM, CRITERION = "exemptions.claim", "exemptions.criterion"
MoreSections = Callable[[Claim, Actor], Sequence[Section]]
_more_sections: list[MoreSections] = []


def register_sections(more: MoreSections) -> None:
    """A panel of a room above on the page of a claim: what travelled on it."""
    _more_sections.append(more)


def _rows(actor: Actor) -> "QuerySet[Claim]":
    rows = queries.visible(actor).annotate(lots_count=Count("lots", distinct=True))
    return rows.prefetch_related("exemptions").distinct()


def _save(obj: Claim | None, cleaned: Mapping[str, Any], actor: Actor) -> Claim:
    """The service behind the form: the report is kept, then the claim is made on it."""
    assert obj is None, "a claim is made and ended, not edited"
    try:
        return _claim(cleaned, actor)
    except Refusal as refusal:
        refusal.field = cleaned["places"].get(refusal.field, refusal.field)
        raise


def _claim(cleaned: Mapping[str, Any], actor: Actor) -> Claim:
    lots: list[Lot] = cleaned["chosen"]
    evidence = store(cleaned["evidence"], actor, KINDS)
    names = ("report_no", "laboratory", "sampled_on", "reported_on", "valid_until", "note")
    new = NewClaim(
        organisation=lots[0].account.holder,
        exemptions=tuple(cleaned["wanted"]),
        lots=tuple(lot.uuid for lot in lots),
        results=cleaned["results"],
        evidence=evidence.uuid,
        **{name: cleaned[name] for name in names},
    )
    return services.claim(new, id=uuid7(), by=actor)


def _sections(claim: Claim, actor: Actor) -> Sequence[Section]:
    lots = list(
        claim.lots.select_related("lot__account__place", "lot__account__holder").order_by("pk")
    )
    values = {"results": [_result(one) for one in claim.results]}
    may_open = {"claim": claim, "report": reverse("base.file.download", args=[claim.evidence.uuid])}
    found = [
        Section(
            _("What the report says"),
            "exemptions/_results.html",
            values | may_open,
            count=len(claim.results),
        ),
        Section(_("Batches"), "exemptions/_lots.html", {"lots": lots}, count=len(lots)),
    ]
    for more in _more_sections:
        found += more(claim, actor)
    return found


def _result(one: Mapping[str, str]) -> dict[str, str]:
    english = (get_language() or "").startswith("en") and one["name_en"]
    return dict(one) | {"label": english or one["name"]}


def _standing(claim: Claim) -> bool:
    return claim.state == Claim.State.CLAIMED


def _exported(actor: Actor) -> None:
    audit.record(actor, "exemptions:claim:export", subject=f"{CLAIM}:*")


CLAIMS = Resource(
    code=CLAIM,
    path="claims/",
    title=_("Exemption claims"),
    singular=_("exemption claim"),
    table=register(
        Table(
            code=CLAIM,
            title=_("Exemption claims"),
            columns=columns.CLAIM_COLUMNS,
            rows=_rows,
            search=columns.CLAIM_SEARCH,
        )
    ),
    filters=columns.ClaimFilters,
    form=ClaimForm,
    save=_save,
    editable=lambda obj, actor: False,
    actions=(
        Action(
            "withdraw",
            pgettext_lazy("exemption", "Withdraw"),
            queries.EDIT,
            lambda claim, actor, given: services.withdraw(claim, by=actor, **given),
            form=ReasonForm,
            confirm=_("From then on nothing is loaded on it; what has travelled is told."),
            tone="danger",
            visible=_standing,
        ),
        Action(
            "contest",
            _("Contest"),
            "exemptions.claim.contest",
            lambda claim, actor, given: services.contest(claim, by=actor, **given),
            form=ReasonForm,
            confirm=_("From then on nothing is loaded on it; what has travelled is told."),
            tone="danger",
            visible=_standing,
        ),
    ),
    sections=_sections,
    empty=_("Batches whose report is within the limits are claimed here, before they travel."),
    exported=_exported,
)


def _criteria(actor: Actor) -> "QuerySet[Criterion]":
    return Criterion.objects.all()


CRITERIA = Resource(
    code=CRITERION,
    path="limits/",
    title=_("Limits of exemptions"),
    singular=_("limit of an exemption"),
    table=register(
        Table(
            code=CRITERION,
            title=_("Limits of exemptions"),
            columns=columns.CRITERION_COLUMNS,
            rows=_criteria,
            search=("name__icontains", "name_en__icontains", "code__icontains"),
        )
    ),
    form=CriterionForm,
    initial=lambda one: (
        {name: getattr(one, name) for name in ("unit", "method", "source", "grade")}
        | {"limit": one.limit.normalize()}
    ),
    save=services.save_criterion,
    lookup="pk",
    creatable=lambda actor: False,
    empty=_("The shipped limits are missing."),
)
