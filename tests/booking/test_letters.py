"""What letters say, and what they never say."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings
from icalendar import Calendar, Event

from booking import scheduling, visit_links
from booking.letters import Links, compose, is_still_true, issue_links, salutation
from booking.letters.readers import visits_of_address
from booking.models import (
    Appointment,
    AppointmentEvent,
    Closure,
    Message,
    Patient,
    VisitLink,
)
from booking.registration import Person
from tests.booking.every_letter import EVENING, owed
from tests.booking.steps import visit
from tests.booking.wishes import offered, wait_for_earlier
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_cast
from tests.content.texts import make_faq, make_topic
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


def as_read(message: Message, links: Links | None = None) -> EmailMessage:
    """The letter as a mail program reads it."""
    composed = compose(message, links or issue_links(message, now=NOW))
    letter = message_from_bytes(composed.message().as_bytes(), policy=policy.default)
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


def calendar_of(letter: EmailMessage) -> Calendar | None:
    """The attached calendar file, if there is one."""
    attachments = list(letter.iter_attachments())
    if not attachments:
        return None
    (attachment,) = attachments
    calendar = Calendar.from_ical(attachment.get_content())
    assert isinstance(calendar, Calendar)
    return calendar


def event_of(letter: EmailMessage) -> Event:
    calendar = calendar_of(letter)
    assert calendar is not None
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_a_confirmation_says_when_where_with_whom_and_how_to_change_it() -> None:
    message = book(make_cast())
    links = issue_links(message, now=NOW)
    expected = f"""Hello Ana Lopez,

Your appointment is booked.

When:       Tuesday 24 November 2026, 9:00 am (Edmonton time), until 10:00 am
Where:      Riverside, 118 Rowan Street, Edmonton AB T5X 0X0
With:       Priya Nair
Reference:  {message.appointment.reference}
Price:      135 CAD

See, move or cancel your visit:
{links.to(message.appointment)}

You can also phone us: (780) 555-0140. Please let us know by Monday 23 November 2026, 9:00 am \
(Edmonton time) if you cannot come.

Open the attached file to put the appointment into your calendar.

If you did not ask for this appointment, please phone us and we will cancel it.

