"""What the clinic lets people do online: one row, which is changed and never added or removed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from booking.admin.foundation import DiaryAdmin
from booking.admin.wording import page_of
from booking.models import HouseRules


@admin.register(HouseRules)
class HouseRulesAdmin(DiaryAdmin):
    actions = None
    fieldsets = (
        (
            "Booking online",
            {
                "fields": ("address_proof", "open_visits_at_most", "missed_visits_at_most"),
                "description": "The front desk can always book, and the sessions of a course that "
                "was proposed are not counted. Who is above a limit reads “Please call us to "
                "book”, in the same words whatever the reason.",
            },
        ),
        ("Safety questions", {"fields": ("screening_months",)}),
        (
            "Earlier-slot list",
            {"fields": ("offers_at_most", "offer_minutes", "day_starts_at", "day_ends_at")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[HouseRules]:
        """The row is made when somebody first looks for it."""
        HouseRules.objects.get_or_create(pk=1)
        rows: QuerySet[HouseRules] = super().get_queryset(request)
        return rows

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one row, so no list of them."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        rules, _ = HouseRules.objects.get_or_create(pk=1)
        return HttpResponseRedirect(page_of(rules))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
