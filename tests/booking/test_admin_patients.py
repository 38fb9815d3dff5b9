"""Patients and messages in admin: contact details can be corrected, the rest is to look at."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from booking import visit_links
from booking.admin.wording import phone_of
from booking.models import Appointment, Message, Patient, Service
from tests.booking.admin_steps import desk_of, page_of, words
from tests.booking.linked import other_things_of
from tests.booking.steps import desk_visit, visit
from tests.cast import ANA, BEN, NOW, Cast, make_staff
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

PATIENTS = "/admin/booking/patient/"
MESSAGES = "/admin/booking/message/"
LEO = replace(ANA, dependant="Leo Lopez")


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def names(answer: Any) -> list[str]:
    return [patient.name for patient in answer.context["cl"].result_list]


def of(patient: Patient | None) -> str:
    assert patient
    return f"{PATIENTS}{patient.pk}/change/"


def errors(answer: Any) -> list[str]:
    return [
        str(error)
        for problems in answer.context["adminform"].form.errors.values()
        for error in problems
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ana", ["Ana Lopez", "Leo Lopez"]),
        ("LÓPEZ", ["Ana Lopez", "Leo Lopez"]),
        ("(780) 555-0150", ["Ana Lopez", "Leo Lopez"]),
        ("ben@example", ["Ben Carter"]),
        ("nobody", []),
    ],
)
def test_people_are_found_by_name_phone_or_address(
    desk: Client, cast: Cast, typed: str, found: list[str]
) -> None:
    visit(cast, "9:00", person=LEO)
    visit(cast, "12:00", person=BEN)

    assert names(desk.get(PATIENTS, query_params={"q": typed})) == found


def test_contact_details_are_corrected(desk: Client, cast: Cast) -> None:
    ana = visit(cast, "10:00").patient

    typed = {"name": "Ana Lopes", "phone": "780 555 0177", "email": "ana.l@example.com"}

    answer = desk.post(of(ana), typed)

    assert answer.status_code == 302
    changed = Patient.objects.get()
    assert (changed.name, changed.phone.as_e164, changed.email, changed.discreet) == (
        "Ana Lopes",
        "+17805550177",
        "ana.l@example.com",
        False,
    )


def wishes(patient: Patient, **changes: str) -> dict[str, str]:
    """The form as it stands, with every box unticked."""
    assert patient.phone
    typed = {"name": patient.name, "phone": patient.phone.as_e164, "email": patient.email}
    return typed | {"discreet": "on", "reminders": "on"} | changes


def reminders() -> list[tuple[str, str]]:
    owed = Message.objects.filter(kind=Message.Kind.REMINDER).order_by("pk")
    return [(letter.channel, letter.state) for letter in owed]


def test_who_would_rather_have_no_reminders_gets_none(desk: Client, cast: Cast) -> None:
    Service.objects.update(reminder_hours=[24])
    ana = visit(cast, "10:00").patient
    assert ana
    without = wishes(ana)
    del without["reminders"]

    desk.post(of(ana), without)

    ana.refresh_from_db()
    assert (ana.reminders, reminders()) == (False, [("email", "superseded")])
    desk.post(of(ana), wishes(ana))
    assert reminders() == [("email", "superseded"), ("email", "queued")]


@override_settings(TEXT_GATEWAY_URL="https://texts.example.com/")
def test_who_agrees_to_text_messages_gets_them_from_then_on(desk: Client, cast: Cast) -> None:
    Service.objects.update(reminder_hours=[24])
    ana = visit(cast, "10:00").patient
    assert ana
    assert "Text messages go to the phone number above." in words(desk.get(of(ana)))

    desk.post(of(ana), wishes(ana, agrees_to_texts="on"))

    ana.refresh_from_db()
    assert ana.texts_agreed_at == NOW
    assert reminders()[1:] == [("email", "queued"), ("text", "queued")]
    assert desk.get(of(ana)).context["adminform"].form["agrees_to_texts"].value() is True
    desk.post(of(ana), wishes(ana))
    assert Patient.objects.get().texts_agreed_at is None
    assert reminders()[3:] == [("email", "queued")]


def test_a_reminder_that_is_due_soon_outlives_the_correction_of_a_number(
    desk: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    Service.objects.update(reminder_hours=[24])
    ana = visit(cast, "9:00", now=NOW - timedelta(days=3)).patient
    assert ana
    at_now.move_to(local("2026-11-23", "7:30"))

    desk.post(of(ana), wishes(ana, phone="780 555 0177"))

    assert reminders() == [("email", "superseded"), ("email", "queued")]


@pytest.mark.parametrize("booked_by", ["Ana", "Dina"])
def test_the_desk_sees_the_corrected_number_wherever_it_phones_from(
    desk: Client, cast: Cast, booked_by: str
) -> None:
    booked = visit(cast, "9:00")
    ana = booked.patient
    assert ana
    if booked_by == "Dina":
        booked = desk_visit(cast, "13:00", person=ana)

    desk.post(of(ana), wishes(ana, phone="780 555 0177"))

    booked = Appointment.objects.with_everybody().get(pk=booked.pk)
    assert phone_of(booked) == "(780) 555-0177"


def texted(number: str, **about: Any) -> None:
    """A text message that was sent there."""
    Message.objects.create(
        kind=Message.Kind.REMINDER,
        channel=Message.Channel.TEXT,
        to=number,
        message_id=f"<{Message.objects.count()}@example.com>",
        state=Message.Delivery.SENT,
        due_at=NOW,
        sent_at=NOW,
        created_at=NOW,
        **about,
    )


@pytest.mark.parametrize("what", ["visit", "offer"])
def test_links_that_were_texted_to_a_wrong_number_end_with_its_correction(
    desk: Client, cast: Cast, what: str
) -> None:
    booked = visit(cast, "10:00")
    ana = booked.patient
    assert ana
    Patient.objects.filter(pk=ana.pk).update(email_proved_at=NOW)
    _, offer, _ = other_things_of(booked, cast)
    thing, about = (booked, "appointment") if what == "visit" else (offer, "offer")
    texted("+17805550150", **{about: thing})
    token = visit_links.issue(thing, expires_at=booked.ends_at, now=NOW)

    desk.post(of(ana), wishes(ana, phone="780 555 0177"))

    assert visit_links.find(token, now=NOW) is None
    told = Message.objects.filter(appointment=booked, channel="email").order_by("pk")
    assert [(each.kind, each.to, each.state) for each in told] == [
        ("confirmation", "ana@example.com", "superseded"),
        ("confirmation", "ana@example.com", "queued"),
    ]
    assert Patient.objects.get().email_proved_at == NOW


@pytest.mark.parametrize("number", ["+17805550150", "+17805550199"])
def test_links_that_were_only_mailed_work_when_a_number_is_corrected(
    desk: Client, cast: Cast, number: str
) -> None:
    """The text message about Ana's visit went elsewhere, or told of one whose links are over."""
    booked, over = visit(cast, "10:00"), visit(cast, "13:00")
    texted(number, appointment=over if number == ANA.phone else booked)
    token = visit_links.issue(booked, expires_at=booked.ends_at, now=NOW)
    visit_links.issue(over, expires_at=NOW, now=NOW)

    desk.post(of(booked.patient), wishes(Patient.objects.get(), phone="780 555 0177"))

    assert visit_links.find(token, now=NOW)


