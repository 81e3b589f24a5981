"""``wufei assets``: messages compiled and static files collected, when their sources changed."""

import fcntl
import hashlib
import io
import sys
from pathlib import Path

from wufei.cli import start_django
from wufei.config import environment as env
from wufei.config.libraries import LIBRARIES

ROOT = Path(__file__).parents[1]


def assets() -> None:
    """Compile messages and collect static files, where their sources changed."""
    if stale_messages():
        compile_messages()
    if static_is_stale():
        collect_static()


def are_stale() -> bool:
    """Is there anything to do? Told without loading Django, for a quick start."""
    return bool(stale_messages()) or static_is_stale()


def compile_messages() -> None:
    """Both languages' catalogues, each compiled when it is older than its source."""
    from wufei.config import messages

    messages.compile_stale()


def stale_messages() -> list[Path]:
    """Sources of messages whose compiled form is missing or older."""
    return [
        source
        for source in sorted(ROOT.glob("**/locale/*/LC_MESSAGES/*.po"))
        if not source.with_suffix(".mo").exists()
        or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]


def collect_static() -> None:
    """Collect into ``WUFEI_HOME/static``; a stamp of the sources tells when there is nothing to do.

    Two processes that start at once take turns.
    """
    start_django()
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
    digest = hashlib.sha256((ROOT / "config" / "static.py").read_bytes())
    libraries = [
        ROOT.parents[1] / "node_modules" / folder / name
        for _prefix, folder, names in LIBRARIES
        for name in names
    ]
    own = sorted(path for path in ROOT.glob("**/static/**/*") if path.is_file())
    for path in [*own, *libraries]:
        facts = path.stat() if path.exists() else None
        mark = f"{facts.st_size}:{facts.st_mtime_ns}" if facts else "missing"
        digest.update(f"{path}:{mark}\n".encode())
    return digest.hexdigest()
