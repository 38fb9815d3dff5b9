from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def condition(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "content/condition.html")


@require_safe
def conditions(request: HttpRequest) -> HttpResponse:
    return render(request, "content/conditions.html")
