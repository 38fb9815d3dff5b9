"""Rows for tests: plain functions with everyday defaults."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from booking import scheduling
from booking.models import Appointment, Patient, Room, Service, WorkingHours
from booking.registration import Person, find_or_register
from content.models import Clinic, Location, Practitioner

EDMONTON = ZoneInfo("America/Edmonton")

_numbers = count(1)


def local(day: date | str, wall: str) -> datetime:
    """The instant at which the clinic's clock shows `wall` ("9:30") on `day`."""
    hour, minute = map(int, wall.split(":"))
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(hour, minute), EDMONTON)


def make_clinic() -> Clinic:
    clinic, _ = Clinic.objects.get_or_create(
        pk=1,
        defaults={
            "name": "Rowan Street Physiotherapy",
            "short_name": "Rowan Street",
            "tagline": "Physiotherapy in Edmonton.",
            "phone": "+17805550140",
            "email": "desk@rowanstreet.example.com",
            "emergency_number": "911",
            "currency": "CAD",
            "cancellation_notice": "You can cancel up to 24 hours before.",
            "privacy_notice_version": "2026-11-20",
        },
    )
    return clinic


def make_location(name: str = "Riverside", *, rooms: int = 2, **facts: Any) -> Location:
    defaults = {
        "slug": name.lower().replace(" ", "-"),
        "street": "118 Rowan Street",
        "city": "Edmonton",
        "region_code": "AB",
        "postal_code": "T5X 0X0",
        "phone": "+17805550141",
    }
    location = Location.objects.create(name=name, **(defaults | facts))
    for number in range(1, rooms + 1):
        Room.objects.create(location=location, name=f"Room {number}", order=number)
    return location


def make_practitioner(name: str = "Priya Nair", **facts: Any) -> Practitioner:
    defaults = {"slug": name.lower().replace(" ", "-"), "job_title": "Physiotherapist"}
    return Practitioner.objects.create(name=name, **(defaults | facts))


def make_service(*practitioners: Practitioner, **facts: Any) -> Service:
    """An hour's first visit with ten minutes' buffer after it, bookable from now to 60 days on."""
    number = next(_numbers)
    defaults = {
        "slug": f"service-{number}",
        "name": f"Service {number}",
        "summary": "For a new problem.",
        "visit": Service.Visit.FIRST,
        "length_minutes": 60,
        "buffer_after_minutes": 10,
        "start_every_minutes": 30,
        "notice_hours": 2,
        "price": Decimal(135),
        # Tests of reminders say when they want them.
        "reminder_hours": [],
        # And so do tests of the safety questions.
        "asks_safety_questions": False,
    }
    service = Service.objects.create(**(defaults | facts))
    service.practitioners.set(practitioners)
    return service


def make_hours(
    practitioner: Practitioner,
    location: Location,
    *,
    weekdays: range | tuple[int, ...] = range(5),
    starts_at: str = "9:00",
    ends_at: str = "17:00",
    **facts: Any,
) -> None:
    """The same window on each of `weekdays` (Monday is 0)."""
    for weekday in weekdays:
        WorkingHours.objects.create(
            practitioner=practitioner,
            location=location,
            weekday=weekday,
            starts_at=time(*map(int, starts_at.split(":"))),
            ends_at=time(*map(int, ends_at.split(":"))),
            **facts,
        )


def make_patient(person: Person, *, now: datetime | None = None) -> Patient:
    """Somebody known to the clinic: the person themselves, or who is in their care."""
    return find_or_register(person, now=now or local("2026-11-01", "9:00"))


def make_booking(
    service: Service,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    *,
    person: Person,
    now: datetime | None = None,
    about: str = "",
    visitor: str = "",
) -> Appointment:
    """A visit booked online, through the same commands as the website's."""
    now = now or start - timedelta(days=3)
    visitor = visitor or f"visitor-{next(_numbers)}"
    appointment = scheduling.hold(
        service=service,
        practitioner=practitioner,
        location=location,
        start=start,
        visitor=visitor,
        now=now,
    )
    details = scheduling.Details(person=person, about=about, privacy_notice="2026-11-20")
    return scheduling.book(appointment=appointment, visitor=visitor, details=details, now=now)
