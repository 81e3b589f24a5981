"""The one fragment of the demo: how far its history is."""

from django.http import HttpResponse
from django.shortcuts import render

from wufei.demo.progress import panel
from wufei.hub.base.access import Request, needs


@needs("desk.view")
def progress(request: Request) -> HttpResponse:
    """Asked for every few seconds while the history is being loaded."""
    return render(request, "demo/_progress.html", {"panel": panel(request.actor)})
