"""Where the message bus (NATS) is."""

from urllib.parse import quote, urlsplit

from wufei.config import environment as env
from wufei.config.secrets import secret

USER = "wufei"


def url() -> str:
    """``NATS_URL``, or the server that Wufei starts itself."""
    own = f"nats://{USER}:{quote(secret('nats'))}@127.0.0.1:{env.number('WUFEI_NATS_PORT')}"
    return env.text("NATS_URL") or own


def address() -> tuple[str, int]:
    """Host and port of the (first) server."""
    parts = urlsplit(url().split(",")[0])
    return parts.hostname or "127.0.0.1", parts.port or 4222
