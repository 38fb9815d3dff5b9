"""What was read of some days of the diary for the board: rows, and the windows they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from booking import diary
from booking.diary import Hours
from booking.intervals import Interval
from booking.models import Appointment, Closure, ExtraHours, SlotOffer, State, WorkingHours
from content.models import Location, Practitioner

# A no-show stays on the board: the desk takes it back there.
GONE = (State.CANCELLED, State.DECLINED, State.LAPSED)


@dataclass(frozen=True)
class Window:
    """A stretch in which a practitioner works at a location."""

    stretch: Interval
    practitioner_id: int
    location: Location
    extra: bool = False


@dataclass(frozen=True)
class Team:
    """Who treats and where, in the order of the website; those who left included."""

    practitioners: list[Practitioner]
    locations: list[Location]


def read_team() -> Team:
    """Two queries."""
    return Team(
        practitioners=list(Practitioner.objects.order_by("order", "name").defer("bio")),
        locations=list(Location.objects.order_by("order", "name")),
    )


@dataclass(frozen=True)
class Rows:
    """Everything that stands in the diary on these days: columns are cut from it."""

    team: Team
    windows: list[Window]
    closures: list[Closure]
    visits: list[Appointment]


def read(
    within: Interval, team: Team, *, now: datetime, practitioner: Practitioner | None = None
) -> Rows:
    """Four queries; of one practitioner's hours and visits alone if one is given."""
    whose = Q(practitioner=practitioner) if practitioner else Q()
    return Rows(
        team=team,
        windows=_windows(within, whose, team.locations),
        closures=diary.closures(within),
        visits=_visits(within, whose, team, now=now),
    )


def _windows(within: Interval, whose: Q, locations: list[Location]) -> list[Window]:
    working = Q(practitioner__is_treating=True, location__is_open=True) & whose
    weekly = Hours(list(WorkingHours.objects.filter(working)), [])
    extra = ExtraHours.objects.filter(working, starts_at__lt=within.end, ends_at__gt=within.start)
    where = {location.pk: location for location in locations}
    found = [
        Window(stretch, practitioner_id, where[location_id], is_extra)
        for hours, is_extra in ((weekly, False), (Hours([], list(extra)), True))
        for (practitioner_id, location_id), stretches in hours.windows(within).items()
        for stretch in stretches
        if stretch.overlaps(within)
    ]
    return sorted(found, key=lambda window: window.stretch)


# As much of a visit as the board shows; numbers and texts cost more to read than all the rest.
SHOWN = (
    *("reference", "state", "starts_at", "ends_at", "hold_expires_at", "service_name"),
    *("buffer_before_minutes", "buffer_after_minutes", "overbooked"),
    *("practitioner_id", "location_id", "room__name"),
    *("patient__name", "patient__responsible_adult__name"),
)


def _visits(within: Interval, whose: Q, team: Team, *, now: datetime) -> list[Appointment]:
    """In the order of the clock. A hold made for an offer knows whom it waits for."""
    offers = SlotOffer.objects.filter(place=OuterRef("pk"), answer=SlotOffer.Answer.OPEN)
    rows = (
        Appointment.objects.filter(whose, blocks__overlap=(within.start, within.end))
        .exclude(state__in=GONE)
        .exclude(state=State.HELD, hold_expires_at__lte=now)
        .select_related("patient__responsible_adult", "room")
        .only(*SHOWN)
        .annotate(offered_to=Subquery(offers.values("entry__patient__name")[:1]))
        .order_by("starts_at", "pk")
    )
    practitioners = {each.pk: each for each in team.practitioners}
    locations = {each.pk: each for each in team.locations}
    visits = list(rows)
    for visit in visits:
        visit.practitioner = practitioners[visit.practitioner_id]
        visit.location = locations[visit.location_id]
    return visits
