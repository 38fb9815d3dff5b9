from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from content.models import Location, Practitioner


@require_safe
def practitioner(request: HttpRequest, slug: str) -> HttpResponse:
    person = get_object_or_404(Practitioner.objects.treating(), slug=slug)
    return render(request, "content/practitioner.html", {"practitioner": person})


@require_safe
def location(request: HttpRequest, slug: str) -> HttpResponse:
    place = get_object_or_404(Location.objects.open_to_patients(), slug=slug)
    return render(request, "content/location.html", {"location": place})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "content/privacy.html")
