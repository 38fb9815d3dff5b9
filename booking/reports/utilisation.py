"""How much of the working time was booked, by practitioner and weekday."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Max, Q, Sum
from django.db.models.functions import ExtractIsoWeekDay

from booking import diary
from booking.diary import Hours
from booking.intervals import Interval, subtract
from booking.models import Appointment, Closure, ExtraHours, State, WorkingHours
from booking.reports.stretch import Stretch
from clinic_site.local_time import clinic_zone, local_day

# The time was the patient's, whether they came or not. A cancelled one was free again.
USED = (
    State.NEEDS_REVIEW,
    State.BOOKED,
    State.ARRIVED,
    State.COMPLETED,
    State.NO_SHOW,
    State.LEFT_UNSEEN,
)
MINUTE = timedelta(minutes=1)


@dataclass
class Load:
    """Minutes booked and minutes worked."""

    booked: int = 0
    worked: int = 0

    def add(self, other: Load) -> None:
        self.booked += other.booked
        self.worked += other.worked

    @property
    def percent(self) -> int | None:
        """Rounded; None where nobody worked."""
        return int(100 * self.booked / self.worked + 0.5) if self.worked else None


@dataclass
class Utilisation:
    """By practitioner, in the order of the team page, and by weekday (0 is Monday)."""

    by_person: dict[str, dict[int, Load]] = field(default_factory=dict)

    @property
    def weekdays(self) -> list[int]:
        """Those on which anybody worked or was booked."""
        return sorted({day for loads in self.by_person.values() for day in loads})

    def of_person(self, name: str) -> Load:
        return _sum(list(self.by_person[name].values()))

    def of_weekday(self, day: int) -> Load:
        return _sum([loads[day] for loads in self.by_person.values() if day in loads])

    @property
    def total(self) -> Load:
        return _sum([self.of_person(name) for name in self.by_person])


def utilisation(stretch: Stretch) -> Utilisation:
    """Five queries."""
    people: dict[int, tuple[int, str]] = {}
    loads: dict[int, dict[int, Load]] = defaultdict(lambda: defaultdict(Load))
    for practitioner, order, name, weekday, minutes in _booked(stretch):
        people[practitioner] = (order, name)
        loads[practitioner][weekday - 1].booked += minutes
    hours = _hours(stretch)
    rows: list[WorkingHours | ExtraHours] = [*hours.weekly, *hours.extra]
    for each in rows:
        people[each.practitioner_id] = (each.practitioner.order, each.practitioner.name)
    for practitioner, stretches in open_hours(hours, stretch.within).items():
        for piece in stretches:
            weekday = piece.start.astimezone(clinic_zone()).weekday()
            loads[practitioner][weekday].worked += int((piece.end - piece.start) / MINUTE)
    ordered = sorted(loads, key=lambda pk: (*people[pk], pk))
    return Utilisation({_unique(pk, people): dict(loads[pk]) for pk in ordered})


def open_hours(hours: Hours, within: Interval) -> dict[int, list[Interval]]:
    """When each practitioner worked, closures taken out, in order; one query."""
    closures = diary.closures(within)
    worked: dict[int, list[Interval]] = defaultdict(list)
    for (practitioner, location), windows in hours.windows(within).items():
        holes = [
            Interval(closure.starts_at, closure.ends_at)
            for closure in closures
            if _closes(closure, practitioner, location)
        ]
        inside = [window for window in windows if window.overlaps(within)]
        worked[practitioner] += subtract(inside, holes)
    return {pk: sorted(stretches) for pk, stretches in worked.items()}


def _closes(closure: Closure, practitioner: int, location: int) -> bool:
    if closure.practitioner_id:
        return closure.practitioner_id == practitioner
    return closure.location_id in {None, location}


def _hours(stretch: Stretch) -> Hours:
    within, whose = stretch.within, stretch.of_whom()
    weekly = WorkingHours.objects.filter(whose)
    extra = ExtraHours.objects.filter(whose, starts_at__lt=within.end, ends_at__gt=within.start)
    related, unread = ("practitioner", "location"), ("practitioner__bio",)
    return _while_there(
        Hours(
            list(weekly.select_related(*related).defer(*unread)),
            list(extra.select_related(*related).defer(*unread)),
        )
    )


def _while_there(hours: Hours) -> Hours:
    """Without what came after the last visit to somebody who has left, or at a location that has
    closed: their hours may still stand in the diary, and nobody notes the day."""
    of_people, of_places = _last_days()

    def last_day(each: WorkingHours | ExtraHours) -> date:
        left = date.max
        if not each.practitioner.is_treating:
            left = of_people.get(each.practitioner_id, date.min)
        if not each.location.is_open:
            left = min(left, of_places.get(each.location_id, date.min))
        return left

    for weekly in hours.weekly:
        weekly.valid_to = min(weekly.valid_to or date.max, last_day(weekly))
    zone = clinic_zone()
    extra = [each for each in hours.extra if local_day(each.starts_at, zone) <= last_day(each)]
    return Hours(hours.weekly, extra)


def _last_days() -> tuple[dict[int, date], dict[int, date]]:
    """The day of the last visit to each who has left, and at each location that has closed. Who is
    still there is in it too where the two met, and is not asked for."""
    gone = Q(practitioner__is_treating=False) | Q(location__is_open=False)
    visits = Appointment.objects.filter(gone, state__in=USED)
    last = visits.values_list("practitioner", "location").annotate(last=Max("starts_at"))
    of_people: dict[int, date] = {}
    of_places: dict[int, date] = {}
    for practitioner, location, at in last.order_by("last"):
        of_people[practitioner] = of_places[location] = local_day(at, clinic_zone())
    return of_people, of_places


def _booked(stretch: Stretch) -> list[tuple[int, int, str, int, int]]:
    visits = Appointment.objects.filter(
        stretch.during("starts_at"), stretch.of_whom(), state__in=USED
    )
    weekday = ExtractIsoWeekDay("starts_at", tzinfo=clinic_zone())
    who = ("practitioner", "practitioner__order", "practitioner__name")
    return list(
        visits.annotate(weekday=weekday)
        .values_list(*who, "weekday")
        .annotate(minutes=Sum("length_minutes"))
        .order_by()
    )


def _unique(pk: int, people: dict[int, tuple[int, str]]) -> str:
    """The name, with a number where two people share it."""
    _, name = people[pk]
    namesakes = sorted(other for other, (_, each) in people.items() if each == name)
    return name if len(namesakes) == 1 else f"{name} ({namesakes.index(pk) + 1})"


def _sum(loads: list[Load]) -> Load:
    total = Load()
    for load in loads:
        total.add(load)
    return total
