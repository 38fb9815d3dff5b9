"""Practitioners' own calendars: their secret addresses are made and revoked here.

The desk does so for everybody, a practitioner for themselves. An address is shown once, on the
page that answers its making; afterwards nobody can read it anywhere.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from booking import calendar_feeds
from booking.admin.foundation import ReadOnlyAdmin
from booking.models import CalendarFeed
from content.models import Practitioner

FOR_EVERYBODY = "booking.add_calendarfeed"


def in_reach_of(user: Any) -> QuerySet[Practitioner]:
    """Whose calendars this member of staff may make and revoke."""
    treating = Practitioner.objects.treating()
    if user.has_perm(FOR_EVERYBODY):
        return treating
    return treating.filter(user=user.pk, user__is_active=True)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("make/<int:pk>/", view(self.make_view), name="booking_calendarfeed_make"),
            path("<int:pk>/revoke/", view(self.revoke_view), name="booking_calendarfeed_revoke"),
            *super().get_urls(),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        # Asked on every page of admin, so no query where the permission says enough.
        user = request.user
        return user.has_perm(FOR_EVERYBODY) or in_reach_of(user).exists()

    @method_decorator(require_safe)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One address has nothing to show: neither it nor its hash."""
        return HttpResponseRedirect(reverse("admin:booking_calendarfeed_changelist"))

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:booking_calendarfeed_changelist"))

    @method_decorator(require_POST)
    def make_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        practitioner = in_reach_of(request.user).filter(pk=pk).first()
        if practitioner is None or not isinstance(request.user, User):
            raise PermissionDenied
        token = calendar_feeds.make(practitioner, by=request.user, now=timezone.now())
        address = f"{settings.SITE_ORIGIN}{reverse('calendar_feed', args=[token])}"
        return self._page(request, {"made_for": practitioner, "address": address})

    @method_decorator(require_POST)
    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        feed = CalendarFeed.objects.select_related("practitioner").filter(pk=pk).first()
        if feed is None:
            raise Http404
        if not in_reach_of(request.user).filter(pk=feed.practitioner_id).exists():
            raise PermissionDenied
        if feed.revoked_at is None:
            feed.revoked_at = timezone.now()
            feed.save(update_fields=["revoked_at"])
        messages.success(
            request, f"That address of {feed.practitioner}’s calendar no longer works."
        )
        return HttpResponseRedirect(reverse("admin:booking_calendarfeed_changelist"))

    def _page(self, request: HttpRequest, more: dict[str, Any] | None = None) -> HttpResponse:
        live = CalendarFeed.objects.filter(revoked_at=None).select_related("created_by")
        live_first = Prefetch("calendar_feeds", live.order_by("-created_at"), to_attr="live_feeds")
        context = {
            **self.admin_site.each_context(request),
            "title": "Practitioners’ calendars",
            "opts": self.opts,
            "practitioners": in_reach_of(request.user).prefetch_related(live_first),
            **(more or {}),
        }
        return TemplateResponse(request, "admin/booking/calendarfeed/feeds.html", context)
