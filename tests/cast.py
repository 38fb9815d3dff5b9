"""The people of the tests, at one small clinic, on one morning.

Ana books. Ben must see nothing of hers. Dina is at the desk, Priya treats (so does Tomas).
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group, User

from booking.models import Service
from booking.registration import Person
from content.models import Location, Practitioner
from tests.factories import (
    local,
    make_clinic,
    make_hours,
    make_location,
    make_practitioner,
    make_service,
)

# Monday 23 November 2026, before the clinic opens.
NOW = local("2026-11-23", "7:00")
TUESDAY = "2026-11-24"

ANA = Person(name="Ana Lopez", email="ana@example.com", phone="+17805550150")
BEN = Person(name="Ben Carter", email="ben@example.com", phone="+17805550151")


@dataclass
class Cast:
    """Priya and Tomas work Monday to Friday, 9 to 17, at Riverside, which has two rooms."""

    riverside: Location
    hilltop: Location
    priya: Practitioner
    tomas: Practitioner
    first_visit: Service
    dina: User


def make_cast() -> Cast:
    make_clinic()
    riverside, hilltop = make_location("Riverside"), make_location("Hilltop", rooms=1)
    priya = make_practitioner("Priya Nair", order=1)
    tomas = make_practitioner("Tomas Costa", order=2)
    first_visit = make_service(priya, tomas, slug="first-visit", name="First visit")
    for practitioner in (priya, tomas):
        make_hours(practitioner, riverside)
    return Cast(
        riverside=riverside,
        hilltop=hilltop,
        priya=priya,
        tomas=tomas,
        first_visit=first_visit,
        dina=make_staff("dina", "Dina", "Farouk", group="Front desk"),
    )


def make_staff(username: str, first: str, last: str, *, group: str) -> User:
    user = User.objects.create_user(username, first_name=first, last_name=last, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user
