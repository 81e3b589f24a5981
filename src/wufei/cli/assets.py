"""``wufei assets``: messages compiled and static files collected, when their sources changed."""

import fcntl
import hashlib
import importlib
import importlib.util
import io
import sys
from pathlib import Path

from wufei.cli import start_django
from wufei.config import environment as env


def assets() -> None:
    """Compile messages and collect static files, where their sources changed."""
    start_django()
    compile_messages()
    collect_static()


def compile_messages() -> None:
    """Both languages' catalogues, each compiled when it is older than its source."""
    if importlib.util.find_spec("wufei.config.messages") is None:
        return
    importlib.import_module("wufei.config.messages").compile_stale()


def stale_messages() -> list[Path]:
    """Sources of messages whose compiled form is missing or older."""
    root = Path(__file__).parents[1]
    return [
        source
        for source in sorted(root.glob("**/locale/*/LC_MESSAGES/*.po"))
        if not source.with_suffix(".mo").exists()
        or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]


def collect_static() -> None:
    """Collect into ``WUFEI_HOME/static``; a stamp of the sources tells when there is nothing to do.

    Two processes that start at once take turns.
    """
    from django.core.management import call_command

    root = env.home() / "static"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root.parent / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = _mark()
        if not static_is_stale(mark):
            return
        said = io.StringIO()
        call_command("collectstatic", interactive=False, verbosity=1, stdout=said)
        _stamp().write_text(mark)
        print(said.getvalue().strip().replace(str(root), "WUFEI_HOME/static"), file=sys.stdout)


def static_is_stale(mark: str = "") -> bool:
    stamp = _stamp()
    return not stamp.exists() or stamp.read_text() != (mark or _mark())


def _stamp() -> Path:
    return env.home() / "static" / ".stamp"


def _mark() -> str:
    """Changes with the name, size or time of any source and with how they are collected."""
    from wufei.config import static

    digest = hashlib.sha256(Path(static.__file__).read_bytes())
    for path in static.sources():
        facts = path.stat()
        digest.update(f"{path}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
