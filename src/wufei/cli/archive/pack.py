"""Writing a backup."""

import asyncio
import hashlib
import io
import json
import os
import platform
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import wufei
from wufei.cli.archive import lake
from wufei.cli.archive.server import Place
from wufei.cli.processes.nats import greeting
from wufei.config import bus
from wufei.config import environment as env
from wufei.config.databases import APPLICATION, OWNER

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
# Every folder of data makes its own passwords; only what others were given must come along.
SECRETS_LEFT_OUT = frozenset({OWNER, APPLICATION, "postgres", "nats"})


@dataclass(frozen=True)
class Member:
    name: str
    bytes: int
    sha256: str


def write(target: Path, place: Place) -> dict[str, Any]:
    """Write the backup to ``target``, all or nothing; returns its manifest.

    The streams' positions are taken first, then the lake once it has all of them, and the files
    last: what comes again is recorded once, and a file is stored before its row is.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    dump = target.with_name(f".{target.name}.{os.getpid()}.dump")
    try:
        streams = asyncio.run(stream_positions())
        lake.wait_for_sink(streams)
        dump.touch(mode=0o600)
        place.run("pg_dump", "--format=custom", f"--file={dump}", "--exclude-table-data=base_cache")
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w") as archive:
            members = [_add(archive, path, name) for path, name in _contents(dump)]
            manifest = _manifest(place, members, streams)
            text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(text), 0o600
            archive.addfile(entry, io.BytesIO(text))
        with draft.open("rb") as handle:
            os.fsync(handle.fileno())
        draft.replace(target)
        return manifest
    finally:
        draft.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)


def _contents(dump: Path) -> Iterator[tuple[Path, str]]:
    yield dump, DUMP
    home = env.home()
    for path in sorted((home / "secrets").glob("[!.]*")):
        if path.name not in SECRETS_LEFT_OUT:
            yield path, f"secrets/{path.name}"
    yield from lake.files()
    for path in sorted((home / "files").rglob("*")):
        if path.is_file():
            yield path, f"files/{path.relative_to(home / 'files').as_posix()}"


def _add(archive: tarfile.TarFile, path: Path, name: str) -> Member:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
        size = handle.tell()
        handle.seek(0)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        archive.addfile(entry, handle)
    return Member(name, size, digest)


def _manifest(
    place: Place, members: list[Member], streams: dict[str, dict[str, int]]
) -> dict[str, Any]:
    applied = place.run(
        "psql", "-AtX", "-c", "SELECT app, max(name) FROM django_migrations GROUP BY 1 ORDER BY 1"
    )
    return {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "wufei": wufei.__version__,
        "python": platform.python_version(),
        "postgresql": place.run("psql", "-AtX", "-c", "SHOW server_version").strip(),
        "migrations": dict(line.split("|") for line in applied.splitlines()),
        "streams": streams,
        "members": [asdict(member) for member in members],
    }


async def stream_positions() -> dict[str, dict[str, int]]:
    """First and last sequence of every stream; empty when no bus answers."""
    import nats

    try:
        greeting(bus.address())
    except OSError:
        return {}
    link = await nats.connect(bus.url(), connect_timeout=2)
    try:
        found = await link.jetstream().streams_info()
        return {
            str(stream.config.name): {
                "first": stream.state.first_seq,
                "last": stream.state.last_seq,
            }
            for stream in found
        }
    finally:
        await link.close()
