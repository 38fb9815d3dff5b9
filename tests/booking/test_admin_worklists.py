"""The front page of admin: what waits for whoever is signed in, how much, and since when."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking import scheduling, worklists
from booking.absences import Place
from booking.models import Closure, Message, Patient, ScreeningAnswers
from booking.registration import Person
from booking.templatetags.worklists import age
from content.models import Location, Practitioner, ReaderQuestion
from tests.booking.admin_steps import desk_of, listed, words
from tests.booking.steps import desk_visit, details_of, hold, visit
from tests.booking.wishes import wait
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local, make_hours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

FRONT = "/admin/"
AFTERNOON = NOW + timedelta(hours=3)
CHIDI = Person(name="Chidi Eze", email="", phone="+17805550153")


def waiting(browser: Client) -> dict[str, tuple[int, str]]:
    """Count and age by heading, of what the front page lists."""
    page: Any = browser.get(FRONT)
    return {each["name"]: (each["count"], each["age"]) for each in page.context["worklists"]}


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def test_on_a_quiet_day_every_list_of_the_desk_is_empty(desk: Client):
    assert waiting(desk) == {
        "Visits in a closure": (0, ""),
        "Visits that nobody can give": (0, ""),
        "Not reached: please phone": (0, ""),
        "Offers running": (0, ""),
        "On the list, by phone only": (0, ""),
        "Not confirmed for tomorrow": (0, ""),
        "Questions from readers": (0, ""),
    }


def test_a_letter_that_failed_waits_with_its_age(desk: Client, cast: Cast):
    visit(cast, "9:00")
    Message.objects.update(state=Message.Delivery.FAILED)
    with time_machine.travel(AFTERNOON, tick=False):
        assert waiting(desk)["Not reached: please phone"] == (1, "3 hours")


def test_tomorrows_visits_wait_until_their_patients_say_they_come(desk: Client, cast: Cast):
    anas = visit(cast, "9:00")
    visit(cast, "12:00", person=BEN)
    visit(cast, "9:00", day="2026-11-25")
    assert waiting(desk)["Not confirmed for tomorrow"] == (2, "")
    scheduling.confirm_attendance(appointment=anas, now=NOW)
    assert waiting(desk)["Not confirmed for tomorrow"] == (1, "")
    assert "Not confirmed for tomorrow first visit: Tue 24 Nov, 12 noon" in words(desk.get(FRONT))


def test_tomorrows_list_opens_on_those_who_have_not_said_it(desk: Client, cast: Cast):
    anas, bens = visit(cast, "9:00"), visit(cast, "12:00", person=BEN)
    visit(cast, "9:00", day="2026-11-25")
    scheduling.confirm_attendance(appointment=anas, now=NOW)

    page: Any = desk.get(FRONT)
    addresses = {each["name"]: each["address"] for each in page.context["worklists"]}

    assert listed(desk.get(addresses["Not confirmed for tomorrow"])) == [bens.reference]


@pytest.mark.parametrize("whose", ["practitioner", "location", ""])
def test_visits_in_a_closure_wait_for_another_time(desk: Client, cast: Cast, whose: str):
    visit(cast, "9:00")
    visit(cast, "9:00", day="2026-11-25", person=BEN)
    closed = {"practitioner": cast.priya, "location": cast.riverside}.get(whose)
    Closure.objects.create(
        starts_at=NOW,
        ends_at=local(TUESDAY, "18:00"),
        reason="x",
        **({whose: closed} if whose else {}),
    )
    assert waiting(desk)["Visits in a closure"] == (1, "")


def test_a_closure_of_somebody_else_is_no_ones_work(desk: Client, cast: Cast):
    visit(cast, "9:00")
    times = {"starts_at": NOW, "ends_at": local(TUESDAY, "18:00"), "reason": "x"}
    Closure.objects.create(practitioner=cast.tomas, **times)
    Closure.objects.create(location=cast.hilltop, **times)
    assert waiting(desk)["Visits in a closure"] == (0, "")


def test_visits_of_who_left_and_at_a_closed_location_are_listed(desk: Client, cast: Cast):
    anas = visit(cast, "9:00")
    bens = visit(cast, "9:00", person=BEN, practitioner=cast.tomas)
    make_hours(cast.tomas, cast.hilltop, starts_at="17:00", ends_at="19:00")
    chidis = desk_visit(cast, "17:00", person=CHIDI, practitioner=cast.tomas, location=cast.hilltop)
    Practitioner.objects.filter(pk=cast.priya.pk).update(is_treating=False)
    Location.objects.filter(pk=cast.hilltop.pk).update(is_open=False)

    (found,) = [
        each
        for each in desk.get(FRONT).context["worklists"]
        if each["name"] == "Visits that nobody can give"
    ]
    page = desk.get(found["address"])

    assert (found["count"], found["first"]) == (2, anas.starts_at)
    assert listed(page) == [chidis.reference, anas.reference]
    assert bens.reference not in words(page)
    assert "Visits that nobody can give: All days" in words(page)
    everything = desk.get(found["address"].replace("nobody", "anybody"))
    assert len(listed(everything)) == 3


def test_visits_of_who_left_that_are_off_or_over_are_no_ones_work(cast: Cast):
    anas, bens = visit(cast, "9:00"), visit(cast, "12:00", person=BEN)
    Practitioner.objects.filter(pk=cast.priya.pk).update(is_treating=False)
    assert worklists.given_by_nobody(now=NOW).count == 2
    scheduling.cancel(appointment=bens, by=cast.dina, now=NOW)
    assert worklists.given_by_nobody(now=NOW).count == 1
    assert worklists.given_by_nobody(now=anas.starts_at).count == 0


def test_a_running_offer_and_a_reader_s_question_are_counted(desk: Client, cast: Cast):
    anas = visit(cast, "9:00")
    closure = Closure.objects.create(
        practitioner=cast.priya, starts_at=NOW, ends_at=local(TUESDAY, "18:00"), reason="Ill"
    )
    instead = Place(cast.tomas, cast.riverside, local(TUESDAY, "9:00"))
    scheduling.offer_instead(
        closure=closure, appointment=anas, instead=instead, by=cast.dina, now=NOW
    )
    ReaderQuestion.objects.create(text="Does it hurt?", asked_at=NOW - timedelta(days=2))
    found = waiting(desk)
    assert found["Offers running"] == (1, "less than a minute")
    assert found["Questions from readers"] == (1, "2 days")
    assert found["Visits in a closure"] == (1, "less than a minute")


def test_who_waits_without_an_address_is_phoned(desk: Client, cast: Cast):
    booked = desk_visit(cast, "9:00", person=CHIDI)
    scheduling.wish_for_earlier(
        appointment=booked, wish=scheduling.Wish(until=booked.starts_at.date()), now=NOW
    )
    assert waiting(desk)["On the list, by phone only"] == (1, "less than a minute")


def test_who_lost_the_address_to_which_another_time_was_offered_is_on_no_list(
    desk: Client, cast: Cast
):
    anas = visit(cast, "9:00")
    closure = Closure.objects.create(
        practitioner=cast.priya, starts_at=NOW, ends_at=local(TUESDAY, "18:00"), reason="Ill"
    )
    instead = Place(cast.tomas, cast.riverside, local(TUESDAY, "9:00"))
    scheduling.offer_instead(
        closure=closure, appointment=anas, instead=instead, by=cast.dina, now=NOW
    )
    Patient.objects.update(email="")
    assert waiting(desk)["On the list, by phone only"] == (0, "")


def test_a_child_of_somebody_without_an_address_is_waited_for_by_phone(desk: Client, cast: Cast):
    wait(cast, person=Person("Chidi Eze", "", "+17805550153", "Ada Eze"))
    count, _age = waiting(desk)["On the list, by phone only"]
    assert count == 1


def test_answers_wait_for_clinicians_alone(desk: Client, cast: Cast):
    answers = ScreeningAnswers(version="1", outcome="review", given_at=NOW)
    answers.seal({})
    answers.save()
    held, details = hold(cast, "9:00"), details_of(ANA)
    scheduling.book(
        appointment=held,
        visitor=held.held_by,
        details=scheduling.Details(
            person=details.person, about="", privacy_notice="x", answers=answers
        ),
        now=NOW,
    )
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert waiting(priya)["Answers to look at"] == (1, "5 minutes")
    assert "Answers to look at" not in waiting(desk)


def test_editors_see_their_texts_alone(cast: Cast):
    mei = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))
    assert waiting(mei) == {"Reviews overdue": (0, "")}


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=40), "40 days"),
    ],
)
def test_ages_are_told_in_their_largest_unit(since: timedelta, words: str):
    assert age(since) == words
