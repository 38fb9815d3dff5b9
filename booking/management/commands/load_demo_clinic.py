"""A clinic to look at: catalogue, hours, a few closures and visits, and logins for its staff."""

import random
import secrets
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from booking import scheduling
from booking.models import Closure, ExtraHours, Room, Service, WorkingHours
from booking.openings import Openings
from booking.registration import Person
from clinic_site.local_time import clinic_zone, instant, local_day
from content.models import Location, Practitioner

LOGINS = Path(settings.LOCAL_DIR) / "demo-logins.txt"

SERVICES: list[dict[str, Any]] = [
    {
        "slug": "first-visit",
        "name": "First visit",
        "summary": "For a new problem, or if you have not been here for a year.",
        "visit": Service.Visit.FIRST,
        "length_minutes": 60,
        "buffer_after_minutes": 10,
        "start_every_minutes": 30,
        "notice_hours": 4,
        "price": Decimal(135),
    },
    {
        "slug": "follow-up",
        "name": "Follow-up visit",
        "summary": "For a problem that we have examined with you already.",
        "visit": Service.Visit.FOLLOW_UP,
        "length_minutes": 40,
        "buffer_after_minutes": 5,
        "start_every_minutes": 15,
        "notice_hours": 2,
        "price": Decimal(95),
    },
    {
        "slug": "short-follow-up",
        "name": "Short follow-up",
        "summary": "A quick check of your exercises or of one question.",
        "visit": Service.Visit.FOLLOW_UP,
        "length_minutes": 20,
        "start_every_minutes": 10,
        "notice_hours": 2,
        "price": Decimal(60),
    },
    {
        "slug": "phone-advice",
        "name": "Phone advice call",
        "summary": "We phone you, to find out together whether a visit makes sense.",
        "visit": Service.Visit.FIRST,
        "length_minutes": 15,
        "buffer_before_minutes": 5,
        "start_every_minutes": 20,
        "notice_hours": 1,
        "cancel_cutoff_hours": 2,
        "price": Decimal(35),
        "by_phone": True,
        "asks_safety_questions": False,
    },
]

# practitioner: (weekdays, location, from, to); lunch lies between two windows.
HOURS: dict[str, list[tuple[range | tuple[int, ...], str, time, time]]] = {
    "priya-nair": [
        ((0, 1, 2), "riverside", time(8), time(12)),
        ((0, 1, 2), "riverside", time(13), time(16, 30)),
        ((3,), "hilltop", time(9), time(13)),
    ],
    "tomas-costa": [
        ((0, 2, 4), "riverside", time(10), time(14)),
        ((0, 2, 4), "riverside", time(14, 30), time(18)),
    ],
    "mei-lindqvist": [
        ((1, 3), "hilltop", time(8), time(12)),
        ((1, 3), "hilltop", time(12, 45), time(17)),
    ],
    "samuel-okafor": [
        (range(5), "hilltop", time(9), time(12, 30)),
        ((0, 2, 4), "hilltop", time(13, 15), time(16)),
    ],
    "hanna-berg": [
        ((1, 3, 4), "riverside", time(12), time(18)),
        ((5,), "riverside", time(9), time(13)),
    ],
}

ROOMS = {"riverside": ["Room 1", "Room 2", "Gym"], "hilltop": ["Blue room", "Garden room"]}

STAFF = [
    ("dina", "Dina Farouk", "Front desk"),
    ("priya", "Priya Nair", "Practitioner"),
    ("samuel", "Samuel Okafor", "Lead practitioner"),
    ("mei", "Mei Lindqvist", "Editor"),
    ("mona", "Mona Reyes", "Manager"),
]

CALLERS = ["Ana Lopez", "Ben Carter", "Chidi Eze", "Farah Aziz", "Gita Rao", "Hugo Meyer"]


