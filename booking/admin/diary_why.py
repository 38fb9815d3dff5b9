"""“Why is 10:15 not offered?” The rule, where it comes from, and who may change it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking.admin.diary_board import SEE, expect_permission, page_context
from booking.admin.diary_forms import WhyForm
from booking.admin.diary_sources import Source, source_of
from booking.admin.open_times import in_words
from booking.openings import Openings, WhyNot
from booking.policy import Refusal
from content.models import Location, Practitioner

NOBODY = "Nobody can change this."


@dataclass(frozen=True)
class Explanation:
    """What the rules say of one practitioner at one location."""

    practitioner: Practitioner
    location: Location
    why: WhyNot | None
    rule: str
    sources: list[Source]
    who_may: str

    @property
    def said(self) -> tuple[str, tuple[Source, ...], str]:
        return self.rule, tuple(self.sources), self.who_may

    @property
    def closeness(self) -> int:
        """Who is not there at all is told of last."""
        if self.why is None:
            return 0
        return 2 if self.why.refusal is Refusal.NOT_WORKING else 1


@require_safe
def why_page(request: HttpRequest) -> HttpResponse:
    expect_permission(request, SEE)
    asked = request.GET
    form = WhyForm(asked if "service" in asked else None, initial={"date": asked.get("date")})
    explained: list[Explanation] = []
    start = None
    if form.is_bound and form.is_valid():
        start = form.start
        explained = _explained(form, start, now=timezone.now())
    context = {
        **page_context(request),
        "title": "Why is a time not offered?",
        "form": form,
        "start": start,
        "service": form.cleaned_data.get("service") if form.is_bound else None,
        "explained": explained,
        "answers": _said_once(explained),
        "may_overbook": request.user.has_perm("booking.overbook"),
    }
    status = 400 if form.errors else 200
    return TemplateResponse(request, "admin/diary/why.html", context, status=status)


def _explained(form: WhyForm, start: datetime, *, now: datetime) -> list[Explanation]:
    service, who = form.cleaned_data["service"], form.who
    openings = Openings(service, now=now, who=who)
    practitioners = [who.practitioner] if who.practitioner else openings.practitioners
    locations = [who.location] if who.location else openings.locations
    groups = Permitted()
    found = [
        _explain(openings, practitioner, location, start, groups)
        for practitioner in practitioners
        for location in locations
    ]
    return sorted(found, key=lambda each: each.closeness)


def _said_once(explained: list[Explanation]) -> list[tuple[str, Explanation]]:
    """Of whom, and what: the horizon of a service, say, is the same for everybody."""
    found: dict[tuple[Any, ...], list[Explanation]] = defaultdict(list)
    for each in explained:
        found[each.said].append(each)
    everybody = len(explained) > 1
    return [
        (
            "Anyone, anywhere"
            if everybody and len(same) == len(explained)
            else "; ".join(f"{each.practitioner} at {each.location}" for each in same),
            same[0],
        )
        for same in found.values()
    ]


def _explain(
    openings: Openings,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    groups: Permitted,
) -> Explanation:
    service = openings.service
    if not service.practitioners.contains(practitioner):
        rule = f"{practitioner} does not give “{service}”"
        why = WhyNot(Refusal.NOT_WORKING)
        address = reverse("admin:booking_service_change", args=[service.pk])
        sources = [Source(f"Who gives “{service}”", address)]
        return Explanation(practitioner, location, why, rule, sources, groups.who("change_service"))
    why_not = openings.why_not(practitioner, location, start)
    if why_not is None:
        return Explanation(practitioner, location, None, "", [], "")
    found = source_of(why_not, service, practitioner, location, start, now=openings.now)
    who = groups.who(found.permission) if found.permission else NOBODY
    return Explanation(practitioner, location, why_not, in_words(why_not), found.sources, who)


class Permitted:
    """Which groups have a permission of the diary; each is looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def who(self, permission: str) -> str:
        if permission not in self._known:
            groups = Group.objects.filter(
                permissions__codename=permission, permissions__content_type__app_label="booking"
            ).order_by("name")
            names = ", ".join(groups.values_list("name", flat=True))
            self._known[permission] = f"Who may change it: {names or 'superusers'}."
        return self._known[permission]
