"""Files as answers, without holding them in memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO
from urllib.parse import quote

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

_CHUNK_BYTES = 64 * 1024


def made(
    request: HttpRequest, write: Callable[[IO[bytes]], object], name: str, content_type: str
) -> StreamingHttpResponse:
    """A download of what ``write`` puts into a file; the file has no name and ends with it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
    write(file)
    file.seek(0)
    return attachment(request, file, name, content_type)


def attachment(
    request: HttpRequest, file: IO[bytes], name: str, content_type: str
) -> StreamingHttpResponse:
    """``file``, read from its current place and then closed, as a download called ``name``."""
    # Under ASGI, Django would read an ordinary iterator into memory before sending anything.
    parts = _read_async(file) if isinstance(request, ASGIRequest) else _read(file)
    response = StreamingHttpResponse(parts, content_type=content_type)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{_ascii(name)}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _ascii(name: str) -> str:
    """For programs that do not know ``filename*``."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return kept or "file"


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(_CHUNK_BYTES):
            yield part


async def _read_async(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while part := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield part
