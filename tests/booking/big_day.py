"""A day of twenty practitioners with fifteen half hours each."""

from datetime import datetime, timedelta

from booking.models import Patient, Room, Service, Source, State
from booking.scheduling.ledger import place
from content.models import Location, Practitioner
from tests.cast import NOW, Cast
from tests.factories import make_hours, make_practitioner, make_service

PRACTITIONERS, VISITS = 20, 300


def make_big_day(cast: Cast, opens_at: datetime) -> None:
    team = [cast.priya, cast.tomas]
    for order in range(3, PRACTITIONERS + 1):
        practitioner = make_practitioner(f"Bea Number{order:02}", order=order)
        make_hours(practitioner, cast.riverside)
        team.append(practitioner)
    fill_the_day(team, cast.riverside, opens_at, now=NOW)


def fill_the_day(
    team: list[Practitioner], location: Location, opens_at: datetime, *, now: datetime
) -> None:
    """Written as rows: by the commands it would take a minute, and only reading is of interest."""
    short = make_service(
        slug="half-hour", name="Follow-up", length_minutes=30, buffer_after_minutes=0
    )
    short.practitioners.set(team)
    for number, practitioner in enumerate(team):
        room = Room.objects.create(location=location, name=f"Big {number}", order=number)
        patient = Patient.objects.create(
            name=f"Patient Number{number:02}", phone="+17805550150", created_at=now
        )
        for half_hour in range(VISITS // len(team)):
            start = opens_at + half_hour * timedelta(minutes=30)
            _visit(short, practitioner, room, patient, start, now=now)


def _visit(
    service: Service,
    practitioner: Practitioner,
    room: Room,
    patient: Patient,
    start: datetime,
    *,
    now: datetime,
) -> None:
    visit = place(service, practitioner, room, start, source=Source.DESK, now=now)
    visit.patient, visit.state = patient, State.BOOKED
    visit.save(by_scheduling=True)