Rowan Street Physiotherapy
Phone (780) 555-0140
{settings.SITE_ORIGIN}/
"""
    assert text_of(as_read(message, links)) == expected


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
    assert letter["From"] == "Rowan Street <desk@rowanstreet.example.com>"
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
    calendar = calendar_of(letter)
    assert calendar is not None
    assert calendar["METHOD"] == "CANCEL"
    assert event_of(letter)["UID"] == booked["UID"]
    assert event_of(letter)["SEQUENCE"] == 1


@pytest.mark.parametrize("kind", Message.Kind)
def test_no_part_of_a_letter_tells_what_the_visit_is_about(kind: Message.Kind) -> None:
    cast = make_cast()
    cast.first_visit.name = "Dry needling consultation"
    cast.first_visit.save()
    cast.priya.job_title = "Pelvic health therapist"
    cast.priya.save()
    letter = as_read(owed(kind, cast))
    calendar = str(calendar_of(letter) or "")
    everything = "".join([str(letter.items()), text_of(letter), html_of(letter), calendar]).lower()
    for word in ("needling", "consultation", "pelvic", "therapist", "shoulder", "scan", "thinner"):
        assert word not in everything
    # The check can fail: words that belong there are found.
    assert kind == Message.Kind.AFTERCARE or "priya nair" in everything
    assert "physio" not in f"{letter.items()}{calendar}".lower()


def test_who_agreed_to_it_sees_the_clinic_s_whole_name_as_the_sender_s() -> None:
    message = book(make_cast())
    Patient.objects.update(discreet=False)
    message = Message.objects.get(pk=message.pk)
    assert as_read(message)["From"] == settings.DEFAULT_FROM_EMAIL


FACTS = {
    "Hello Ana Lopez,",
    "Tuesday 24 November 2026, 9:00 am (Edmonton time)",
    "118 Rowan Street, Edmonton AB T5X 0X0",
    "Priya Nair",
}
# What of these a letter has no use for.
WITHOUT: dict[str, set[str]] = {
    Message.Kind.AFTERCARE: FACTS - {"Hello Ana Lopez,"},
    Message.Kind.WAITING: FACTS - {"Hello Ana Lopez,", "Priya Nair"},
    Message.Kind.COURSE: {"118 Rowan Street, Edmonton AB T5X 0X0"},
    Message.Kind.FIND_VISIT: {"Hello Ana Lopez,"},
}
ADDRESSES = {"tel:+1-780-555-0140", f"{settings.SITE_ORIGIN}/"}


@pytest.mark.parametrize("kind", Message.Kind)
def test_the_html_says_the_same_and_fetches_nothing(kind: Message.Kind) -> None:
    message = owed(kind, make_cast())
    links = issue_links(message, now=NOW)
    letter = as_read(message, links)
    text, html = text_of(letter), html_of(letter)
    for fact in FACTS - WITHOUT.get(kind, set()) | {"(780) 555-0140"}:
        assert fact in text
        assert fact in html
    assert FETCHES.findall(html) == []
    secret = {f"{settings.SITE_ORIGIN}/v/{token}" for token in links.tokens.values()}
    more = {f"{settings.SITE_ORIGIN}/faqs/"} if kind == Message.Kind.AFTERCARE else set()
    assert set(re.findall(r'href="([^"]*)"', html)) == ADDRESSES | secret | more
    assert set(re.findall(r"http\S+/v/\S+", text)) == secret


NO_LINK = {Message.Kind.CANCELLATION, Message.Kind.DECLINED, Message.Kind.AFTERCARE}


@pytest.mark.parametrize("kind", Message.Kind)
def test_a_letter_carries_a_link_wherever_its_reader_can_still_do_something(
    kind: Message.Kind,
) -> None:
    message = owed(kind, make_cast())
    links = issue_links(message, now=NOW)
    opened = [visit_links.find(token, now=NOW) for token in links.tokens.values()]
    assert None not in opened
    assert len(opened) == {Message.Kind.COURSE_BOOKED: 2}.get(kind, kind not in NO_LINK)


@pytest.mark.parametrize("kind", Message.Kind)
def test_a_letter_that_is_sent_again_is_the_same_letter(kind: Message.Kind) -> None:
    message = owed(kind, make_cast())
    links = issue_links(message, now=NOW)
    first, second = (compose(Message.objects.get(pk=message.pk), links) for _ in range(2))
    assert first.subject == second.subject
    assert first.body == second.body
    assert first.alternatives == second.alternatives
    assert first.attachments == second.attachments
    assert first.extra_headers == second.extra_headers


@pytest.mark.parametrize("kind", sorted(set(Message.Kind) - {Message.Kind.AFTERCARE}))
def test_about_a_visit_by_phone_no_letter_gives_an_address_to_come_to(kind: Message.Kind) -> None:
    cast = make_cast()
    cast.first_visit.by_phone = True
    cast.first_visit.save()
    letter = as_read(owed(kind, cast))
    assert "e phone you" in text_of(letter)
    assert "e phone you" in html_of(letter)
    for part in (text_of(letter), html_of(letter), str(calendar_of(letter) or "")):
        assert "118 Rowan" not in part
        assert "Riverside" not in part


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        (Message.Kind.CONFIRMATION, lambda _message: local("2026-11-25", "10:00")),
        (Message.Kind.OFFER, lambda message: message.offer.expires_at),
        (Message.Kind.WAITING, lambda _message: local("2026-11-27", "0:00")),
        (Message.Kind.COURSE, lambda message: message.course.answer_by),
    ],
)
def test_a_link_ends_when_nothing_can_be_done_with_it_any_more(
    kind: Message.Kind, end: Callable[[Message], datetime]
) -> None:
    message = owed(kind, make_cast())
    issue_links(message, now=NOW)
    assert VisitLink.objects.get().expires_at == end(message)


def test_a_letter_without_the_link_it_needs_is_not_written() -> None:
    with pytest.raises(KeyError):
        compose(book(make_cast()), Links())


def test_the_new_time_takes_the_place_of_the_old_one_in_a_calendar() -> None:
    cast = make_cast()
    message = owed(Message.Kind.MOVED, cast)
    event = event_of(as_read(message))
    assert event["UID"] == f"{message.appointment.reference}@{settings.MAIL_DOMAIN}"
    assert event["SEQUENCE"] == 1
    assert event["DTSTART"].dt == local(TUESDAY, "9:00")


def test_a_course_comes_in_one_calendar_file() -> None:
    letter = as_read(owed(Message.Kind.COURSE_BOOKED, make_cast()))
    calendar = calendar_of(letter)
    assert calendar is not None
    starts = [event["DTSTART"].dt for event in calendar.walk("VEVENT")]
    assert starts == [local(TUESDAY, "9:00"), local("2026-12-01", "9:00")]
    assert len({str(event["UID"]) for event in calendar.walk("VEVENT")}) == 2


WHEN_TO_GET_HELP = """Get help at once for trouble breathing. [@gattie-2021]

