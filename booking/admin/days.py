"""Which day the list of appointments shows: today, unless something else is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from booking.absences import visits_nobody_gives
from booking.admin.foundation import ReachableDays
from booking.admin.wording import ZONE
from booking.models import Appointment, SlotOffer, Source, State
from clinic_site.local_time import clinic_zone, local_day, local_midnight
from clinic_site.reachable_days import FIRST_YEAR, LAST_YEAR
from content.models import Location, Practitioner

PARAMETER = "day"
HIERARCHY = "starts_at__"
CONFIRMED = "confirmed"
CONFIRMED_OR_NOT = [("yes", "By the patient"), ("no", "Not yet")]
GIVEN, NOBODY = "given", "nobody"
NAMED = {
    "today": "Today",
    "tomorrow": "Tomorrow",
    "next-7-days": "Next 7 days",
    "past": "Past",
    "all": "All days",
}


@dataclass(frozen=True)
class DaysShown:
    """The days from `first` up to, not including, `end`; None is open."""

    choice: str
    heading: str
    first: date | None = None
    end: date | None = None

    @property
    def one_day(self) -> date | None:
        if self.first and self.end == self.first + timedelta(days=1):
            return self.first
        return None

    @property
    def latest_first(self) -> bool:
        return self.first is None

    def of(self, visits: QuerySet[Any]) -> QuerySet[Any]:
        zone = clinic_zone()
        if self.first:
            visits = visits.filter(starts_at__gte=local_midnight(self.first, zone))
        if self.end:
            visits = visits.filter(starts_at__lt=local_midnight(self.end, zone))
        return visits


def days_shown(parameters: Mapping[str, str], *, today: date) -> DaysShown:
    """What the address asks for. Searching or turning to a month looks through all days, unless
    a day is named too. Raises IncorrectLookupParameters for a day that cannot be read."""
    choice = parameters.get(PARAMETER, "")
    if not choice:
        looking = parameters.get(SEARCH_VAR, "").strip()
        turning = any(name.startswith(HIERARCHY) for name in parameters)
        choice = "all" if looking or turning else "today"
    one_day, week = timedelta(days=1), timedelta(days=7)
    if choice == "all":
        return DaysShown(choice, turned_to(parameters) or "All days")
    if choice == "past":
        return DaysShown(choice, "Past days", None, today)
    if choice == "next-7-days":
        heading = f"{written(today + one_day)} to {written(today + week)}"
        return DaysShown(choice, heading, today + one_day, today + week + one_day)
    day = {"today": today, "tomorrow": today + one_day}.get(choice) or read_day(choice)
    name = {today: "Today, ", today + one_day: "Tomorrow, "}.get(day, "")
    return DaysShown(choice, f"{name}{written(day)} ({ZONE})", day, day + one_day)


def turned_to(parameters: Mapping[str, str]) -> str:
    """The year, month or day that the calendar above the list is open at, if it is."""
    year, month, day = (
        parameters.get(f"{HIERARCHY}{unit}", "") for unit in ("year", "month", "day")
    )
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except (ValueError, OverflowError):
        return ""
    if day:
        return written(first)
    return f"{first:%B %Y}" if month else str(first.year)


def read_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as unreadable:
        raise IncorrectLookupParameters(str(unreadable)) from unreadable
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise IncorrectLookupParameters("a day out of reach")
    return day


def written(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


class DayFilter(admin.SimpleListFilter):
    title = "day"
    parameter_name = PARAMETER

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[Appointment],
        model_admin: admin.ModelAdmin[Appointment],
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.asked = request.GET.dict()

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return list(NAMED.items())

    @property
    def shown(self) -> DaysShown:
        asked = self.asked | ({PARAMETER: value} if (value := self.value()) else {})
        return days_shown(asked, today=local_day(timezone.now(), clinic_zone()))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.shown.of(queryset)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        facets = self.get_facet_queryset(changelist) if changelist.add_facets else None
        for position, (choice, word) in enumerate(self.lookup_choices):
            count = f" ({facets[f'{position}__c']})" if facets else ""
            yield {
                "selected": self.shown.choice == choice,
                "query_string": changelist.get_query_string({PARAMETER: choice}, [HIERARCHY]),
                "display": f"{word}{count}",
            }


class ConfirmedFilter(admin.SimpleListFilter):
    """Booked visits by whether their patients have said that they will be there."""

    title = "confirmed by the patient"
    parameter_name = CONFIRMED

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return CONFIRMED_OR_NOT

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        not_yet = {"yes": False, "no": True}.get(self.value() or "")
        if not_yet is None:
            return queryset
        return queryset.filter(state=State.BOOKED, patient_confirmed_at__isnull=not_yet)


class GivenFilter(admin.SimpleListFilter):
    """Where the worklist of visits that nobody can give leads."""

    title = "who gives it"
    parameter_name = GIVEN

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(NOBODY, "Nobody: the practitioner has left, or the location is closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != NOBODY:
            return queryset
        return queryset.filter(pk__in=visits_nobody_gives(now=timezone.now()).values("pk"))


class DayList(ReachableDays):
    """The visits of the days asked for, with ways to the days around them."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        what = "Visits that nobody can give" if self.params.get(GIVEN) else "Appointments"
        self.title = f"{what}: {self.days.heading}"

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """With the offers that places are kept for: a row says whom they wait for."""
        offers = SlotOffer.objects.filter(answer=SlotOffer.Answer.OPEN).select_related(
            "entry__patient__responsible_adult"
        )
        rows: QuerySet[Any] = super().get_queryset(*args, **kwargs)
        return rows.prefetch_related(Prefetch("slot_offers", offers))

    @cached_property
    def days(self) -> DaysShown:
        return next(spec.shown for spec in self.filter_specs if isinstance(spec, DayFilter))

    @property
    def ways(self) -> list[tuple[str, str, bool]]:
        """Links to other days: the word, the query string, and whether it is shown now."""
        links = [
            (word, self._to(choice), choice == self.days.choice) for choice, word in NAMED.items()
        ]
        if shown := self.days.one_day:
            before, after = shown - timedelta(days=1), shown + timedelta(days=1)
            links.insert(0, ("Day before", self._to(before.isoformat()), False))
            links.insert(1, ("Day after", self._to(after.isoformat()), False))
        return [*links, self._to_review]

    @property
    def _to_review(self) -> tuple[str, str, bool]:
        """The visits of all days that wait for a clinician, with their number."""
        wanted = {PARAMETER: "all", "state__exact": State.NEEDS_REVIEW.value}
        count = Appointment.objects.filter(state=State.NEEDS_REVIEW).count()
        is_shown = (
            self.days.choice == "all" and self.params.get("state__exact") == wanted["state__exact"]
        )
        return (f"To review ({count})", self.get_query_string(wanted, [HIERARCHY]), is_shown)

    def _to(self, choice: str) -> str:
        return self.get_query_string({PARAMETER: choice}, [HIERARCHY])

    @property
    def selects(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """The filters as drop-down lists: label, parameter, and value, word, chosen of each."""
        return [
            (label, parameter, self._options(parameter, choices))
            for label, parameter, choices in (
                ("With", "practitioner__id__exact", Practitioner.objects.values_list("pk", "name")),
                ("At", "location__id__exact", Location.objects.values_list("pk", "name")),
                ("State", "state__exact", State.choices),
                ("Confirmed", CONFIRMED, CONFIRMED_OR_NOT),
                ("Booked through", "source__exact", Source.choices),
            )
        ]

    def _options(
        self, parameter: str, choices: Iterable[tuple[Any, str]]
    ) -> list[tuple[str, str, bool]]:
        chosen = self.params.get(parameter, "")
        return [(str(value), word, str(value) == chosen) for value, word in choices]

    @property
    def other_parameters(self) -> list[tuple[str, str]]:
        """What the form of day and filters has to carry along: the search and the order."""
        return [(name, self.params[name]) for name in ("q", "o", GIVEN) if name in self.params]
