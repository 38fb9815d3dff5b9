from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from content.printable import UNPRINTABLE
from content.search import find

LONGEST = 200
MOST = 10
SPACES = dict.fromkeys(UNPRINTABLE, " ")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").translate(SPACES).split())
    if len(query) > LONGEST:
        shown = {"query": query[:LONGEST], "too_long": True, "longest": LONGEST}
        return render(request, "content/search.html", shown, status=400)
    results = find(query, now=timezone.now(), limit=MOST) if query else None
    return render(
        request, "content/search.html", {"query": query, "results": results, "most": MOST}
    )