::: emergency If, up to about 3 days after needling
- you are short of breath [@gattie-2021]
- you cough up **blood**
:::

::: urgent If, after needling, you have any of these
- a fever
:::

::: non-urgent If, after 3 days
- soreness is not easing
:::
"""


def publish(slug: str, **facts: str) -> None:
    make_faq(slug, publish_at=NOW - timedelta(days=1), topic=make_topic("safety"), **facts)


def test_after_a_visit_the_published_answers_say_what_to_expect_and_when_to_get_help() -> None:
    message = owed(Message.Kind.AFTERCARE, make_cast())
    publish("when-to-get-help", body=WHEN_TO_GET_HELP)
    publish(
        "sore-afterwards", question="Why am I sore?", body="It is normal. [@gattie-2021]\n\nMore."
    )
    letter = as_read(message)
    assert message.due_at == EVENING
    assert letter["Subject"] == "After your appointment on Tuesday 24 November"
    expected = f"""Hello Ana Lopez,

Thank you for coming on Tuesday 24 November 2026. Here is what to expect, and when to get help.

If no needles were used, what we say about needling below does not concern you. \
If you have one of the signs all the same, please get help.

Why am I sore?
It is normal.

Call 911 now if, up to about 3 days after needling:
- you are short of breath
- you cough up blood

See a doctor today if, after needling, you have any of these:
- a fever

Phone us on (780) 555-0140 if, after 3 days:
- soreness is not easing

More answers: {settings.SITE_ORIGIN}/faqs/
Anything else that worries you: phone us, (780) 555-0140. Please have your reference ready: \
{message.appointment.reference}.
To book again: {settings.SITE_ORIGIN}/

