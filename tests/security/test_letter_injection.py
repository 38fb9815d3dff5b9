"""What people and staff type into names and addresses cannot add anything to a letter.

Each string of the corpus goes into every name at once; the letter is read back as a mail program
does, the calendar file by two parsers that know nothing of each other.
"""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from booking import scheduling
from booking.letters import compose, issue_links, short_text
from booking.models import Message, Patient, Room, Service
from booking.text_messages import fits
from content.models import Clinic, Location, Practitioner
from tests.booking.every_letter import owed
from tests.booking.test_letters import HEADERS
from tests.cast import ANA, NOW, Cast, make_cast
from tests.factories import local, make_booking

pytestmark = pytest.mark.django_db

Kind = Message.Kind

LINE_ENDS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
HEADER_LINES = [
    "Bcc: eve@evil.example",
    "Cc: eve@evil.example",
    "To: eve@evil.example",
    "Subject: You have won",
    "Reply-To: eve@evil.example",
    "Content-Type: text/html; charset=utf-8",
    "Message-ID: <forged@evil.example>",
]
CALENDAR_LINES = [
    "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\r\nDTSTART:20260101T000000Z\r\nSUMMARY:evil",
    "BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nACTION:AUDIO\r\nEND:VALARM",
    "ATTENDEE;RSVP=TRUE:mailto:eve@evil.example",
    "ATTACH:http://evil.example/a.exe",
    "URL:http://evil.example/",
    "END:VCALENDAR\r\nBEGIN:VCALENDAR",
    "RRULE:FREQ=DAILY",
]
CORPUS = [
    *(f"Ana{end}{HEADER_LINES[0]}" for end in LINE_ENDS),
    *(f"Ana\r\n{line}" for line in HEADER_LINES[1:]),
    *(f"Ana\r\n\r\n{line}" for line in HEADER_LINES[:3]),
    *(f"Ana\n {line}" for line in HEADER_LINES[:3]),
    *(f"x{end}{line}" for end in ("\r\n", "\n") for line in CALENDAR_LINES),
    *(f"x{end}{CALENDAR_LINES[2]}" for end in LINE_ENDS[2:]),
    'x";X-EVIL="1":mailto:eve@evil.example',
    "x;CN=evil:mailto:eve@evil.example",
    "x,y;z\\n\\N\\,\\;",
    "x^nBEGIN:VALARM^n^'",
    "x\r\n\tBEGIN:VALARM",
    "x\r\n BEGIN:VALARM",
    "=?utf-8?q?Ana=0D=0ABcc:_eve@evil.example?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "%0d%0aBcc:%20eve@evil.example",
    "\\r\\nBcc: eve@evil.example",
    "--===============0000==\r\nContent-Type: text/html\r\n\r\n<b>evil</b>",
    ".\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\nDATA",
    "{{ link }}{% debug %}{{ settings.SECRET_KEY }}",
    "<script>alert(1)</script>",
    '"><img src=http://evil.example/p.gif>',
    "\u202eelpmaxe.live\u202c",
    "Ana\x08\x7f\x1b]0;evil\x07",
    "é" * 75 + "\r\nX-Evil: 1",
]
KNOWN = {
    *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION"),
    *("DESCRIPTION", "ORGANIZER", "STATUS", "CLASS", "TRANSP"),
}
FETCHES = re.compile(r"<(?:img|script|link|iframe|object|form|base)\b", re.IGNORECASE)


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) == len(CORPUS) >= 60


def poison(text: str) -> None:
    """Everything that has a name gets this one; as much of it as its column takes."""
    Patient.objects.update(name=text[:120])
    Practitioner.objects.update(name=text[:80], job_title=text[:80])
    Location.objects.update(name=text[:80], street=text[:120], city=text[:80])
    Clinic.objects.update(name=text[:100], short_name=text[:40])
    Service.objects.update(name=text[:80], summary=text[:200])
    for room in Room.objects.all():
        Room.objects.filter(pk=room.pk).update(name=f"{room.pk}{text}"[:40])


