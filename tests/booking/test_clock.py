"""What becomes due by time alone."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from booking import answers_on_file, clock, scheduling
from booking.models import (
    Appointment,
    AppointmentEvent,
    HouseRules,
    Message,
    ScreeningAnswers,
    SlotOffer,
    State,
)
from tests.booking.every_letter import owed
from tests.booking.steps import BENS_BROWSER, book, history, hold, letters, visit
from tests.cast import ANA, BEN, NOW, make_cast

pytest_plugins = ["tests.committed"]

MINUTE = timedelta(minutes=1)
HALF_AN_HOUR = 30 * MINUTE


def prove_everyone() -> None:
    HouseRules(pk=1, address_proof=HouseRules.AddressProof.EVERYONE).save()


@pytest.mark.django_db
def test_a_booking_that_nobody_proved_lapses_at_its_end_and_its_letter_stays() -> None:
    cast = make_cast()
    prove_everyone()
    booked = visit(cast, "9:00")
    clock.tick(now=NOW + HALF_AN_HOUR - MINUTE)
    booked.refresh_from_db()
    assert booked.state == State.UNPROVED
    clock.tick(now=NOW + HALF_AN_HOUR)
    booked.refresh_from_db()
    assert booked.state == State.LAPSED
    assert history(booked)[-1][:4] == ("lapsed", "unproved", "lapsed", "Clock")
    assert letters(booked) == [("address_proof", "superseded")]


@pytest.mark.django_db
def test_the_time_of_a_booking_that_lapsed_goes_to_those_who_wait() -> None:
    cast = make_cast()
    owed(Message.Kind.WAITING, cast)
    prove_everyone()
    lapsing = visit(cast, "9:00", person=BEN)
    clock.tick(now=NOW + HALF_AN_HOUR)
    assert SlotOffer.objects.get().starts_at == lapsing.starts_at


@pytest.mark.django_db
def test_answers_of_a_booking_that_nobody_finished_are_forgotten_after_a_day() -> None:
    unfinished = answers_on_file.keep([], {}, now=NOW)
    clock.tick(now=NOW + timedelta(hours=24))
    assert ScreeningAnswers.objects.get() == unfinished
    clock.tick(now=NOW + timedelta(hours=24, minutes=1))
    assert not ScreeningAnswers.objects.exists()


@pytest.mark.django_db
def test_a_hold_that_ran_out_is_its_visitor_s_for_an_hour_more_unless_somebody_needs_it() -> None:
    cast = make_cast()
    held = hold(cast, "9:00")
    clock.tick(now=NOW + timedelta(minutes=69))
    assert Appointment.objects.get() == held
    clock.tick(now=NOW + timedelta(minutes=70))
    assert not Appointment.objects.exists()
    assert AppointmentEvent.objects.filter(kind="expired", author="clock").count() == 1


@pytest.mark.django_db
def test_what_has_not_run_out_is_left_alone() -> None:
    cast = make_cast()
    booked, held = visit(cast, "9:00"), hold(cast, "11:00", visitor=BENS_BROWSER)
    clock.tick(now=NOW + 5 * MINUTE)
    assert set(Appointment.objects.all()) == {booked, held}


@pytest.mark.django_db
def test_a_sweep_takes_a_limited_number_and_the_next_one_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("booking.scheduling.holds.SWEPT_AT_ONCE", 2)
    cast = make_cast()
    for wall in ("9:00", "10:30", "12:00"):
        hold(cast, wall, visitor=wall)
    late = NOW + timedelta(hours=3)
    assert [scheduling.sweep(now=late) for _ in range(3)] == [2, 1, 0]


@pytest.mark.django_db
def test_an_offer_that_nobody_answered_lapses_and_its_time_is_offered_on() -> None:
    message = owed(Message.Kind.OFFER, make_cast())
    offer = message.offer
    assert offer is not None
    clock.tick(now=offer.expires_at)
    offer.refresh_from_db()
    assert offer.answer == SlotOffer.Answer.LAPSED


@pytest.mark.django_db
def test_a_freed_time_is_offered_to_those_who_wait() -> None:
    cast = make_cast()
    bens = visit(cast, "9:00", person=BEN)
    owed(Message.Kind.WAITING, cast)
    scheduling.cancel(appointment=bens, by=cast.dina, now=NOW)
    clock.tick(now=NOW)
    assert SlotOffer.objects.get().starts_at == bens.starts_at
    assert Message.objects.filter(kind=Message.Kind.OFFER).count() == 1


@pytest.mark.django_db
def test_a_course_that_nobody_answered_gives_its_places_back() -> None:
    message = owed(Message.Kind.COURSE, make_cast())
    course = message.course
    assert course is not None
    clock.tick(now=course.answer_by)
    course.refresh_from_db()
    assert course.answer == course.Answer.LAPSED
    assert not Appointment.objects.filter(course=course).exists()


def fails(*, now: datetime) -> int:
    raise ValueError(now)


def is_busy(*, now: datetime) -> int:
    raise scheduling.DiaryBusy(now)


def database_is_away(*, now: datetime) -> int:
    raise OperationalError(now)


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", [fails, is_busy])
def test_what_fails_holds_up_nothing_else(trouble: object, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(make_cast(), "9:00")
    monkeypatch.setattr(clock, "DUE_BY_TIME", (trouble, *clock.DUE_BY_TIME))
    clock.tick(now=NOW + timedelta(hours=2))
    assert not Appointment.objects.exists()


def test_a_database_that_is_away_is_the_worker_s_to_wait_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "DUE_BY_TIME", (database_is_away,))
    with pytest.raises(OperationalError):
        clock.tick(now=NOW)


@pytest.mark.usefixtures("committed")
def test_four_workers_that_tick_at_once_do_everything_once() -> None:
    cast = make_cast()
    prove_everyone()
    for wall in ("9:00", "10:30", "12:00", "13:30"):
        visit(cast, wall, person=ANA)
        hold(cast, wall, visitor=wall, practitioner=cast.tomas)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        clock.tick(now=NOW + timedelta(hours=2))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert [a.state for a in Appointment.objects.all()] == [State.LAPSED] * 4
    ended = AppointmentEvent.objects.filter(kind__in=["lapsed", "expired"])
    assert sorted(ended.values_list("kind", flat=True)) == ["expired"] * 4 + ["lapsed"] * 4


@pytest.mark.usefixtures("committed")
def test_a_booking_that_is_being_proved_at_this_moment_does_not_lapse() -> None:
    cast = make_cast()
    prove_everyone()
    booked = book(hold(cast, "9:00"))
    in_hand, done = threading.Event(), threading.Event()

    def prove() -> None:
        with transaction.atomic():
            Appointment.objects.select_for_update(no_key=True).get(pk=booked.pk)
            in_hand.set()
            done.wait(timeout=20)
        connection.close()

    other = threading.Thread(target=prove)
    other.start()
    in_hand.wait()
    clock.tick(now=NOW + HALF_AN_HOUR)
    done.set()
    other.join()
    booked.refresh_from_db()
    assert booked.state == State.UNPROVED
