"""From a hold to a patient's visit, and out of the diary again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking import answers_on_file, scheduling
from booking.models import (
    Closure,
    Consent,
    ExtraHours,
    Message,
    Patient,
    Room,
    Service,
    State,
    WorkingHours,
)
from booking.scheduling.holds import HOLD_LASTS
from tests.booking.steps import (
    ANAS_BROWSER,
    BENS_BROWSER,
    book,
    desk_visit,
    details_of,
    events,
    history,
    hold,
    letters,
    visit,
)
from tests.cast import ANA, BEN, NOW, TUESDAY, make_cast
from tests.factories import EDMONTON, local

pytestmark = pytest.mark.django_db

BLINK = timedelta(microseconds=1)
TEN = local(TUESDAY, "10:00")


def rows() -> tuple[int, int, int, int]:
    """How many patients, events, letters and consents there are: all that booking adds."""
    return (Patient.objects.count(), events(), Message.objects.count(), Consent.objects.count())


def test_booking_makes_the_hold_anas_visit():
    cast = make_cast()
    held = hold(cast, "10:00")
    later = NOW + timedelta(minutes=5)
    booked = book(held, about="My shoulder hurts", now=later)
    booked.refresh_from_db()
    assert booked.pk == held.pk
    assert booked.patient
    assert (booked.state, booked.patient.name, booked.about) == (
        State.BOOKED,
        "Ana Lopez",
        "My shoulder hurts",
    )
    assert booked.contact_phone.as_e164 == "+17805550150"
    assert (booked.hold_expires_at, booked.overbooked) == (None, False)
    assert history(held) == [
        ("held", "", "held", "Patient", NOW),
        ("booked", "held", "booked", "Patient", later),
    ]


def test_a_booked_visit_owes_ana_one_confirmation_with_an_id_of_its_own():
    cast = make_cast()
    anas, bens = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)
    letter = Message.objects.get(appointment=anas)
    assert (letter.kind, letter.to, letter.state, letter.due_at) == (
        "confirmation",
        "ana@example.com",
        "queued",
        NOW,
    )
    assert (letter.calendar_sequence, letter.attempts, letter.sent_text) == (0, 0, "")
    assert letter.message_id.endswith("@rowanstreet.example.com>")
    assert letter.message_id != Message.objects.get(appointment=bens).message_id


def test_the_privacy_notice_that_was_acknowledged_is_kept_with_its_version():
    cast = make_cast()
    booked = visit(cast, "10:00")
    consent = Consent.objects.get()
    assert (consent.patient, consent.appointment, consent.text) == (
        booked.patient,
        booked,
        "privacy_notice",
    )
    assert (consent.version, consent.acknowledged_at) == ("2026-11-20", NOW)


def test_booking_for_a_child_writes_to_the_adult():
    cast = make_cast()
    booked = visit(cast, "10:00", person=replace(ANA, dependant="Lia Lopez"))
    assert booked.patient
    assert (booked.patient.name, booked.patient.correspondent.name) == ("Lia Lopez", "Ana Lopez")
    assert Message.objects.get().to == "ana@example.com"


def test_booking_the_same_hold_twice_books_once():
    cast = make_cast()
    held = hold(cast, "10:00")
    first = book(held)
    before = rows()
    second = book(held, now=NOW + timedelta(seconds=1), about="pressed twice")
    assert (second.pk, second.about) == (first.pk, "")
    assert rows() == before == (1, 2, 1, 1)


def test_only_the_browser_that_holds_the_place_can_book_it():
    cast = make_cast()
    held = hold(cast, "10:00")
    with pytest.raises(scheduling.HoldGone):
        scheduling.book(appointment=held, visitor=BENS_BROWSER, details=details_of(BEN), now=NOW)
    booked = book(held)
    with pytest.raises(scheduling.HoldGone):
        scheduling.book(appointment=booked, visitor=BENS_BROWSER, details=details_of(BEN), now=NOW)
    assert Patient.objects.get().name == "Ana Lopez"


def test_a_hold_that_was_given_back_cannot_be_booked():
    cast = make_cast()
    held = hold(cast, "10:00")
    scheduling.release(visitor=ANAS_BROWSER, now=NOW)
    with pytest.raises(scheduling.HoldGone):
        book(held)
    assert rows() == (0, 2, 0, 0)


def test_a_cancelled_visit_cannot_be_booked_again_from_the_old_page():
    cast = make_cast()
    booked = visit(cast, "10:00")
    scheduling.cancel(appointment=booked, by=cast.dina, now=NOW)
    with pytest.raises(scheduling.HoldGone):
        book(booked)


@pytest.mark.parametrize("runs_out_before", [timedelta(), timedelta(hours=3)])
def test_a_hold_that_ran_out_can_still_be_booked_while_nobody_took_the_place(runs_out_before):
    cast = make_cast()
    held = hold(cast, "13:00")
    assert book(held, now=NOW + HOLD_LASTS + runs_out_before).state == State.BOOKED


def test_the_notice_counted_when_the_hold_was_made_not_when_the_form_is_sent():
    cast = make_cast()
    just_in_time = TEN - timedelta(hours=2)
    held = hold(cast, "10:00", now=just_in_time)
    assert book(held, now=just_in_time + timedelta(minutes=9)).state == State.BOOKED


def test_a_visit_whose_time_has_come_cannot_be_booked_any_more():
    cast = make_cast()
    held = hold(cast, "10:00", now=TEN - timedelta(hours=2))
    with pytest.raises(scheduling.SlotTaken):
        book(held, now=TEN)
    assert rows() == (0, 1, 0, 0)
    assert book(held, now=TEN - BLINK).state == State.BOOKED


def closure_of_the_clinic(cast) -> None:
    Closure.objects.create(starts_at=TEN, ends_at=local(TUESDAY, "10:30"), reason="Flood")


def closure_of_priya(cast) -> None:
    Closure.objects.create(
        practitioner=cast.priya, starts_at=TEN, ends_at=local(TUESDAY, "12:00"), reason="Ill"
    )


def other_hours(cast) -> None:
    WorkingHours.objects.filter(practitioner=cast.priya).update(starts_at="10:30")


def priya_leaves(cast) -> None:
    cast.priya.is_treating = False
    cast.priya.save()


def riverside_shuts(cast) -> None:
    cast.riverside.is_open = False
    cast.riverside.save()


def service_of_others(cast) -> None:
    cast.first_visit.practitioners.set([cast.tomas])


@pytest.mark.parametrize(
    "meanwhile",
    [
        closure_of_the_clinic,
        closure_of_priya,
        other_hours,
        priya_leaves,
        riverside_shuts,
        service_of_others,
    ],
)
def test_what_changed_while_the_form_was_filled_in_counts(meanwhile):
    cast = make_cast()
    held = hold(cast, "10:00")
    meanwhile(cast)
    with pytest.raises(scheduling.SlotTaken):
        book(held)
    assert rows() == (0, 1, 0, 0)
    held.refresh_from_db()
    assert held.state == State.HELD


def test_a_closure_at_another_time_or_of_somebody_else_does_not_matter():
    cast = make_cast()
    held = hold(cast, "10:00")
    for facts in ({"practitioner": cast.tomas}, {"location": cast.hilltop}):
        Closure.objects.create(
            starts_at=TEN, ends_at=local(TUESDAY, "12:00"), reason="Course", **facts
        )
    Closure.objects.create(starts_at=local(TUESDAY, "11:00"), ends_at=NOW + timedelta(days=3))
    assert book(held).state == State.BOOKED


def test_a_room_put_out_of_use_meanwhile_matters_only_when_no_other_is_free():
    cast = make_cast()
    held = hold(cast, "10:00")
    Room.objects.filter(pk=held.room_id).update(in_use=False)
    assert book(held).state == State.BOOKED
    again = hold(cast, "13:00")
    Room.objects.update(in_use=False)
    with pytest.raises(scheduling.SlotTaken):
        book(again, person=BEN)


def test_ana_cannot_be_with_two_practitioners_at_once():
    cast = make_cast()
    visit(cast, "10:00")
    with_tomas = hold(cast, "10:30", practitioner=cast.tomas, visitor="her other browser")
    before = rows()
    with pytest.raises(scheduling.SlotTaken):
        book(with_tomas)
    assert rows() == before
    assert book(with_tomas, person=BEN).state == State.BOOKED


def test_anas_visits_may_follow_each_other_without_a_gap():
    cast = make_cast()
    visit(cast, "10:00")
    assert visit(cast, "11:00", practitioner=cast.tomas).state == State.BOOKED


def test_ana_and_the_child_in_her_care_may_come_at_the_same_time():
    cast = make_cast()
    visit(cast, "10:00")
    lia = replace(ANA, dependant="Lia Lopez")
    assert visit(cast, "10:00", practitioner=cast.tomas, person=lia).state == State.BOOKED


def test_a_cancelled_visit_of_hers_does_not_keep_ana_from_another():
    cast = make_cast()
    scheduling.cancel(appointment=visit(cast, "10:00"), by=None, now=NOW)
    assert visit(cast, "10:00", practitioner=cast.tomas).state == State.BOOKED


def test_cancelling_keeps_the_row_frees_the_place_and_says_who():
    cast = make_cast()
    booked = visit(cast, "10:00")
    scheduling.cancel(appointment=booked, by=cast.dina, now=NOW, reason="Priya is ill")
    booked.refresh_from_db()
    assert booked.patient
    assert (booked.state, booked.patient.name, booked.calendar_sequence) == (
        State.CANCELLED,
        "Ana Lopez",
        1,
    )
    assert history(booked)[-1] == ("cancelled", "booked", "cancelled", "Dina Farouk", NOW)
    assert booked.events.last().reason == "Priya is ill"
    assert visit(cast, "10:00", person=BEN).state == State.BOOKED


def test_cancelling_takes_back_a_letter_that_has_not_left_and_owes_another():
    cast = make_cast()
    booked = visit(cast, "10:00")
    other = visit(cast, "13:00", person=BEN)
    scheduling.cancel(appointment=booked, by=None, now=NOW)
    assert letters(booked) == [("confirmation", "superseded"), ("cancellation", "queued")]
    assert letters(other) == [("confirmation", "queued")]
    sequences = Message.objects.filter(appointment=booked).order_by("pk")
    assert [letter.calendar_sequence for letter in sequences] == [0, 1]


def test_cancelling_leaves_a_letter_that_was_sent():
    cast = make_cast()
    booked = visit(cast, "10:00")
    Message.objects.update(state=Message.Delivery.SENT, sent_at=NOW)
    scheduling.cancel(appointment=booked, by=None, now=NOW)
    assert letters(booked) == [("confirmation", "sent"), ("cancellation", "queued")]


@pytest.mark.parametrize("hours", [0, 2, 24])
def test_a_patient_cancels_until_the_cut_off_and_the_desk_at_any_time(hours):
    cast = make_cast()
    Service.objects.update(cancel_cutoff_hours=hours)
    cast.first_visit.refresh_from_db()
    booked = visit(cast, "10:00")
    last = TEN - timedelta(hours=hours)
    with pytest.raises(scheduling.TooLate):
        scheduling.cancel(appointment=booked, by=None, now=last + BLINK)
    assert (letters(booked), len(history(booked))) == ([("confirmation", "queued")], 2)
    assert scheduling.cancel(appointment=booked, by=None, now=last).state == State.CANCELLED
    assert history(booked)[-1][3] == "Patient"
    other = visit(cast, "13:00", person=BEN)
    after_it = local(TUESDAY, "15:00")
    assert scheduling.cancel(appointment=other, by=cast.dina, now=after_it).state == "cancelled"


def test_the_cut_off_is_the_one_of_the_day_of_booking():
    cast = make_cast()
    booked = visit(cast, "10:00")
    Service.objects.update(cancel_cutoff_hours=1)
    with pytest.raises(scheduling.TooLate):
        scheduling.cancel(appointment=booked, by=None, now=TEN - timedelta(hours=23))


def test_somebody_without_an_address_gets_no_letter():
    cast = make_cast()
    caller = replace(ANA, email="")
    booked = desk_visit(cast, "10:00", person=caller)
    scheduling.cancel(appointment=booked, by=cast.dina, now=NOW)
    assert letters(booked) == []


def test_a_visit_booked_in_summer_for_winter_is_at_the_same_time_on_the_wall():
    cast = make_cast()
    in_summer = local("2026-10-20", "12:00")
    booked = visit(cast, "9:00", day="2026-11-10", now=in_summer)
    booked.refresh_from_db()
    assert f"{booked.starts_at.astimezone(EDMONTON):%A %-H:%M %Z}" == "Tuesday 9:00 MST"
    assert f"{in_summer:%Z}" == "MDT"


def test_hours_that_lose_one_in_spring_have_room_for_one_visit_less():
    cast = make_cast()
    night, before = "2026-03-08", local("2026-03-05", "9:00")
    ExtraHours.objects.create(
        practitioner=cast.priya,
        location=cast.riverside,
        starts_at=local(night, "1:00"),
        ends_at=local(night, "3:00"),
    )
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "1:30", day=night, now=before)
    assert hold(cast, "1:00", day=night, now=before).ends_at == local(night, "3:00")


def test_a_service_that_asks_is_not_booked_firmly_without_answers():
    cast = make_cast()
    Service.objects.update(asks_safety_questions=True)
    booked = book(hold(cast, "10:00"))
    assert booked.state == State.NEEDS_REVIEW
    assert letters(booked) == [("review", "queued")]
    assert desk_visit(cast, "13:00", person=BEN).state == State.BOOKED


def test_what_was_booked_without_answers_can_be_approved_all_the_same():
    cast = make_cast()
    Service.objects.update(asks_safety_questions=True)
    booked = book(hold(cast, "10:00"))
    approved = scheduling.approve(appointment=booked, by=cast.dina, now=NOW)
    assert (approved.state, approved.screening) == (State.BOOKED, None)


def test_nobody_books_with_answers_that_are_another_patients():
    cast = make_cast()
    row = answers_on_file.keep([], {}, now=NOW)
    with_answers = replace(details_of(ANA), answers=row)
    anas = hold(cast, "10:00")
    scheduling.book(appointment=anas, visitor=ANAS_BROWSER, details=with_answers, now=NOW)
    bens = hold(cast, "13:00", visitor=BENS_BROWSER)
    stale = replace(details_of(BEN), answers=row)
    with pytest.raises(scheduling.AnswersGone):
        scheduling.book(appointment=bens, visitor=BENS_BROWSER, details=stale, now=NOW)
    bens.refresh_from_db()
    assert (bens.state, bens.patient) == (State.HELD, None)
