"""ASGI entry for granian."""

import os
from typing import Any

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from wufei.config import environment as env
from wufei.config import health
from wufei.hub.base.body_limit import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
_django = BodyLimit(get_asgi_application(), env.number("WUFEI_UPLOAD_MB_MAX"))
# A page that cannot be imported must stop the start, not greet the first visitor with an error.
_pages = get_resolver().url_patterns


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["path"] == "/health/":
        await health.respond(send)
    else:
        await _django(scope, receive, send)
