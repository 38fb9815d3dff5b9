from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking.models import Service
from booking.openings import Openings
from content.addresses import preview_picture
from content.head import Head
from content.models import Location, Practitioner
from content.reading.clinic import home_reading
from content.structured_data import clinic_thing


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return JsonResponse({"ready": False, "why": "migrations are waiting"}, status=503)
    return JsonResponse({"ready": True})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Most often a page left open for a day: say how to go on instead of Django's bare notice."""
    return render(request, "403_csrf.html", status=403)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    service = Service.objects.bookable_online().filter(visit=Service.Visit.FIRST).first()
    reading = home_reading(now=now)
    clinic, locations = reading.clinic, list(Location.objects.open_to_patients())
    head = Head(
        title=clinic.name,
        description=clinic.tagline,
        path=reverse("home"),
        picture=preview_picture("site", "home"),
        things=[clinic_thing(clinic, locations)],
    )
    return render(
        request,
        "content/home.html",
        {
            "clinic": clinic,
            "locations": locations,
            "practitioners": Practitioner.objects.treating(),
            "service": service,
            "next_free": Openings(service, now=now).first() if service else None,
            "reading": reading,
            "head": head,
        },
    )
