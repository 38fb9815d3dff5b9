"""Leaflets to print: one text or several, or the choice of them."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.addresses import absolute
from content.qr_code import qr_code
from content.reading.leaflets import leaflet, leaflet_choices
from content.reading.texts import MOST_IN_LEAFLET


@require_safe
def leaflets(request: HttpRequest) -> HttpResponse:
    items = request.GET.getlist("item")
    now = timezone.now()
    if len(items) > MOST_IN_LEAFLET:
        problem = f"You chose {len(items)} texts. Please choose at most {MOST_IN_LEAFLET}."
        return _choice(request, items, problem=problem)
    if not items:
        pressed = "make" in request.GET
        problem = "You have not chosen a text yet. Tick at least one." if pressed else ""
        return _choice(request, items, problem=problem)
    found = leaflet(items, now=now)
    if found is None:
        raise Http404
    # One text leads to its own page; several to this leaflet.
    path = f"{reverse('leaflets')}?{urlencode([('item', item) for item in items], safe=':')}"
    if len(found.parts) == 1:
        path = found.parts[0].publication.get_absolute_url()
    address = absolute(path)
    context = {"page": found, "clinic": found.clinic, "address": address, "qr": qr_code(address)}
    return render(request, "content/leaflet.html", context)


def _choice(request: HttpRequest, chosen: list[str], *, problem: str) -> HttpResponse:
    choices = leaflet_choices(now=timezone.now())
    context = {
        "page": choices,
        "clinic": choices.clinic,
        "most": MOST_IN_LEAFLET,
        "chosen": chosen,
        "problem": problem,
    }
    status = 400 if problem else 200
    return render(request, "content/leaflet_choice.html", context, status=status)
