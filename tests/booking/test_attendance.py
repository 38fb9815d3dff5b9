"""What becomes of a visit on its day: each change that is allowed, and every one that is not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from booking import scheduling
from booking.models import Appointment, Message, Room, Service, State
from booking.registration import Person
from tests.booking.steps import BENS_BROWSER, desk_visit, events, history, hold, letters, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_cast, make_staff
from tests.factories import local

pytestmark = pytest.mark.django_db

TEN = local(TUESDAY, "10:00")
SIX_THAT_EVENING = local(TUESDAY, "18:00")
THAT_EVENING = local(TUESDAY, "23:59")
NEXT_DAY = local("2026-11-25", "0:00")


def change(name: str, appointment: Appointment, cast: Cast, *, now: datetime = TEN) -> Appointment:
    command: Callable[..., Appointment] = getattr(scheduling, name)
    return command(appointment=appointment, by=cast.dina, now=now)


# How Ana's visit comes into each state that a command can bring about.
WAY_TO = {
    State.BOOKED: [],
    State.ARRIVED: ["arrive"],
    State.COMPLETED: ["arrive", "complete"],
    State.LEFT_UNSEEN: ["arrive", "left_unseen"],
    State.NO_SHOW: ["no_show"],
    State.CANCELLED: ["cancel"],
}

ALLOWED = {
    ("arrive", State.BOOKED): State.ARRIVED,
    ("complete", State.ARRIVED): State.COMPLETED,
    ("no_show", State.BOOKED): State.NO_SHOW,
    ("left_unseen", State.ARRIVED): State.LEFT_UNSEEN,
    ("undo", State.NO_SHOW): State.ARRIVED,
    ("undo", State.ARRIVED): State.BOOKED,
    ("cancel", State.BOOKED): State.CANCELLED,
}
KIND = {name: name for name in ("no_show", "left_unseen")} | {
    "arrive": "arrived",
    "complete": "completed",
    "undo": "undone",
    "cancel": "cancelled",
}
COMMANDS = list(KIND)


def visit_in(state: State, cast: Cast) -> Appointment:
    appointment = visit(cast, "10:00")
    for name in WAY_TO[state]:
        appointment = change(name, appointment, cast)
    return appointment


@pytest.mark.parametrize(("name", "state"), sorted(ALLOWED))
def test_an_allowed_change_writes_the_row_and_one_event_that_names_dina(name, state):
    cast = make_cast()
    appointment = visit_in(state, cast)
    before = events()
    changed = change(name, appointment, cast)
    appointment.refresh_from_db()
    to = ALLOWED[name, state]
    assert (changed.state, appointment.state) == (to, to)
    assert events() == before + 1
    assert history(appointment)[-1] == (KIND[name], state, to, "Dina Farouk", TEN)


@pytest.mark.parametrize(("by_phone", "owed"), [(False, ["aftercare"]), (True, [])])
def test_only_after_a_visit_at_the_clinic_a_letter_says_when_to_get_help(by_phone, owed):
    cast = make_cast()
    Service.objects.update(by_phone=by_phone)
    appointment = visit_in(State.ARRIVED, cast)
    before = letters(appointment)
    change("complete", appointment, cast)
    assert [kind for kind, _ in letters(appointment)[len(before) :]] == owed


@pytest.mark.parametrize(
    ("name", "state"),
    sorted((name, state) for name in COMMANDS for state in WAY_TO if (name, state) not in ALLOWED),
)
def test_any_other_change_is_refused_and_writes_nothing(name, state):
    cast = make_cast()
    appointment = visit_in(state, cast)
    before, owed = events(), letters(appointment)
    with pytest.raises(scheduling.WrongState) as refused:
        change(name, appointment, cast)
    appointment.refresh_from_db()
    assert appointment.state == state
    assert (events(), letters(appointment)) == (before, owed)
    assert appointment.reference in str(refused.value)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_hold_has_no_attendance(name):
    cast = make_cast()
    held = hold(cast, "10:00")
    with pytest.raises(scheduling.WrongState):
        change(name, held, cast)
    scheduling.release(visitor=held.held_by, now=NOW)
    with pytest.raises(scheduling.WrongState, match=r"^This hold has ended\.$"):
        change(name, held, cast)


@pytest.mark.parametrize("state", [State.NEEDS_REVIEW, State.DECLINED])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_visit_in_review_can_only_be_cancelled_and_a_declined_one_not_even_that(name, state):
    cast = make_cast()
    appointment = visit(cast, "10:00")
    # No command brings a visit here yet.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE booking_appointment SET state = %s", [state])
    if (name, state) == ("cancel", State.NEEDS_REVIEW):
        assert change(name, appointment, cast).state == State.CANCELLED
    else:
        with pytest.raises(scheduling.WrongState):
            change(name, appointment, cast)


def test_the_second_of_two_desks_reads_who_was_first_and_what_they_did():
    cast = make_cast()
    on_screen = visit(cast, "10:00")
    eve = make_staff("eve", "Eve", "Stone", group="Front desk")
    scheduling.no_show(appointment=on_screen, by=eve, now=TEN)
    with pytest.raises(scheduling.WrongState) as refused:
        change("arrive", on_screen, cast)
    assert str(refused.value) == (
        f"Visit {on_screen.reference} is “Did not come” already: "
        "marked as did not come by Eve Stone."
    )


def test_staff_without_a_full_name_are_named_by_their_login():
    cast = make_cast()
    desk = make_staff("desk2", "", "", group="Front desk")
    on_screen = visit(cast, "10:00")
    scheduling.arrive(appointment=on_screen, by=desk, now=TEN)
    assert history(on_screen)[-1][3] == "desk2"


def test_what_a_stale_screen_says_of_the_state_does_not_count():
    cast = make_cast()
    on_screen = visit(cast, "10:00")
    change("arrive", Appointment.objects.get(pk=on_screen.pk), cast)
    assert on_screen.state == State.BOOKED
    assert change("complete", on_screen, cast).state == State.COMPLETED


@pytest.mark.parametrize("now", [local(TUESDAY, "0:00"), THAT_EVENING])
def test_a_patient_can_arrive_all_day(now):
    cast = make_cast()
    assert change("arrive", visit(cast, "10:00"), cast, now=now).state == State.ARRIVED


def test_a_patient_does_not_arrive_before_the_day_of_the_visit():
    cast = make_cast()
    appointment = visit(cast, "10:00")
    with pytest.raises(scheduling.WrongState, match="has not come yet"):
        change("arrive", appointment, cast, now=local(TUESDAY, "0:00") - timedelta(microseconds=1))
    assert len(history(appointment)) == 2


def test_a_visit_that_took_place_can_be_marked_so_days_later():
    cast = make_cast()
    appointment = visit(cast, "10:00")
    for name in ("arrive", "complete"):
        change(name, appointment, cast, now=NEXT_DAY + timedelta(days=3))
    assert [(event[0], event[4]) for event in history(appointment)[2:]] == [
        ("arrived", NEXT_DAY + timedelta(days=3)),
        ("completed", NEXT_DAY + timedelta(days=3)),
    ]


@pytest.mark.parametrize(
    ("marked_at", "told_at"),
    [
        (TEN, SIX_THAT_EVENING),
        (THAT_EVENING, THAT_EVENING),
        (NEXT_DAY, NEXT_DAY),
        (NEXT_DAY + timedelta(days=1), None),
    ],
)
def test_what_to_expect_is_told_that_evening_or_on_the_next_day_or_not_at_all(marked_at, told_at):
    cast = make_cast()
    appointment = visit_in(State.ARRIVED, cast)
    change("complete", appointment, cast, now=marked_at)
    told = Message.objects.filter(appointment=appointment, kind="aftercare")
    assert [letter.due_at for letter in told] == ([told_at] if told_at else [])


def test_nobody_has_failed_to_come_before_the_visit_begins():
    cast = make_cast()
    appointment = visit(cast, "10:00")
    with pytest.raises(scheduling.WrongState, match="has not begun yet"):
        change("no_show", appointment, cast, now=TEN - timedelta(microseconds=1))
    assert change("no_show", appointment, cast, now=TEN).state == State.NO_SHOW


def test_a_no_show_can_be_marked_days_later_but_undone_only_on_its_day():
    cast = make_cast()
    appointment = visit(cast, "10:00")
    change("no_show", appointment, cast, now=NEXT_DAY + timedelta(days=3))
    with pytest.raises(scheduling.WrongState, match="only on the day"):
        change("undo", appointment, cast, now=NEXT_DAY)
    assert change("undo", appointment, cast, now=THAT_EVENING).state == State.ARRIVED


@pytest.mark.parametrize("state", [State.NO_SHOW, State.ARRIVED])
def test_on_the_next_day_nothing_is_undone(state):
    cast = make_cast()
    appointment = visit_in(state, cast)
    with pytest.raises(scheduling.WrongState, match="only on the day"):
        change("undo", appointment, cast, now=NEXT_DAY)
    appointment.refresh_from_db()
    assert appointment.state == state


def test_an_arrival_and_its_undoing_come_out_where_they_began():
    cast = make_cast()
    appointment = visit(cast, "10:00")
    for name in ("arrive", "undo", "arrive", "complete"):
        change(name, appointment, cast)
    assert [event[0] for event in history(appointment)] == [
        *("held", "booked"),
        *("arrived", "undone", "arrived", "completed"),
    ]


def test_a_no_show_frees_the_place_for_another():
    cast = make_cast()
    visit_in(State.NO_SHOW, cast)
    assert visit(cast, "13:00", person=BEN, now=TEN).state == State.BOOKED
    assert letters(Appointment.objects.get(patient__name=ANA.name)) == [("confirmation", "queued")]


def test_who_comes_after_all_finds_the_place_given_away():
    cast = make_cast()
    late = visit(cast, "13:00")
    one = local(TUESDAY, "13:00")
    change("no_show", late, cast, now=one)
    scheduling.book_for_caller(
        service=cast.first_visit,
        practitioner=cast.priya,
        location=cast.riverside,
        start=one,
        person=Person(name="Walk In", email="", phone="+17805550152"),
        by=cast.dina,
        now=one - timedelta(hours=3),
    )
    before = events()
    with pytest.raises(scheduling.SlotTaken):
        change("undo", late, cast, now=one + timedelta(minutes=5))
    late.refresh_from_db()
    assert (late.state, events()) == (State.NO_SHOW, before)


def test_who_comes_after_all_finds_another_room_if_theirs_is_used_by_now():
    cast = make_cast()
    late = visit(cast, "13:00")
    at_one = local(TUESDAY, "13:00")
    change("no_show", late, cast, now=at_one)
    with_tomas = desk_visit(cast, "13:00", practitioner=cast.tomas, person=BEN)
    assert with_tomas.room == late.room

    came = change("undo", late, cast, now=at_one + timedelta(minutes=5))

    late.refresh_from_db()
    assert (came.state, late.state) == (State.ARRIVED, State.ARRIVED)
    assert late.room != with_tomas.room
    assert late.room.location == cast.riverside


def test_who_comes_after_all_finds_every_room_used():
    cast = make_cast()
    Room.objects.filter(location=cast.riverside, order__gt=1).update(in_use=False)
    late = visit(cast, "13:00")
    at_one = local(TUESDAY, "13:00")
    change("no_show", late, cast, now=at_one)
    desk_visit(cast, "13:00", practitioner=cast.tomas, person=BEN)
    with pytest.raises(scheduling.SlotTaken):
        change("undo", late, cast, now=at_one + timedelta(minutes=5))


def test_whose_room_is_free_keeps_it_when_their_arrival_is_undone():
    cast = make_cast()
    with_tomas = desk_visit(cast, "10:00", practitioner=cast.tomas, person=BEN)
    anas = visit(cast, "10:00")
    assert anas.room != with_tomas.room
    scheduling.cancel(appointment=with_tomas, by=cast.dina, now=NOW)
    change("arrive", anas, cast)
    assert change("undo", anas, cast).room == anas.room


def test_who_comes_after_all_but_is_with_tomas_then_cannot_be_with_priya_too():
    cast = make_cast()
    late = visit(cast, "13:00")
    one = local(TUESDAY, "13:00")
    change("no_show", late, cast, now=one)
    with_tomas = hold(cast, "13:00", practitioner=cast.tomas, visitor="again")
    scheduling.book(
        appointment=with_tomas,
        visitor="again",
        details=scheduling.Details(person=ANA, about="", privacy_notice="2026-11-20"),
        now=NOW,
    )
    with pytest.raises(scheduling.SlotTaken):
        change("undo", late, cast, now=one + timedelta(minutes=5))


def test_a_squeezed_in_visit_is_not_undone_into_another_of_the_same_patient():
    cast = make_cast()
    at_one = local(TUESDAY, "13:00")
    visit(cast, "13:00", person=BEN)
    squeezed_in = desk_visit(cast, "13:00", overbooking_reason="In great pain")
    change("no_show", squeezed_in, cast, now=at_one)
    Room.objects.create(location=cast.riverside, name="Room 3", order=3)
    desk_visit(cast, "13:00", practitioner=cast.tomas)
    with pytest.raises(scheduling.SlotTaken):
        change("undo", squeezed_in, cast, now=at_one + timedelta(minutes=5))
    squeezed_in.refresh_from_db()
    assert squeezed_in.state == State.NO_SHOW


def test_a_squeezed_in_visit_that_was_missed_can_be_undone():
    cast = make_cast()
    at_one = local(TUESDAY, "13:00")
    visit(cast, "13:00", person=BEN)
    squeezed_in = desk_visit(cast, "13:00", overbooking_reason="In great pain")
    change("no_show", squeezed_in, cast, now=at_one)
    assert change("undo", squeezed_in, cast, now=at_one).state == State.ARRIVED


def test_a_hold_that_ran_out_does_not_keep_out_who_comes_after_all():
    cast = make_cast()
    Service.objects.update(notice_hours=0)
    cast.first_visit.refresh_from_db()
    late = visit(cast, "13:00")
    at_one = local(TUESDAY, "13:00")
    change("no_show", late, cast, now=at_one)
    hold(cast, "13:30", visitor=BENS_BROWSER, now=at_one)
    with pytest.raises(scheduling.SlotTaken):
        change("undo", late, cast, now=at_one + timedelta(minutes=9))
    assert change("undo", late, cast, now=at_one + timedelta(minutes=10)).state == State.ARRIVED
    assert Appointment.objects.get() == late