def as_read(message: Message) -> EmailMessage:
    composed = compose(message, issue_links(message, now=NOW))
    letter = message_from_bytes(composed.message().as_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def calendar_text_of(letter: EmailMessage) -> str | None:
    files = [part.get_content() for part in letter.iter_attachments()]
    return str(files[0]).replace("\r\n", "\n").replace("\n", "\r\n") if files else None


EVENTS = {
    Kind.CONFIRMATION: 1,
    Kind.MOVED: 1,
    Kind.CANCELLATION: 1,
    Kind.DECLINED: 1,
    Kind.COURSE_BOOKED: 2,
}


@pytest.mark.prove
@pytest.mark.parametrize(("number", "kind"), list(enumerate(Kind)))
def test_no_string_of_the_corpus_adds_anything_to_a_letter(number: int, kind: Kind) -> None:
    """In the short form every fourth string; four letters in a row have all of them."""
    pk = owed(kind, make_cast()).pk
    innocent = as_read(Message.objects.get(pk=pk))
    for text in CORPUS if settings.PROVE else CORPUS[number % 4 :: 4]:
        poison(text)
        letter = as_read(Message.objects.get(pk=pk))
        assert set(letter.keys()) == HEADERS, text
        for header in HEADERS - {"Content-Type", "From", "Date"}:
            assert letter[header] == innocent[header], text
        assert letter["From"].addresses[0].addr_spec == "desk@rowanstreet.example.com", text
        assert len(letter["From"].addresses) == 1, text
        types = [part.get_content_type() for part in letter.walk()]
        assert types == [part.get_content_type() for part in innocent.walk()], text
        assert FETCHES.findall(letter.get_body(("html",)).get_content()) == [], text
        check_calendar(calendar_text_of(letter), EVENTS.get(kind, 0), text)


def check_calendar(written: str | None, events: int, text: str) -> None:
    if not events:
        assert written is None
        return
    assert written is not None
    (calendar,) = Calendar.from_ical(written, multiple=True)
    assert [part.name for part in calendar.walk()] == ["VCALENDAR"] + ["VEVENT"] * events, text
    assert set(calendar) == {"PRODID", "VERSION", "METHOD"}, text
    for event in calendar.walk("VEVENT"):
        assert set(event) == KNOWN, text
        assert set(event["ORGANIZER"].params) <= {"CN"}, text
        assert event["SUMMARY"] == "Appointment", text
    second = IcsCalendarStream.calendar_from_ics(written)
    assert [event.summary for event in second.events] == ["Appointment"] * events, text
    starts = {event["DTSTART"].dt for event in calendar.walk("VEVENT")}
    assert {event.dtstart for event in second.events} == starts, text


@pytest.mark.parametrize("kind", [Kind.MOVED, Kind.CANCELLATION, Kind.REMINDER, Kind.OFFER])
def test_no_string_of_the_corpus_changes_a_text_message(kind: Kind) -> None:
    message = owed(kind, make_cast())
    message.channel = Message.Channel.TEXT
    links = issue_links(message, now=NOW)
    innocent = short_text(message, links)
    for text in CORPUS:
        poison(text)
        fresh = Message.objects.get(pk=message.pk)
        fresh.channel = Message.Channel.TEXT
        assert short_text(fresh, links) == innocent
    assert fits(innocent)


@pytest.mark.parametrize(
    ("booked_on", "day", "utc_hour"),
    [
        ("2026-07-15", "2026-11-02", 16),
        ("2026-07-15", "2026-10-30", 15),
        ("2026-01-15", "2026-03-09", 15),
        ("2026-01-15", "2026-03-06", 16),
    ],
)
def test_both_parsers_read_the_same_instant_on_both_sides_of_the_clock_changes(
    booked_on: str, day: str, utc_hour: int
) -> None:
    cast = make_cast()
    cast.first_visit.horizon_days = 200
    cast.first_visit.save()
    message = owed_on(cast, booked_on, day)
    written = calendar_text_of(as_read(message))
    assert written is not None
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    (second,) = IcsCalendarStream.calendar_from_ics(written).events
    assert event["DTSTART"].dt == second.dtstart == local(day, "9:00")
    assert event["DTEND"].dt == second.dtend == local(day, "10:00")
    assert f"{second.dtstart:%H}" == f"{utc_hour}"
    assert second.uid == str(event["UID"])
    assert second.sequence == 0


def owed_on(cast: Cast, booked_on: str, day: str) -> Message:
    visit = make_booking(
        cast.first_visit,
        cast.priya,
        cast.riverside,
        local(day, "9:00"),
        person=ANA,
        now=local(booked_on, "12:00"),
    )
    return Message.objects.get(appointment=visit)


def test_both_parsers_read_a_new_time_and_a_cancellation_as_the_same_event() -> None:
    moved = calendar_text_of(as_read(owed(Kind.MOVED, make_cast())))
    assert moved is not None
    message = Message.objects.get(kind=Kind.MOVED)
    scheduling.cancel(
        appointment=message.appointment, by=User.objects.get(username="dina"), now=NOW
    )
    off = calendar_text_of(as_read(Message.objects.get(kind=Kind.CANCELLATION)))
    assert off is not None
    first, second = (IcsCalendarStream.calendar_from_ics(each) for each in (moved, off))
    assert (first.method, second.method) == ("PUBLISH", "CANCEL")
    (before,), (after,) = first.events, second.events
    assert before.uid == after.uid
    assert (before.sequence, after.sequence) == (1, 2)
    assert after.status == "CANCELLED"


def test_the_check_can_fail() -> None:
    """A calendar file with an event that was smuggled in is found out."""
    written = calendar_text_of(as_read(owed(Kind.CONFIRMATION, make_cast())))
    assert written is not None
    smuggled = written.replace("SUMMARY:Appointment", "SUMMARY:Appointment\r\nRRULE:FREQ=DAILY")
    with pytest.raises(AssertionError):
        check_calendar(smuggled, 1, "smuggled")
