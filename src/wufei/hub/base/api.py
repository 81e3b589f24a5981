"""What every operation of the API shares: it names its act, and errors have one shape.

``config.api`` makes the one API out of the rooms' routers. People come in by a bearer token
(``accounts.api``), never by the session of a browser: so no operation needs CSRF protection.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import NinjaAPI, Router, Schema
from ninja.constants import NOT_SET
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import ConfigDict, field_validator

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import NotFound, Refusal

View = Callable[..., Any]


class ApiRequest(HttpRequest):
    """A request of the API: ``auth`` is who acts."""

    auth: Actor


class In(Schema):
    """What a caller gives. Unknown names are refused: a misspelt one would otherwise be lost
    without a word.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        """The database keeps no NUL in a text."""
        if isinstance(value, str) and "\0" in value:
            raise ValueError(_("A text may not hold the character NUL (U+0000). Take it out."))
        return value


class NotSignedIn(Refusal):
    code = "not_signed_in"
    status = 401
    message = gettext_noop(
        "This needs a valid token. Get one with POST /api/v1/token and send it as "
        "“Authorization: Bearer …”."
    )


class NotReadable(Refusal):
    code = "not_readable"
    status = 400
    message = gettext_noop("The body is no JSON that can be read. Send application/json in UTF-8.")


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    message = gettext_noop("The body is too large. Send one document at a time.")


@dataclass(frozen=True)
class Named:
    """What is known of an operation beside its view."""

    method: str
    act: str
    summary: str | Promise


# By URL name, as the operations are declared.
OPERATIONS: dict[str, Named] = {}


def operation(
    router: Router,
    method: str,
    path: str,
    *,
    name: str,
    act: str,
    summary: str | Promise,
    response: Any,
) -> Callable[[View], View]:
    """Declare an operation; ``act`` "" lets anybody in, without a token."""

    def declare(view: View) -> View:
        assert name not in OPERATIONS, f"two operations are called {name}"
        OPERATIONS[name] = Named(method, act, summary)
        add = router.api_operation(
            [method],
            path,
            response=response,
            url_name=name,
            operation_id=name,
            summary=summary,  # type: ignore[arg-type]
            auth=NOT_SET if act else None,
        )
        add(_guarded(view, act))
        return view

    return declare


def _guarded(view: View, act: str) -> View:
    @wraps(view)
    def guarded(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        if act:
            request.auth.require(act)
        if any("\0" in part for part in kwargs.values() if isinstance(part, str)):
            # Part of the address: nothing is called so.
            raise NotFound()
        return view(request, *args, **kwargs)

    return guarded


class Api(NinjaAPI):
    """Answers are never kept by anything on the way."""

    def create_response(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


def handle_errors(api: NinjaAPI) -> None:
    """Every error as ``{code, message, field, values}``."""
    handlers: dict[type[Exception], Callable[[Any], Refusal]] = {
        Refusal: lambda error: error,
        Http404: lambda error: NotFound(),
        AuthenticationError: lambda error: NotSignedIn(),
        HttpError: lambda error: NotReadable(),
        RequestDataTooBig: lambda error: TooLarge(),
    }
    for kind, refusal_of in handlers.items():
        api.add_exception_handler(kind, _handler(refusal_of))
    api.add_exception_handler(ValidationError, _invalid)


def _handler(refusal_of: Callable[[Any], Refusal]) -> Callable[[HttpRequest, Any], HttpResponse]:
    def handle(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(refusal_of(error))

    return handle


def answer(refusal: Refusal) -> HttpResponse:
    values = {name: _plain(value) for name, value in refusal.values.items()}
    response = _error(refusal.status, refusal.code, str(refusal), refusal.field, values)
    if refusal.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | None) else str(value)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Input of the wrong shape: the first thing that is wrong, and all of them in ``values``."""
    problems = [{"field": _field(one["loc"]), "message": str(one["msg"])} for one in error.errors]
    first = problems[0]
    text = f"{first['field']}: {first['message']}"
    return _error(422, "invalid", text, first["field"], {"problems": problems})


def _field(location: Any) -> str:
    """``("body", "new", "lines", 0, "waste")`` → ``lines.0.waste``: as the caller wrote it."""
    path = [str(part) for part in location]
    return ".".join(path[2:] or path[-1:])


def _error(
    status: int, code: str, message: str, field: str, values: dict[str, Any]
) -> HttpResponse:
    body = {"code": code, "message": message, "field": field, "values": values}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
