from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.addresses import preview_picture
from content.head import Head
from content.models import Region
from content.reading.conditions import condition_page, finder
from content.structured_data import breadcrumbs, condition_things
from content.views.answers import show, today


@require_safe
def condition(request: HttpRequest, slug: str) -> HttpResponse:
    page = condition_page(slug, now=timezone.now())
    if page is None:
        raise Http404
    found = page.condition
    head = Head(
        title=found.name,
        description=found.summary,
        path=found.get_absolute_url(),
        picture=preview_picture("conditions", slug),
        kind="article",
        things=condition_things(page),
    )
    booking = found.treated and found.may_lead_to_booking(today())
    return show(request, "content/condition.html", page, head, text=found, booking=booking)


@require_safe
def conditions(request: HttpRequest) -> HttpResponse:
    """The finder; with `?region=` what belongs to that part of the body."""
    asked = request.GET.get("region", "")
    if asked and asked not in Region.values:
        raise Http404
    region = Region(asked) if asked else None
    page = finder(now=timezone.now(), region=region)
    path = reverse("conditions")
    trail = [("Conditions", path)]
    if region:
        path = f"{path}?region={region.value}"
        trail.append((region.label, path))
    head = Head(
        title=f"{region.label}: problems and what may help" if region else "Find your problem",
        description=f"Problems we are asked about: {region.label.lower()}. What each one is, what "
        "usually helps, and what studies found about dry needling."
        if region
        else "Find your problem on the body map or from A to Z: what it is, what usually helps, "
        "and what studies found about dry needling.",
        path=path,
        picture=preview_picture("site", "conditions"),
        things=[breadcrumbs(trail)],
    )
    template = "content/region.html" if region else "content/conditions.html"
    return show(request, template, page, head, clinical=True)
