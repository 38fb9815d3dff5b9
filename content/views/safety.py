from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.addresses import preview_picture
from content.head import Head
from content.reading.safety import safety_page
from content.structured_data import safety_things
from content.views.answers import show


@require_safe
def safety(request: HttpRequest) -> HttpResponse:
    page = safety_page(now=timezone.now())
    title = "Safety: what to tell us, and when to get help"
    description = (
        "When we do not use needles, when we take special care, what to tell us before a visit, "
        "and the signs after needling that need help."
    )
    head = Head(
        title=title,
        description=description,
        path=reverse("safety"),
        picture=preview_picture("site", "safety"),
        things=safety_things(page, title, description),
    )
    return show(request, "content/safety.html", page, head, clinical=True)
