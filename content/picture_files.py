"""Uploaded pictures: checked before they are decoded, then written anew without anything else.

What is kept is never the file that was sent: its pixels are encoded again under a name of our own,
so that no place, camera, comment, thumbnail or tail after the picture survives.
"""

from __future__ import annotations

import struct
import warnings
from io import BytesIO
from secrets import token_hex
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from PIL import Image, ImageCms, ImageOps

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
LEAST_WIDTH = 720  # the column of a text; narrower would be blown up
LONGEST_SIDE = 2400

ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
ENCODING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 88},
}
EIGHT_BIT_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}

# Everything that Pillow raises over a broken or hostile file.
UNREADABLE = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError),
    *(MemoryError, RuntimeError, Warning, struct.error),
)

KINDS_WANTED = "Choose a JPEG, PNG or WebP file."
TOO_HEAVY = "The file is larger than 10 MB. Save a smaller copy of the picture and choose that."
TOO_MANY_PIXELS = (
    "The picture has more than 25 million pixels. Save a smaller copy and choose that."
)
MOVING = "The picture moves. Choose one that stands still."
UNREADABLE_FILE = "The file cannot be read as a picture: it may be damaged. Choose another."
TOO_MANY_BITS = "The picture has more than 8 bits per colour. Save it with 8 and choose that."
TOO_NARROW = f"The picture needs to be at least {LEAST_WIDTH} pixels wide to look sharp."


def cleaned(upload: File[bytes]) -> ContentFile[bytes]:
    """The picture of an upload as a new file. Raises ValidationError, in a sentence, if it cannot
    be one of ours."""
    if upload.size > MOST_BYTES:
        raise ValidationError(TOO_HEAVY)
    upload.seek(0)
    original = upload.read()
    kind = kind_of(original)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", module=r"PIL\b")
            content = _encoded(_decoded(original, kind), kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise ValidationError(TOO_MANY_PIXELS) from bomb
    except UNREADABLE as error:
        raise ValidationError(UNREADABLE_FILE) from error
    return ContentFile(content, name=f"{token_hex(16)}.{ENDINGS[kind]}")


def kind_of(content: bytes) -> str:
    """JPEG, PNG or WEBP by what the file begins with; its name does not count."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    raise ValidationError(KINDS_WANTED)


def _decoded(original: bytes, kind: str) -> Image.Image:
    if kind == "WEBP" and _webp_pixels(original) > MOST_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS)
    picture: Image.Image = Image.open(BytesIO(original), formats=[kind])
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS)
    # A JPEG's further frames are a phone's depth and brightness maps, which are left behind.
    if kind != "JPEG" and getattr(picture, "n_frames", 1) > 1:
        raise ValidationError(MOVING)
    if picture.mode not in EIGHT_BIT_MODES:
        raise ValidationError(TOO_MANY_BITS)
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.width < LEAST_WIDTH:
        raise ValidationError(TOO_NARROW)
    return upright


def _webp_pixels(content: bytes) -> int:
    """Width × height by the header: Pillow makes room for all of them as it opens the file."""
    chunk, start = content[12:16], content[20:30]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(start[at : at + 3], "little") + 1 for at in (4, 7))
    elif chunk == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(start[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width * height


def _encoded(picture: Image.Image, kind: str) -> bytes:
    see_through = picture.has_transparency_data and kind != "JPEG"
    bare = _in_srgb(picture).convert("RGBA" if see_through else "RGB")
    bare.info = {}
    bare.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = BytesIO()
    bare.save(written, format=kind, **ENCODING[kind])
    return written.getvalue()


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in the colours of the web: its own profile is not kept."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "CMYK"}:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        web = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, own, web, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError):
        return picture
