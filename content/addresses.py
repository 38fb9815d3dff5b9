"""Whole addresses of this site, made from the setting and never from a request."""

from django.conf import settings
from django.urls import reverse


def absolute(path: str) -> str:
    return f"{settings.SITE_ORIGIN}{path}"


def preview_picture(kind: str, slug: str) -> str:
    """The path of the picture that is shown with a page where it is shared."""
    return reverse("preview_picture", args=[kind, slug])
