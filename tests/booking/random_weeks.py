"""Random weeks of a small clinic: drawn from a seed, held in plain lists, saved as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from booking.models import Appointment, Closure, ExtraHours, Patient, Room, Service, WorkingHours
from booking.models.appointments import PASSING_STATES, State
from content.models import Location, Practitioner
from tests.cast import NOW
from tests.factories import make_clinic, make_location, make_practitioner, make_service

# Zone and Mondays of weeks in which its clocks are changed; midnight itself jumps in the third and
# fourth, and the fifth jumps by half an hour.
SWITCHED = [
    ("America/Edmonton", [date(2026, 3, 2), date(2026, 10, 26), date(2027, 3, 8)]),
    ("Europe/London", [date(2026, 3, 23), date(2026, 10, 19)]),
    ("Africa/Cairo", [date(2026, 4, 20), date(2026, 10, 26)]),
    ("America/Havana", [date(2026, 3, 2), date(2026, 10, 26)]),
    ("Australia/Lord_Howe", [date(2026, 3, 30), date(2026, 9, 28)]),
]
ORDINARY = [date(2026, 6, 1), date(2026, 12, 28)]

Minute = int


def as_minute(moment: datetime) -> Minute:
    return int(moment.timestamp() // 60)


def as_moment(minute: Minute) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


@dataclass
class Visit:
    practitioner: Practitioner
    room: Room
    first: Minute
    last: Minute
    blocked: range
    state: State
    expires_at: datetime | None


@dataclass
class Week:
    """A random week of a small clinic, in rows and in plain lists."""

    zone: ZoneInfo
    monday: date
    now: datetime
    service: Service
    hours: list[WorkingHours] = field(default_factory=list)
    extra: list[ExtraHours] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def next_monday(self) -> date:
        return self.monday + timedelta(days=7)


@dataclass
class Clinic:
    """What all the weeks share."""

    practitioners: list[Practitioner]
    locations: list[Location]
    rooms: list[Room]
    service: Service
    patient: Patient


def make_small_clinic() -> Clinic:
    make_clinic()
    locations = [make_location("Riverside", rooms=2), make_location("Hilltop", rooms=1)]
    practitioners = [make_practitioner("Priya Nair"), make_practitioner("Tomas Costa")]
    return Clinic(
        practitioners,
        locations,
        list(Room.objects.order_by("pk")),
        make_service(*practitioners),
        Patient.objects.create(name="Somebody", created_at=NOW),
    )


class Draw:
    """Draws a week from a seed; each part is drawn by a method of its own."""

    def __init__(self, seed: int, clinic: Clinic) -> None:
        self.random = Random(seed)
        self.clinic = clinic
        zone, switched = self.random.choice(SWITCHED)
        self.zone = ZoneInfo(zone)
        self.monday = self.random.choice([*switched, *switched, *ORDINARY])
        self.midnight = as_minute(datetime.combine(self.monday, time(), self.zone))

    def week(self) -> Week:
        drawn = Week(self.zone, self.monday, self.now(), self.service())
        pick = self.random.randint
        drawn.hours = [self.window() for _ in range(pick(3, 12))]
        drawn.extra = [self.extra() for _ in range(pick(0, 3))]
        drawn.closures = [self.closure() for _ in range(pick(0, 4))]
        drawn.visits = [self.visit(drawn.now) for _ in range(pick(0, 14))]
        return drawn

    def now(self) -> datetime:
        minute = self.midnight + self.random.randint(-3 * 1440, 4 * 1440)
        return as_moment(minute) + timedelta(seconds=self.random.choice([0, 0, 1, 59]))

    def service(self) -> Service:
        pick, service = self.random.choice, self.clinic.service
        service.length_minutes = pick([5, 15, 20, 40, 60, 95])
        service.buffer_before_minutes = pick([0, 0, 5, 30])
        service.buffer_after_minutes = pick([0, 0, 10, 45])
        service.start_every_minutes = pick([5, 7, 10, 15, 30, 50, 60])
        service.notice_hours = pick([0, 1, 2, 24])
        service.horizon_days = pick([1, 3, 6, 30])
        return service

    def window(self) -> WorkingHours:
        pick = self.random.randint
        step = self.random.choice([1, 5, 30])
        first = pick(0, 1380 // step) * step
        last = min(first + pick(30 // step, 600 // step) * step + step, 1439)
        return WorkingHours(
            practitioner=self.random.choice(self.clinic.practitioners),
            location=self.random.choice(self.clinic.locations),
            weekday=pick(0, 6),
            starts_at=time(*divmod(first, 60)),
            ends_at=time(*divmod(last, 60)),
            valid_from=self.random.choice([None, None, self.monday + timedelta(days=pick(-2, 7))]),
            valid_to=self.random.choice([None, None, self.monday + timedelta(days=pick(7, 9))]),
        )

    def stretch(self, longest: int) -> dict[str, datetime]:
        first = self.midnight + self.random.randint(-600, 7 * 1440 + 600)
        last = first + self.random.randint(1, longest)
        return {"starts_at": as_moment(first), "ends_at": as_moment(last)}

    def extra(self) -> ExtraHours:
        return ExtraHours(
            practitioner=self.random.choice(self.clinic.practitioners),
            location=self.random.choice(self.clinic.locations),
            **self.stretch(600),
        )

    def closure(self) -> Closure:
        whose = self.random.choice(["practitioner", "location", "clinic"])
        return Closure(
            practitioner=self.random.choice(self.clinic.practitioners)
            if whose == "practitioner"
            else None,
            location=self.random.choice(self.clinic.locations) if whose == "location" else None,
            **self.stretch(1440),
        )

    def visit(self, now: datetime) -> Visit:
        pick = self.random.randint
        first = self.midnight + pick(-600, 7 * 1440 + 600)
        last = first + pick(5, 120)
        state = self.random.choice(list(State))
        return Visit(
            practitioner=self.random.choice(self.clinic.practitioners),
            room=self.random.choice(self.clinic.rooms),
            first=first,
            last=last,
            blocked=range(first - pick(0, 30), last + pick(0, 30)),
            state=state,
            expires_at=now + timedelta(seconds=pick(-1, 1)) if state in PASSING_STATES else None,
        )


def save(week: Week, clinic: Clinic) -> None:
    week.service.save()
    WorkingHours.objects.bulk_create(week.hours)
    ExtraHours.objects.bulk_create(week.extra)
    Closure.objects.bulk_create(week.closures)
    columns = [field.column for field in Appointment._meta.concrete_fields if field.column != "id"]
    with connection.cursor() as cursor:
        for number, visit in enumerate(week.visits):
            row = columns_of(visit, number, clinic)
            cursor.execute(
                f"INSERT INTO booking_appointment ({', '.join(columns)})"
                f" VALUES ({', '.join(['%s'] * len(columns))})",
                [row[column] for column in columns],
            )


def columns_of(visit: Visit, number: int, clinic: Clinic) -> dict[str, Any]:
    """An overbooked appointment, so that random visits may overlap each other."""
    blocks = f"[{as_moment(visit.blocked.start)},{as_moment(visit.blocked.stop)})"
    return {
        "reference": f"R{number}",
        "screening_id": None,
        "course_id": None,
        "state": visit.state,
        "source": "desk",
        "practitioner_id": visit.practitioner.pk,
        "location_id": visit.room.location_id,
        "room_id": visit.room.pk,
        "starts_at": as_moment(visit.first),
        "ends_at": as_moment(visit.last),
        "blocks": blocks,
        "service_id": clinic.service.pk,
        "service_name": "",
        "length_minutes": visit.last - visit.first,
        "buffer_before_minutes": visit.first - visit.blocked.start,
        "buffer_after_minutes": visit.blocked.stop - visit.last,
        "price": 0,
        "cancel_cutoff_hours": 0,
        "patient_id": None if visit.state == State.HELD else clinic.patient.pk,
        "contact_phone": "",
        "about": "",
        "held_by": f"browser {number}",
        "hold_expires_at": visit.expires_at,
        "overbooked": True,
        "overbooking_reason": "Random",
        "patient_confirmed_at": None,
        "calendar_sequence": 0,
        "created_at": NOW,
    }