def test_a_number_for_somebody_who_had_none_is_seen_there_too(desk: Client, cast: Cast) -> None:
    ana = visit(cast, "9:00").patient
    assert ana
    ben = desk_visit(cast, "13:00", person=replace(BEN, phone="")).patient
    assert ben

    desk.post(of(ben), wishes(ana, name="Ben Carter", email=ben.email, phone="780 555 0177"))

    bens = Appointment.objects.with_everybody().get(patient=ben)
    assert phone_of(bens) == "(780) 555-0177"


def test_a_number_that_was_left_for_one_visit_alone_stays(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "9:00")
    ana = booked.patient
    assert ana
    other = visit(cast, "13:00", person=replace(ANA, phone="+17805550188"))

    desk.post(of(ana), wishes(ana, phone="780 555 0177"))

    other = Appointment.objects.with_everybody().get(pk=other.pk)
    assert phone_of(other) == "(780) 555-0188"


def test_text_messages_need_a_number(desk: Client, cast: Cast) -> None:
    ana = visit(cast, "10:00").patient
    assert ana

    answer = desk.post(of(ana), wishes(ana, phone="", agrees_to_texts="on"))

    assert errors(answer) == ["There is no phone number to send them to."]


def test_a_child_s_letters_are_as_the_adult_wishes(desk: Client, cast: Cast) -> None:
    leo = visit(cast, "10:00", person=LEO).patient

    page = words(desk.get(of(leo)))

    assert "Agreed to text messages" not in page
    assert "Wants reminders" not in page


def test_two_people_of_one_name_and_address_are_a_sentence(desk: Client, cast: Cast) -> None:
    visit(cast, "9:00")
    ben = visit(cast, "12:00", person=BEN).patient

    answer = desk.post(of(ben), {"name": "ANA LOPEZ", "phone": "", "email": "Ana@example.com"})

    assert (answer.status_code, errors(answer)) == (
        200,
        ["A patient of this name and e-mail address exists."],
    )


def test_two_dependants_of_one_name_are_a_sentence(desk: Client, cast: Cast) -> None:
    visit(cast, "9:00", person=LEO)
    mia = visit(cast, "12:00", person=replace(LEO, dependant="Mia Lopez")).patient

    answer = desk.post(of(mia), {"name": "leo lopez"})

    assert (answer.status_code, errors(answer)) == (
        200,
        ["This adult already has a dependant of this name."],
    )


