"""QR codes, drawn here and by no third party."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(address: str) -> SafeString:
    """An SVG for a page, black on white in every theme so that phones can read it."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", title="QR code of this page's address"
    )
    return mark_safe(drawn)  # noqa: S308 - segno escapes the title; the address is drawn only
