"""How pages for reading are answered."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from content.head import Head
from content.models import Clinic, Publication


class ReadingPage(Protocol):
    @property
    def clinic(self) -> Clinic: ...


def show(
    request: HttpRequest,
    template: str,
    page: ReadingPage,
    head: Head,
    *,
    text: Publication | None = None,
    clinical: bool = False,
    **more: object,
) -> HttpResponse:
    """The page, of one `text` or of several; staff see what is overdue on it, and their answer is
    kept out of shared caches."""
    for_staff = seen_by_staff(request)
    context = {
        "page": page,
        "clinic": page.clinic,
        "head": head,
        "text": text,
        "clinical": clinical or (text is not None and text.clinical),
        "for_staff": for_staff,
        "overdue": text is not None and text.is_overdue(today()),
    }
    response = render(request, template, context | more)
    if for_staff:
        patch_cache_control(response, private=True)
    return response


def seen_by_staff(request: HttpRequest) -> bool:
    """Whether staff is signed in. Without a session cookie the session is not even looked at, so
    that pages for reading stay free of cookies and the same for everyone."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return request.user.is_active and request.user.is_staff


def today() -> date:
    return timezone.localdate()
