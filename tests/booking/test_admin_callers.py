"""Booking for a caller: the rules say no in sentences, and nothing typed is lost."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from booking.admin.callers import MAY_NOT, _attempt
from booking.admin.forms import CallerForm
from booking.models import Appointment, Closure, Room, State
from tests.booking.admin_steps import BOOK, caller, desk_of, page_of, told, words
from tests.booking.steps import hold, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TEN = local(TUESDAY, "10:00")
AT_TEN = "Tuesday 24 November 2026, 10:00 am (Edmonton time) with Priya Nair at Riverside"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def problems(answer: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in answer.context["form"].errors.items()}


def choices(answer: Any) -> list[str]:
    """The buttons of the nearest open times."""
    return [
        f"{choice.practitioner} {choice.key.rpartition(' ')[0].rpartition(' ')[0]}"
        for choice in answer.context["refused"].nearest
    ]


def test_a_caller_is_booked_and_the_visit_is_shown(desk: Client, cast: Cast) -> None:
    page = desk.post(BOOK, caller(cast), follow=True)

    booked = Appointment.objects.get()
    assert page.redirect_chain == [(page_of(booked), 302)]
    assert told(page) == [
        (
            f"Booked: visit {booked.reference} of Ana Lopez, Tuesday 24 November 2026, 10:00 am "
            "(Edmonton time), with Priya Nair at Riverside. A confirmation goes to ana@example.com."
        )
    ]
    assert (booked.starts_at, booked.source, booked.about, booked.contact_phone.as_e164) == (
        TEN,
        "desk",
        "Sore shoulder",
        "+17805550150",
    )
    assert booked.events.get().user == cast.dina


def test_without_an_address_the_desk_is_told_that_no_letter_goes_out(
    desk: Client, cast: Cast
) -> None:
    page = desk.post(BOOK, caller(cast, email=""), follow=True)

    assert told(page)[0].endswith("No e-mail address, so no letter.")
    assert Appointment.objects.get().messages.count() == 0


def test_a_visit_for_somebody_in_the_callers_care(desk: Client, cast: Cast) -> None:
    page = desk.post(BOOK, caller(cast, dependant="Leo Lopez"), follow=True)

    assert "Leo Lopez (with Ana Lopez)" in told(page)[0]


def test_a_taken_time_is_a_sentence_with_the_visit_in_the_way_and_other_times(
    desk: Client, cast: Cast
) -> None:
    bens = visit(cast, "10:00", person=BEN)

    answer = desk.post(BOOK, caller(cast))

    assert answer.status_code == 409
    assert problems(answer) == {
        "time": [
            f"{AT_TEN} cannot be booked: the practitioner has another visit or its buffer then."
        ]
    }
    assert f"Look at {bens.reference}" in words(answer)
    assert choices(answer) == [
        "Tomas Costa 2026-11-24 09:00",
        "Tomas Costa 2026-11-24 09:30",
        "Tomas Costa 2026-11-24 10:00",
        "Tomas Costa 2026-11-24 10:30",
        "Priya Nair 2026-11-24 11:30",
        "Priya Nair 2026-11-24 12:00",
        "Priya Nair 2026-11-24 12:30",
        "Priya Nair 2026-11-24 13:00",
    ]


def test_what_was_typed_is_kept(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)
    typed = caller(cast, dependant="Leo Lopez", about="Ankle", phone="(780) 555-0150")

    form = desk.post(BOOK, typed).context["form"]

    assert {name: form[name].value() for name in typed} == {
        name: str(value) for name, value in typed.items()
    }


def test_one_click_on_another_time_books_it_for_who_was_typed(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)
    refused = desk.post(BOOK, caller(cast)).context["refused"]
    other = next(each for each in refused.nearest if each.practitioner == cast.tomas)

    desk.post(BOOK, caller(cast, choice=other.key))

    booked = Appointment.objects.get(patient__name="Ana Lopez")
    assert (booked.practitioner, booked.starts_at) == (cast.tomas, other.time.start)


def test_enter_books_the_time_typed_and_not_a_proposed_one(desk: Client, cast: Cast) -> None:
    """Enter presses a form's first button, so the proposals must not come before it."""
    visit(cast, "10:00", person=BEN)

    html = desk.post(BOOK, caller(cast)).content.decode()

    assert html.index('value="Book this visit"') < html.index('form="book"')


def test_a_time_on_hold_is_taken(desk: Client, cast: Cast) -> None:
    held = hold(cast, "10:00")

    answer = desk.post(BOOK, caller(cast))

    assert (answer.status_code, answer.context["refused"].in_the_way) == (409, held.reference)


def test_rooms_that_are_all_taken_are_a_taken_time(desk: Client, cast: Cast) -> None:
    Room.objects.filter(location=cast.riverside, name="Room 2").update(in_use=False)
    visit(cast, "10:00", practitioner=cast.tomas, person=BEN)

    answer = desk.post(BOOK, caller(cast))

    assert (answer.status_code, problems(answer)) == (
        409,
        {"time": [f"{AT_TEN} cannot be booked: every room of the location is taken then."]},
    )


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


