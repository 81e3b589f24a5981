"""The API under ``/api/v1/``: the rooms' routers in one, with its own page of documentation."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path

from wufei import __version__
from wufei.hub.accounts.api import Bearer
from wufei.hub.accounts.api import router as tokens
from wufei.hub.base.access import public
from wufei.hub.base.api import OPERATIONS, Api, handle_errors
from wufei.hub.evidence.api import router as receipts
from wufei.hub.exemptions.api import router as claims
from wufei.hub.filings.api import router as filings
from wufei.hub.manifests.api.corrections import router as corrections
from wufei.hub.manifests.api.drafts import router as drafts
from wufei.hub.manifests.api.journeys import router as journeys
from wufei.hub.manifests.api.linked import router as linked
from wufei.hub.manifests.api.lookups import router as lookups
from wufei.hub.manifests.api.many import router as many
from wufei.hub.manifests.api.operations import router as manifests
from wufei.hub.manifests.api.rounds import router as rounds

API = Api(
    title="Wufei",
    version=__version__,
    description="Manifests of a zero-waste city. Guide: docs/guide/api.md.",
    # Both are pages of our own below: the library's would load scripts from elsewhere.
    openapi_url=None,
    docs_url=None,
    auth=Bearer(),
)
handle_errors(API)
API.add_router("/token", tokens)
API.add_router("", manifests)
API.add_router("", many)
API.add_router("", receipts)
API.add_router("", journeys)
API.add_router("", linked)
API.add_router("", drafts)
API.add_router("", claims)
API.add_router("", filings)
API.add_router("", corrections)
API.add_router("", rounds)
API.add_router("", lookups)


@public
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 description."""
    return JsonResponse(dict(API.get_openapi_schema(path_prefix="/api/v1/")))


@public
def docs(request: HttpRequest) -> HttpResponse:
    """The same as a page."""
    schema = API.get_openapi_schema(path_prefix="/api/v1/")
    operations = [
        _operation(address, method, told)
        for address, methods in schema["paths"].items()
        for method, told in methods.items()
    ]
    shapes = [
        {"name": name, "fields": list(_fields(shape))}
        for name, shape in schema["components"]["schemas"].items()
    ]
    return render(request, "api/docs.html", {"operations": operations, "shapes": shapes})


def _operation(address: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    named = OPERATIONS[told["operationId"]]
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "address": address,
        "method": method.upper(),
        "summary": named.summary,
        "act": named.act,
        "parameters": [one["name"] for one in told.get("parameters", ())],
        "body": _type_of(body.get("schema", {})),
        "answer": _answer(told["responses"]),
    }


def _answer(responses: dict[Any, Any]) -> str:
    content = next(iter(responses.values())).get("content", {})
    return _type_of(content.get("application/json", {}).get("schema", {}))


def _fields(shape: dict[str, Any]) -> Any:
    required = shape.get("required", [])
    for name, told in shape.get("properties", {}).items():
        yield {
            "name": name,
            "type": _type_of(told),
            "required": name in required,
            "note": told.get("description", ""),
        }


def _type_of(told: dict[str, Any]) -> str:
    if "$ref" in told:
        return str(told["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in told:
        return " | ".join(filter(None, map(_type_of, told["anyOf"])))
    if told.get("type") == "array":
        return f"[{_type_of(told['items'])}]"
    if "enum" in told:
        return " | ".join(map(str, told["enum"]))
    return str(told.get("format") or told.get("type") or "")


def _patterns() -> list[URLPattern | URLResolver]:
    """Addresses of all operations; each view says its method and act, as pages do."""
    found: list[URLPattern | URLResolver] = [
        path("", docs, name="api.docs"),
        path("openapi.json", openapi, name="api.openapi"),
    ]
    for pattern in API.urls[0]:
        # The library's own root page says nothing.
        name = getattr(pattern, "name", "")
        if name in OPERATIONS:
            view: Any = pattern.callback
            view.act, view.method = OPERATIONS[name].act, OPERATIONS[name].method
            found.append(pattern)
    return found


urlpatterns = _patterns()
