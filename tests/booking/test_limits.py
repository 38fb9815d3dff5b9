"""How much one person may book online: counted per e-mail address, one answer for every limit."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from booking import limits, scheduling
from booking.models import Appointment, AppointmentEvent, HouseRules, State
from booking.scheduling import PleasePhone
from tests.booking.pages import give_details, press_book, take, text_of
from tests.booking.steps import book, desk_visit, hold, visit
from tests.booking.wishes import MORNING, offered, wait, wait_for_earlier
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_cast
from tests.content.pages import parsed
from tests.factories import local, make_hours

pytest_plugins = ["tests.committed"]

in_database = pytest.mark.django_db

TIMES = ["9:00", "10:30", "12:00", "13:30"]
LEO = replace(ANA, dependant="Leo Lopez")
CLINIC = AppointmentEvent.Wish.CLINIC


def allow(**rules: int) -> None:
    HouseRules.objects.update_or_create(pk=1, defaults=rules)


def missed(cast: Cast, day: str = "2026-11-16", **other: Any) -> Appointment:
    """Ana did not come."""
    before = local(day, "7:00") - timedelta(days=1)
    booked = desk_visit(cast, "9:00", day=day, now=before, **other)
    return scheduling.no_show(appointment=booked, by=cast.dina, now=local(day, "9:30"))


def cancelled(cast: Cast, *, notice: timedelta, day: str = "2026-11-17", **other: Any) -> None:
    """Ana phones so long before her visit that it is off."""
    start = local(day, "9:00")
    booked = desk_visit(cast, "9:00", day=day, now=start - timedelta(days=7))
    scheduling.cancel(appointment=booked, by=cast.dina, now=start - notice, **other)


@in_database
def test_a_visit_above_the_limit_is_refused_and_the_hold_stays(cast: Cast) -> None:
    allow(open_visits_at_most=2)
    visit(cast, "9:00")
    visit(cast, "10:30")
    third = hold(cast, "12:00")

    with pytest.raises(PleasePhone):
        book(third)

    third.refresh_from_db()
    assert (third.state, third.patient) == (State.HELD, None)


@in_database
def test_the_last_allowed_visit_is_booked(cast: Cast) -> None:
    allow(open_visits_at_most=2)
    visit(cast, "9:00")

    assert visit(cast, "10:30").state == State.BOOKED


@in_database
@pytest.mark.parametrize(
    "person",
    [
        replace(ANA, email="ANA@Example.com"),
        replace(ANA, name="Another Name"),
        LEO,
    ],
)
def test_the_address_counts_and_not_the_name(cast: Cast, person: Any) -> None:
    allow(open_visits_at_most=1)
    visit(cast, "9:00", person=LEO)

    with pytest.raises(PleasePhone):
        visit(cast, "10:30", person=person)


@in_database
def test_others_are_not_counted(cast: Cast) -> None:
    allow(open_visits_at_most=1)
    visit(cast, "9:00", person=BEN)

    assert visit(cast, "10:30").state == State.BOOKED


@in_database
def test_visits_that_are_over_or_off_are_not_ahead(cast: Cast) -> None:
    visit(cast, "9:00", day="2026-11-23", now=NOW - timedelta(days=1))
    off = visit(cast, "9:00")
    scheduling.cancel(appointment=off, by=cast.dina, now=NOW)
    visit(cast, "12:00")

    assert limits.visits_ahead("ana@example.com", now=local("2026-11-23", "12:00")) == 1


@in_database
def test_an_unproved_booking_is_counted(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof="everyone")
    assert visit(cast, "9:00").state == State.UNPROVED

    assert limits.visits_ahead("ana@example.com", now=NOW) == 1


@in_database
def test_booking_the_same_hold_twice_is_not_refused_the_second_time(cast: Cast) -> None:
    allow(open_visits_at_most=1)
    held = hold(cast, "9:00")
    first = book(held)

    assert book(held) == first


@in_database
def test_the_desk_can_always_book(cast: Cast) -> None:
    allow(open_visits_at_most=1, missed_visits_at_most=0)
    missed(cast)
    visits = [desk_visit(cast, wall) for wall in TIMES]

    assert [each.state for each in visits] == [State.BOOKED] * 4


@in_database
def test_as_many_missed_visits_as_allowed_are_forgiven_and_no_more(cast: Cast) -> None:
    allow(missed_visits_at_most=1)
    missed(cast)
    assert visit(cast, "9:00").state == State.BOOKED

    missed(cast, "2026-11-18")
    with pytest.raises(PleasePhone):
        visit(cast, "10:30")


@in_database
def test_a_no_show_is_forgotten_after_a_year(cast: Cast) -> None:
    missed(cast, "2026-11-16")

    for days, counted in ((364, 1), (366, 0)):
        now = local("2026-11-16", "9:00") + timedelta(days=days)
        assert limits.missed_visits("ana@example.com", now=now) == counted


@in_database
@pytest.mark.parametrize(
    ("notice", "wish", "counted"),
    [
        (timedelta(hours=23, minutes=59), "patient", 1),
        (timedelta(hours=24), "patient", 0),
        (timedelta(hours=48), "patient", 0),
        (timedelta(hours=1), "clinic", 0),
    ],
)
def test_a_cancellation_counts_when_it_was_the_patients_and_late(
    cast: Cast, notice: timedelta, wish: str, counted: int
) -> None:
    cancelled(cast, notice=notice, wish=AppointmentEvent.Wish(wish))

    assert limits.missed_visits("ana@example.com", now=NOW) == counted


@in_database
def test_the_cutoff_is_that_of_the_visit(cast: Cast) -> None:
    cast.first_visit.cancel_cutoff_hours = 48
    cast.first_visit.save()
    cancelled(cast, notice=timedelta(hours=30))

    assert limits.missed_visits("ana@example.com", now=NOW) == 1


@in_database
def test_a_no_show_of_the_child_counts_for_the_adult(cast: Cast) -> None:
    missed(cast, person=LEO)

    assert limits.missed_visits("ana@example.com", now=NOW) == 1
    assert limits.missed_visits("ben@example.com", now=NOW) == 0


# The page.


def refused(browser: Client, cast: Cast, wall: str = "15:00") -> Any:
    take(browser, cast.first_visit, local(TUESDAY, wall), cast.riverside)
    give_details(browser)
    return press_book(browser)


@in_database
@pytest.mark.usefixtures("at_now")
def test_the_page_asks_to_phone_and_never_says_why(cast: Cast) -> None:
    allow(open_visits_at_most=1)
    visit(cast, "9:00")
    too_many = refused(Client(), cast)
    Appointment.objects.filter(state=State.HELD).get().delete(by_scheduling=True)
    allow(open_visits_at_most=50, missed_visits_at_most=0)
    missed(cast)
    too_often_missed = refused(Client(), cast)

    assert (too_many.status_code, too_often_missed.status_code) == (409, 409)
    pages = [text_of(each) for each in (too_many, too_often_missed)]
    main = [page.split("<main")[1].split("<form")[0] for page in pages]
    assert main[0] == main[1]
    assert "Please call us to book" in main[0]
    assert "780-555-0140" in main[0] or "(780) 555-0140" in main[0]


@in_database
@pytest.mark.usefixtures("at_now")
def test_what_was_typed_and_the_time_are_kept_until_the_visitor_leaves(
    client: Client, cast: Cast
) -> None:
    allow(open_visits_at_most=1)
    visit(cast, "9:00")
    refused(client, cast)

    assert "Sore shoulder since May" in text_of(client.get("/book/details/"))
    assert Appointment.objects.filter(state=State.HELD).exists()
    client.post("/book/hold/release/")
    assert not Appointment.objects.filter(state=State.HELD).exists()


@in_database
def test_who_is_asked_to_phone_is_told_whether_the_time_is_still_kept(
    client: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    allow(open_visits_at_most=1)
    visit(cast, "9:00")
    three = "Tuesday 24 November 2026, 3:00 pm (Edmonton time)"

    kept = parsed(refused(client, cast)).words
    at_now.move_to(NOW + timedelta(minutes=10))
    ran_out = parsed(press_book(client)).words

    assert f"We keep {three} for you until 7:10 am (Edmonton time)." in kept
    assert f"We no longer keep {three} for you. Somebody else may take it now." in ran_out


@in_database
def test_an_offered_time_is_booked_online_within_the_same_limits(cast: Cast) -> None:
    allow(missed_visits_at_most=0)
    missed(cast)
    wait(cast)
    offer = offered(cast)

    with pytest.raises(PleasePhone):
        scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    offer.refresh_from_db()
    assert (offer.answer, offer.place.state) == ("open", State.HELD)
    booked = scheduling.accept_offer(offer=offer, by=cast.dina, now=MORNING)
    assert booked.state == State.BOOKED


@in_database
def test_a_visit_that_moves_into_an_offered_time_is_not_one_more(cast: Cast) -> None:
    allow(open_visits_at_most=1)
    anas = visit(cast, "14:00")
    wait_for_earlier(anas)

    assert scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING) == anas


# Two tabs at once.


def together(*commands: Any) -> list[str]:
    """What becomes of commands that start at the same moment, each on a connection of its own."""
    outcomes: list[str] = []
    start = threading.Barrier(len(commands))

    def run(command: Any) -> None:
        start.wait()
        try:
            command()
            outcomes.append("booked")
        except PleasePhone:
            outcomes.append("please phone")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[command]) for command in commands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("other_name", ["Ana Lopez", "A. Lopez"])
def test_two_tabs_at_once_cannot_pass_together(other_name: str) -> None:
    cast = make_cast()
    allow(open_visits_at_most=1)
    with_priya = hold(cast, "9:00", visitor="first tab")
    # Elsewhere too, so that no desk or location makes one wait for the other.
    make_hours(cast.tomas, cast.hilltop, weekdays=(1,))
    with_tomas = hold(
        cast, "13:00", visitor="second tab", practitioner=cast.tomas, location=cast.hilltop
    )
    details = [
        scheduling.Details(person=person, about="", privacy_notice="1")
        for person in (ANA, replace(ANA, name=other_name, email="Ana@example.com"))
    ]

    def booking(held: Appointment, told: scheduling.Details, now: datetime = NOW) -> Any:
        return lambda: scheduling.book(
            appointment=held, visitor=held.held_by, details=told, now=now
        )

    outcomes = together(booking(with_priya, details[0]), booking(with_tomas, details[1]))

    assert outcomes == ["booked", "please phone"]
    assert Appointment.objects.filter(state=State.BOOKED).count() == 1
