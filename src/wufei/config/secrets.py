"""Secrets that Wufei makes for itself: files of mode 0600 in ``WUFEI_HOME/secrets``."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from wufei.config import environment as env


def secret(name: str, *, home: Path | None = None) -> str:
    """The secret called ``name``; made once, by whichever process comes first."""
    return made_once(name, lambda: secrets.token_urlsafe(48), home=home).read_text().strip()


def made_once(name: str, make: Callable[[], str], *, home: Path | None = None) -> Path:
    """The file called ``name``, with what ``make`` returned to whichever process came first."""
    folder = (home or env.home()) / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            # A link fails if another process was first, and never shows half a secret.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path


def secret_key() -> str:
    return env.text("WUFEI_SECRET_KEY") or secret("django")
