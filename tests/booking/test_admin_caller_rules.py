"""The rules that refuse a caller's time, who may go against them, and what cannot be read."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from booking.admin.diary_attempt import MAY_NOT, attempt
from booking.admin.diary_forms import DeskBookingForm
from booking.models import Appointment, Closure, State
from tests.booking.admin_steps import BOOK, caller, desk_of, problems, told
from tests.booking.steps import visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

AT_TEN = "Tuesday 24 November 2026, 10:00 am (Edmonton time) with Priya Nair at Riverside"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def test_a_closure_refuses_with_its_reason(desk: Client, cast: Cast) -> None:
    Closure.objects.create(
        location=cast.riverside,
        starts_at=local(TUESDAY, "8:00"),
        ends_at=local(TUESDAY, "12:00"),
        reason="Fire drill",
    )

    answer = desk.post(BOOK, caller(cast))

    assert (answer.status_code, problems(answer)) == (
        400,
        {"time": [f"{AT_TEN} cannot be booked: it falls into a closure (Fire drill)."]},
    )


@pytest.mark.parametrize(
    ("day", "wall", "rule"),
    [
        ("2026-11-20", "10:00", "it lies in the past"),
        ("2026-11-23", "08:30", "it is closer than the notice this service asks for"),
        ("2027-02-02", "10:00", "it is further ahead than this service can be booked"),
        (TUESDAY, "19:00", "the practitioner does not work there then"),
        (TUESDAY, "10:10", "visits of this service do not start at this minute"),
    ],
)
def test_the_rule_that_refuses_a_time_is_named(
    desk: Client, cast: Cast, day: str, wall: str, rule: str
) -> None:
    answer = desk.post(BOOK, caller(cast, date=day, time=wall))

    assert answer.status_code == 400
    assert problems(answer)["time"][0].endswith(f"cannot be booked: {rule}.")
    assert Appointment.objects.count() == 0


def test_overbooking_takes_a_reason(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)

    page = desk.post(BOOK, caller(cast, overbooking_reason="In great pain"), follow=True)

    beside = Appointment.objects.get(patient__name="Ana Lopez")
    assert told(page)[0].startswith(f"Booked beside another visit: visit {beside.reference}")
    assert (beside.overbooked, beside.overbooking_reason) == (True, "In great pain")


def test_a_practitioner_cannot_overbook_even_with_a_forged_reason(cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    answer = priya.post(BOOK, caller(cast, overbooking_reason="In great pain"))

    assert answer.status_code == 409
    assert "overbooking_reason" not in answer.context["form"].fields
    assert Appointment.objects.count() == 1


def test_a_practitioner_without_the_service_is_refused(desk: Client, cast: Cast) -> None:
    massage = make_service(cast.tomas, slug="massage", name="Massage")

    answer = desk.post(BOOK, caller(cast, service=massage.pk))

    assert (answer.status_code, problems(answer)) == (
        400,
        {"practitioner": ["Priya Nair does not give “Massage”."]},
    )


def test_a_service_for_the_desk_alone_can_be_booked(desk: Client, cast: Cast) -> None:
    cast.first_visit.online = False
    cast.first_visit.save()

    desk.post(BOOK, caller(cast))

    assert Appointment.objects.get().state == State.BOOKED


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (
            {"date": "2027-03-14", "time": "02:30"},
            {"time": ["The clocks are put forward that night and skip this time."]},
        ),
        (
            {"name": "Ana\r\nBcc: x@example.com"},
            {"name": ["Use one line, without control characters."]},
        ),
        ({"name": ""}, {"name": ["This field is required."]}),
        (
            {"phone": "12"},
            {"phone": ["Enter a phone number with its area code, like 780 555 0150."]},
        ),
        ({"email": "ana@"}, {"email": ["Enter an e-mail address like name@example.com."]}),
        ({"date": "2999-01-01"}, {"date": ["Choose a day within two years of today."]}),
        ({"date": "2024-11-01"}, {"date": ["Choose a day within two years of today."]}),
        ({"date": "31/31/2026"}, {"date": ["Enter a valid date."]}),
        ({"time": "25:99"}, {"time": ["Enter a time, such as 9:30 am or 14:30."]}),
        (
            {"service": "9" * 20},
            {
                "service": [
                    "Select a valid choice. That choice is not one of the available choices."
                ]
            },
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    desk: Client, cast: Cast, typed: dict[str, str], problem: dict[str, list[str]]
) -> None:
    answer = desk.post(BOOK, caller(cast, **typed))

    assert (answer.status_code, problems(answer)) == (400, problem)
    assert Appointment.objects.count() == 0


def test_looking_at_the_form_and_booking_need_the_permission_to_run_the_day(cast: Cast) -> None:
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))

    assert editor.get(BOOK).status_code == 403
    assert editor.post(BOOK, caller(cast)).status_code == 403
    assert Appointment.objects.count() == 0


def test_a_permission_taken_away_meanwhile_is_a_sentence(cast: Cast) -> None:
    """Between showing the field and booking, the command asks again and says no."""
    visit(cast, "10:00", person=BEN)
    form = DeskBookingForm(caller(cast, overbooking_reason="In great pain"), by=cast.dina)
    assert form.is_valid()
    cast.dina.groups.get().permissions.remove(Permission.objects.get(codename="overbook"))

    outcome = attempt(form, by=User.objects.get(pk=cast.dina.pk), now=NOW)

    assert not isinstance(outcome, Appointment)
    assert (outcome.sentence, outcome.status) == (MAY_NOT, 400)