def test_a_child_is_reached_through_the_adult(desk: Client, cast: Cast) -> None:
    leo = visit(cast, "10:00", person=LEO).patient

    desk.post(of(leo), {"name": "Leo Lópes", "phone": "780 555 0177", "email": "l@example.com"})

    leo = Patient.objects.get(name="Leo Lópes")
    assert (leo.phone, leo.email) == ("", "")
    assert "In the care of: Ana Lopez" in words(desk.get(of(leo)))
    assert "Cares for: Leo Lópes" in words(desk.get(of(leo.responsible_adult)))


def test_a_person_s_page_lists_their_visits_and_what_they_acknowledged(
    desk: Client, cast: Cast
) -> None:
    booked = visit(cast, "10:00")

    page = desk.get(of(booked.patient))

    row = "Tue 24 Nov 2026, 10:00 am Ana Lopez First visit Priya Nair Riverside Booked"
    assert row in words(page)
    assert f"Privacy notice 2026-11-20 Mon 23 Nov 2026, 7:00 am {booked.reference}" in words(page)
    assert page_of(booked) in page.content.decode()


def test_a_person_s_page_takes_as_many_queries_for_three_visits_as_for_one(
    desk: Client, cast: Cast
) -> None:
    ana = visit(cast, "9:00").patient
    desk.get(of(ana))
    with CaptureQueriesContext(connection) as one:
        desk.get(of(ana))
    visit(cast, "12:00", practitioner=cast.tomas)
    visit(cast, "14:00")

    with CaptureQueriesContext(connection) as three:
        desk.get(of(ana))

    assert len(three) == len(one)


def test_nobody_is_added_or_deleted_by_hand(cast: Cast) -> None:
    ana = visit(cast, "10:00").patient
    assert ana
    superuser = desk_of(User.objects.create_superuser("root"))

    assert superuser.get(f"{PATIENTS}add/").status_code == 403
    assert superuser.post(f"{PATIENTS}{ana.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_practitioner_reads_but_does_not_change(cast: Cast) -> None:
    ana = visit(cast, "10:00").patient
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    assert priya.get(of(ana)).status_code == 200
    assert priya.post(of(ana), {"name": "X"}).status_code == 403


def test_a_letter_is_shown_as_it_was_sent(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00")
    letter = booked.messages.get()
    Message.objects.update(state="sent", sent_at=NOW, sent_text="Hello Ana,\nsee you on Tuesday.")

    page = desk.get(f"{MESSAGES}{letter.pk}/change/")

    assert "Hello Ana,<br>see you on Tuesday." in page.content.decode()
    assert "Delivery: Sent" in words(page)


def test_letters_are_listed_by_delivery(desk: Client, cast: Cast) -> None:
    anas, bens = visit(cast, "9:00"), visit(cast, "12:00", person=BEN)
    anas.messages.update(state="failed", last_error="SMTPRecipientsRefused 550")

    page = desk.get(MESSAGES, query_params={"state__exact": "failed"})

    assert [letter.appointment for letter in page.context["cl"].result_list] == [anas]
    assert (
        "Mon 23 Nov 2026, 7:00 am Confirmation Ana Lopez (780) 555-0150 Failed: please phone "
        f"{anas.reference} ana@example.com – SMTPRecipientsRefused 550"
    ) in words(page)
    assert bens.reference not in words(page)


def test_letters_are_not_added_changed_or_deleted(cast: Cast) -> None:
    letter = visit(cast, "10:00").messages.get()
    superuser = desk_of(User.objects.create_superuser("root"))

    assert [
        superuser.get(f"{MESSAGES}add/").status_code,
        superuser.post(f"{MESSAGES}{letter.pk}/change/", {"to": "x@example.com"}).status_code,
        superuser.post(f"{MESSAGES}{letter.pk}/delete/", {"post": "yes"}).status_code,
    ] == [403, 403, 403]


def test_correcting_a_name_undoes_nothing_that_happens_at_this_moment(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = visit(cast, "9:00").patient
    assert ana
    desk, page = desk_of(cast.dina), f"/admin/booking/patient/{ana.pk}/change/"
    typed = {"name": "Ana López", "email": ANA.email, "phone": ANA.phone, "reminders": "on"}
    validate = Patient.validate_constraints

    def meanwhile(patient: Patient, **kwargs: Any) -> None:
        """The row has been read and not been written."""
        Patient.objects.filter(pk=patient.pk).update(email_proved_at=NOW)
        validate(patient, **kwargs)

    monkeypatch.setattr(Patient, "validate_constraints", meanwhile)
    desk.post(page, typed)

    ana.refresh_from_db()
    assert (ana.name, ana.email_proved_at) == ("Ana López", NOW)
