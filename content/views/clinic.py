"""The clinic's people, places and pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.addresses import preview_picture
from content.head import Head
from content.reading.clinic import clinic_page, location_page, person_page, team_page
from content.structured_data import breadcrumbs, location_thing, person_thing
from content.views.answers import show


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    page = team_page()
    head = Head(
        title="Our team",
        description=f"The physiotherapists of {page.clinic.name}: what they are trained in, the "
        "languages they speak, and how to book with each of them.",
        path=reverse("team"),
        picture=preview_picture("site", "team"),
        things=[
            *(person_thing(person, page.clinic) for person in page.people),
            breadcrumbs([("Team", reverse("team"))]),
        ],
    )
    return show(request, "content/team.html", page, head)


@require_safe
def practitioner(request: HttpRequest, slug: str) -> HttpResponse:
    page = person_page(slug)
    if page is None:
        raise Http404
    person = page.person
    path = person.get_absolute_url()
    head = Head(
        title=person.name,
        description=f"{person.name}, {person.job_title} at {page.clinic.name}.",
        path=path,
        picture=preview_picture("team", slug),
        things=[
            person_thing(person, page.clinic),
            breadcrumbs([("Team", reverse("team")), (person.name, path)]),
        ],
    )
    return show(request, "content/practitioner.html", page, head, practitioner=person)


@require_safe
def location(request: HttpRequest, slug: str) -> HttpResponse:
    page = location_page(slug)
    if page is None:
        raise Http404
    place = page.location
    path = place.get_absolute_url()
    head = Head(
        title=place.name,
        description=f"{page.clinic.name}, {place.name}: {place.address}. Opening hours, how to "
        "find us, steps and lift, parking.",
        path=path,
        picture=preview_picture("locations", slug),
        things=[location_thing(place), breadcrumbs([(place.name, path)])],
    )
    return show(request, "content/location.html", page, head, location=place)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = clinic_page(slug, now=timezone.now())
    if found is None:
        raise Http404
    text = found.page
    path = text.get_absolute_url()
    head = Head(
        title=text.title,
        description=text.summary,
        path=path,
        picture=preview_picture("pages", slug),
        things=[breadcrumbs([(text.title, path)])],
    )
    return show(request, "content/page.html", found, head, text=text)
