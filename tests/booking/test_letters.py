"""What letters say, and what they never say."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from icalendar import Calendar, Event

from booking import scheduling
from booking.letters import compose, salutation
from booking.models import Appointment, Message, Patient
from booking.registration import Person
from tests.cast import ANA, NOW, TUESDAY, Cast, make_cast
from tests.factories import EDMONTON, local, make_booking

pytestmark = pytest.mark.django_db

HEADERS = {
    "Content-Type",
    "MIME-Version",
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
}

FETCHES = re.compile(r"<(?:img|script|link|iframe|object|form|base)\b|\bsrc=|url\(|@import")

HOSTILE_NAMES = [
    "Ana\r\nBcc: eve@evil.example",
    "Ana\nBcc: eve@evil.example",
    "Ana\rBcc: eve@evil.example",
    "Ana\r\n\r\n<h1>You have won</h1>",
    "Ana\n\nDear patient, pay at http://evil.example/",
    "Ana\r\nSubject: Dry needling for your back",
    "Ana\r\nTo: everybody@evil.example",
    "Ana\r\nMessage-ID: <forged@evil.example>",
    "Ana\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
    "Ana\r\nX-Evil: 1",
    "Ana%0d%0aBcc: eve@evil.example",
    "Ana\\r\\nBcc: eve@evil.example",
    "Ana\u2028Bcc: eve@evil.example",
    "Ana\u2029Bcc: eve@evil.example",
    "Ana\x85Bcc: eve@evil.example",
    "Ana\x0bBcc: eve@evil.example",
    "Ana\x0cBcc: eve@evil.example",
    "Ana\x1eBcc: eve@evil.example",
    "Ana\x1b[31mBcc",
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM",
    "END:VEVENT\nBEGIN:VEVENT\nSUMMARY:Needling\nEND:VEVENT",
    "ATTACH:http://evil.example/a.exe",
    "ORGANIZER:mailto:eve@evil.example",
    "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "--===============0000000000==\r\nContent-Type: text/html",
    ".\r\nMAIL FROM:<eve@evil.example>\r\n",
    "<script>alert(1)</script>",
    "<img src=http://evil.example/pixel.gif>",
    '"><a href="http://evil.example">Ana</a>',
    "{{ visit.about }}{% debug %}",
    "Ana &lt;b&gt; & Co",
    "evil.example/win",
    "www.evil.example",
    "Ana call 1-900-555-0100",
    "Ana \u202ecod.eliF",
    "Ana <eve@evil.example>",
    "A" * 120,
]


def book(cast: Cast, *, person: Person = ANA, about: str = "my sore shoulder") -> Message:
    visit = make_booking(
        cast.first_visit,
        cast.priya,
        cast.riverside,
        local(TUESDAY, "9:00"),
        person=person,
        now=NOW,
        about=about,
    )
    return Message.objects.get(appointment=visit)


def as_read(message: Message) -> EmailMessage:
    """The letter as a mail program reads it."""
    letter = message_from_bytes(compose(message).message().as_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def calendar_of(letter: EmailMessage) -> Calendar:
    (attachment,) = letter.iter_attachments()
    calendar = Calendar.from_ical(attachment.get_content())
    assert isinstance(calendar, Calendar)
    return calendar


def event_of(letter: EmailMessage) -> Event:
    (event,) = calendar_of(letter).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_a_confirmation_says_when_where_with_whom_and_how_to_change_it() -> None:
    message = book(make_cast())
    expected = f"""Hello Ana Lopez,

Your appointment is booked.

When:       Tuesday 24 November 2026, 9:00 am (Edmonton time), until 10:00 am
Where:      Riverside, 118 Rowan Street, Edmonton AB T5X 0X0
With:       Priya Nair
Reference:  {message.appointment.reference}
Price:      135 CAD

To change or cancel it, phone us: (780) 555-0140.
Please let us know by Monday 23 November 2026, 9:00 am (Edmonton time) if you can.

Open the attached file to put the appointment into your calendar.

You did not ask for this appointment? Please phone us and we will cancel it.

Rowan Street Physiotherapy
Phone (780) 555-0140
{settings.SITE_ORIGIN}/
"""
    assert text_of(as_read(message)) == expected


def test_a_cancellation_says_which_visit_does_not_take_place_and_how_to_get_another() -> None:
    visit = book(make_cast()).appointment
    scheduling.cancel(appointment=visit, by=None, now=NOW)
    message = Message.objects.get(kind=Message.Kind.CANCELLATION)
    assert as_read(message)["Subject"] == "Your appointment on Tuesday 24 November is cancelled"
    expected = f"""Hello Ana Lopez,

Your appointment is cancelled. It will not take place:

When:       Tuesday 24 November 2026, 9:00 am (Edmonton time)
Where:      Riverside, 118 Rowan Street, Edmonton AB T5X 0X0
With:       Priya Nair
Reference:  {visit.reference}

