"""Several sessions proposed together: kept, accepted, declined, lapsed; all of them or none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from booking import scheduling
from booking.course_plan import Session
from booking.letters import compose, issue_links
from booking.models import (
    Appointment,
    AppointmentEvent,
    Closure,
    Course,
    FreedTime,
    Message,
    Patient,
    ScreeningAnswers,
    State,
)
from booking.openings import Openings
from booking.scheduling import NotACourse, NotOffered, SlotTaken
from tests.booking.steps import (
    answers_given,
    came,
    desk_visit,
    history,
    hold,
    visit,
    visit_with,
)
from tests.cast import ANA, BEN, NOW, Cast
from tests.factories import local, make_patient

pytestmark = pytest.mark.django_db

DAYS = ["2026-12-03", "2026-12-10", "2026-12-17"]
LEO = replace(ANA, dependant="Leo Lopez")
TOMORROW = NOW + timedelta(days=1)
IN_TWO_DAYS = NOW + timedelta(hours=48)


@pytest.fixture
def ana(cast: Cast) -> Patient:
    return make_patient(ANA)


def sessions(cast: Cast, *, wall: str = "10:00", days: list[str] = DAYS) -> list[Session]:
    return [Session(cast.priya, cast.riverside, local(day, wall)) for day in days]


def propose(cast: Cast, patient: Patient, **other: Any) -> Course:
    asked: dict[str, Any] = {
        "patient": patient,
        "service": cast.first_visit,
        "sessions": sessions(cast),
        "minimum_gap_days": 7,
        "by": cast.dina,
        "now": NOW,
    }
    return scheduling.propose(**(asked | other))


def accept(course: Course, now: datetime = TOMORROW, **other: Any) -> Course:
    return scheduling.accept_course(course=course, now=now, **({"by": None} | other))


def places(course: Course) -> list[tuple[datetime, str, Patient | None]]:
    rows = Appointment.objects.filter(course=course).order_by("starts_at")
    return [(each.starts_at, each.state, each.patient) for each in rows]


def letters() -> list[tuple[str, str, str]]:
    owed = Message.objects.order_by("pk")
    return [(letter.kind, letter.to, letter.state) for letter in owed]


def test_every_session_is_kept_and_one_letter_asks(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)

    kept = Appointment.objects.filter(course=course).order_by("starts_at")
    assert places(course) == [(local(day, "10:00"), State.HELD, None) for day in DAYS]
    assert [each.held_by for each in kept] == [f"course {course.pk} {n}" for n in (1, 2, 3)]
    assert {each.hold_expires_at for each in kept} == {IN_TWO_DAYS}
    assert letters() == [("course", "ana@example.com", "queued")]
    assert Message.objects.get().course == course
    assert (course.answer, course.sessions, course.proposed_by, course.answer_by) == (
        "open",
        3,
        cast.dina,
        IN_TWO_DAYS,
    )


def test_each_place_has_an_event_by_who_proposed_it(cast: Cast, ana: Patient) -> None:
    propose(cast, ana)

    events = AppointmentEvent.objects.all()
    assert [(each.kind, each.to_state, each.user) for each in events] == [
        ("held", "held", cast.dina)
    ] * 3


def test_sessions_are_kept_in_the_order_of_the_clock(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana, sessions=sessions(cast, days=DAYS[::-1]))

    kept = Appointment.objects.filter(course=course).order_by("starts_at")
    assert [each.held_by[-1] for each in kept] == ["1", "2", "3"]


def test_nobody_else_is_offered_a_kept_place(cast: Cast, ana: Patient) -> None:
    propose(cast, ana)

    openings = Openings(cast.first_visit, now=NOW)
    assert openings.why_not(cast.priya, cast.riverside, local(DAYS[1], "10:00"))
    with pytest.raises(SlotTaken):
        hold(cast, "10:00", day=DAYS[1])


def test_a_course_that_begins_soon_is_answered_by_half_of_the_time_left(
    cast: Cast, ana: Patient
) -> None:
    soon = sessions(cast, wall="13:00", days=["2026-11-23", "2026-11-30"])

    course = propose(cast, ana, sessions=soon)

    assert course.answer_by == NOW + timedelta(hours=3)


def test_one_taken_session_refuses_all(cast: Cast, ana: Patient) -> None:
    visit(cast, "10:00", day=DAYS[2], person=BEN)
    before = AppointmentEvent.objects.count()

    with pytest.raises(NotOffered):
        propose(cast, ana)

    assert not Course.objects.exists()
    assert (Appointment.objects.count(), AppointmentEvent.objects.count()) == (1, before)
    assert not Message.objects.filter(kind="course").exists()


def test_a_session_beside_the_patients_own_visit_refuses_all(cast: Cast) -> None:
    own = visit(cast, "10:00", day=DAYS[1], practitioner=cast.tomas)

    with pytest.raises(SlotTaken):
        propose(cast, own.patient)

    assert not Course.objects.exists()


def test_a_hold_that_ran_out_gives_way(cast: Cast, ana: Patient) -> None:
    hold(cast, "10:00", day=DAYS[0], now=NOW - timedelta(hours=1))

    course = propose(cast, ana)

    assert places(course)[0] == (local(DAYS[0], "10:00"), State.HELD, None)


@pytest.mark.parametrize(
    ("days", "gap", "told"),
    [
        (DAYS[:1], 7, "A course has 2 to 20 sessions."),
        ([], 7, "A course has 2 to 20 sessions."),
        (DAYS * 7, 7, "A course has 2 to 20 sessions."),
        (DAYS, 8, "Two sessions lie closer together than 8 days."),
    ],
)
def test_what_is_no_course_is_refused_in_a_sentence(
    cast: Cast, ana: Patient, days: list[str], gap: int, told: str
) -> None:
    with pytest.raises(NotACourse, match=told):
        propose(cast, ana, sessions=sessions(cast, days=days), minimum_gap_days=gap)


def test_sessions_with_two_practitioners_are_one_course(cast: Cast, ana: Patient) -> None:
    mixed = sessions(cast)
    mixed[1] = replace(mixed[1], practitioner=cast.tomas)

    course = propose(cast, ana, sessions=mixed)

    assert course.practitioner == cast.priya
    kept = Appointment.objects.filter(course=course).order_by("starts_at")
    assert [each.practitioner for each in kept] == [cast.priya, cast.tomas, cast.priya]


def test_without_an_address_nobody_is_written_to(cast: Cast) -> None:
    phones = make_patient(replace(ANA, email=""))

    propose(cast, phones)

    assert letters() == []


def test_the_letter_about_a_child_goes_to_the_adult(cast: Cast) -> None:
    propose(cast, make_patient(LEO))

    assert letters() == [("course", "ana@example.com", "queued")]


def test_accepting_books_all_with_one_letter(cast: Cast, ana: Patient) -> None:
    course = accept(propose(cast, ana))

    assert places(course) == [(local(day, "10:00"), State.BOOKED, ana) for day in DAYS]
    assert (course.answer, course.answered_at) == ("accepted", TOMORROW)
    assert letters() == [
        ("course", "ana@example.com", "superseded"),
        ("course_booked", "ana@example.com", "queued"),
    ]
    booked = AppointmentEvent.objects.filter(kind="booked")
    assert [(each.author, each.at) for each in booked] == [("patient", TOMORROW)] * 3
    assert not Appointment.objects.filter(hold_expires_at__isnull=False).exists()


def test_each_session_is_reminded_of(cast: Cast, ana: Patient) -> None:
    cast.first_visit.reminder_hours = [24]
    cast.first_visit.save()

    accept(propose(cast, ana))

    reminders = Message.objects.filter(kind="reminder").order_by("due_at")
    assert [each.due_at for each in reminders] == [
        local(day, "10:00") - timedelta(hours=24) for day in DAYS
    ]


def test_accepting_by_the_link_proves_the_address(cast: Cast, ana: Patient) -> None:
    accept(propose(cast, ana))

    ana.refresh_from_db()
    assert ana.email_proved_at == TOMORROW


def test_what_the_desk_hears_on_the_phone_is_theirs_and_proves_no_address(
    cast: Cast, ana: Patient
) -> None:
    accept(propose(cast, ana), by=cast.dina)

    ana.refresh_from_db()
    assert ana.email_proved_at is None
    assert {each.user for each in AppointmentEvent.objects.filter(kind="booked")} == {cast.dina}


def test_accepting_twice_is_once(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)
    accept(course)
    before = (letters(), AppointmentEvent.objects.count())

    again = accept(course, TOMORROW + timedelta(minutes=1))

    assert (again.answer, again.answered_at) == ("accepted", TOMORROW)
    assert (letters(), AppointmentEvent.objects.count()) == before


def test_a_course_is_outside_the_limits_per_person(cast: Cast, ana: Patient) -> None:
    days = [f"{local(DAYS[0], '10:00') + timedelta(days=7 * n):%Y-%m-%d}" for n in range(8)]

    course = accept(propose(cast, ana, sessions=sessions(cast, days=days)))

    assert [state for _, state, _ in places(course)] == [State.BOOKED] * 8
    assert visit(cast, "14:00").state == State.BOOKED


def answers_of(cast: Cast, outcome: str, given_at: datetime) -> ScreeningAnswers:
    """Given with a visit that Ana came to, unless a clinician has to look first."""
    answers = answers_given(outcome, at=given_at)
    earlier = visit_with(cast, answers)
    if earlier.state == State.BOOKED:
        came(cast, earlier)
    return answers


def test_answers_that_a_clinician_has_not_read_yet_are_read_first(cast: Cast, ana: Patient) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    answers = answers_of(cast, "review", NOW)

    course = accept(propose(cast, ana))

    assert [state for _, state, _ in places(course)] == [State.NEEDS_REVIEW] * 3
    assert {each.screening for each in course.appointments.all()} == {answers}
    assert letters()[2:] == [("review", "ana@example.com", "queued")]


def test_answers_that_are_too_old_are_none(cast: Cast, ana: Patient) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    answers_of(cast, "clear", NOW - timedelta(days=200))

    course = accept(propose(cast, ana))

    assert [state for _, state, _ in places(course)] == [State.NEEDS_REVIEW] * 3


def test_whoever_accepts_on_the_phone_is_asked_there(cast: Cast, ana: Patient) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()

    course = accept(propose(cast, ana), by=cast.dina)

    assert [state for _, state, _ in places(course)] == [State.BOOKED] * 3


def in_review(cast: Cast, ana: Patient) -> list[Appointment]:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.reminder_hours = [24]
    cast.first_visit.save()
    course = accept(propose(cast, ana))
    return list(course.appointments.order_by("starts_at"))


def test_while_a_clinician_looks_one_letter_names_every_time(cast: Cast, ana: Patient) -> None:
    in_review(cast, ana)

    letter = Message.objects.get(kind="review")
    text = compose(letter, issue_links(letter, now=TOMORROW)).body

    assert "Thursday 3 December 2026, 10:00 am (Edmonton time)" in text
    assert "- Thursday 10 December 2026, 10:00 am (Edmonton time), with Priya Nair\n" in text
    assert "- Thursday 17 December 2026, 10:00 am (Edmonton time), with Priya Nair\n" in text


def test_one_look_settles_the_whole_course_with_one_letter(cast: Cast, ana: Patient) -> None:
    first, second, third = in_review(cast, ana)

    scheduling.approve(appointment=second, by=cast.dina, now=TOMORROW)

    approved = ("approved", "needs_review", "booked", "Dina Farouk", TOMORROW)
    assert [history(each)[-1] for each in (first, second, third)] == [approved] * 3
    told = [(kind, state) for kind, _to, state in letters() if kind != "reminder"]
    assert told == [("course", "superseded"), ("review", "superseded"), ("course_booked", "queued")]
    assert Message.objects.filter(kind="reminder").count() == 3


def test_a_session_that_was_declined_stays_so(cast: Cast, ana: Patient) -> None:
    first, second, third = in_review(cast, ana)

    scheduling.decline(appointment=first, by=cast.dina, now=TOMORROW, reason="Too soon")
    scheduling.approve(appointment=second, by=cast.dina, now=TOMORROW)

    states = [Appointment.objects.get(pk=each.pk).state for each in (first, second, third)]
    assert states == [State.DECLINED, State.BOOKED, State.BOOKED]


def test_the_last_session_that_is_approved_has_a_letter_of_its_own(
    cast: Cast, ana: Patient
) -> None:
    first, second, third = in_review(cast, ana)

    for each in (first, second):
        scheduling.decline(appointment=each, by=cast.dina, now=TOMORROW, reason="Too soon")
    scheduling.approve(appointment=third, by=cast.dina, now=TOMORROW)

    assert [kind for kind, _to, _state in letters() if kind != "reminder"][-1] == "confirmation"


def test_clear_answers_book(cast: Cast, ana: Patient) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    answers_of(cast, "clear", NOW)

    course = accept(propose(cast, ana))

    assert [state for _, state, _ in places(course)] == [State.BOOKED] * 3


def test_what_a_stranger_answered_in_the_patient_s_name_does_not_book(
    cast: Cast, ana: Patient
) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    visit_with(cast, answers_given("clear"))

    course = accept(propose(cast, ana))

    assert [state for _, state, _ in places(course)] == [State.NEEDS_REVIEW] * 3


def test_without_answers_that_hold_a_clinician_looks_first_unless_the_desk_has_asked(
    cast: Cast, ana: Patient
) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    answers_of(cast, "clear", local("2026-05-22", "9:00"))

    by_link = accept(propose(cast, ana))
    next_year = sessions(cast, days=["2027-01-05", "2027-01-12"])
    by_phone = scheduling.accept_course(
        course=propose(cast, ana, sessions=next_year), by=cast.dina, now=NOW
    )

    assert {state for _, state, _ in places(by_link)} == {State.NEEDS_REVIEW}
    assert {state for _, state, _ in places(by_phone)} == {State.BOOKED}


def test_answers_do_not_matter_to_a_service_that_asks_none(cast: Cast, ana: Patient) -> None:
    answers_of(cast, "review", NOW)

    course = accept(propose(cast, ana))

    assert [state for _, state, _ in places(course)] == [State.BOOKED] * 3


def test_a_visit_of_their_own_at_one_of_the_times_stops_the_answer(
    cast: Cast, ana: Patient
) -> None:
    course = propose(cast, ana)
    visit(cast, "10:00", day=DAYS[2], practitioner=cast.tomas)

    with pytest.raises(SlotTaken):
        accept(course)

    course.refresh_from_db()
    assert course.answer == "open"
    assert [state for _, state, _ in places(course)] == [State.HELD] * 3


def test_a_closure_that_came_meanwhile_stops_the_answer(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)
    Closure.objects.create(
        practitioner=cast.priya,
        starts_at=local(DAYS[1], "9:00"),
        ends_at=local(DAYS[1], "12:00"),
        reason="Away",
    )

    with pytest.raises(SlotTaken):
        accept(course)

    assert [state for _, state, _ in places(course)] == [State.HELD] * 3


def test_declining_gives_the_places_back_to_those_who_wait(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)

    declined = scheduling.decline_course(course=course, by=None, now=TOMORROW)

    assert (declined.answer, declined.answered_at) == ("declined", TOMORROW)
    assert places(course) == []
    released = AppointmentEvent.objects.filter(kind="released")
    assert [(each.author, each.at) for each in released] == [("patient", TOMORROW)] * 3
    freed = FreedTime.objects.order_by("starts_at")
    assert [(each.starts_at, each.offer_from) for each in freed] == [
        (local(day, "10:00"), TOMORROW) for day in DAYS
    ]
    assert letters() == [("course", "ana@example.com", "superseded")]
    assert hold(cast, "10:00", day=DAYS[0], now=TOMORROW).state == State.HELD


def test_what_the_desk_declines_stands_in_history_as_the_desk_s_doing(
    cast: Cast, ana: Patient
) -> None:
    course = propose(cast, ana)

    scheduling.decline_course(course=course, by=cast.dina, now=TOMORROW)

    released = AppointmentEvent.objects.filter(kind="released")
    assert [each.by for each in released] == ["Dina Farouk"] * 3


def test_the_title_of_a_course_has_the_day_of_the_clinic_s_clock(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)
    course.proposed_at = datetime(2026, 11, 24, 1, tzinfo=UTC)

    assert str(course) == "3 sessions proposed on 23 November 2026"


def test_the_first_answer_stands(cast: Cast, ana: Patient) -> None:
    yes, no = propose(cast, ana), propose(cast, ana, sessions=sessions(cast, wall="14:00"))
    accept(yes)
    scheduling.decline_course(course=no, by=None, now=TOMORROW)

    assert scheduling.decline_course(course=yes, by=None, now=TOMORROW).answer == "accepted"
    assert accept(no).answer == "declined"
    assert [state for _, state, _ in places(yes)] == [State.BOOKED] * 3


def test_an_answer_that_comes_too_late_lapses_the_course(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)

    late = accept(course, IN_TWO_DAYS)

    assert (late.answer, places(course)) == ("lapsed", [])
    assert not Message.objects.filter(kind="course_booked").exists()


def test_a_place_that_was_given_away_lapses_the_course(cast: Cast, ana: Patient) -> None:
    """The clock has not come by yet, and somebody else took a place that had run out."""
    course = propose(cast, ana)
    bens = desk_visit(cast, "10:00", day=DAYS[1], person=BEN, now=IN_TWO_DAYS)

    answered = accept(course, IN_TWO_DAYS + timedelta(minutes=1))

    assert answered.answer == "lapsed"
    assert (places(course), Appointment.objects.get()) == ([], bens)


def test_a_course_with_a_missing_place_lapses_although_its_time_is_not_over(
    cast: Cast, ana: Patient
) -> None:
    course = propose(cast, ana)
    Appointment.objects.get(held_by=f"course {course.pk} 2").delete(by_scheduling=True)

    assert (accept(course).answer, places(course)) == ("lapsed", [])


def test_the_clock_ends_what_nobody_answered(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)

    assert scheduling.lapse_courses(now=IN_TWO_DAYS - timedelta(seconds=1)) == 0
    assert scheduling.lapse_courses(now=IN_TWO_DAYS) == 1
    assert scheduling.lapse_courses(now=IN_TWO_DAYS) == 0

    course.refresh_from_db()
    assert (course.answer, course.answered_at, places(course)) == ("lapsed", IN_TWO_DAYS, [])
    expired = AppointmentEvent.objects.filter(kind="expired")
    assert [each.author for each in expired] == ["clock"] * 3
    assert FreedTime.objects.count() == 3


def test_the_clock_leaves_answered_courses_alone(cast: Cast, ana: Patient) -> None:
    course = accept(propose(cast, ana))

    assert scheduling.lapse_courses(now=IN_TWO_DAYS) == 0
    assert [state for _, state, _ in places(course)] == [State.BOOKED] * 3


def test_a_letter_that_has_left_stays_as_it_is(cast: Cast, ana: Patient) -> None:
    course = propose(cast, ana)
    Message.objects.update(state="sent", sent_at=NOW)

    accept(course)

    assert letters()[0] == ("course", "ana@example.com", "sent")


def test_one_session_of_an_accepted_course_is_cancelled_like_any_visit(
    cast: Cast, ana: Patient
) -> None:
    course = accept(propose(cast, ana))
    second = course.appointments.order_by("starts_at")[1]

    scheduling.cancel(appointment=second, by=None, now=TOMORROW)

    assert [state for _, state, _ in places(course)] == ["booked", "cancelled", "booked"]
