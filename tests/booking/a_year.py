"""A busy year, written by the database itself: no command of scheduling makes 100,000 visits in
the time that a test has."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from booking.models import Appointment, Service
from content.models import Location
from tests.factories import EDMONTON, make_hours, make_location, make_practitioner, make_service

SLOTS = 20  # of half an hour, from 8:00 on

PATIENTS = """
INSERT INTO booking_patient (name, email, phone, discreet, reminders, created_at)
SELECT 'Patient ' || n, 'patient' || n || '@example.com', '', true, true, %(first)s
FROM generate_series(1, 997) n
"""

# By number: the practitioner, then the half-hour, then the day. Every seventh was cancelled.
VISITS = """
INSERT INTO booking_appointment (reference, state, source, practitioner_id, location_id, room_id,
  starts_at, ends_at, blocks, service_id, service_name, length_minutes, buffer_before_minutes,
  buffer_after_minutes, price, cancel_cutoff_hours, patient_id, contact_phone, about, held_by,
  overbooked, overbooking_reason, calendar_sequence, created_at)
SELECT lpad(upper(to_hex(n)), 8, 'Z'),
  CASE WHEN n %% 7 = 0 THEN 'cancelled' WHEN n %% 11 = 0 THEN 'no_show' ELSE 'completed' END,
  CASE WHEN n %% 3 = 0 THEN 'desk' ELSE 'online' END,
  who.pk, %(location)s, who.room, at, at + interval '30 minutes',
  tstzrange(at, at + interval '30 minutes'), %(service)s, 'Follow-up', 30, 0, 0, 80, 24,
  (SELECT min(id) FROM booking_patient WHERE name LIKE 'Patient %%') + n %% 997,
  '', '', '', false, '', 0, at - (n %% 40) * interval '1 day' - interval '1 hour'
FROM generate_series(0, %(visits)s - 1) n
JOIN unnest(%(people)s, %(rooms)s) WITH ORDINALITY who(pk, room, place)
  ON who.place = n %% cardinality(%(people)s) + 1
CROSS JOIN LATERAL (SELECT n / cardinality(%(people)s) AS turn) t
CROSS JOIN LATERAL (SELECT (%(first)s::date + (turn / %(slots)s)::int + time '8:00'
  + (turn %% %(slots)s) * interval '30 minutes') AT TIME ZONE %(zone)s AS at) moment
"""

EVENTS = """
INSERT INTO booking_appointmentevent (appointment_id, reference, kind, from_state, to_state,
  starts_at, at, author, reason, wish)
SELECT id, reference, 'booked', 'held', 'booked', starts_at, created_at, 'patient', '', ''
FROM booking_appointment
UNION ALL
SELECT id, reference, 'cancelled', 'booked', 'cancelled', starts_at,
  greatest(created_at, starts_at - (id %% 3) * interval '20 hours'), 'patient', '', 'patient'
FROM booking_appointment WHERE state = 'cancelled'
"""

REMINDERS = """
INSERT INTO booking_message (appointment_id, kind, channel, "to", calendar_sequence, message_id,
  state, due_at, attempts, last_error, sent_at, sent_text, created_at)
SELECT id, 'reminder', 'email', 'somebody@example.com', 0, '<' || reference || '@example.com>',
  'sent', starts_at - interval '24 hours', 1, '', starts_at - interval '24 hours', '', created_at
FROM booking_appointment WHERE id %% 5 < 3
"""


@dataclass(frozen=True)
class Year:
    service: Service
    location: Location
    first: date
    last: date


def fill(*, visits: int, people: int, first: date) -> Year:
    """The visits fill one day after the other; the table of appointments must be empty."""
    location = make_location("Old Mill", rooms=people)
    practitioners = [make_practitioner(f"Practitioner {n:02}", order=n) for n in range(people)]
    service = make_service(*practitioners, length_minutes=30, buffer_after_minutes=0)
    for practitioner in practitioners:
        hours = {"weekdays": range(7), "starts_at": "8:00", "ends_at": "18:00"}
        make_hours(practitioner, location, **hours)
    asked = {
        "first": first,
        "visits": visits,
        "slots": SLOTS,
        "service": service.pk,
        "location": location.pk,
        "people": [each.pk for each in practitioners],
        "rooms": list(location.rooms.order_by("order").values_list("pk", flat=True)),
        "zone": EDMONTON.key,
    }
    with connection.cursor() as cursor:
        for statement in (PATIENTS, VISITS, EVENTS, REMINDERS):
            cursor.execute(statement, asked)
        cursor.execute("ANALYZE")
    assert Appointment.objects.count() == visits
    days = -(-visits // (people * SLOTS))
    return Year(service, location, first, first + timedelta(days=days - 1))