If it is in your calendar, please take it out. Some calendars do so when you open the attached file.

Would you like another time, or did you not ask for this? Phone us: (780) 555-0140.
You can also book another time at {settings.SITE_ORIGIN}/

Rowan Street Physiotherapy
Phone (780) 555-0140
{settings.SITE_ORIGIN}/
"""
    assert text_of(as_read(message)) == expected


def test_the_headers_are_the_same_for_everybody() -> None:
    message = book(make_cast())
    letter = as_read(message)
    assert set(letter.keys()) == HEADERS
    assert letter["Subject"] == "Your appointment on Tuesday 24 November"
    assert letter["To"] == "ana@example.com"
    assert letter["From"] == settings.DEFAULT_FROM_EMAIL
    assert letter["Message-ID"] == message.message_id
    assert letter["Auto-Submitted"] == "auto-generated"


def test_the_calendar_file_is_of_the_same_visit() -> None:
    message = book(make_cast())
    letter = as_read(message)
    (attachment,) = letter.iter_attachments()
    assert attachment.get_filename() == "appointment.ics"
    assert attachment.get_content_type() == "text/calendar"
    assert attachment["Content-Type"].params["method"] == "PUBLISH"
    event = event_of(letter)
    assert event["UID"] == f"{message.appointment.reference}@{settings.MAIL_DOMAIN}"
    assert event["SEQUENCE"] == 0
    assert event["DTSTART"].dt == message.appointment.starts_at
    assert event["DTEND"].dt == message.appointment.ends_at
    assert event["LOCATION"] == "118 Rowan Street, Edmonton AB T5X 0X0"
    assert event["ORGANIZER"] == "mailto:desk@rowanstreet.example.com"
    assert event["ORGANIZER"].params["CN"] == "Rowan Street"


def test_the_calendar_file_of_a_cancellation_takes_the_visit_out_again() -> None:
    message = book(make_cast())
    booked = event_of(as_read(message))
    scheduling.cancel(appointment=message.appointment, by=None, now=NOW)
    letter = as_read(Message.objects.get(kind=Message.Kind.CANCELLATION))
    assert calendar_of(letter)["METHOD"] == "CANCEL"
    assert event_of(letter)["UID"] == booked["UID"]
    assert event_of(letter)["SEQUENCE"] == 1


@pytest.mark.parametrize("kind", Message.Kind)
def test_no_part_of_a_letter_tells_what_the_visit_is_about(kind: Message.Kind) -> None:
    cast = make_cast()
    cast.first_visit.name = "Dry needling consultation"
    cast.first_visit.save()
    cast.priya.job_title = "Pelvic health therapist"
    cast.priya.save()
    message = book(cast, about="my sore shoulder")
    if kind == Message.Kind.CANCELLATION:
        scheduling.cancel(
            appointment=message.appointment, by=cast.dina, now=NOW, reason="needs a scan first"
        )
    letter = as_read(Message.objects.get(kind=kind))
    calendar = calendar_of(letter).to_ical().decode()
    everything = "".join([str(letter.items()), text_of(letter), html_of(letter), calendar]).lower()
    for word in ("needling", "consultation", "pelvic", "therapist", "shoulder", "scan"):
        assert word not in everything
    # The check can fail: words that belong there are found.
    assert "priya nair" in everything
    assert "physio" not in f"{letter['Subject']}{calendar}".lower()


@pytest.mark.parametrize("kind", Message.Kind)
def test_the_html_says_the_same_and_fetches_nothing(kind: Message.Kind) -> None:
    message = book(make_cast())
    scheduling.cancel(appointment=message.appointment, by=None, now=NOW)
    html = html_of(as_read(Message.objects.get(kind=kind)))
    for fact in (
        "Hello Ana Lopez,",
        "Tuesday 24 November 2026, 9:00 am (Edmonton time)",
        "118 Rowan Street, Edmonton AB T5X 0X0",
        "Priya Nair",
        message.appointment.reference,
        "(780) 555-0140",
    ):
        assert fact in html
    assert FETCHES.findall(html) == []
    assert set(re.findall(r'href="([^"]*)"', html)) == {
        "tel:+1-780-555-0140",
        f"{settings.SITE_ORIGIN}/",
    }


def test_a_letter_that_is_sent_again_is_the_same_letter() -> None:
    pk = book(make_cast()).pk
    first, second = (compose(Message.objects.get(pk=pk)) for _ in range(2))
    assert first.body == second.body
    assert first.alternatives == second.alternatives
    assert first.attachments == second.attachments
    assert first.extra_headers == second.extra_headers


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_no_name_can_add_a_header_a_link_or_a_line(name: str) -> None:
    message = book(make_cast())
    Patient.objects.update(name=name)
    message.refresh_from_db()
    letter = as_read(message)
    assert set(letter.keys()) == HEADERS
    assert letter["To"] == "ana@example.com"
    assert letter["Subject"] == "Your appointment on Tuesday 24 November"
    assert letter["Message-ID"] == message.message_id
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert text_of(letter).splitlines()[:3] == ["Hello,", "", "Your appointment is booked."]
    assert "<p>Hello,</p>" in html_of(letter)
    assert "evil" not in str(letter)
    assert event_of(letter)["SUMMARY"] == "Appointment"
    assert event_of(letter).subcomponents == []


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Ana Lopez", "Hello Ana Lopez,"),
        ("  Ana \t Lopez ", "Hello Ana Lopez,"),
        ("Ana\nLopez", "Hello Ana Lopez,"),
        ("Siobhán O’Brien-Łukasz", "Hello Siobhán O’Brien-Łukasz,"),
        ("J. R. Smith Jr.", "Hello J. R. Smith Jr.,"),
        ("अनीता शर्मा", "Hello अनीता शर्मा,"),
        ("محمد علي", "Hello محمد علي,"),
        ("李小龍", "Hello 李小龍,"),
        ("Ana e\u0301", "Hello Ana e\u0301,"),
        ("", "Hello,"),
        ("A" * 61, "Hello,"),
        ("evil.example", "Hello,"),
        ("Ana 1-900-555-0100", "Hello,"),
        ("ana@example.com", "Hello,"),
    ],
)
def test_the_salutation_repeats_only_what_looks_like_a_name(name: str, greeting: str) -> None:
    assert salutation(name) == greeting


def test_a_name_with_an_apostrophe_is_itself_in_text_and_escaped_in_html() -> None:
    message = book(make_cast(), person=Person("Ana O'Brien", "ana@example.com", "+17805550150"))
    assert text_of(as_read(message)).startswith("Hello Ana O'Brien,\n")
    assert "<p>Hello Ana O&#x27;Brien,</p>" in html_of(as_read(message))


def test_the_adult_is_written_to_and_the_child_is_not_named() -> None:
    ana_for_leo = Person("Ana Lopez", "ana@example.com", "+17805550150", dependant="Leo Lopez")
    letter = as_read(book(make_cast(), person=ana_for_leo))
    assert letter["To"] == "ana@example.com"
    assert text_of(letter).startswith("Hello Ana Lopez,\n")
    assert "The appointment is for the person in your care." in text_of(letter)
    assert "The appointment is for the person in your care." in html_of(letter)
    assert "Leo" not in str(letter)


def test_a_visit_booked_after_the_cut_off_names_no_moment_that_has_passed() -> None:
    cast = make_cast()
    visit = make_booking(
        cast.first_visit,
        cast.priya,
        cast.riverside,
        local("2026-11-23", "11:00"),
        person=ANA,
        now=NOW,
    )
    text = text_of(as_read(Message.objects.get(appointment=visit)))
    assert "Please let us know as soon as you can." in text
    assert "Please let us know by" not in text


def test_a_visit_that_costs_nothing_has_no_price() -> None:
    cast = make_cast()
    cast.first_visit.price = 0
    cast.first_visit.save()
    letter = as_read(book(cast))
    assert "Price" not in text_of(letter) + html_of(letter)


@pytest.mark.parametrize(
    ("booked_on", "day", "weekday_and_date", "utc_hour"),
    [
        ("2026-07-15", "2026-11-02", "Monday 2 November 2026", 16),
        ("2026-07-15", "2026-10-30", "Friday 30 October 2026", 15),
        ("2026-01-15", "2026-03-09", "Monday 9 March 2026", 15),
        ("2026-01-15", "2026-03-06", "Friday 6 March 2026", 16),
    ],
)
def test_a_visit_booked_in_summer_for_winter_and_the_reverse_keeps_its_wall_time(
    booked_on: str, day: str, weekday_and_date: str, utc_hour: int
) -> None:
    cast = make_cast()
    cast.first_visit.horizon_days = 200
    cast.first_visit.save()
    visit = make_booking(
        cast.first_visit,
        cast.priya,
        cast.riverside,
        local(day, "9:00"),
        person=ANA,
        now=local(booked_on, "12:00"),
    )
    # As the worker reads it: from the database, in UTC.
    message = Message.objects.get(appointment=Appointment.objects.get(pk=visit.pk))
    letter = as_read(message)
    when = f"{weekday_and_date}, 9:00 am (Edmonton time), until 10:00 am"
    assert f"When:       {when}\n" in text_of(letter)
    assert f"<td>{when}</td>" in html_of(letter)
    assert letter["Subject"] == f"Your appointment on {weekday_and_date.removesuffix(' 2026')}"
    start = event_of(letter)["DTSTART"].dt
    assert start.hour == utc_hour
    assert start.astimezone(EDMONTON) == local(day, "9:00")
    assert f"{start.astimezone(EDMONTON):%H:%M}" == "09:00"
