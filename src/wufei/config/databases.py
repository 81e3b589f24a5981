"""Where the database is and as which role this process speaks to it.

Two roles keep the ledger honest: the *owner* runs migrations, the *application* (everything
else) has no right to change or delete a movement.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from wufei.config import environment as env
from wufei.config.secrets import secret

# Under ASGI every request has a thread of its own, so connections are shared by a pool. After a
# restart of the database it tries again with the next request instead of waiting longer and longer.
_POOL = {"min_size": 1, "max_size": 16, "timeout": 10, "reconnect_timeout": 3, "max_idle": 300}
# How often a statement of constant text (``base.prepared``) comes before its plan is kept.
_PREPARE_AT = 2

NAME, OWNER, APPLICATION = "wufei", "wufei_owner", "wufei_app"


def socket_folder(home: Path) -> Path:
    """Private folder of the server's socket; kept short, since a socket path ends at 107 bytes.

    A pointer in ``home`` remembers it, so that every process of one home finds the same one.
    """
    pointer = home / "postgres.socket"
    return Path(pointer.read_text().strip()) if pointer.exists() else home / "run"


def from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise env.BadSetting(
            "DATABASE_URL cannot be read: write postgresql://user:password@host:port/name."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def database() -> dict[str, Any]:
    """Django's settings for the one database; ``WUFEI_AS_OWNER=1`` is set for migrations only."""
    as_owner = os.environ.get("WUFEI_AS_OWNER") == "1"
    if url := env.text("DATABASE_URL"):
        place = from_url((as_owner and env.text("DATABASE_OWNER_URL")) or url)
    else:
        role = OWNER if as_owner else APPLICATION
        place = {
            # Tests work in copies of the database; nothing else sets this.
            "NAME": os.environ.get("WUFEI_DATABASE_NAME", NAME),
            "USER": role,
            "PASSWORD": secret(role),
            "HOST": str(socket_folder(env.home())),
            "PORT": "5432",
            "OPTIONS": {},
        }
    pooled = os.environ.get("WUFEI_PART") == "web"
    place["OPTIONS"]["prepare_threshold"] = _PREPARE_AT
    if pooled:
        place["OPTIONS"]["pool"] = _POOL
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0 if pooled else 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        **place,
    }


def application_role() -> str:
    """Name of the role that the application signs in with."""
    url = env.text("DATABASE_URL")
    return str(from_url(url)["USER"]) if url else APPLICATION
