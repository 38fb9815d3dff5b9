from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "content/article.html")


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    return render(request, "content/articles.html")


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "content/topic.html")
