"""The certificate and key that the web server speaks HTTPS with: are they there, and a pair?"""

import ssl
from pathlib import Path

from wufei.config import environment as env

_NAMES = ("WUFEI_TLS_CERT", "WUFEI_TLS_KEY")


def problem() -> tuple[str, str] | None:
    """What is wrong with them and what to do; None where all is well, or HTTPS is off."""
    cert, key = (env.text(name) for name in _NAMES)
    if not cert and not key:
        return None
    if not cert or not key:
        return "only one of certificate and key is set", "Set both, or neither."
    for name in _NAMES:
        if why := _unreadable(env.text(name)):
            return f"{name}={env.text(name)} cannot be read: {why}", _READABLE
    if "BEGIN PRIVATE KEY" not in Path(key).read_text(errors="replace"):
        return "the key is not PKCS #8", "openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (OSError, ValueError) as error:
        return str(error), "WUFEI_TLS_CERT and WUFEI_TLS_KEY must be PEM and a pair."
    return None


def require() -> None:
    """Raises ``BadSetting`` before anything starts that could not speak."""
    if found := problem():
        said, do = found
        raise env.BadSetting(f"HTTPS cannot start: {said}. {do}")


_READABLE = "Write the path of a PEM file that the user of this process may read."


def _unreadable(path: str) -> str:
    try:
        Path(path).read_bytes()
    except OSError as error:
        return error.strerror or str(error)
    return ""
