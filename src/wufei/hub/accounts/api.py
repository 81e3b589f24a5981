"""Signing in to the API: a bearer token for user name and password."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema
from ninja.responses import Status
from ninja.security import HttpBearer
from pydantic import Field

from wufei.hub.accounts import tokens
from wufei.hub.accounts.models import ApiToken
from wufei.hub.base.actor import Actor
from wufei.hub.base.api import ApiRequest, In, operation

router = Router(tags=["token"])


class Bearer(HttpBearer):
    """``request.auth`` becomes the ``Actor`` behind the token of the header."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        found = tokens.actor_of(token)
        if found is None:
            return None
        actor, request.api_token = found  # type: ignore[attr-defined]
        return actor


class TokenRequest(ApiRequest):
    api_token: ApiToken


class SignIn(In):
    username: str = Field(max_length=60)
    password: str = Field(max_length=200)
    code: str = Field("", max_length=20, description="Second factor, where the account has one.")
    name: str = Field("", max_length=60, description="What the token is for.")


class Token(Schema):
    token: str
    expires_at: datetime


@operation(
    router,
    "POST",
    "",
    name="api.token.make",
    act="",
    summary=_("Sign in: a token for user name and password"),
    response=Token,
)
def make(request: HttpRequest, asked: SignIn) -> dict[str, Any]:
    text, token = tokens.sign_in(
        request, asked.username, asked.password, code=asked.code, name=asked.name
    )
    return {"token": text, "expires_at": token.expires_at}


@operation(
    router,
    "DELETE",
    "",
    name="api.token.revoke",
    act="desk.view",
    summary=_("Sign out: this token ends"),
    response={204: None},
)
def revoke(request: TokenRequest) -> Status[None]:
    tokens.revoke(request.api_token, by=request.auth)
    return Status(204, None)
