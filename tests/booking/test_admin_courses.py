"""Proposing a course at the desk: form, preview with conflicts, answers by phone."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from booking import scheduling
from booking.admin.course_forms import LEAVE_OUT
from booking.models import Appointment, Closure, Course, Patient, State
from tests.booking.admin_steps import desk_of, page_of, told, words
from tests.booking.steps import visit
from tests.cast import ANA, BEN, NOW, Cast, make_staff
from tests.factories import local, make_patient, make_practitioner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

COURSES = "/admin/booking/course/"
PROPOSE = "/admin/booking/course/propose/"
DAYS = ["2026-12-01", "2026-12-08", "2026-12-15"]


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


@pytest.fixture
def ana(cast: Cast) -> Patient:
    return make_patient(ANA)


def address(cast: Cast, patient: Patient, **changes: Any) -> str:
    """The form filled in: three Tuesdays at ten with Priya."""
    asked = {
        "patient": patient.pk,
        "service": cast.first_visit.pk,
        "practitioner": cast.priya.pk,
        "location": cast.riverside.pk,
        "first": DAYS[0],
        "time": "10:00",
        "sessions": 3,
        "gap_days": 5,
    }
    return f"{PROPOSE}?{urlencode(asked | changes, doseq=True)}"


def key(cast: Cast, day: str, wall: str = "10:00") -> str:
    return f"{day} {wall} {cast.priya.pk} {cast.riverside.pk}"


def chosen(cast: Cast, *days: str, wall: str = "10:00") -> dict[str, str]:
    return {f"session_{n}": key(cast, day, wall) for n, day in enumerate(days, start=1)}


def rows(answer: Any) -> list[tuple[str, list[str]]]:
    """The conflict and the choices of each session."""
    return [(row.conflict, [key for key, _ in row.options]) for row in answer.context["rows"]]


def test_the_form_knows_the_patient_and_what_the_link_says(
    desk: Client, cast: Cast, ana: Patient
) -> None:
    answer = desk.get(f"{PROPOSE}?patient={ana.pk}&service={cast.first_visit.pk}&time=10:00")

    form = answer.context["form"]
    assert answer.status_code == 200
    assert "Ana Lopez" in words(answer)
    assert (form["service"].initial, form["time"].initial) == (str(cast.first_visit.pk), "10:00")
    assert "rows" not in answer.context


def test_a_practitioner_proposes_their_own_sessions_first(cast: Cast, ana: Patient) -> None:
    priya = make_staff("priya", "Priya", "Nair", group="Practitioner")
    cast.priya.user = priya
    cast.priya.save()

    answer = desk_of(priya).get(f"{PROPOSE}?patient={ana.pk}")

    assert answer.context["form"]["practitioner"].initial == cast.priya.pk


def test_open_dates_are_shown_and_nothing_is_kept(desk: Client, cast: Cast, ana: Patient) -> None:
    answer = desk.get(address(cast, ana))

    assert rows(answer) == [("", [key(cast, day), LEAVE_OUT]) for day in DAYS]
    assert "All 3 are open" in words(answer)
    assert not Course.objects.exists()


def test_a_conflict_says_why_with_alternatives(desk: Client, cast: Cast, ana: Patient) -> None:
    visit(cast, "10:00", day=DAYS[1], person=BEN)
    Closure.objects.create(
        starts_at=local(DAYS[2], "0:00"), ends_at=local("2026-12-22", "0:00"), reason="Flood"
    )

    first, second, third = rows(desk.get(address(cast, ana, gap_days=7)))

    assert first == ("", [key(cast, DAYS[0]), LEAVE_OUT])
    assert second == (
        "the practitioner has another visit or its buffer then",
        [*(key(cast, DAYS[1], wall) for wall in ("11:30", "12:00", "12:30")), LEAVE_OUT],
    )
    assert third == ("it falls into a closure (Flood)", [LEAVE_OUT])


def test_the_patients_own_visit_is_named(desk: Client, cast: Cast) -> None:
    own = visit(cast, "10:00", day=DAYS[0], practitioner=cast.tomas)

    answer = desk.get(address(cast, own.patient))

    assert rows(answer)[0][0] == f"the patient has another visit then ({own.reference})"


def test_two_weekdays_can_be_ticked(desk: Client, cast: Cast, ana: Patient) -> None:
    answer = desk.get(address(cast, ana, weekdays=[1, 4], gap_days=3))

    assert [keys[0][:10] for _, keys in rows(answer)] == ["2026-12-01", "2026-12-04", "2026-12-08"]


def test_one_button_proposes_what_was_chosen(desk: Client, cast: Cast, ana: Patient) -> None:
    answer = desk.post(address(cast, ana), chosen(cast, *DAYS), follow=True)

    course = Course.objects.get()
    assert [each.starts_at for each in course.appointments.order_by("starts_at")] == [
        local(day, "10:00") for day in DAYS
    ]
    assert (course.patient, course.minimum_gap_days, course.proposed_by) == (ana, 5, cast.dina)
    assert answer.redirect_chain == [(f"{COURSES}{course.pk}/change/", 302)]
    until = "Wednesday 25 November 2026, 7:00 am (Edmonton time)"
    assert told(answer) == [f"A letter goes to ana@example.com. The places are kept until {until}."]


def test_alternatives_and_left_out_sessions_are_taken_as_chosen(
    desk: Client, cast: Cast, ana: Patient
) -> None:
    picked = {
        "session_1": key(cast, DAYS[0]),
        "session_2": LEAVE_OUT,
        "session_3": key(cast, "2026-12-16", "14:00"),
    }

    desk.post(address(cast, ana), picked)

    course = Course.objects.get()
    assert course.sessions == 2
    assert [each.starts_at for each in course.appointments.order_by("starts_at")] == [
        local(DAYS[0], "10:00"),
        local("2026-12-16", "14:00"),
    ]


def test_a_time_taken_meanwhile_is_shown_with_alternatives(
    desk: Client, cast: Cast, ana: Patient
) -> None:
    visit(cast, "10:00", day=DAYS[1], person=BEN)

    answer = desk.post(address(cast, ana), chosen(cast, *DAYS))

    assert answer.status_code == 409
    assert "a time has been taken meanwhile" in words(answer)
    assert [conflict != "" for conflict, _ in rows(answer)] == [False, True, False]
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (DAYS[:1], "A course has 2 to 20 sessions."),
        ([], "A course has 2 to 20 sessions."),
        ([*DAYS, "2026-12-16"], "Two sessions lie closer together than 5 days."),
    ],
)
def test_what_is_no_course_is_a_sentence(
    desk: Client, cast: Cast, ana: Patient, days: list[str], sentence: str
) -> None:
    answer = desk.post(address(cast, ana), chosen(cast, *days))

    assert answer.status_code == 400
    assert sentence in words(answer)
    assert len(rows(answer)) == max(len(days), 3)


@pytest.mark.parametrize(
    "nasty",
    ["x", "2026-12-01 10:00 999999 1", "1-1-1 1:1 1 1", "2026-12-01 25:00 {p} {l}", "\x00 a b c"],
)
def test_a_choice_that_cannot_be_read_proposes_nothing(
    desk: Client, cast: Cast, ana: Patient, nasty: str
) -> None:
    typed = nasty.format(p=cast.priya.pk, l=cast.riverside.pk)

    answer = desk.post(address(cast, ana), chosen(cast, *DAYS) | {"session_2": typed})

    assert answer.status_code == 400
    assert "could not be read" in words(answer)
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("sessions", "1"),
        ("sessions", "21"),
        ("gap_days", "0"),
        ("first", "never"),
        ("time", "25:00"),
        ("service", "999999"),
        ("weekdays", "9"),
    ],
)
def test_what_was_typed_wrong_is_marked(
    desk: Client, cast: Cast, ana: Patient, field: str, typed: str
) -> None:
    for method in (desk.get, desk.post):
        answer = method(address(cast, ana, **{field: typed}))

        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {field}


def test_who_does_not_give_the_service_cannot_be_chosen(
    desk: Client, cast: Cast, ana: Patient
) -> None:
    mei = make_practitioner("Mei Lindqvist")

    answer = desk.get(address(cast, ana, practitioner=mei.pk))

    assert answer.context["form"].errors["practitioner"] == [
        "Mei Lindqvist does not give “First visit”."
    ]


@pytest.mark.parametrize("patient", ["", "0", "x", "9" * 30, "-1"])
def test_a_patient_who_is_not_there_is_not_found(desk: Client, patient: str) -> None:
    assert desk.get(f"{PROPOSE}?patient={patient}").status_code == 404


# Courses that were proposed.


@pytest.fixture
def course(cast: Cast, ana: Patient) -> Course:
    desk_of(cast.dina).post(address(cast, ana), chosen(cast, *DAYS))
    return Course.objects.get()


def test_the_page_shows_sessions_answer_and_letter(desk: Client, course: Course) -> None:
    page = words(desk.get(f"{COURSES}{course.pk}/change/"))

    for shown in (
        "Ana Lopez",
        "Tue 1 Dec 2026, 10:00 am",
        "Held until Wed 25 Nov 2026, 7:00 am",
        "Waiting for the patient",
        "by Dina Farouk",
        "Proposed sessions to ana@example.com: Queued",
    ):
        assert shown in page


def test_the_list_shows_answers(desk: Client, course: Course) -> None:
    scheduling.decline_course(course=course, by=None, now=NOW)

    page = words(desk.get(COURSES))

    assert "Ana Lopez" in page
    assert "Declined" in page


@pytest.mark.parametrize(
    ("said", "state", "message"),
    [("accept", "accepted", "Accepted"), ("decline", "declined", "Declined")],
)
def test_what_the_patient_says_on_the_phone_is_recorded(
    desk: Client, course: Course, said: str, state: str, message: str
) -> None:
    answer = desk.post(f"{COURSES}{course.pk}/answer/{said}/", follow=True)

    course.refresh_from_db()
    assert course.answer == state
    assert told(answer) == [f"The answer is now “{message}”."]
    assert "What the patient says on the phone" not in words(answer)


def test_the_second_of_two_desks_reads_what_stands(desk: Client, course: Course) -> None:
    scheduling.decline_course(course=course, by=None, now=NOW)

    answer = desk.post(f"{COURSES}{course.pk}/answer/accept/", follow=True)

    assert told(answer) == ["The answer is now “Declined”."]


def test_a_visit_of_their_own_then_is_a_sentence(desk: Client, cast: Cast, course: Course) -> None:
    visit(cast, "10:00", day=DAYS[0], practitioner=cast.tomas)

    answer = desk.post(f"{COURSES}{course.pk}/answer/accept/", follow=True)

    (sentence,) = told(answer)
    assert sentence == (
        "Nothing was changed: the patient has another visit at one of these times, "
        "or the clinic is closed then."
    )


def test_places_of_a_course_name_whom_they_are_proposed_to(
    desk: Client, cast: Cast, course: Course
) -> None:
    kept = Appointment.objects.filter(state=State.HELD).order_by("starts_at")[0]

    assert "Proposed to Ana Lopez" in words(desk.get(f"/admin/booking/appointment/?day={DAYS[0]}"))
    assert "Proposed to Ana Lopez" in words(desk.get(page_of(kept)))


def test_patient_and_visit_pages_lead_to_a_proposal(desk: Client, cast: Cast, ana: Patient) -> None:
    booked = visit(cast, "10:00")

    assert f'href="{PROPOSE}?patient={ana.pk}"' in (
        desk.get(f"/admin/booking/patient/{ana.pk}/change/").content.decode()
    )
    assert f'href="{PROPOSE}?patient={ana.pk}&amp;service=' in (
        desk.get(page_of(booked)).content.decode()
    )


def test_addresses_of_no_course(desk: Client, course: Course) -> None:
    assert desk.post(f"{COURSES}999999/answer/accept/").status_code == 404
    assert desk.post(f"{COURSES}{course.pk}/answer/perhaps/").status_code == 404
    assert desk.get(f"{COURSES}{course.pk}/answer/accept/").status_code == 405
    assert desk.get(f"{COURSES}999999/change/").status_code == 302
    assert desk.get(f"{COURSES}{course.pk}/history/").status_code == 302
    assert desk.get(f"{COURSES}add/").status_code == 403
    assert desk.post(f"{COURSES}{course.pk}/delete/").status_code == 403


@pytest.mark.parametrize("group", ["Editor", None])
def test_who_may_not_propose_sees_nothing(
    cast: Cast, ana: Patient, course: Course, group: str | None
) -> None:
    if group:
        browser = desk_of(make_staff("mei", "Mei", "Lindqvist", group=group))
        expected = {403}
    else:
        browser, expected = desk_of(User.objects.create_user("ben")), {302}

    found = {
        browser.get(address(cast, ana)).status_code,
        browser.post(address(cast, ana), chosen(cast, *DAYS)).status_code,
        browser.get(COURSES).status_code,
        browser.get(f"{COURSES}{course.pk}/change/").status_code,
        browser.post(f"{COURSES}{course.pk}/answer/accept/").status_code,
    }

    assert found == expected
    course.refresh_from_db()
    assert course.answer == "open"


def test_a_practitioner_may_propose_and_answer(cast: Cast, ana: Patient) -> None:
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    priya.post(address(cast, ana), chosen(cast, *DAYS))
    priya.post(f"{COURSES}{Course.objects.get().pk}/answer/accept/")

    assert Course.objects.get().answer == "accepted"


def test_without_an_address_the_desk_is_told_to_phone(desk: Client, cast: Cast) -> None:
    phones = make_patient(replace(ANA, email=""))

    answer = desk.post(address(cast, phones), chosen(cast, *DAYS), follow=True)

    assert "There is no e-mail address: phone the patient." in told(answer)[0]