Rowan Street Physiotherapy
Phone (780) 555-0140
{settings.SITE_ORIGIN}/
"""
    assert text_of(letter) == expected
    assert "<h2>Call 911 now if, up to about 3 days after needling:</h2>" in html_of(letter)


def test_without_a_published_answer_the_emergency_number_is_there_all_the_same() -> None:
    letter = as_read(owed(Message.Kind.AFTERCARE, make_cast()))
    assert "In an emergency call 911." in text_of(letter)
    assert "In an emergency call 911." in html_of(letter)


def test_who_waits_for_a_clinician_is_reminded_of_what_we_asked_them_to_do_first() -> None:
    letter = as_read(owed(Message.Kind.REVIEW, make_cast()))
    reminder = "If we asked you to call us or to see a doctor first, please do that now."
    assert reminder in text_of(letter)
    assert reminder in html_of(letter)


def looked_for(address: str) -> Message:
    scheduling.owe_found_visits(address, now=NOW)
    return Message.objects.get(kind=Message.Kind.FIND_VISIT, to=address)


def find(address: str) -> EmailMessage:
    return as_read(looked_for(address))


def test_whoever_asks_for_their_visits_gets_a_link_to_each_of_their_own() -> None:
    cast = make_cast()
    leo = Person("Ana Lopez", "ana@example.com", "", dependant="Leo Lopez")
    anas = [visit(cast, "9:00"), visit(cast, "11:00", person=leo)]
    bens = visit(cast, "13:00", person=BEN)
    off = visit(cast, "15:00")
    scheduling.cancel(appointment=off, by=cast.dina, now=NOW)
    text = text_of(find("ANA@example.com"))
    for each in anas:
        assert each.reference in text
    assert bens.reference not in text
    assert off.reference not in text
    assert text.count("/v/") == 2
    # Neither name nor anything else of them: anybody can ask for any address.
    assert text.startswith("Hello,\n")
    assert "Leo" not in text


@pytest.mark.parametrize(
    "address", ["nobody@example.com", "an\u0430@example.com", "%@example.com", "a_a@example.com"]
)
def test_an_address_without_a_visit_is_not_written_to(address: str) -> None:
    visit(make_cast(), "9:00")
    assert is_still_true(looked_for("ana@example.com"), now=NOW)
    assert not is_still_true(looked_for(address), now=NOW)


@pytest.mark.parametrize("typed", ["m\u0131ke@example.com", "mi\u212ae@example.com"])
def test_an_address_that_only_looks_the_same_in_capitals_is_somebody_else_s(typed: str) -> None:
    visit(make_cast(), "9:00", person=Person("Mike Lee", "mike@example.com", ""))
    assert visits_of_address(typed, now=NOW) == []
    assert len(visits_of_address("MIKE@example.com", now=NOW)) == 1


def test_a_visit_that_has_passed_is_not_found() -> None:
    visit(make_cast(), "9:00")
    assert len(visits_of_address("ana@example.com", now=local(TUESDAY, "9:59"))) == 1
    assert visits_of_address("ana@example.com", now=local(TUESDAY, "10:00")) == []


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_no_name_can_add_a_header_a_link_or_a_line(name: str) -> None:
    message = book(make_cast())
    Patient.objects.update(name=name)
    message = Message.objects.get(pk=message.pk)
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
    assert "Please let us know as soon as you can if you cannot come." in text
    assert "Please let us know by" not in text


@pytest.mark.parametrize(
    ("hours", "asks"),
    [
        (72, "Tell us that you will be there, or move or cancel your visit:\n"),
        (24, "Tell us that you will be there:\n"),
    ],
)
def test_a_reminder_promises_only_what_its_page_can_still_do(hours: int, asks: str) -> None:
    cast = make_cast()
    cast.first_visit.reminder_hours = [hours]
    cast.first_visit.save()
    visit(cast, "9:00", day="2026-11-27")
    text = text_of(as_read(Message.objects.get(kind=Message.Kind.REMINDER)))
    assert asks in text
    assert ("To move or cancel it yourself" in text) is (hours == 72)


WISH = AppointmentEvent.Wish


def moved_to_eleven(cast: Cast, booked: Appointment, **by: Any) -> None:
    scheduling.move(
        appointment=booked,
        practitioner=cast.priya,
        location=cast.riverside,
        start=local(TUESDAY, "11:00"),
        now=NOW,
        **by,
    )


def cancelled(_cast: Cast, booked: Appointment, **by: Any) -> None:
    scheduling.cancel(appointment=booked, now=NOW, **by)


@pytest.mark.parametrize("wish", WISH)
@pytest.mark.parametrize(
    ("change", "kind", "sorry"),
    [
        (moved_to_eleven, Message.Kind.MOVED, "We are sorry: we have had to change"),
        (cancelled, Message.Kind.CANCELLATION, "We are sorry: we have had to cancel"),
    ],
)
def test_the_clinic_says_sorry_for_what_it_had_to_change_itself(
    change: Callable[..., None], kind: Message.Kind, sorry: str, wish: AppointmentEvent.Wish
) -> None:
    cast = make_cast()
    booked = visit(cast, "9:00")
    change(cast, booked, by=cast.dina, wish=wish)
    letter = as_read(Message.objects.get(kind=kind, appointment=booked))
    is_sorry = wish == WISH.CLINIC
    assert (sorry in text_of(letter), sorry in html_of(letter)) == (is_sorry, is_sorry)


def test_no_offer_says_that_a_visit_stays_which_the_clinic_cannot_keep() -> None:
    cast = make_cast()
    anas = visit(cast, "14:00")
    wait_for_earlier(anas)
    away = Closure.objects.create(
        practitioner=cast.priya, starts_at=local(TUESDAY, "12:00"), ends_at=local(TUESDAY, "17:00")
    )
    scheduling.let_choose(closure=away, appointment=anas, by=cast.dina, now=NOW)
    offered(cast)
    text = text_of(as_read(Message.objects.get(kind=Message.Kind.OFFER)))
    assert "your appointment on Tuesday 24 November 2026, 2:00 pm (Edmonton time) cannot" in text
    assert "stays as it is" not in text


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


def test_the_letter_about_the_list_says_what_was_asked_for_as_its_page_does() -> None:
    cast = make_cast()
    wish = scheduling.Wish(weekdays=[1, 3], earliest=time(9), until=date(2026, 12, 7))
    scheduling.join_list(person=ANA, service=cast.first_visit, wish=wish, now=NOW)
    letter = as_read(Message.objects.get(kind=Message.Kind.WAITING))
    assert table_of(text_of(letter)) == [
        "Where:      Any location",
        "With:       Anyone",
        "Days:       Tuesday, Thursday",
        "Starting:   From 9:00 am (Edmonton time)",
        "Last day:   Monday 7 December 2026",
    ]


def table_of(text: str) -> list[str]:
    return re.findall(r"^[A-Z][a-z ]+: {2,}.*$", text, re.MULTILINE)
