"""What programs read: the feed, the sitemap, and what robots may do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.addresses import absolute
from content.feeds import article_feed
from content.sitemaps import entries

# Of no use in a search engine, or of one person. The free times of each person, place and week are
# pages without end.
NOT_FOR_ROBOTS = (
    *("/admin/", "/search/", "/leaflets/", "/book/*?"),
    *("/book/details/", "/book/check/", "/book/done/", "/book/hold/"),
    *("/visit/", "/v/", "/calendars/", "/preview/"),
)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    article_feed(now=timezone.now()).write(response, "utf-8")
    return response


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    context = {"entries": entries(now=timezone.now())}
    return render(request, "content/sitemap.xml", context, content_type="application/xml")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    rules = [f"Disallow: {path}" for path in NOT_FOR_ROBOTS]
    lines = ["User-agent: *", *rules, "Allow: /", f"Sitemap: {absolute(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
