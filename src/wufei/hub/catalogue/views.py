"""Pages of the catalogue that are more than a declaration, and the answers of the picker."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wufei.hub.base.access import Request, needs
from wufei.hub.base.pages.details import DetailPage
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.catalogue import declarations, queries
from wufei.hub.catalogue.models import Edition, WasteType

SUGGESTIONS_MAX = 12


class WasteList(ListPage):
    """The catalogue, and above it its editions: held, draft or replaced."""

    template_name = "catalogue/waste_list.html"

    def context(self) -> dict[str, Any]:
        return super().context() | {"editions": queries.editions()}


class WasteDetail(DetailPage):
    """A waste with the standing of its edition above everything else."""

    template_name = "catalogue/waste_detail.html"


class ExemptionList(ListPage):
    template_name = "catalogue/exemption_list.html"

    def context(self) -> dict[str, Any]:
        edition = Edition.objects.filter(code="HW-2021").first()
        return super().context() | {"edition": edition}


@needs("catalogue.waste.view")
def streams(request: HttpRequest) -> HttpResponse:
    """What each domain declares about its wastes."""
    counts = Counter(WasteType.objects.order_by().values_list("stream", flat=True))
    shown = [
        {
            "domain": domain,
            "streams": [{"stream": s, "wastes": counts[s.code]} for s in domain.streams],
        }
        for domain in declarations.domains()
    ]
    return render(request, "catalogue/streams.html", {"domains": shown})


@needs("catalogue.waste.view")
def suggest(request: Request) -> HttpResponse:
    """Options for the picker: ``?field=waste&waste=fkwy&domain=hazardous``."""
    text = request.GET.get(request.GET.get("field", "q"), "")
    domain = request.GET.get("domain", "")
    if domain not in {known.code for known in declarations.domains()}:
        domain = ""
    found = list(queries.find(_searched(text), domain or None)[: SUGGESTIONS_MAX + 1])
    context = {
        "wastes": found[:SUGGESTIONS_MAX],
        "more": len(found) > SUGGESTIONS_MAX,
        "typed": text.strip(),
        "list_id": request.GET.get("list", "found")[:80],
    }
    return render(request, "catalogue/_suggestions.html", context)


def _searched(text: str) -> str:
    """A chosen option ("900-214-08 废机油…") is looked for by its code."""
    words = text.split()
    if len(words) > 1 and WasteType.objects.filter(code=words[0]).exists():
        return words[0]
    return text
