"""Pages of the register that are no list of one kind of thing."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wufei.hub.base.access import Request, needs
from wufei.hub.registry import coverage, lists
from wufei.hub.registry.lists import Purpose

# More names are in the list itself.
_NAMES = 100


@needs("registry.coverage.view")
def coverage_page(request: Request) -> HttpResponse:
    """How many of those who should be registered are, list by list, and who is missing."""
    obliged = [one for one in lists.kinds() if one.purpose is Purpose.OBLIGED]
    chosen = next((one for one in obliged if one.code == request.GET.get("list")), None)
    found = coverage.coverages()
    context: dict[str, Any] = {
        "lines": [{"kind": one, "coverage": found.get(one.code)} for one in obliged],
        "chosen": chosen,
        "list_url": reverse("registry.list.list"),
    }
    if chosen is not None:
        context |= {
            "regions": coverage.by_region(chosen.code),
            "missing": coverage.missing(chosen.code)[:_NAMES],
        }
    return render(request, "registry/coverage.html", context)
