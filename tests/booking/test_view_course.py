"""What a patient sees of the sessions that were proposed, and says to them."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import scheduling, visit_links
from booking.course_plan import Session
from booking.models import Appointment, Course, Message, ScreeningAnswers, State, VisitLink
from tests.booking.linked import hidden_in, shows
from tests.booking.pages import text_of
from tests.booking.steps import visit
from tests.cast import ANA, NOW, Cast
from tests.factories import local, make_patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

YES, NO = {"answer": "yes"}, {"answer": "no"}
DAYS = ["2026-12-03", "2026-12-10"]
LEO = replace(ANA, dependant="Leo Lopez")


def propose(cast: Cast, person: Any = ANA, wall: str = "10:00") -> Course:
    return scheduling.propose(
        patient=make_patient(person),
        service=cast.first_visit,
        sessions=[Session(cast.priya, cast.riverside, local(day, wall)) for day in DAYS],
        minimum_gap_days=7,
        by=cast.dina,
        now=NOW,
    )


def open_letter(browser: Client, course: Course, now: datetime = NOW) -> Any:
    """Come by the link of the letter, and look."""
    token = visit_links.issue(course, expires_at=now + timedelta(days=60), now=now)
    answer = browser.get(f"/v/{token}")
    assert (answer.status_code, answer["Location"]) == (303, "/course/")
    return browser.get("/course/")


@pytest.fixture
def course(cast: Cast) -> Course:
    return propose(cast)


def test_all_sessions_are_listed_and_until_when_they_are_kept(
    client: Client, course: Course
) -> None:
    page = text_of(open_letter(client, course))

    for told in (
        "Thursday 3 December 2026, 10:00 am (Edmonton time)",
        "Thursday 10 December 2026, 10:00 am (Edmonton time)",
        "With Priya Nair at Riverside, 60 minutes",
        "until <strong>Wednesday 25 November 2026, 7:00 am (Edmonton time)</strong>",
        "Each session costs 135 CAD",
        "Accept all 2 sessions",
    ):
        assert told in page


def test_the_one_strong_button_accepts_the_sessions(client: Client, course: Course) -> None:
    page = text_of(open_letter(client, course))

    assert re.findall('class="button ?"[^>]*>([^<]+)', page) == ["Accept all 2 sessions"]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (2, "move or cancel each of them online until 2 hours before it starts."),
        (1, "move or cancel each of them online until 1 hour before it starts."),
        (0, "move or cancel each of them online until it starts."),
    ],
)
def test_it_says_until_when_a_session_can_be_changed(
    client: Client, cast: Cast, hours: int, told: str
) -> None:
    cast.first_visit.cancel_cutoff_hours = hours
    cast.first_visit.save()
    open_letter(client, propose(cast))

    assert told in text_of(client.get("/course/"))


def test_the_page_names_neither_the_patient_nor_the_service(client: Client, course: Course) -> None:
    page = text_of(open_letter(client, course))

    for untold in ("Ana", "Lopez", "ana@example.com", "First visit"):
        assert untold not in page.split("<main")[1].split("</main")[0]


def test_looking_changes_nothing(client: Client, course: Course) -> None:
    for _ in range(3):
        open_letter(client, course)
        client.head("/course/")

    course.refresh_from_db()
    assert course.answer == "open"


def test_accepting_books_them_all_and_says_what_comes_next(client: Client, course: Course) -> None:
    open_letter(client, course)

    answer = client.post("/course/", YES | shows(course))

    assert (answer.status_code, answer["Location"]) == (303, "/course/")
    page = text_of(client.get("/course/"))
    visits = Appointment.objects.order_by("starts_at")
    assert [each.state for each in visits] == [State.BOOKED, State.BOOKED]
    assert "Your sessions are booked" in page
    assert "one letter with all of them to ana@example.com" in page
    assert all(each.reference in page for each in visits)


def test_pressing_twice_is_once(client: Client, course: Course) -> None:
    open_letter(client, course)

    assert [client.post("/course/", YES | shows(course)).status_code for _ in range(2)] == [
        303,
        303,
    ]
    assert Message.objects.filter(kind="course_booked").count() == 1


def test_declining_gives_the_times_back(client: Client, course: Course) -> None:
    open_letter(client, course)

    client.post("/course/", NO | shows(course))

    assert "You have declined these sessions" in text_of(client.get("/course/"))
    assert not Appointment.objects.exists()


def test_after_its_time_the_page_says_so_and_no_button_is_left(
    client: Client, course: Course, at_now: time_machine.Traveller
) -> None:
    open_letter(client, course)
    at_now.move_to(NOW + timedelta(hours=48))

    page = text_of(open_letter(Client(), course))

    assert "These sessions are not kept any more" in page
    assert "Accept" not in page


def test_an_answer_too_late_lapses(
    client: Client, course: Course, at_now: time_machine.Traveller
) -> None:
    late = Client()
    at_now.move_to(NOW + timedelta(hours=48))
    open_letter(late, course, now=NOW + timedelta(hours=48))

    late.post("/course/", YES | shows(course))

    course.refresh_from_db()
    assert course.answer == "lapsed"
    assert "These sessions are not kept any more" in text_of(late.get("/course/"))


def test_a_place_that_is_gone_takes_the_buttons_away(client: Client, course: Course) -> None:
    Appointment.objects.get(held_by=f"course {course.pk} 2").delete(by_scheduling=True)

    assert "Accept" not in text_of(open_letter(client, course))


def test_another_visit_then_is_a_sentence_and_nothing_is_answered(
    client: Client, cast: Cast, course: Course
) -> None:
    visit(cast, "10:00", day=DAYS[0], practitioner=cast.tomas)
    open_letter(client, course)

    answer = client.post("/course/", YES | shows(course))

    assert answer.status_code == 409
    assert "You have another visit at one of these times" in text_of(answer)
    assert "Accept all 2 sessions" in text_of(answer)


@pytest.mark.parametrize("wish", ["", "maybe"])
def test_an_answer_that_cannot_be_read_changes_nothing(
    client: Client, course: Course, wish: str
) -> None:
    open_letter(client, course)

    answer = client.post("/course/", {"answer": wish} | shows(course))

    assert answer.status_code == 400
    assert "We could not read your answer" in text_of(answer)
    course.refresh_from_db()
    assert course.answer == "open"


@pytest.mark.parametrize("words", [YES, NO])
def test_an_answer_to_one_course_is_none_to_another_that_was_opened_since(
    client: Client, cast: Cast, course: Course, words: dict[str, str]
) -> None:
    first_tab = hidden_in(open_letter(client, course))
    leos = propose(cast, LEO, "14:00")
    second_tab = hidden_in(open_letter(client, leos))

    answer = client.post("/course/", first_tab | words)

    assert answer.status_code == 409
    page = text_of(answer)
    assert "You opened other proposed sessions meanwhile: these. Nothing was changed." in page
    assert ("2:00 pm" in page, "10:00 am" in page) == (True, False)
    assert [each.answer for each in Course.objects.all()] == ["open"] * 2
    client.post("/course/", second_tab | YES)
    assert [each.answer for each in Course.objects.order_by("pk")] == ["open", "accepted"]
    late = client.post("/course/", first_tab | words)
    assert late.status_code == 409
    assert "You opened other proposed sessions meanwhile: these." in text_of(late)


def test_answers_to_be_read_first_are_said_so(client: Client, cast: Cast, course: Course) -> None:
    answers = ScreeningAnswers(outcome="review", given_at=NOW, patient=course.patient)
    answers.seal({})
    answers.save()
    open_letter(client, course)
    client.post("/course/", YES | shows(course))
    for each in Appointment.objects.all():
        each.state, each.screening = State.NEEDS_REVIEW, answers
        each.save(by_scheduling=True)

    page = text_of(client.get("/course/"))

    assert "A physiotherapist first checks that the sessions are right for you" in page
    assert "Your sessions are booked</h1>" not in page


def test_the_adult_answers_for_the_child(client: Client, cast: Cast) -> None:
    course = propose(cast, LEO)

    assert "for the person in your care" in text_of(open_letter(client, course))
    client.post("/course/", YES | shows(course))
    assert {each.patient for each in Appointment.objects.all()} == {course.patient}


def test_without_a_link_there_is_nothing_to_see(client: Client, course: Course) -> None:
    assert client.get("/course/").status_code == 404
    assert client.post("/course/", YES | shows(course)).status_code == 404
    course.refresh_from_db()
    assert course.answer == "open"


def test_a_revoked_link_ends_the_right_at_once(client: Client, course: Course) -> None:
    open_letter(client, course)
    VisitLink.objects.update(revoked_at=NOW)

    assert client.get("/course/").status_code == 404
    assert client.post("/course/", YES | shows(course)).status_code == 404


def test_a_link_to_one_course_shows_no_other(cast: Cast, course: Course) -> None:
    browser = Client()
    bens = scheduling.propose(
        patient=make_patient(replace(ANA, name="Ben Carter", email="ben@example.com")),
        service=cast.first_visit,
        sessions=[Session(cast.tomas, cast.riverside, local(day, "14:00")) for day in DAYS],
        minimum_gap_days=7,
        by=cast.dina,
        now=NOW,
    )

    page = text_of(open_letter(browser, bens))

    assert "2:00 pm" in page
    assert "10:00 am" not in page


def test_the_page_is_kept_nowhere(client: Client, course: Course) -> None:
    answer = open_letter(client, course)

    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_page_asks_the_database_little(
    client: Client, course: Course, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    open_letter(client, course)

    with django_assert_max_num_queries(12):
        client.get("/course/")
