"""Reading a backup: nothing in it is used before all of it was checked."""

import hashlib
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

from wufei.cli.archive.pack import DUMP, FORMAT, MANIFEST
from wufei.cli.processes.folder import Refused

_CHUNK = 1 << 20


def unpack(source: Path, target: Path) -> dict[str, Any]:
    """Unpack into ``target`` (made anew) and compare checksums; returns the manifest."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700, parents=True)
    try:
        with tarfile.open(source) as archive:
            digests = {entry.name: _extract(archive, entry, target) for entry in archive}
        manifest = json.loads((target / MANIFEST).read_text())
    except (OSError, EOFError, ValueError, tarfile.TarError) as error:
        raise Refused(
            f"{source} is not a whole backup of Wufei ({error}). Nothing was changed; take another "
            "backup."
        ) from error
    _compare(source, manifest, digests)
    return dict(manifest)


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> str:
    """One member, hashed on its way; the filter refuses a name that would leave ``target``."""
    safe = tarfile.data_filter(entry, str(target))
    content = archive.extractfile(entry)
    if safe is None or content is None:
        raise ValueError(f"{entry.name} is not a file")
    path = target / safe.name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as output:
        path.chmod(0o600)
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            output.write(chunk)
    return digest.hexdigest()


def _compare(source: Path, manifest: dict[str, Any], digests: dict[str, str]) -> None:
    if manifest.get("format") != FORMAT:
        raise Refused(
            f"{source} has format {manifest.get('format')}; this version reads format {FORMAT}. "
            "Restore it with the version of Wufei that made it."
        )
    wanted = {member["name"]: member["sha256"] for member in manifest["members"]}
    damaged = [name for name, digest in wanted.items() if digests.get(name) != digest]
    strange = digests.keys() - wanted.keys() - {MANIFEST}
    if damaged or strange or DUMP not in wanted:
        names = ", ".join(sorted({*damaged, *strange})) or DUMP
        raise Refused(f"{source} is damaged ({names}). Nothing was changed; take another backup.")
