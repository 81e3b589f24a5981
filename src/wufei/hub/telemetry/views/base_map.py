"""The base map's file, a piece at a time: browsers ask for byte ranges of it."""

import re
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from wufei.config import environment as env
from wufei.hub.base.access import needs
from wufei.hub.telemetry.queries import LIVE

PIECE_BYTES_MAX = 4_000_000
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


@needs(LIVE)
def base_map(request: HttpRequest) -> HttpResponse:
    """206 with the asked range, 416 without one: nobody wants the whole country at once.

    204 where no base map is set up.
    """
    path = Path(env.text("WUFEI_PMTILES")).expanduser()
    if not env.text("WUFEI_PMTILES") or not path.is_file():
        return HttpResponse(status=204)
    size = path.stat().st_size
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or int(asked[1]) >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start = int(asked[1])
    end = min(int(asked[2] or size), size - 1, start + PIECE_BYTES_MAX - 1)
    with path.open("rb") as file:
        file.seek(start)
        piece = file.read(max(0, end - start + 1))
    about = path.stat()
    headers = {
        "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{size}",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=86400",
        # The reader notices by this that the file was replaced.
        "ETag": f'"{about.st_mtime_ns:x}-{size:x}"',
    }
    return HttpResponse(piece, status=206, content_type="application/octet-stream", headers=headers)
