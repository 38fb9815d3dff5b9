from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from content.preview_pictures import preview_picture
from content.reading.previews import preview


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def preview_picture_of(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    found = preview(kind, slug, now=timezone.now())
    if found is None:
        raise Http404
    drawn = preview_picture(over=found.over, title=found.title, clinic=found.clinic)
    return HttpResponse(drawn, content_type="image/png")
