"""Calendar files from plain values: no database, no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from booking.calendar_invites import Invite, calendar_text
from tests.factories import EDMONTON, local

STAMP = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)

INVITE = Invite(
    uid="ABCD2345@rowanstreet.example.com",
    sequence=0,
    starts_at=local("2026-11-24", "9:00"),
    ends_at=local("2026-11-24", "10:00"),
    address="118 Rowan Street, Edmonton AB T5X 0X0",
    clinic_name="Rowan Street",
    clinic_phone="+1 780-555-0140",
    clinic_email="desk@rowanstreet.example.com",
    cancelled=False,
    stamp=STAMP,
)

ALL_THAT_AN_EVENT_HOLDS = {
    "UID",
    "SEQUENCE",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "LOCATION",
    "DESCRIPTION",
    "ORGANIZER",
    "STATUS",
    "CLASS",
    "TRANSP",
}

HOSTILE = [
    "a\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM",
    "a\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Dry needling",
    "a\rATTACH:http://evil.example/",
    "a\x0bATTENDEE:mailto:eve@evil.example",
    "a\x0cURL:http://evil.example/",
    "a\x1cURL:http://evil.example/",
    "a\x85URL:http://evil.example/",
    "a\u2028URL:http://evil.example/",
    "a\u2029URL:http://evil.example/",
    "a\x00b\x1b[31m\x7f",
    'a";X-EVIL=1:mailto:eve@evil.example',
    "a;X-EVIL=1:b,c\\nd\\",
    "^nBEGIN:VALARM^n",
    "é" * 200,
]


def event_in(text: str) -> Event:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_a_confirmation_says_when_and_where_and_how_to_change_it() -> None:
    event = event_in(calendar_text(INVITE))
    assert set(event) == ALL_THAT_AN_EVENT_HOLDS
    assert event["UID"] == "ABCD2345@rowanstreet.example.com"
    assert event["SEQUENCE"] == 0
    assert event["DTSTAMP"].dt == STAMP
    assert event["DTSTART"].dt == INVITE.starts_at
    assert event["DTEND"].dt == INVITE.ends_at
    assert event["SUMMARY"] == "Appointment"
    assert event["LOCATION"] == "118 Rowan Street, Edmonton AB T5X 0X0"
    assert event["DESCRIPTION"] == "To change or cancel, phone +1 780-555-0140."
    assert event["STATUS"] == "CONFIRMED"


def test_a_confirmation_is_published_and_asks_for_no_answer() -> None:
    calendar = Calendar.from_ical(calendar_text(INVITE))
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["VERSION"] == "2.0"
    assert "ATTENDEE" not in event_in(calendar_text(INVITE))


def test_a_cancellation_names_the_same_event_with_a_higher_sequence() -> None:
    cancelled = replace(INVITE, cancelled=True, sequence=1)
    event = event_in(calendar_text(cancelled))
    assert Calendar.from_ical(calendar_text(cancelled))["METHOD"] == "CANCEL"
    assert event["UID"] == event_in(calendar_text(INVITE))["UID"]
    assert event["SEQUENCE"] == 1
    assert event["STATUS"] == "CANCELLED"
    assert event["DESCRIPTION"] == "For another time, phone +1 780-555-0140."
    assert set(event) == ALL_THAT_AN_EVENT_HOLDS


def test_there_is_no_alarm_to_light_up_a_screen() -> None:
    assert event_in(calendar_text(INVITE)).subcomponents == []


def test_lines_end_with_crlf_and_are_no_longer_than_75_bytes() -> None:
    text = calendar_text(replace(INVITE, address="Rüe Émile, " * 30))
    lines = text.split("\r\n")
    assert text.replace("\r\n", "").count("\n") == 0
    assert max(len(line.encode()) for line in lines) <= 75


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        # The clocks go forward on 8 March 2026 and back on 1 November 2026.
        ("2026-03-07", "9:00", "20260307T160000Z"),
        ("2026-03-09", "9:00", "20260309T150000Z"),
        ("2026-10-31", "9:00", "20261031T150000Z"),
        ("2026-11-02", "9:00", "20261102T160000Z"),
        ("2026-07-15", "9:00", "20260715T150000Z"),
        ("2027-01-15", "9:00", "20270115T160000Z"),
    ],
)
def test_times_are_the_same_instant_on_both_sides_of_the_clock_changes(
    day: str, wall: str, utc: str
) -> None:
    start = local(day, wall)
    text = calendar_text(replace(INVITE, starts_at=start, ends_at=start + timedelta(hours=1)))
    assert f"DTSTART:{utc}\r\n" in text
    assert event_in(text)["DTSTART"].dt.astimezone(EDMONTON).strftime("%H:%M") == "09:00"


@pytest.mark.parametrize("hour", [0, 1, 2, 3])
def test_a_visit_in_the_night_of_a_clock_change_lasts_as_long_as_it_lasts(hour: int) -> None:
    for day in ("2026-03-08", "2026-11-01"):
        start = local(day, f"{hour}:30").astimezone(UTC)
        event = event_in(
            calendar_text(replace(INVITE, starts_at=start, ends_at=start + timedelta(hours=2)))
        )
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=2)
        assert event["DTSTART"].dt == start


@pytest.mark.parametrize("field", ["uid", "address", "clinic_name", "clinic_phone", "clinic_email"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_can_break_out_of_its_line(field: str, text: str) -> None:
    written = calendar_text(replace(INVITE, **{field: text}))
    event = event_in(written)
    assert set(event) == ALL_THAT_AN_EVENT_HOLDS
    assert event.subcomponents == []
    assert event["SUMMARY"] == "Appointment"
    assert set(event["ORGANIZER"].params) == {"CN"}
    # Some programs end a line at any of these.
    unfolded = written.replace("\r\n ", "")
    assert unfolded.splitlines() == unfolded.removesuffix("\r\n").split("\r\n")
    assert [
        char for char in unfolded.replace("\r\n", "") if ord(char) < 32 or ord(char) == 127
    ] == []
