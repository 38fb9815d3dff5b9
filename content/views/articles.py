from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.addresses import preview_picture
from content.head import Head
from content.reading.articles import article_index, article_page, topic_page
from content.structured_data import article_things, breadcrumbs
from content.views.answers import show, today


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    page = article_page(slug, now=timezone.now())
    if page is None:
        raise Http404
    found = page.article
    head = Head(
        title=found.title,
        description=found.summary,
        path=found.get_absolute_url(),
        picture=preview_picture("articles", slug),
        kind="article",
        things=article_things(page),
    )
    booking = found.may_lead_to_booking(today())
    return show(request, "content/article.html", page, head, text=found, booking=booking)


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    page = article_index(now=timezone.now())
    path = reverse("articles")
    head = Head(
        title="Articles about dry needling and physiotherapy",
        description="What dry needling is, what studies found, what can go wrong, and your visit. "
        "Each article names its sources, who wrote it and who checked it.",
        path=path,
        picture=preview_picture("site", "articles"),
        things=[breadcrumbs([("Articles", path)])],
    )
    return show(request, "content/articles.html", page, head, clinical=True)


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    page = topic_page(slug, now=timezone.now())
    if page is None:
        raise Http404
    found = page.shelves[0].topic
    head = Head(
        title=found.name,
        description=found.description,
        path=found.get_absolute_url(),
        picture=preview_picture("site", "articles"),
        things=[
            breadcrumbs([("Articles", reverse("articles")), (found.name, found.get_absolute_url())])
        ],
    )
    shelf = page.shelves[0]
    return show(request, "content/topic.html", page, head, clinical=True, shelf=shelf)
