"""One step of many manifests signed at once 批量签收, and what came of each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.manifests import queries, services
from wufei.hub.manifests.declarations import Step
from wufei.hub.manifests.forms.many import ManyForm, Row, Weight
from wufei.hub.manifests.models import RECEIVED, Manifest, Status, StepCode
from wufei.hub.manifests.reading import due_step, template_of, with_everything
from wufei.hub.manifests.refusals import TooManyAtOnce
from wufei.hub.manifests.services.bulk import AT_ONCE_MAX
from wufei.hub.manifests.services.settlement import is_explained
from wufei.hub.manifests.views.common import SIGN, clock_ms

SHOWN_MAX = 100
# Where a manifest stands that waits for the step.
BEFORE = {
    StepCode.LOAD: (Status.ISSUED,),
    StepCode.ARRIVE: (Status.LOADED,),
    StepCode.ACCEPT: (Status.ARRIVED,),
    StepCode.CLOSE: tuple(RECEIVED),
}
_TYPED_HERE = frozenset({"weighed_out", "weighed_in"})


@require_http_methods(["GET", "POST"])
@needs(SIGN)
def many(request: Request) -> HttpResponse:
    """What waits for a step, in a table to be filled in and signed together."""
    if request.method == "POST":
        return _sign(request)
    step = request.GET.get("step", "")
    if step not in BEFORE:
        return HttpResponseRedirect(reverse("manifests.inbox"))
    rows, left = waiting(request.actor, StepCode(step))
    form = ManyForm(initial={"submission": uuid7(), "unit": "t"})
    return _show(request, form, rows, step=step, left=left)


def waiting(actor: Actor, step: StepCode) -> tuple[list[Row], int]:
    """Rows of what waits for this actor's ``step``, and how many there are beyond those shown."""
    found = queries.waiting_for(actor).filter(status__in=BEFORE[step])
    rows = []
    for manifest in with_everything(found)[: SHOWN_MAX + 1]:
        due = None if getattr(manifest, "unsent", False) else due_step(manifest, actor)
        if due is not None and due.code == step:
            rows.append(row_of(manifest, due))
    return rows[:SHOWN_MAX], max(0, found.order_by().count() - SHOWN_MAX)


def row_of(manifest: Manifest, step: Step) -> Row:
    lines = list(manifest.lines.all())
    row = Row(manifest, step, opens=asks_more(manifest, step))
    if row.weighs:
        row.weights = [Weight(line, f"weight-{line.uuid}") for line in lines]
    return row


def asks_more(manifest: Manifest, step: Step) -> bool:
    """Whether the step asks for something that is neither said nor a weight."""
    if step.code == StepCode.ACCEPT:
        lines = list(manifest.lines.all())
        return not is_explained(manifest, template_of(manifest), lines)
    said = (name for name in step.needs - _TYPED_HERE if not getattr(manifest, name, None))
    return any(said)


def _sign(request: Request) -> HttpResponse:
    form = ManyForm(request.POST)
    if not form.is_valid():
        raise Http404
    chosen = form.chosen()
    if len(chosen) > AT_ONCE_MAX:
        raise TooManyAtOnce(count=len(chosen), most=AT_ONCE_MAX)
    rows = _rows(request.actor, chosen)
    form.read(rows)
    for step in dict.fromkeys(row.step.code for row in rows):
        _sign_step(form, step, [row for row in rows if row.step.code == step], request.actor)
    if any(row.problem for row in rows):
        form.renew()
    return _show(request, form, rows, done=True)


def _rows(actor: Actor, chosen: Sequence[tuple[str, UUID]]) -> list[Row]:
    """Of what the actor may see; the step is the one that was shown, whatever is due by now."""
    seen = with_everything(queries.visible(actor)).filter(uuid__in=[uuid for _step, uuid in chosen])
    by_uuid = {manifest.uuid: manifest for manifest in seen}
    rows = []
    for code, uuid in chosen:
        manifest = by_uuid.get(uuid)
        steps = {step.code: step for step in template_of(manifest).steps} if manifest else {}
        if manifest is None or code not in steps or code not in BEFORE:
            raise Http404
        row = row_of(manifest, steps[code])
        row.chosen = True
        rows.append(row)
    return rows


def _sign_step(form: ManyForm, step: str, rows: Sequence[Row], actor: Actor) -> None:
    ready = [row for row in rows if not row.problem]
    found = services.sign_many(step, form.to_sign(ready, actor), by=actor)
    for row, outcome in zip(ready, found, strict=True):
        if isinstance(outcome, Refusal):
            row.problem = str(outcome)
        else:
            row.signed, row.chosen = True, False


def _show(request: Request, form: ManyForm, rows: Sequence[Row], **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "rows": rows,
        "weighs": any(row.weights and not row.signed for row in rows),
        "open": [row for row in rows if not row.signed],
        "signed": sum(row.signed for row in rows),
        "refused": sum(bool(row.problem) for row in rows),
        "most": AT_ONCE_MAX,
        "now_ms": clock_ms(),
        **more,
    }
    if "step" in more:
        context["step"] = StepCode(more["step"]).label
    return render(request, "manifests/many.html", context)
