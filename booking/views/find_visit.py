"""Having a lost link sent again. Whether we know an address is nobody's business, so everybody
gets the same answer at the same pace: a row in the outbox, which the worker looks into later."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import scheduling
from booking.forms.visit import FindVisitForm
from booking.views.answers import see_other
from clinic_site.attempts import too_many, within_limit
from clinic_site.visitor_address import network_of

LETTERS_AT_MOST, LETTERS_WITHIN = 3, timedelta(hours=1)
ASKED_AT_MOST, ASKED_WITHIN = 10, timedelta(minutes=10)


@require_http_methods(["GET", "HEAD", "POST"])
def find_visit(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "booking/find_visit.html", {"form": FindVisitForm()})
    now = timezone.now()
    key = f"find visit from {network_of(request)}"
    if not within_limit(key, at_most=ASKED_AT_MOST, per=ASKED_WITHIN, now=now):
        sentence = "Your network has asked for many letters. Please try again in 10 minutes."
        return too_many(request, sentence, wait=ASKED_WITHIN)
    form = FindVisitForm(request.POST)
    if not form.is_valid():
        return render(request, "booking/find_visit.html", {"form": form}, status=400)
    address = form.cleaned_data["email"]
    key = f"find visit of {address.casefold()}"
    if within_limit(key, at_most=LETTERS_AT_MOST, per=LETTERS_WITHIN, now=now):
        scheduling.owe_found_visits(address, now=now)
    return see_other("find_visit_sent")


@require_safe
def find_visit_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/find_visit_sent.html")
