"""Drafts for whoever has their link, and what is being typed for staff."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.drafts import draft_page
from content.models import Publication
from content.reading.texts import KINDS


@require_safe
def preview(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """A text that is not public yet; the key is the secret of its link."""
    model = KINDS.get(kind)
    publication = model._default_manager.filter(preview_key=key).first() if model else None
    if publication is None:
        raise Http404
    if publication.is_public(timezone.now()):
        return private(redirect(publication.get_absolute_url()))
    return show_preview(request, publication)


def preview_address(publication: Publication) -> str:
    kind = next(kind for kind, model in KINDS.items() if isinstance(publication, model))
    return reverse("preview", args=[kind, publication.preview_key])


def show_preview(request: HttpRequest, publication: Publication, **more: object) -> HttpResponse:
    """The page as readers would get it, under a banner that says what it is."""
    draft = draft_page(publication, now=timezone.now(), today=timezone.localdate())
    context = {**draft.context, "page_template": draft.template, **more}
    return private(render(request, "admin/content/draft.html", context))


def private(response: HttpResponse) -> HttpResponse:
    """Kept nowhere, found by no search engine, and its link told to no other site."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
