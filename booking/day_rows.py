"""What was read of some days of the diary for the board: plain rows, and the windows they make.

Rows are values all through, so that a column made of them can be told from its earlier self.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from booking import diary
from booking.diary import Hours
from booking.intervals import Interval
from booking.models import (
    PASSING_STATES,
    STANDING_STATES,
    Appointment,
    ExtraHours,
    SlotOffer,
    State,
    WorkingHours,
)
from clinic_site.local_time import clinic_zone, local_day
from content.models import Location, Practitioner

# A no-show stays on the board: the desk takes it back there.
GONE = (State.CANCELLED, State.DECLINED, State.LAPSED)
ONE_DAY = timedelta(days=1)


class Place(NamedTuple):
    """As much of a location as the board shows."""

    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


class Window(NamedTuple):
    """A stretch in which a practitioner works at a location."""

    stretch: Interval
    practitioner_id: int
    location: Place
    extra: bool = False


class Closed(NamedTuple):
    """A closure: the clinic's, or that of a practitioner or a location."""

    pk: int
    stretch: Interval
    practitioner_id: int | None
    location: Place | None
    reason: str


class ShownVisit(NamedTuple):
    """As much of a visit as the board shows. `starts_at` and `ends_at` are without the buffers.

    A place has a patient, or it is kept: for an offer, for a course, or for a visitor who fills in
    the form. `responsible_adult` is that of whichever of the three people is named.
    """

    pk: int
    reference: str
    state: str
    starts_at: datetime
    ends_at: datetime
    block_starts_at: datetime
    block_ends_at: datetime
    hold_expires_at: datetime | None
    service_name: str
    overbooked: bool
    practitioner_id: int
    location_id: int
    room_id: int
    room: str
    patient: str | None
    responsible_adult: str | None
    offered_to: str | None
    proposed_to: str | None
    practitioner: str
    location: str
    in_closure: bool = False

    @property
    def block(self) -> Interval:
        return Interval(self.block_starts_at, self.block_ends_at)

    @property
    def is_promised(self) -> bool:
        """Kept for somebody whom the clinic asked, who may take a day or more."""
        return bool(self.offered_to or self.proposed_to)


@dataclass(frozen=True)
class Team:
    """Who treats and where, in the order of the website; those who left included."""

    practitioners: list[Practitioner]
    locations: list[Location]

    @property
    def places(self) -> dict[int, Place]:
        return {each.pk: Place(each.pk, each.name) for each in self.locations}


def read_team() -> Team:
    """Two queries."""
    return Team(
        practitioners=list(
            Practitioner.objects.order_by("order", "name").only(
                *("name", "order", "is_treating", "user")
            )
        ),
        locations=list(Location.objects.order_by("order", "name").only("name", "order", "is_open")),
    )


@dataclass(frozen=True)
class Rows:
    """Everything that stands in the diary on these days: columns are cut from it."""

    team: Team
    windows: list[Window]
    closures: list[Closed]
    visits: list[ShownVisit]


def read(
    within: Interval, team: Team, *, now: datetime, practitioner: Practitioner | None = None
) -> Rows:
    """Four queries; of one practitioner's hours and visits alone if one is given."""
    whose = Q(practitioner=practitioner) if practitioner else Q()
    places = team.places
    closures = _closures(within, places)
    visits = _visits(within, whose, team, now=now)
    return Rows(
        team=team,
        windows=_windows(within, whose, team, places),
        closures=closures,
        visits=[each._replace(in_closure=_falls_into(each, closures)) for each in visits],
    )


def _falls_into(visit: ShownVisit, closures: list[Closed]) -> bool:
    """Whether the visit still stands where the clinic, the place or the practitioner is closed."""
    taken = Interval(visit.starts_at, visit.ends_at)
    return visit.state in STANDING_STATES and any(
        each.practitioner_id in {None, visit.practitioner_id}
        and (each.location is None or each.location.pk == visit.location_id)
        and each.stretch.overlaps(taken)
        for each in closures
    )


def _windows(within: Interval, whose: Q, team: Team, places: dict[int, Place]) -> list[Window]:
    treating = {each.pk for each in team.practitioners if each.is_treating}
    is_open = {each.pk for each in team.locations if each.is_open}
    weekly = WorkingHours.objects.filter(whose, weekday__in=_weekdays(within))
    extra = ExtraHours.objects.filter(whose, starts_at__lt=within.end, ends_at__gt=within.start)
    found = [
        Window(stretch, practitioner_id, places[location_id], is_extra)
        for hours, is_extra in ((Hours(list(weekly), []), False), (Hours([], list(extra)), True))
        for (practitioner_id, location_id), stretches in hours.windows(within).items()
        if practitioner_id in treating and location_id in is_open
        for stretch in stretches
        if stretch.overlaps(within)
    ]
    return sorted(found, key=lambda window: window.stretch)


def _weekdays(within: Interval) -> set[int]:
    zone = clinic_zone()
    day, last = local_day(within.start, zone), local_day(within.end, zone)
    return {(day + offset * ONE_DAY).weekday() for offset in range(min((last - day).days, 6) + 1)}


def _closures(within: Interval, places: dict[int, Place]) -> list[Closed]:
    return [
        Closed(
            each.pk,
            Interval(each.starts_at, each.ends_at),
            each.practitioner_id,
            places[each.location_id] if each.location_id else None,
            each.reason,
        )
        for each in diary.closures(within)
    ]


# In the order of ShownVisit; the names of practitioner and location are the team's.
SHOWN = (
    *("pk", "reference", "state", "starts_at", "ends_at", "blocks__startswith", "blocks__endswith"),
    *("hold_expires_at", "service_name", "overbooked"),
    *("practitioner_id", "location_id", "room_id", "room__name"),
    *("patient__name", "adult", "offered_to", "proposed_to"),
)


def _visits(within: Interval, whose: Q, team: Team, *, now: datetime) -> list[ShownVisit]:
    """In the order of the clock. A hold made for an offer or a course knows whom it waits for."""
    adult = "patient__responsible_adult__name"
    adult_of_asked = Coalesce(_of_the_offer(adult), F(f"course__{adult}"))
    rows = (
        Appointment.objects.filter(whose, blocks__overlap=(within.start, within.end))
        .exclude(state__in=GONE)
        .exclude(state__in=PASSING_STATES, hold_expires_at__lte=now)
        .annotate(
            offered_to=Case(When(state=State.HELD, then=_of_the_offer("patient__name"))),
            proposed_to=Case(When(state=State.HELD, then=F("course__patient__name"))),
            adult=Case(When(state=State.HELD, then=adult_of_asked), default=F(adult)),
        )
        .order_by("starts_at", "pk")
        .values_list(*SHOWN)
    )
    people = {each.pk: each.name for each in team.practitioners}
    places = {each.pk: each.name for each in team.locations}
    practitioner, location = SHOWN.index("practitioner_id"), SHOWN.index("location_id")
    return [
        ShownVisit._make((*row, people[row[practitioner]], places[row[location]], False))
        for row in rows
    ]


def _of_the_offer(path: str) -> Subquery:
    """What is at `path` of the entry on the list to which the place outside is offered."""
    offers = SlotOffer.objects.filter(place=OuterRef("pk"), answer=SlotOffer.Answer.OPEN)
    return Subquery(offers.values(f"entry__{path}")[:1])
