"""The page of a visit: what it tells, the buttons of its state, and who did what."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.models import Appointment, Message, State
from tests.booking.admin_steps import LIST, desk_of, page_of, told, words
from tests.booking.steps import desk_visit, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TODAY = "2026-11-23"
TEN = local(TODAY, "10:00")


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def test_the_page_gives_the_facts_of_the_visit(desk: Client, cast: Cast) -> None:
    parent = replace(ANA, dependant="Leo Lopez")
    booked = visit(cast, "10:00", person=parent, day=TUESDAY)

    facts = dict(desk.get(page_of(booked)).context["facts"])

    adult = booked.patient.responsible_adult if booked.patient else None
    assert booked.patient
    assert adult
    assert facts == {
        "When": "Tuesday 24 November 2026, 10:00 am (Edmonton time), until 11:00 am",
        "With": "Priya Nair",
        "Where": "Room 1, Riverside, 118 Rowan Street, Edmonton AB T5X 0X0",
        "Service as booked": "First visit, 60 minutes, 135.00",
        "Kept free around it": "0 minutes before, 10 after",
        "Patient": f'<a href="/admin/booking/patient/{booked.patient.pk}/change/">Leo Lopez</a>',
        "In the care of": f'<a href="/admin/booking/patient/{adult.pk}/change/">Ana Lopez</a>',
        "Phone for this visit": "(780) 555-0150",
        "E-mail": "ana@example.com",
        "What it is about": "Nothing entered",
        "Booked through": "Website on Mon 23 Nov 2026, 7:00 am (Edmonton time)",
        "Privacy notice of 2026-11-20": "Acknowledged on Mon 23 Nov 2026, 7:00 am (Edmonton time)",
    }


def test_an_overbooked_visit_says_why(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    beside = desk_visit(cast, "10:00", person=BEN, overbooking_reason="In great pain")

    assert dict(desk.get(page_of(beside)).context["facts"])["Beside another visit"] == (
        "In great pain"
    )


def test_the_history_says_when_what_from_where_to_where_who_and_why(
    desk: Client, cast: Cast
) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    scheduling.cancel(appointment=booked, by=cast.dina, now=TEN, reason="Has the flu")

    assert desk.get(page_of(booked)).context["events"] == [
        ("Mon 23 Nov 2026, 7:00 am", "Held", "–", "Held", "Patient", "–"),
        ("Mon 23 Nov 2026, 7:00 am", "Booked", "Held", "Booked", "Patient", "–"),
        (
            "Mon 23 Nov 2026, 10:00 am",
            "Cancelled",
            "Booked",
            "Cancelled",
            "Dina Farouk",
            "Has the flu",
        ),
    ]


def test_the_letters_are_listed_with_their_delivery_and_text(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    Message.objects.update(
        state=Message.Delivery.SENT, sent_at=TEN, attempts=2, sent_text="Hello Ana,\nsee you."
    )

    page = desk.get(page_of(booked))

    assert (
        "Confirmation ana@example.com Sent Mon 23 Nov 2026, 7:00 am 2 – Mon 23 Nov 2026, 10:00 am"
    ) in words(page)
    assert "<pre>Hello Ana,\nsee you.</pre>" in page.content.decode()


def test_cancelling_asks_for_a_reason_and_says_who_will_be_written_to(
    desk: Client, cast: Cast
) -> None:
    booked = visit(cast, "10:00")

    page = desk.get(f"{LIST}{booked.pk}/cancel/")

    assert (
        "First visit of Ana Lopez on Tuesday 24 November 2026, 10:00 am (Edmonton time), "
        "with Priya Nair at Riverside."
    ) in words(page)
    assert "The cancellation is sent to ana@example.com." in words(page)
    empty = desk.post(f"{LIST}{booked.pk}/cancel/", {"reason": " "})
    assert (empty.status_code, empty.context["form"].errors) == (
        400,
        {
            "reason": ["This field is required."],
            "wish": ["Say whether the patient asked or the clinic had to."],
        },
    )
    assert Appointment.objects.get().state == State.BOOKED


def test_a_patient_without_an_address_has_to_be_phoned(desk: Client, cast: Cast) -> None:
    booked = desk_visit(cast, "10:00", person=replace(ANA, email=""))

    page = words(desk.get(f"{LIST}{booked.pk}/cancel/"))

    assert "There is no e-mail address, so nothing is sent: phone (780) 555-0150." in page


def test_a_cancelled_visit_keeps_its_history_and_its_reason(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00")

    page = desk.post(
        f"{LIST}{booked.pk}/cancel/", {"reason": "Has the flu", "wish": "patient"}, follow=True
    )

    assert told(page) == [f"Visit {booked.reference} is cancelled."]
    assert page.context["events"][-1][1:] == (
        "Cancelled",
        "Booked",
        "Cancelled",
        "Dina Farouk",
        "Has the flu",
    )
    assert [letter.kind for letter in Message.objects.order_by("pk")] == [
        "confirmation",
        "cancellation",
    ]


def test_cancelling_twice_is_a_sentence(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00")
    scheduling.cancel(appointment=booked, by=cast.dina, now=NOW)

    asked = desk.get(f"{LIST}{booked.pk}/cancel/", follow=True)
    posted = desk.post(
        f"{LIST}{booked.pk}/cancel/", {"reason": "Again", "wish": "patient"}, follow=True
    )

    assert told(asked) == [
        f"Visit {booked.reference} is “Cancelled” already: cancelled by Dina Farouk."
    ]
    assert told(posted) == [
        f"Visit {booked.reference} is “Cancelled” already: cancelled by Dina Farouk."
    ]


def test_django_s_own_history_leads_to_the_visit_s(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00")

    answer = desk.get(f"{LIST}{booked.pk}/history/")

    assert (answer.status_code, answer["Location"]) == (302, f"{page_of(booked)}#history")


def test_rows_are_not_added_changed_or_deleted_by_hand(cast: Cast) -> None:
    booked = visit(cast, "10:00")
    superuser = desk_of(User.objects.create_superuser("root"))

    refused = [
        superuser.get(f"{LIST}add/").status_code,
        superuser.post(f"{LIST}add/", {"reference": "X"}).status_code,
        superuser.post(page_of(booked), {"state": "cancelled"}).status_code,
        superuser.get(f"{LIST}{booked.pk}/delete/").status_code,
        superuser.post(f"{LIST}{booked.pk}/delete/", {"post": "yes"}).status_code,
    ]

    assert refused == [403, 403, 405, 403, 403]
    bulk = {"action": "delete_selected", "_selected_action": booked.pk, "post": "yes"}
    superuser.post(f"{LIST}?day=all", bulk)
    booked.refresh_from_db()
    assert booked.state == State.BOOKED


def test_the_page_takes_as_many_queries_for_ten_events_as_for_two(desk: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    desk.get(page_of(booked))
    with CaptureQueriesContext(connection) as few:
        desk.get(page_of(booked))
    for moment in range(4):
        now = NOW + timedelta(minutes=moment)
        scheduling.arrive(appointment=booked, by=cast.dina, now=now)
        scheduling.undo(appointment=booked, by=cast.dina, now=now)

    with CaptureQueriesContext(connection) as many:
        page = desk.get(page_of(booked))

    assert len(page.context["events"]) == 10
    assert len(many) == len(few)
