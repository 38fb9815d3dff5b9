"""Files that somebody might upload as a picture, by mistake or on purpose.

Each is either refused in a sentence, or what is kept of it is its pixels and nothing else.
"""

import gzip
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, PngImagePlugin

from content import picture_files
from content.picture_files import cleaned

MARK = b"LEFT-BEHIND<script>alert(1)</script>"
SENTENCES = {
    picture_files.KINDS_WANTED,
    picture_files.TOO_HEAVY,
    picture_files.TOO_MANY_PIXELS,
    picture_files.MOVING,
    picture_files.UNREADABLE_FILE,
    picture_files.TOO_MANY_BITS,
    picture_files.TOO_NARROW,
}
METADATA = {"exif", "xmp", "icc_profile", "comment", "photoshop", "mp", "XML:com.adobe.xmp"}


def picture(mode: str = "RGB", width: int = 800, height: int = 600) -> Image.Image:
    drawn = Image.new("RGB", (width, height), (240, 230, 220))
    pen = ImageDraw.Draw(drawn)
    for step in range(0, width, 40):
        pen.line((step, 0, width - step, height), fill=(step % 256, 80, 120), width=6)
    return drawn.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    written = BytesIO()
    image.save(written, format=kind, **options)
    return written.getvalue()


def jpeg(**options: object) -> bytes:
    return saved(picture(), "JPEG", **options)


def png(mode: str = "RGB", **options: object) -> bytes:
    return saved(picture(mode), "PNG", **options)


def webp(mode: str = "RGB", **options: object) -> bytes:
    return saved(picture(mode), "WEBP", **options)


def place() -> Image.Exif:
    """Where Ana lives, by her phone's satellite receiver."""
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    exif[0x8825] = {1: "N", 2: (53.0, 32.0, 46.0), 3: "W", 4: (113.0, 29.0, 24.0)}
    return exif


def xmp() -> bytes:
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + MARK + b"</x:xmpmeta>"


def chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png_of(width: int, height: int, *chunks: bytes, bits: int = 1) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + b"".join(chunks) + chunk(b"IEND", b"")


