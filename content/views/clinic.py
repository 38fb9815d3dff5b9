from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.markdown import Rendering, render as render_markdown
from content.models import Location, Page, Practitioner


@require_safe
def practitioner(request: HttpRequest, slug: str) -> HttpResponse:
    person = get_object_or_404(Practitioner.objects.treating(), slug=slug)
    return render(request, "content/practitioner.html", {"practitioner": person})


@require_safe
def location(request: HttpRequest, slug: str) -> HttpResponse:
    place = get_object_or_404(Location.objects.open_to_patients(), slug=slug)
    return render(request, "content/location.html", {"location": place})


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Page.objects.published(timezone.now()), slug=slug)
    rendering = Rendering()
    text = render_markdown(found.body, rendering)
    return render(
        request, "content/page.html", {"page": found, "text": text, "rendering": rendering}
    )
