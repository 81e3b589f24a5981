"""How far the demo is, for the desk and the command line."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.demo.history.world import moment
from wufei.demo.models import Load
from wufei.hub.base.actor import Actor
from wufei.hub.base.desk import Panel


def unfinished() -> Load | None:
    """The load that is under way or was cut off."""
    if not settings.DEMO:
        return None
    return Load.objects.filter(seed=settings.DEMO_SEED, finished=False).first()


def panel(actor: Actor) -> Mapping[str, Any] | None:
    """What the desk shows while the history is being loaded; None when it is complete."""
    load = unfinished()
    return {"load": load, "share": share(load)} if load else None


PANEL = Panel("demo.loading", _("Demo district"), "desk.view", "demo/loading.html", panel)


def share(load: Load) -> int:
    """Per cent of the period that is certainly recorded."""
    if load.reached is None:
        return 0
    begin = moment(load.first, 0)
    whole = (load.until - begin).total_seconds()
    done = (load.reached - begin).total_seconds()
    return max(0, min(100, round(100 * done / whole))) if whole > 0 else 100


def status() -> str:
    load = Load.objects.filter(seed=settings.DEMO_SEED).first()
    if load is None:
        return "not loaded yet: `wufei demo load`"
    reached = f"{timezone.localtime(load.reached):%Y-%m-%d}" if load.reached else "nothing"
    state = "complete" if load.finished else f"{share(load)} %, run `wufei demo load` to go on"
    return f"seed {load.seed}: {load.movements:,} movements from {load.first} to {reached}; {state}"
