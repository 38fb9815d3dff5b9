"""Moving a visit, taking a change back, proving an address, saying that one will be there."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from booking import answers_on_file, scheduling, visit_links
from booking.diary import ANYONE
from booking.models import (
    Appointment,
    AppointmentEvent,
    Closure,
    FreedTime,
    HouseRules,
    Message,
    Patient,
    Room,
    ScreeningAnswers,
    ScreeningReading,
    Service,
    State,
)
from booking.openings import WhyNot
from booking.policy import Refusal
from booking.registration import Person
from booking.scheduling import taking_back
from booking.scheduling.correspondence import owe_letter, owe_reminders
from booking.scheduling.rules import room_or_first
from booking.visit_links import AFTER_THE_VISIT
from tests.booking.steps import (
    answers_given,
    desk_visit,
    details_of,
    events,
    history,
    hold,
    letters,
    visit,
)
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast
from tests.factories import local, make_hours

pytestmark = pytest.mark.django_db

TEN, ONE = local(TUESDAY, "10:00"), local(TUESDAY, "13:00")
WEDNESDAY = "2026-11-25"
CHIDI = Person(name="Chidi Eze", email="chidi@example.com", phone="+17805550152")
MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)


def move(
    cast: Cast, anas: Appointment, start: datetime = ONE, *, now: datetime = NOW, **other
) -> Appointment:
    """Ana herself moves it, staying with Priya at Riverside."""
    asked = {"practitioner": cast.priya, "location": cast.riverside, "by": None}
    return scheduling.move(appointment=anas, start=start, now=now, **(asked | other))


def take_back(anas: Appointment, *, now: datetime = NOW) -> Appointment:
    return scheduling.take_back(appointment=anas, now=now)


def change_ones_mind(cast: Cast, anas: Appointment, change: str, *, now: datetime = NOW) -> None:
    if change == "move":
        move(cast, anas, now=now)
    else:
        scheduling.cancel(appointment=anas, by=None, now=now)


def to_review(cast: Cast) -> Appointment:
    answers = ScreeningAnswers(version="1", outcome=ScreeningAnswers.Outcome.REVIEW, given_at=NOW)
    answers.seal({})
    answers.save()
    held = hold(cast, "10:00")
    details = replace(details_of(ANA), answers=answers)
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=NOW)


def place_of(anas: Appointment) -> tuple[str, str, datetime, str]:
    current = Appointment.objects.get(pk=anas.pk)
    return (current.practitioner.slug, current.location.slug, current.starts_at, current.state)


def kinds_of(anas: Appointment) -> list[str]:
    return [kind for kind, *_ in history(anas)]


def sent(anas: Appointment) -> None:
    """Every letter that waits has left."""
    Message.objects.waiting().filter(appointment=anas).update(
        state=Message.Delivery.SENT, sent_at=NOW
    )


def test_a_move_keeps_the_reference_and_writes_where_it_came_from(cast: Cast) -> None:
    anas = visit(cast, "10:00")

    moved = move(cast, anas, practitioner=cast.tomas)

    assert (moved.pk, moved.reference) == (anas.pk, anas.reference)
    assert place_of(anas) == ("tomas-costa", "riverside", ONE, "booked")
    event = AppointmentEvent.objects.history_of(anas).last()
    assert (event.kind, event.from_starts_at, event.from_practitioner, event.from_location) == (
        "moved",
        TEN,
        cast.priya,
        cast.riverside,
    )
    assert (event.starts_at, event.author, event.wish) == (ONE, "patient", "patient")


def test_the_block_moves_with_its_buffers(cast: Cast) -> None:
    anas = move(cast, visit(cast, "10:00"))
    anas.refresh_from_db()

    assert (anas.blocks.lower, anas.blocks.upper) == (ONE, local(TUESDAY, "14:10"))
    assert anas.ends_at == local(TUESDAY, "14:00")


def test_the_old_time_is_free_for_others_and_the_new_one_is_not(cast: Cast) -> None:
    move(cast, visit(cast, "10:00"))

    assert hold(cast, "10:00").starts_at == TEN
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "13:00", visitor="another")
    freed = FreedTime.objects.get()
    assert (freed.starts_at, freed.ends_at) == (TEN, local(TUESDAY, "11:10"))
    assert freed.offer_from == NOW + 3 * MINUTE


def test_the_letters_of_the_old_time_are_taken_back_and_a_new_one_waits_three_minutes(
    cast: Cast,
) -> None:
    anas = move(cast, visit(cast, "10:00"))

    assert letters(anas) == [("confirmation", "superseded"), ("moved", "queued")]
    letter = Message.objects.get(kind="moved")
    assert (letter.due_at, letter.calendar_sequence) == (NOW + 3 * MINUTE, 1)


def test_the_desks_letter_leaves_at_once(cast: Cast) -> None:
    anas = move(cast, visit(cast, "10:00"), by=cast.dina)

    assert Message.objects.get(appointment=anas, kind="moved").due_at == NOW
    assert FreedTime.objects.get().offer_from == NOW


def test_reminders_are_those_of_the_new_time(cast: Cast) -> None:
    Service.objects.update(reminder_hours=[24])
    anas = move(cast, visit(cast, "10:00"), local(WEDNESDAY, "10:00"))

    owed = Message.objects.filter(appointment=anas, kind="reminder").order_by("pk")
    assert [(each.state, each.due_at) for each in owed] == [
        ("superseded", local("2026-11-23", "10:00")),
        ("queued", local(TUESDAY, "10:00")),
    ]


def test_earlier_links_end_with_the_move(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    token = visit_links.issue(anas, expires_at=anas.ends_at + AFTER_THE_VISIT, now=NOW)

    move(cast, anas)

    assert visit_links.find(token, now=NOW) is None


def test_having_said_that_one_will_be_there_holds_for_the_old_time_only(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    scheduling.confirm_attendance(appointment=anas, now=NOW)

    assert move(cast, anas).patient_confirmed_at is None


def test_moving_it_to_where_it_stands_changes_nothing(cast: Cast) -> None:
    anas = move(cast, visit(cast, "10:00"))
    before = events(), Message.objects.count()

    again = move(cast, anas, now=NOW + MINUTE)

    assert (again.pk, again.starts_at) == (anas.pk, ONE)
    assert (events(), Message.objects.count()) == before


def test_a_visit_may_move_into_its_own_time(cast: Cast) -> None:
    anas = move(cast, visit(cast, "10:00"), local(TUESDAY, "10:30"))

    assert place_of(anas)[2] == local(TUESDAY, "10:30")


def test_somebody_elses_time_cannot_be_had(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "13:00", person=BEN)
    before = events(), Message.objects.count()

    with pytest.raises(scheduling.NotOffered) as refused:
        move(cast, anas)

    assert refused.value.why.refusal == Refusal.PRACTITIONER_BUSY
    assert place_of(anas) == ("priya-nair", "riverside", TEN, "booked")
    assert (events(), Message.objects.count()) == before


def test_a_hold_that_ran_out_is_in_nobodys_way(cast: Cast) -> None:
    hold(cast, "13:00", visitor="another")

    anas = move(cast, visit(cast, "10:00"), now=NOW + 11 * MINUTE)

    assert place_of(anas)[2] == ONE


def test_a_patient_is_not_in_two_places(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "13:00", practitioner=cast.tomas)

    with pytest.raises(scheduling.SlotTaken):
        move(cast, anas)


def test_a_patient_moves_until_the_cut_off_and_the_desk_after_it(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    cutoff = TEN - timedelta(hours=24)

    with pytest.raises(scheduling.TooLate):
        move(cast, anas, now=cutoff + MOMENT)
    move(cast, anas, by=cast.dina, now=cutoff + MOMENT)
    assert place_of(anas)[2] == ONE


def test_at_the_cut_off_a_patient_still_may(cast: Cast) -> None:
    anas = move(cast, visit(cast, "10:00"), now=TEN - timedelta(hours=24))

    assert place_of(anas)[2] == ONE


def test_a_cancelled_visit_is_not_moved(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    scheduling.cancel(appointment=anas, by=None, now=NOW)

    with pytest.raises(scheduling.WrongState):
        move(cast, anas)


def test_the_length_stays_as_it_was_booked(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    cast.first_visit.length_minutes = 90
    cast.first_visit.save()

    moved = move(cast, anas)

    assert moved.ends_at - moved.starts_at == timedelta(minutes=60)


def test_the_desk_goes_against_a_rule_with_a_reason_and_the_permission(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "13:00", person=BEN)

    with pytest.raises(scheduling.NotOffered):
        move(cast, anas, by=cast.dina)
    moved = move(cast, anas, by=cast.dina, overbooking_reason="In pain")
    assert (moved.overbooked, moved.overbooking_reason) == (True, "In pain")
    # Back to a free time it is an ordinary visit again.
    moved = move(cast, moved, TEN, by=cast.dina)
    assert (moved.overbooked, moved.overbooking_reason) == (False, "")


def test_without_the_permission_a_reason_does_not_help(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "13:00", person=BEN)
    permission = Permission.objects.get(codename="overbook")
    cast.dina.groups.get().permissions.remove(permission)

    with pytest.raises(scheduling.MayNotOverbook):
        move(cast, anas, by=cast.dina, overbooking_reason="In pain")


def test_nobody_moves_into_the_past_nor_a_patient_by_a_reason(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    past = local("2026-11-20", "10:00")

    for by in (None, cast.dina):
        with pytest.raises(scheduling.NotOffered):
            move(cast, anas, past, by=by, overbooking_reason="In pain")


def test_where_there_is_no_room_at_all_not_even_overbooking_helps(cast: Cast) -> None:
    make_hours(cast.priya, cast.hilltop)
    anas = visit(cast, "10:00")
    Room.objects.filter(location=cast.hilltop).update(in_use=False)
    openings = scheduling.openings_for(anas, ANYONE, now=NOW)

    with pytest.raises(scheduling.NotOffered) as refused:
        room_or_first(openings, cast.priya, cast.hilltop, ONE)

    assert refused.value.why == WhyNot(Refusal.ROOMS_TAKEN)


def test_a_visit_in_review_moves_and_stays_in_review(cast: Cast) -> None:
    anas = move(cast, to_review(cast))

    assert place_of(anas)[2:] == (ONE, "needs_review")
    assert letters(anas) == [("review", "superseded"), ("review", "queued")]


def test_a_move_is_taken_back_with_its_links_and_the_letter_that_had_not_left(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    sent(anas)
    token = visit_links.issue(anas, expires_at=anas.ends_at + AFTER_THE_VISIT, now=NOW)
    move(cast, anas, practitioner=cast.tomas, now=NOW + MINUTE)

    take_back(anas, now=NOW + 2 * MINUTE)

    assert place_of(anas) == ("priya-nair", "riverside", TEN, "booked")
    assert letters(anas) == [("confirmation", "sent"), ("moved", "superseded")]
    assert visit_links.find(token, now=NOW + 2 * MINUTE)
    assert kinds_of(anas) == ["held", "booked", "moved", "undone"]
    # Nobody is offered what is Ana's again, but the time that she gives up.
    freed = FreedTime.objects.get()
    assert (freed.practitioner, freed.starts_at) == (cast.tomas, local(TUESDAY, "13:00"))
    assert freed.offer_from == NOW + 2 * MINUTE
    # The other time is free again.
    hold(cast, "13:00", practitioner=cast.tomas, now=NOW + 2 * MINUTE)


def test_a_cancellation_is_taken_back(cast: Cast) -> None:
    Service.objects.update(reminder_hours=[24])
    anas = visit(cast, "10:00")
    scheduling.cancel(appointment=anas, by=None, now=NOW + MINUTE)

    take_back(anas, now=NOW + 2 * MINUTE)

    assert place_of(anas) == ("priya-nair", "riverside", TEN, "booked")
    assert not FreedTime.objects.exists()
    # Nothing true had left, so it is written anew.
    assert letters(anas) == [
        ("confirmation", "superseded"),
        ("reminder", "superseded"),
        ("cancellation", "superseded"),
        ("confirmation", "queued"),
        ("reminder", "queued"),
    ]


@pytest.mark.parametrize("change", ["move", "cancel"])
@pytest.mark.parametrize("before_it", [timedelta(hours=1), MINUTE])
def test_a_reminder_that_was_near_when_a_change_was_taken_back_is_owed_again(
    cast: Cast, change: str, before_it: timedelta
) -> None:
    Service.objects.update(reminder_hours=[24])
    anas = visit(cast, "10:00")
    Message.objects.filter(kind="confirmation").update(state=Message.Delivery.SENT, sent_at=NOW)
    day_before = TEN - timedelta(hours=24)
    changed_at = day_before - before_it
    change_ones_mind(cast, anas, change, now=changed_at)

    take_back(anas, now=changed_at + 2 * MINUTE)

    waiting = Message.objects.waiting().filter(appointment=anas)
    assert [(letter.kind, letter.due_at) for letter in waiting] == [("reminder", day_before)]


def test_a_letter_that_has_left_all_the_same_is_corrected(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    sent(anas)
    scheduling.cancel(appointment=anas, by=None, now=NOW + MINUTE)
    sent(anas)

    take_back(anas, now=NOW + 2 * MINUTE)

    assert letters(anas) == [
        ("confirmation", "sent"),
        ("cancellation", "sent"),
        ("moved", "queued"),
    ]


def test_of_two_moves_the_second_is_taken_back_and_the_first_is_told(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    sent(anas)
    move(cast, anas, ONE)
    move(cast, anas, local(TUESDAY, "15:00"), now=NOW + MINUTE)

    take_back(anas, now=NOW + 2 * MINUTE)

    assert place_of(anas)[2] == ONE
    assert letters(anas) == [
        ("confirmation", "sent"),
        ("moved", "superseded"),
        ("moved", "superseded"),
        ("moved", "queued"),
    ]
    with pytest.raises(scheduling.NothingToTakeBack):
        take_back(anas, now=NOW + 2 * MINUTE)


def test_a_move_during_review_is_taken_back(cast: Cast) -> None:
    anas = to_review(cast)
    sent(anas)
    move(cast, anas)
    take_back(anas)
    assert letters(anas) == [("review", "sent"), ("review", "superseded")]

    move(cast, anas)
    sent(anas)
    take_back(anas)

    assert place_of(anas)[2:] == (TEN, "needs_review")
    assert letters(anas)[2:] == [("review", "sent"), ("review", "queued")]


def test_three_minutes_are_three_minutes(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    move(cast, anas)

    with pytest.raises(scheduling.NothingToTakeBack):
        take_back(anas, now=NOW + 3 * MINUTE)
    take_back(anas, now=NOW + 3 * MINUTE - MOMENT)
    assert place_of(anas)[2] == TEN


def test_what_the_desk_did_is_not_the_patients_to_take_back(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    move(cast, anas, by=cast.dina)
    with pytest.raises(scheduling.NothingToTakeBack):
        take_back(anas)

    scheduling.cancel(appointment=anas, by=cast.dina, now=NOW)
    with pytest.raises(scheduling.NothingToTakeBack):
        take_back(anas)


def test_booking_is_not_taken_back_but_cancelled(cast: Cast) -> None:
    with pytest.raises(scheduling.NothingToTakeBack):
        take_back(visit(cast, "10:00"))


def test_an_unproved_booking_that_was_given_up_does_not_come_back(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    anas = visit(cast, "10:00")
    scheduling.cancel(appointment=anas, by=None, now=NOW)

    with pytest.raises(scheduling.NothingToTakeBack):
        take_back(anas)


def test_a_time_that_somebody_has_by_now_cannot_be_taken_back(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    move(cast, anas)
    desk_visit(cast, "10:00", person=BEN)

    with pytest.raises(scheduling.SlotTaken):
        take_back(anas)
    assert place_of(anas)[2] == ONE


@pytest.mark.parametrize("change", ["move", "cancel"])
@pytest.mark.parametrize("rooms", [1, 2])
def test_who_was_squeezed_in_beside_it_has_not_taken_its_time(
    cast: Cast, change: str, rooms: int
) -> None:
    Room.objects.filter(location=cast.riverside, order__gt=rooms).update(in_use=False)
    anas = visit(cast, "10:00")
    desk_visit(cast, "10:00", person=BEN, overbooking_reason="In pain")
    change_ones_mind(cast, anas, change)

    take_back(anas)

    anas.refresh_from_db()
    assert (anas.starts_at, anas.state, anas.overbooked) == (TEN, "booked", False)


@pytest.mark.parametrize("change", ["move", "cancel"])
@pytest.mark.parametrize("rooms", [1, 2])
def test_who_was_squeezed_in_stands_there_again_as_before(
    cast: Cast, change: str, rooms: int
) -> None:
    Room.objects.filter(location=cast.riverside, order__gt=rooms).update(in_use=False)
    visit(cast, "10:00", person=BEN)
    anas = desk_visit(cast, "10:00", overbooking_reason="In pain")
    for _ in range(2):
        change_ones_mind(cast, anas, change)
        take_back(anas)

    anas.refresh_from_db()
    assert (anas.starts_at, anas.state) == (TEN, "booked")
    assert (anas.overbooked, anas.overbooking_reason) == (True, "In pain")


def test_who_was_squeezed_in_beside_a_visit_that_is_gone_has_the_time_alone(cast: Cast) -> None:
    bens = visit(cast, "10:00", person=BEN)
    anas = desk_visit(cast, "10:00", overbooking_reason="In pain")
    move(cast, anas)
    scheduling.cancel(appointment=bens, by=cast.dina, now=NOW)

    take_back(anas)

    anas.refresh_from_db()
    assert (anas.starts_at, anas.overbooked) == (TEN, False)


@pytest.mark.parametrize("change", ["move", "cancel"])
def test_who_was_squeezed_in_does_not_come_back_to_what_somebody_else_got_since(
    cast: Cast, change: str
) -> None:
    bens = visit(cast, "10:00", person=BEN)
    anas = desk_visit(cast, "10:00", overbooking_reason="In pain")
    change_ones_mind(cast, anas, change)
    scheduling.cancel(appointment=bens, by=cast.dina, now=NOW)
    desk_visit(cast, "10:00", person=CHIDI)

    with pytest.raises(scheduling.SlotTaken):
        take_back(anas)


def test_a_time_whose_rooms_are_gone_cannot_be_taken_back(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    move(cast, anas)
    Room.objects.filter(location=cast.riverside).update(in_use=False)

    with pytest.raises(scheduling.SlotTaken):
        take_back(anas)


def test_a_time_at_which_the_patient_has_another_visit_by_now_cannot_be_taken_back(
    cast: Cast,
) -> None:
    anas = visit(cast, "10:00")
    move(cast, anas)
    visit(cast, "10:00", practitioner=cast.tomas)

    with pytest.raises(scheduling.SlotTaken):
        take_back(anas)


def test_two_who_take_it_back_at_once_take_it_back_once(cast: Cast, monkeypatch) -> None:
    """The second has looked before the first wrote, and looks again with the row locked."""
    anas = visit(cast, "10:00")
    move(cast, anas)
    lock = vars(taking_back)["lock_desks"]

    def first_comes_the_other(*_ids: object) -> None:
        monkeypatch.setattr(taking_back, "lock_desks", lock)
        inside_this_transaction = vars(taking_back.take_back)["__wrapped__"]
        inside_this_transaction(appointment=anas, now=NOW)

    monkeypatch.setattr(taking_back, "lock_desks", first_comes_the_other)
    with pytest.raises(scheduling.NothingToTakeBack):
        take_back(anas)


def test_a_closure_made_meanwhile_does_not_keep_the_visit_from_coming_back(cast: Cast) -> None:
    """It stood there before, as visits do over which a closure was laid."""
    anas = visit(cast, "10:00")
    move(cast, anas)
    Closure.objects.create(starts_at=TEN, ends_at=TEN + timedelta(hours=1), reason="Flood")

    take_back(anas)

    assert place_of(anas)[2] == TEN


def test_nobody_is_written_to_about_a_time_that_is_only_held(cast: Cast) -> None:
    held = hold(cast, "10:00")

    owe_letter(held, Message.Kind.CONFIRMATION, now=NOW)
    owe_reminders(held, now=NOW)

    assert letters(held) == []


def test_a_reminder_that_would_come_at_once_or_is_not_wanted_is_not_owed(cast: Cast) -> None:
    Service.objects.update(reminder_hours=[72, 26, 25, 24])
    anas = visit(cast, "10:00")
    # 26 hours before lies an hour ahead.
    reminders = Message.objects.filter(appointment=anas, kind="reminder")
    assert [letter.due_at for letter in reminders] == [
        TEN - timedelta(hours=25),
        TEN - timedelta(hours=24),
    ]

    Patient.objects.update(reminders=False)
    move(cast, anas)
    assert not reminders.filter(state="queued").exists()


def test_ill_be_there_is_written_once(cast: Cast) -> None:
    anas = visit(cast, "10:00")

    scheduling.confirm_attendance(appointment=anas, now=NOW)
    again = scheduling.confirm_attendance(appointment=anas, now=NOW + MINUTE)

    assert again.patient_confirmed_at == NOW
    assert kinds_of(anas) == ["held", "booked", "confirmed"]


def test_only_a_booked_visit_is_confirmed(cast: Cast) -> None:
    with pytest.raises(scheduling.WrongState):
        scheduling.confirm_attendance(appointment=to_review(cast), now=NOW)


def test_who_is_asked_for_proof_waits_half_an_hour_for_it(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.NEW_PATIENTS)
    anas = visit(cast, "10:00")
    assert (anas.state, anas.hold_expires_at) == (State.UNPROVED, NOW + 30 * MINUTE)
    assert letters(anas) == [("address_proof", "queued")]

    proved = scheduling.prove_address(appointment=anas, now=NOW + MINUTE)

    assert (proved.state, proved.hold_expires_at) == (State.BOOKED, None)
    assert Patient.objects.get().email_proved_at == NOW + MINUTE
    assert kinds_of(anas) == ["held", "booked", "proved"]
    # Known by now: the next booking is firm at once.
    assert visit(cast, "13:00").state == State.BOOKED


def test_proving_twice_is_the_same_as_once(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    anas = visit(cast, "10:00")
    scheduling.prove_address(appointment=anas, now=NOW)
    before = events(), Message.objects.count()

    again = scheduling.prove_address(appointment=anas, now=NOW + MINUTE)

    assert again.state == State.BOOKED
    assert (events(), Message.objects.count()) == before


def test_everyone_may_be_asked_each_time(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    first = visit(cast, "10:00")
    scheduling.prove_address(appointment=first, now=NOW)

    second = visit(cast, "13:00")

    assert second.state == State.UNPROVED
    scheduling.prove_address(appointment=second, now=NOW + MINUTE)
    assert Patient.objects.get().email_proved_at == NOW


def test_proof_that_comes_too_late_finds_the_time_given_away(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    anas = visit(cast, "10:00")
    later = NOW + 31 * MINUTE
    hold(cast, "10:00", visitor="another", now=later)

    with pytest.raises(scheduling.WrongState):
        scheduling.prove_address(appointment=anas, now=later)


def lapsing_with(cast: Cast, answers: ScreeningAnswers) -> Appointment:
    """Booked with a reason and these answers, and never confirmed."""
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    held = hold(cast, "10:00")
    told = replace(details_of(ANA, about="Sore shoulder"), answers=answers)
    return scheduling.book(appointment=held, visitor=held.held_by, details=told, now=NOW)


def test_what_was_told_with_a_booking_that_lapsed_is_erased(cast: Cast) -> None:
    lapsing = lapsing_with(cast, answers_given())

    scheduling.sweep(now=NOW + 30 * MINUTE)

    lapsing.refresh_from_db()
    assert (lapsing.state, lapsing.about, lapsing.screening) == (State.LAPSED, "", None)
    assert ScreeningAnswers.objects.get().patient is None
    answers_on_file.forget_never_finished(now=NOW + timedelta(hours=24, minutes=1))
    assert not ScreeningAnswers.objects.exists()


def test_answers_that_somebody_has_read_stay_with_the_record_of_it(cast: Cast) -> None:
    given = answers_given("review")
    lapsing = lapsing_with(cast, given)
    ScreeningReading.objects.create(answers=given, user=cast.dina, at=NOW)

    scheduling.sweep(now=NOW + 30 * MINUTE)
    answers_on_file.forget_never_finished(now=NOW + timedelta(hours=24, minutes=1))

    lapsing.refresh_from_db()
    assert lapsing.screening is None
    assert ScreeningAnswers.objects.get().patient == lapsing.patient


def test_proved_answers_that_somebody_has_to_read_are_read_first(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    anas = to_review(cast)
    assert anas.state == State.UNPROVED

    proved = scheduling.prove_address(appointment=anas, now=NOW)

    assert proved.state == State.NEEDS_REVIEW
    assert letters(anas)[-1] == ("review", "queued")
