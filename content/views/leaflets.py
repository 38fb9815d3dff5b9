"""Leaflets to print: one text or several, or the choice of them."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.addresses import absolute
from content.qr_code import qr_code
from content.reading.leaflets import MOST_ITEMS, leaflet, leaflet_choices


@require_safe
def leaflets(request: HttpRequest) -> HttpResponse:
    items = request.GET.getlist("item")
    now = timezone.now()
    if not items or len(items) > MOST_ITEMS:
        choices = leaflet_choices(now=now)
        context = {"page": choices, "clinic": choices.clinic, "most": MOST_ITEMS, "chosen": items}
        status = 400 if items else 200
        return render(request, "content/leaflet_choice.html", context, status=status)
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