def test_a_patient_with_another_visit_then_is_named(desk: Client, cast: Cast) -> None:
    other = visit(cast, "10:00", practitioner=cast.tomas)

    answer = desk.post(BOOK, caller(cast))

    assert (answer.status_code, problems(answer)) == (
        409,
        {
            "time": [
                (
                    "Tuesday 24 November 2026, 10:00 am (Edmonton time): "
                    "Ana Lopez has another visit then."
                )
            ]
        },
    )
    assert f"Look at {other.reference}" in words(answer)


def test_a_child_with_another_visit_then_is_named(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", practitioner=cast.tomas, person=replace(ANA, dependant="Leo Lopez"))

    answer = desk.post(BOOK, caller(cast, dependant="leo lopez"))

    assert answer.status_code == 409
    assert problems(answer)["time"][0].endswith("Leo Lopez has another visit then.")


def test_sending_the_form_twice_books_once(desk: Client, cast: Cast) -> None:
    desk.post(BOOK, caller(cast))

    again = desk.post(BOOK, caller(cast))

    booked = Appointment.objects.get()
    assert (again.status_code, again.context["refused"].in_the_way) == (409, booked.reference)


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
        ({"date": "2999-01-01"}, {"date": ["Choose a day within the next two years."]}),
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


def look_up(desk: Client, cast: Cast, **asked: Any) -> Any:
    return desk.get(BOOK, query_params={"service": cast.first_visit.pk, **asked})


def test_the_look_up_opens_on_the_first_free_day(desk: Client, cast: Cast) -> None:
    page = look_up(desk, cast)

    assert [
        (day.date.isoformat(), day.count, day.is_asked_for) for day in page.context["days"]
    ] == [
        ("2026-11-23", 15, True),
        ("2026-11-24", 15, False),
        ("2026-11-25", 15, False),
        ("2026-11-26", 15, False),
        ("2026-11-27", 15, False),
        ("2026-11-28", 0, False),
        ("2026-11-29", 0, False),
    ]


def test_an_open_time_fills_in_the_form(desk: Client, cast: Cast) -> None:
    day = look_up(desk, cast, practitioner=cast.tomas.pk, date=TUESDAY).context["days"][1]
    choice, address = day.times[cast.tomas, cast.riverside][2]

    form = desk.get(f"{BOOK}{address}").context["form"]

    assert choice.time.start == TEN
    filled = {"service", "practitioner", "location", "date", "time"}
    assert {name: str(form[name].value()) for name in filled} == {
        "service": str(cast.first_visit.pk),
        "practitioner": str(cast.tomas.pk),
        "location": str(cast.riverside.pk),
        "date": TUESDAY,
        "time": "10:00",
    }


def test_the_week_before_and_after_are_one_link_away(desk: Client, cast: Cast) -> None:
    here = look_up(desk, cast, date=TUESDAY).context

    assert desk.get(f"{BOOK}{here['later']}").context["monday"].isoformat() == "2026-11-30"
    assert desk.get(f"{BOOK}{here['earlier']}").context["monday"].isoformat() == "2026-11-16"


def test_why_not_names_the_rule_for_each_practitioner_and_location(
    desk: Client, cast: Cast
) -> None:
    bens = visit(cast, "10:00", person=BEN)

    page = look_up(desk, cast, date=TUESDAY, time="10:00")

    assert "Tuesday 24 November 2026, 10:00 am (Edmonton time)" in words(page)
    assert [
        (str(each.choice.practitioner), str(each.choice.time.location), each.rule, each.in_the_way)
        for each in page.context["verdicts"]
    ] == [
        ("Tomas Costa", "Riverside", "", ""),
        (
            "Priya Nair",
            "Riverside",
            "the practitioner has another visit or its buffer then",
            bens.reference,
        ),
    ]


def test_why_not_tells_of_a_practitioner_who_does_not_give_the_service(
    desk: Client, cast: Cast
) -> None:
    massage = make_service(cast.tomas, slug="massage", name="Massage")
    asked = {"service": massage.pk, "practitioner": cast.priya.pk, "location": cast.riverside.pk}

    page = desk.get(BOOK, query_params={**asked, "date": TUESDAY, "time": "10:00"})

    assert [each.rule for each in page.context["verdicts"]] == [
        "the practitioner does not work there then"
    ]


def test_a_time_without_its_day_is_asked_for_the_day(desk: Client, cast: Cast) -> None:
    page = look_up(desk, cast, time="10:00")

    assert page.status_code == 400
    assert page.context["look_up"].errors == {
        "date": ["Choose the day of the time that you ask about."]
    }


def test_looking_up_and_booking_need_the_permission_to_run_the_day(cast: Cast) -> None:
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))

    assert editor.get(BOOK).status_code == 403
    assert editor.post(BOOK, caller(cast)).status_code == 403
    assert Appointment.objects.count() == 0


def test_a_permission_taken_away_meanwhile_is_a_sentence(cast: Cast) -> None:
    """Between showing the field and booking, the command asks again and says no."""
    visit(cast, "10:00", person=BEN)
    form = CallerForm(caller(cast, overbooking_reason="In great pain"), by=cast.dina)
    assert form.is_valid()
    cast.dina.groups.get().permissions.remove(Permission.objects.get(codename="overbook"))

    outcome = _attempt(form, by=User.objects.get(pk=cast.dina.pk), now=NOW)

    assert not isinstance(outcome, Appointment)
    assert (outcome.sentence, outcome.status) == (MAY_NOT, 400)
