"""A refusal raised anywhere below a view becomes a page, a fragment or JSON that explains it."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from wufei.hub.base.errors import NotFound, Refusal


class RefusalMiddleware:
    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Http404):
            error = NotFound()
        return answer(request, error) if isinstance(error, Refusal) else None


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What a refusal looks like to whoever asked: JSON, a note on the page, or a page."""
    if wants_json(request):
        body = {"code": refusal.code, "message": str(refusal), "field": refusal.field}
        return JsonResponse({"error": body}, status=refusal.status)
    if request.headers.get("HX-Request"):
        # The frame shows short plain text of a failed request as a note, and leaves the page be.
        return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain")
    return render(request, "refusal.html", {"refusal": refusal}, status=refusal.status)


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