class Command(BaseCommand):
    help = "Fills an empty database with the fictional clinic of the README. Refuses another."

    def handle(self, *args: Any, **options: Any) -> None:
        if Service.objects.exists():
            self.stdout.write("There is a clinic in this database already: nothing was loaded.")
            return
        now = timezone.now()
        call_command("load_starter_content", publish=True, stdout=self.stdout)
        load_catalogue()
        load_hours()
        load_exceptions(timezone.localdate(now))
        logins = load_staff()
        load_visits(now=now, by=User.objects.get(username="dina"), how_many=24)
        LOGINS.write_text("".join(f"{name}  {password}\n" for name, password in logins))
        LOGINS.chmod(0o600)
        self.stdout.write(f"The demo clinic is ready. Staff logins are in {LOGINS.name}:")
        self.stdout.write(LOGINS.read_text())


def load_catalogue() -> None:
    for order, facts in enumerate(SERVICES):
        service = Service.objects.create(order=order, **facts)
        service.practitioners.set(Practitioner.objects.all())
    for slug, names in ROOMS.items():
        location = Location.objects.get(slug=slug)
        for order, name in enumerate(names):
            Room.objects.create(location=location, name=name, order=order)


def load_hours() -> None:
    """The weekly windows."""
    for slug, windows in HOURS.items():
        for weekdays, location, starts_at, ends_at in windows:
            for weekday in weekdays:
                WorkingHours.objects.create(
                    practitioner=Practitioner.objects.get(slug=slug),
                    location=Location.objects.get(slug=location),
                    weekday=weekday,
                    starts_at=starts_at,
                    ends_at=ends_at,
                )


def load_exceptions(today: date) -> None:
    """A closed day in three weeks, an afternoon off, an extra Saturday."""
    zone = clinic_zone()
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=3)
    Closure.objects.create(
        location=Location.objects.get(slug="hilltop"),
        starts_at=instant(monday, time(), zone),
        ends_at=instant(monday + timedelta(days=1), time(), zone),
        reason="The floor is being renewed",
    )
    Closure.objects.create(
        practitioner=Practitioner.objects.get(slug="priya-nair"),
        starts_at=instant(monday + timedelta(days=1), time(12), zone),
        ends_at=instant(monday + timedelta(days=1), time(18), zone),
        reason="Course",
    )
    saturday = monday + timedelta(days=5)
    ExtraHours.objects.create(
        practitioner=Practitioner.objects.get(slug="tomas-costa"),
        location=Location.objects.get(slug="riverside"),
        starts_at=instant(saturday, time(9), zone),
        ends_at=instant(saturday, time(13), zone),
    )


def load_staff() -> list[tuple[str, str]]:
    """Logins with passwords of this installation alone; returned, for the caller to show."""
    logins = []
    for username, name, group in STAFF:
        first, last = name.split()
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(
            username, password=password, first_name=first, last_name=last, is_staff=True
        )
        user.groups.add(Group.objects.get(name=group))
        Practitioner.objects.filter(name=name).update(user=user)
        logins.append((username, password))
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser("admin", password=password, first_name="Site", last_name="Admin")
    return [*logins, ("admin", password)]


def load_visits(*, now: datetime, by: User, how_many: int) -> None:
    """Visits booked over the next days by the rules, spread with a fixed seed."""
    spread = random.Random(1)  # noqa: S311 - demo data, no secret
    service = Service.objects.get(slug="follow-up")
    openings = Openings(service, now=now)
    first = openings.first()
    if first is None:
        return
    begins = local_day(first.start, clinic_zone())
    week = [time for day in openings.week(begins) for time in day.times]
    for number, chosen in enumerate(spread.sample(week, min(how_many * 2, len(week)))):
        name = f"{CALLERS[number % len(CALLERS)]}"
        person = Person(name=name, email="", phone=f"+1780555{150 + number % 50:04}")
        try:
            scheduling.book_for_caller(
                service=service,
                practitioner=spread.choice(chosen.practitioners),
                location=chosen.location,
                start=chosen.start,
                person=person,
                by=by,
                now=now,
            )
        except (scheduling.NotOffered, scheduling.SlotTaken):
            continue
