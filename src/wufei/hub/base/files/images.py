"""Pictures, reduced to the picture."""

import warnings
from io import BytesIO
from typing import IO

from django.utils.translation import gettext_noop
from PIL import Image, ImageOps

from wufei.hub.base.errors import Refusal
from wufei.hub.base.files.content import JPEG, Content, Damaged

# 60 megapixels is more than any phone writes; decoded it is 180 MB.
PIXELS_MAX = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")


class TooManyPixels(Refusal):
    code = "too_many_pixels"
    status = 413
    message = gettext_noop(
        "“%(name)s” has more than %(limit)s million pixels. Save it smaller and send it again."
    )


def clean_image(file: IO[bytes], name: str, content: Content) -> bytes:
    """The picture encoded anew, upright, without EXIF (place, time, device) and without a tail."""
    file.seek(0)
    try:
        # Pillow only warns of a picture slightly above its own limit; ours is checked below.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file, formats=_FORMATS)
        if image.width * image.height > PIXELS_MAX:
            raise TooManyPixels(name=name, limit=PIXELS_MAX // 1_000_000, field="file")
        upright = ImageOps.exif_transpose(image)
        return _encode(upright, content)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Damaged(name=name, field="file") from error


def _encode(image: Image.Image, content: Content) -> bytes:
    target = BytesIO()
    plain = image.convert("RGB" if content is JPEG or "A" not in image.getbands() else "RGBA")
    # A fresh picture: ``info`` of the old one (EXIF, comments, profiles) stays behind.
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    fresh.save(target, "JPEG" if content is JPEG else content.extension.upper(), quality=88)
    return target.getvalue()
