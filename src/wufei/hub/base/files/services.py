"""Taking files in: checked by content, stripped, stored by hash, never half there."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection
from io import BytesIO
from pathlib import Path, PurePath
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_noop

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.base.files.content import CSV, TXT, Kind, Unknown, sniff
from wufei.hub.base.files.documents import check_document
from wufei.hub.base.files.images import clean_image
from wufei.hub.base.files.models import StoredFile

# Plain text looks like a table of one column: who wants it asks for it, having decoded it.
ALL_KINDS = frozenset(Kind) - {Kind.TEXT}


class NoFile(Refusal):
    code = "no_file"
    status = 422
    message = gettext_noop("Choose a file first; an empty file says nothing.")


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    message = gettext_noop(
        "“%(name)s” has %(size)s MB; one file may have %(limit)s MB. Split it, or make the "
        "pictures in it smaller."
    )


def store(
    upload: "UploadedFile[Any] | None", actor: Actor, kinds: Collection[Kind] = ALL_KINDS
) -> StoredFile:
    """Keep ``upload``; raises ``NoFile``, ``TooLarge`` or one of ``files.content``'s refusals.

    Pictures are encoded anew, so nothing but the picture stays (no place, no camera, no tail).
    The row belongs to the caller's transaction; a file whose row is rolled back is swept later.
    """
    if upload is None or not upload.size:
        raise NoFile(field="file")
    name = safe_name(upload.name or "")
    _refuse_large(name, upload.size)
    content = sniff(upload, name)
    if Kind.TEXT in kinds and content in (None, CSV):
        content = TXT
    if content is None or content.kind not in kinds:
        raise Unknown(name=name, kinds=_names(kinds), field="file")
    if content.kind is Kind.IMAGE:
        data: IO[bytes] = BytesIO(clean_image(upload, name, content))
    else:
        check_document(upload, name, content)
        data = upload
    sha256, size = _keep(data)
    return StoredFile.objects.create(
        sha256=sha256,
        name=f"{PurePath(name).stem}.{content.extension}"[-200:],
        size=size,
        kind=content.kind,
        mime=content.mime,
        by=actor.id,
    )


def path_of(file: StoredFile) -> Path:
    """Where the content lies."""
    return _path(file.sha256)


def safe_name(name: str) -> str:
    """The last part of a file name, without anything a path or a header could stumble over."""
    last = PurePath(name.replace("\\", "/")).name
    printable = "".join(c for c in last if c.isprintable())
    try:
        return get_valid_filename(printable)[-200:]
    except SuspiciousFileOperation:
        return "file"


def _refuse_large(name: str, size: int) -> None:
    limit = settings.WUFEI_UPLOAD_MB_MAX
    if size > limit * 1_000_000:
        # Rounded up, or 20.04 MB would be told that 20.0 is too much.
        shown = -(-size // 100_000) / 10
        raise TooLarge(name=name, size=f"{shown:.1f}", limit=limit, field="file")


def _names(kinds: Collection[Kind]) -> str:
    return ", ".join(str(kind.label) for kind in Kind if kind in kinds)


def _path(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:]


def _keep(data: IO[bytes]) -> tuple[str, int]:
    """Copy to its place by hash; readers see all of it or nothing, also after a power cut."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.seek(0)
    with tempfile.NamedTemporaryFile(dir=root, prefix=".incoming-", delete=False) as draft:
        try:
            shutil.copyfileobj(data, draft)
            draft.flush()
            os.fsync(draft.fileno())
            size = draft.tell()
            draft.seek(0)
            sha256 = _digest(Path(draft.name))
            place = _path(sha256)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(draft.name, place)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    # The new name is in the folder; it must reach the disk as well.
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256, size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
