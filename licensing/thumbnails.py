"""Small pictures of photos, made once when they come in: to look at a list of them on a phone.

A small picture holds nothing but what is seen: place, moment and device that a camera writes along stay with
the photo itself, which is kept as it was sent.
"""

import io
import warnings

from PIL import Image, ImageOps

from licensing.documents import Upload

SIZE = (320, 320)  # pixels, at most
MOST_PIXELS = 60_000_000  # of a photo; telephones take up to fifty million
QUALITY = 80  # of JPEG
MEDIA_TYPE = "image/jpeg"


def of(photo: Upload) -> bytes | None:
    """Return a small JPEG of the photo; None for what is no picture, or none that can be read."""
    photo.stream.seek(0)
    try:
        return _small(photo)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow raises
        return None
    finally:
        photo.stream.seek(0)


def _small(photo: Upload) -> bytes | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we count the pixels ourselves
        picture = Image.open(photo.stream, formats=("JPEG", "PNG"))
    with picture:
        if picture.width * picture.height > MOST_PIXELS:
            return None
        picture.draft("RGB", SIZE)
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail(SIZE)
        flat = Image.new("RGB", upright.size, "white")
        clear = upright.convert("RGBA")
        flat.paste(clear, mask=clear)
        content = io.BytesIO()
        flat.save(content, "JPEG", quality=QUALITY)
        return content.getvalue()
