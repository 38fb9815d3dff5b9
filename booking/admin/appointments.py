"""The appointments: a list by day, from which the day can be run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from booking.admin.days import (
    HIERARCHY,
    PARAMETER,
    ConfirmedFilter,
    DayFilter,
    DayList,
    GivenFilter,
)
from booking.admin.exports import ExportPages
from booking.admin.marks import marks_offered
from booking.admin.search import visits_matching
from booking.admin.visit_pages import BACK_TO_LIST, RUN_THE_DAY, VisitPages
from booking.admin.wording import (
    CONFIRMED_WORD,
    in_zone,
    is_confirmed,
    link_to,
    phone_of,
    short_time,
    state_tag,
    two_lines,
    who_comes,
    who_is_expected,
)
from booking.models import Appointment, State


def next_step_column(request: HttpRequest) -> Callable[[Appointment], str]:
    """The likeliest button, so that the day can be run from the list."""
    now = timezone.now()
    back = urlencode({BACK_TO_LIST: request.GET.urlencode()})

    @admin.display(description="Next step", empty_value="")
    def next_step(visit: Appointment) -> str:
        offered = marks_offered(visit, now=now)
        if not offered:
            return ""
        address = reverse("admin:booking_appointment_mark", args=[visit.pk, offered[0].slug])
        return format_html(
            '<button class="mark" formaction="{}?{}">{}'
            '<span class="visually-hidden">: {}</span></button>',
            address,
            back,
            offered[0].label,
            who_comes(visit.patient),
        )

    return next_step


@admin.register(Appointment)
class AppointmentAdmin(ExportPages, VisitPages):
    list_display = ("when", "who", "with_whom", "service_and_reference", "state_shown")
    list_display_links = ("when",)
    list_filter = (
        *(DayFilter, GivenFilter, "practitioner", "location", "state"),
        *(ConfirmedFilter, "source"),
    )
    list_select_related = (
        *("patient__responsible_adult", "course__patient__responsible_adult"),
        *("practitioner", "location", "room"),
    )
    list_per_page = 100
    date_hierarchy = "starts_at"
    search_fields = ("reference",)
    search_help_text = (
        "Name, phone number in any format, e-mail address, or reference; in all days."
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A drop-down list left at “Any” asks for nothing: take it out of the address."""
        asked = QueryDict(mutable=True)
        for name, values in request.GET.lists():
            if given := [value for value in values if value.strip()]:
                asked[name] = given[-1]
        if request.GET and asked.urlencode() != request.GET.urlencode():
            return HttpResponseRedirect(f"{request.path}?{asked.urlencode()}")
        return super().changelist_view(request, extra_context)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """No address of the list finds out letter by letter what the list does not show."""
        hidden = lookup.partition("__")[0] in {"about", "held_by"}
        return not hidden and super().lookup_allowed(lookup, value, request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DayList]:
        return DayList

    def get_list_display(self, request: HttpRequest) -> Any:
        if not request.user.has_perm(RUN_THE_DAY):
            return self.list_display
        return (*self.list_display, next_step_column(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        """Every visit, and the holds that still keep somebody else out."""
        rows: QuerySet[Appointment] = super().get_queryset(request)
        return rows.exclude(state=State.HELD, hold_expires_at__lte=timezone.now())

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # A search or a look back wants the latest first; a day is read from its morning on.
        asked = request.GET.get(PARAMETER, "")
        elsewhere = any(name == "q" or name.startswith(HIERARCHY) for name in request.GET)
        latest_first = asked in {"past", "all"} or (not asked and elsewhere)
        return ("-starts_at", "-pk") if latest_first else ("starts_at", "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return visits_matching(queryset, search_term), False

    @admin.display(description=in_zone("Time"), ordering="starts_at")
    def when(self, visit: Appointment) -> str:
        return short_time(visit.starts_at)

    @admin.display(description="Patient and phone", ordering="patient__name")
    def who(self, visit: Appointment) -> str:
        return two_lines(link_to(visit, who_is_expected(visit)), phone_of(visit))

    @admin.display(description="With and where", ordering="practitioner__order")
    def with_whom(self, visit: Appointment) -> str:
        return two_lines(visit.practitioner.name, f"{visit.room.name}, {visit.location.name}")

    @admin.display(description="Service and reference", ordering="service_name")
    def service_and_reference(self, visit: Appointment) -> str:
        return two_lines(visit.service_name, visit.reference)

    @admin.display(description="State", ordering="state")
    def state_shown(self, visit: Appointment) -> str:
        tag = state_tag(visit)
        return two_lines(tag, CONFIRMED_WORD) if is_confirmed(visit) else tag