def bomb(side: int) -> bytes:
    """A black PNG of side × side pixels, in some kilobytes."""
    rows = zlib.compress((b"\0" + bytes(-(-side // 8))) * side, 9)
    return png_of(side, side, chunk(b"IDAT", rows))


def into_png(*chunks: bytes) -> bytes:
    """A good PNG with further chunks after its header."""
    good = png()
    return good[:33] + b"".join(chunks) + good[33:]


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def into_jpeg(*segments: bytes) -> bytes:
    """A good JPEG with further segments after its start."""
    good = jpeg()
    return good[:2] + b"".join(segments) + good[2:]


def jpeg_that_claims(width: int, height: int) -> bytes:
    good = bytearray(jpeg())
    frame = good.index(b"\xff\xc0")
    good[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(good)


def webp_that_claims(kind: bytes, start: bytes) -> bytes:
    body = kind + struct.pack("<I", len(start) + 40) + start + bytes(40)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def moving(kind: str) -> bytes:
    frames = [picture(), picture().rotate(90)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def texts(count: int) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for number in range(count):
        info.add_text(f"Comment{number}", MARK.decode())
    return info


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><body>" + MARK

REFUSED: dict[str, Callable[[], bytes]] = {
    "bomb 10,000 x 10,000.png": lambda: bomb(10_000),
    "bomb 14,000 x 14,000.png": lambda: bomb(14_000),
    "bomb 30,000 x 30,000.png": lambda: bomb(30_000),
    "one row too many.png": lambda: saved(Image.new("1", (5000, 5001)), "PNG"),
    "claims 2 billion squared.png": lambda: png_of(2**31 - 1, 2**31 - 1, chunk(b"IDAT", b"")),
    "claims 1 x 2 billion.png": lambda: png_of(1, 2**31 - 1, chunk(b"IDAT", b"")),
    "claims 0 x 0.png": lambda: png_of(0, 0, chunk(b"IDAT", zlib.compress(b"\0"))),
    "claims 65,500 squared.jpg": lambda: jpeg_that_claims(65_500, 65_500),
    "claims 0 high.jpg": lambda: jpeg_that_claims(800, 0),
    "claims 16,383 squared.webp": lambda: webp_that_claims(
        b"VP8 ", b"\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f"
    ),
    "lossless, claims 16,384 squared.webp": lambda: webp_that_claims(
        b"VP8L", b"\x2f\xff\xff\xff\x0f"
    ),
    "canvas of 16 million squared.webp": lambda: webp_that_claims(
        b"VP8X", bytes(4) + b"\xff\xff\xff" * 2
    ),
    "eleven megabytes.jpg": lambda: jpeg() + bytes(11 * 1024 * 1024),
    "zero bytes.jpg": lambda: b"",
    "one byte.jpg": lambda: b"\xff",
    "only the signature.jpg": lambda: b"\xff\xd8\xff",
    "only the signature.png": lambda: b"\x89PNG\r\n\x1a\n",
    "only the signature.webp": lambda: b"RIFF\x04\0\0\0WEBP",
    "signature and noise.jpg": lambda: b"\xff\xd8\xff\xe0" + MARK * 100,
    "signature and noise.png": lambda: b"\x89PNG\r\n\x1a\n" + MARK * 100,
    "signature and noise.webp": lambda: b"RIFF\xff\0\0\0WEBPVP8 " + MARK * 100,
    "cut in the head.jpg": lambda: jpeg()[:300],
    "cut in the middle.jpg": lambda: jpeg()[: len(jpeg()) // 2],
    "cut before the end.png": lambda: png()[: len(png()) // 2],
    "cut in the middle.webp": lambda: webp()[: len(webp()) // 2],
    "wrong checksum.png": lambda: png()[:29] + b"\0\0\0\0" + png()[33:],
    "no pixels.png": lambda: png_of(800, 600),
    "pixels that do not unpack.png": lambda: png_of(800, 600, chunk(b"IDAT", MARK)),
    "moving.png": lambda: moving("PNG"),
    "moving.webp": lambda: moving("WEBP"),
    "moving.gif": lambda: moving("GIF"),
    "still.gif": lambda: saved(picture("P"), "GIF"),
    "a gif named.png": lambda: saved(picture("P"), "GIF"),
    "gif and script at once.gif": lambda: b"GIF89a/*" + bytes(6) + b"*/=1;alert(1)//",
    "drawing with script.svg": lambda: SVG,
    "drawing named.png": lambda: b"\xef\xbb\xbf" + SVG,
    "drawing after a blank line.svg": lambda: b"\n\n<?xml version='1.0'?>" + SVG,
    "drawing, packed.svgz": lambda: gzip.compress(SVG),
    "page named.jpg": lambda: HTML,
    "page, then a picture.jpg": lambda: HTML + jpeg(),
    "document, then a picture.jpg": lambda: b"%PDF-1.4\n" + jpeg(),
    "postscript.png": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) show\n",
    "script of a server.jpg": lambda: b"<?php system($_GET['c']); ?>",
    "program.png": lambda: b"MZ" + bytes(200),
    "archive.jpg": lambda: b"PK\x03\x04" + bytes(200),
    "with a place.tiff": lambda: saved(picture(), "TIFF", exif=place().tobytes()),
    "bitmap.bmp": lambda: saved(picture(), "BMP"),
    "icon.ico": lambda: saved(picture("RGBA"), "ICO"),
    "photograph.avif": lambda: saved(picture(), "AVIF"),
    "photograph.heic": lambda: b"\0\0\0\x18ftypheic" + bytes(100),
    "photograph.jp2": lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100),
    "sixteen bits.png": lambda: saved(Image.new("I;16", (800, 600)), "PNG"),
    "narrow.jpg": lambda: saved(picture(width=300), "JPEG"),
    "text that unpacks to 200 megabytes.png": lambda: into_png(
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200 * 1024 * 1024), 9))
    ),
}

CLEANED: dict[str, Callable[[], bytes]] = {
    "with a place.jpg": lambda: jpeg(exif=place()),
    "with a place.png": lambda: png(exif=place()),
    "with a place.webp": lambda: webp(exif=place()),
    "with a place, lossless.webp": lambda: webp(exif=place(), lossless=True),
    "with a place in xmp.jpg": lambda: jpeg(xmp=xmp()),
    "with a place in xmp.webp": lambda: webp(xmp=xmp()),
    "with a place in xmp.png": lambda: into_png(
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp())
    ),
    "with a comment.jpg": lambda: jpeg(comment=MARK),
    "with an agency's data.jpg": lambda: into_jpeg(
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x30" + MARK)
    ),
    "with a thousand segments.jpg": lambda: into_jpeg(*[segment(0xE9, MARK)] * 1000),
    "with a text.png": lambda: png(pnginfo=texts(1)),
    "with a hundred texts.png": lambda: png(pnginfo=texts(100)),
    "with a chunk of its own.png": lambda: into_png(chunk(b"teSt", MARK)),
    "with a date.png": lambda: into_png(
        chunk(b"tIME", struct.pack(">HBBBBB", 2026, 1, 1, 1, 1, 1))
    ),
    "with a broken profile.jpg": lambda: jpeg(icc_profile=MARK * 10),
    "with a broken profile.png": lambda: png(icc_profile=MARK * 10),
    "with a page after it.jpg": lambda: jpeg() + HTML,
    "with a page after it.png": lambda: png() + HTML,
    "with a page after it.webp": lambda: webp() + HTML,
    "with an archive after it.png": lambda: png() + b"PK\x03\x04" + MARK,
    "with another picture after it.jpg": lambda: jpeg() + jpeg(comment=MARK),
    "with a script in its comment.jpg": lambda: into_jpeg(segment(0xFE, b"*/=1;" + MARK + b"/*")),
    "page in a segment before the pixels.jpg": lambda: into_jpeg(segment(0xE1, HTML)),
    "two pictures in one, as phones make.jpg": lambda: saved(
        picture(), "MPO", save_all=True, append_images=[picture()]
    ),
    "a png named.jpg": lambda: png(pnginfo=texts(1)),
    "a jpeg named.png": lambda: jpeg(comment=MARK),
    "a webp named.gif": lambda: webp(exif=place()),
    "for print.jpg": lambda: saved(picture("CMYK"), "JPEG", comment=MARK),
    "grey.jpg": lambda: saved(picture("L"), "JPEG", comment=MARK),
    "progressive.jpg": lambda: jpeg(progressive=True, comment=MARK),
    "black and white.png": lambda: png("1", pnginfo=texts(1)),
    "few colours.png": lambda: png("P", pnginfo=texts(1)),
    "few colours, one clear.png": lambda: png("P", transparency=0, pnginfo=texts(1)),
    "grey and clear.png": lambda: png("LA", pnginfo=texts(1)),
    "clear.webp": lambda: webp("RGBA", exif=place()),
    "one colour clear.png": lambda: png("RGB", transparency=(240, 230, 220), pnginfo=texts(1)),
}

BOMBS = [name for name in REFUSED if "bomb" in name or "claims" in name or "canvas" in name]


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    print(f"{len(REFUSED)} files to refuse, {len(CLEANED)} to clean")

    assert len(REFUSED) + len(CLEANED) >= 50


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_a_sentence(name: str) -> None:
    upload = ContentFile(REFUSED[name](), name=name)

    with pytest.raises(ValidationError) as refused:
        cleaned(upload)

    assert refused.value.message in SENTENCES


@pytest.mark.parametrize("name", CLEANED)
def test_it_is_kept_without_anything_but_its_pixels(name: str) -> None:
    sent = CLEANED[name]()

    file = cleaned(ContentFile(sent, name=name))

    content = file.read()
    kept = Image.open(BytesIO(content))
    kept.load()
    assert kept.size == (800, 600)
    assert str(file.name).endswith({"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[kept.format])
    assert not dict(kept.getexif())
    assert not METADATA & set(kept.info)
    for trace in (b"LEFT-BEHIND", b"<script", b"<!doctype", b"Exif", b"xmpmeta", b"PK\x03\x04"):
        assert trace not in content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_fixtures_do_say_where_ana_lives(kind: str) -> None:
    """Else the test above would prove nothing."""
    sent = saved(picture(), kind, exif=place())

    assert Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)[2] == (53.0, 32.0, 46.0)
    assert b"LEFT-BEHIND" in sent


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_can_go_off(name: str) -> None:
    upload = ContentFile(REFUSED[name](), name=name)
    begun = time.process_time()

    with pytest.raises(ValidationError):
        cleaned(upload)

    assert time.process_time() - begun < 0.2


WEIGHING = """
import resource, sys
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image
from content.picture_files import cleaned
Image.init()
upload = ContentFile(sys.stdin.buffer.read())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    cleaned(upload)
except ValidationError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(
    "name", ["bomb 10,000 x 10,000.png", "claims 16,383 squared.webp", "claims 65,500 squared.jpg"]
)
def test_a_bomb_takes_no_memory(name: str) -> None:
    weighing = subprocess.run(
        [sys.executable, "-c", WEIGHING], input=REFUSED[name](), capture_output=True, check=True
    )

    kilobytes = int(weighing.stdout) // (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < 50 * 1024
