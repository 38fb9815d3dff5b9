"""Priya is ill: each of her patients is offered something else, and the desk sees who answered."""

from datetime import datetime, timedelta

import pytest
from django.db.models import ProtectedError

from booking import scheduling
from booking.absences import (
    Affected,
    Place,
    Progress,
    clinic_has_to,
    closures_over,
    progress_of,
    proposals,
    visits_within,
)
from booking.clock import tick
from booking.models import (
    Appointment,
    Closure,
    ExtraHours,
    FreedTime,
    HouseRules,
    Message,
    Rearrangement,
    SlotOffer,
    State,
    WaitingEntry,
)
from booking.registration import Person
from booking.waiting_list import matches, wish_for
from tests.booking.steps import desk_visit, letters, visit
from tests.booking.wishes import offered, wait_for_earlier
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import local, make_hours, make_practitioner

pytestmark = pytest.mark.django_db

# Tuesday at half past seven she phones in.
MORNING = local(TUESDAY, "7:30")
CHIDI = Person(name="Chidi Eze", email="", phone="+17805550153")


def ill(cast: Cast) -> Closure:
    return Closure.objects.create(
        practitioner=cast.priya,
        starts_at=MORNING,
        ends_at=local("2026-11-25", "0:00"),
        reason="Ill",
    )


def in_words(place: Place) -> tuple[str, str, datetime]:
    return place.practitioner.name, place.location.name, place.start


def with_tomas(cast: Cast, wall: str) -> Place:
    return Place(cast.tomas, cast.riverside, local(TUESDAY, wall))


def offer(cast: Cast, closure: Closure, appointment: Appointment, wall: str) -> Rearrangement:
    return scheduling.offer_instead(
        closure=closure,
        appointment=appointment,
        instead=with_tomas(cast, wall),
        by=cast.dina,
        now=MORNING,
    )


def progress(closure: Closure, *, now: datetime = MORNING) -> list[tuple[str, Progress]]:
    return [(each.visit.reference, each.progress) for each in progress_of(closure, now=now)]


def test_the_visits_of_that_day_and_of_nobody_else_are_affected(cast: Cast):
    anas, bens = visit(cast, "9:00"), visit(cast, "12:00", person=BEN)
    visit(cast, "9:00", person=CHIDI_ONLINE, practitioner=cast.tomas)
    visit(cast, "9:00", person=CHIDI_ONLINE, day="2026-11-25")
    assert list(visits_within(ill(cast))) == [anas, bens]


CHIDI_ONLINE = Person(name="Chidi Eze", email="chidi@example.com", phone="+17805550153")


def test_a_closed_location_and_a_closed_clinic_affect_what_is_there(cast: Cast):
    anas, bens = visit(cast, "9:00"), visit(cast, "9:00", person=BEN, practitioner=cast.tomas)
    times = {"starts_at": MORNING, "ends_at": local(TUESDAY, "18:00"), "reason": "Flood"}
    assert list(visits_within(Closure(location=cast.riverside, **times))) == [anas, bens]
    assert list(visits_within(Closure(location=cast.hilltop, **times))) == []
    assert list(visits_within(Closure(**times))) == [anas, bens]


def test_somebody_else_at_that_time_is_proposed_and_then_the_same_person_later(cast: Cast):
    anas = visit(cast, "10:00")
    (found,) = proposals([anas], ill(cast), now=MORNING)
    assert [in_words(place) for place in found.places] == [
        ("Tomas Costa", "Riverside", local(TUESDAY, "10:00")),
        ("Priya Nair", "Riverside", local("2026-11-25", "10:00")),
    ]


def test_the_notice_of_the_service_binds_patients_and_not_the_clinic(cast: Cast):
    anas = visit(cast, "9:00")
    nine = local(TUESDAY, "8:55")
    (found,) = proposals([anas], ill(cast), now=nine)
    assert in_words(found.places[0]) == ("Tomas Costa", "Riverside", local(TUESDAY, "9:00"))


def test_no_place_is_proposed_to_two(cast: Cast):
    mei = make_practitioner("Mei Lindqvist", order=3)
    cast.first_visit.practitioners.add(mei)
    make_hours(mei, cast.riverside, starts_at="10:30", ends_at="14:00")
    anas, bens = visit(cast, "10:00"), visit(cast, "11:30", person=BEN)
    found = proposals([anas, bens], ill(cast), now=MORNING)
    places = [in_words(place) for each in found for place in each.places]
    assert len(places) == len(set(places)) == 4


def test_when_nobody_is_free_then_only_later_remains(cast: Cast):
    anas = visit(cast, "10:00")
    visit(cast, "10:00", person=BEN, practitioner=cast.tomas)
    (found,) = proposals([anas], ill(cast), now=MORNING)
    assert [in_words(place)[0] for place in found.places] == ["Priya Nair"]


def test_what_is_offered_instead_of_a_near_visit_waits_for_its_answer(cast: Cast):
    """So near that the list itself would have nothing for her any more."""
    anas = visit(cast, "9:00")
    asked = offer(cast, ill(cast), anas, "10:00").offer
    assert asked
    tick(now=MORNING + timedelta(minutes=1))
    asked.refresh_from_db()
    assert asked.answer == "open"
    assert Message.objects.get(kind="offer").state == Message.Delivery.QUEUED


def test_what_is_offered_in_the_evening_waits_over_midnight(cast: Cast):
    anas, evening = visit(cast, "15:00"), local("2026-11-23", "21:00")
    asked = scheduling.offer_instead(
        closure=ill(cast),
        appointment=anas,
        instead=with_tomas(cast, "15:00"),
        by=cast.dina,
        now=evening,
    ).offer
    assert asked
    tick(now=local(TUESDAY, "0:01"))
    asked.refresh_from_db()
    assert asked.answer == "open"


def test_an_offer_whose_letter_did_not_arrive_is_to_be_phoned(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    offer(cast, closure, anas, "10:00")
    Message.objects.filter(kind="offer").update(state=Message.Delivery.FAILED)
    assert progress(closure) == [(anas.reference, Progress.TO_PHONE)]


def test_the_visit_moves_when_ana_accepts_and_not_before(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    asked = offer(cast, closure, anas, "10:00")
    anas.refresh_from_db()
    assert (anas.practitioner, progress(closure)) == (
        cast.priya,
        [(anas.reference, Progress.ASKED)],
    )
    moved = scheduling.accept_offer(offer=asked.offer, by=None, now=MORNING)
    assert (moved.pk, moved.practitioner, moved.state) == (anas.pk, cast.tomas, State.BOOKED)
    assert progress(closure) == [(anas.reference, Progress.MOVED)]


def test_an_offer_for_today_can_be_accepted_within_the_notice(cast: Cast):
    anas, closure = visit(cast, "9:00"), ill(cast)
    asked = offer(cast, closure, anas, "9:30")
    at = MORNING + timedelta(minutes=20)
    assert scheduling.accept_offer(offer=asked.offer, by=None, now=at).starts_at == local(
        TUESDAY, "9:30"
    )


def test_who_says_no_or_nothing_is_phoned(cast: Cast):
    anas, bens = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)
    closure = ill(cast)
    declined, ignored = offer(cast, closure, anas, "10:00"), offer(cast, closure, bens, "13:00")
    scheduling.decline_offer(offer=declined.offer, by=None, now=MORNING)
    later = MORNING + timedelta(hours=4)
    assert progress(closure, now=later) == [
        (anas.reference, Progress.TO_PHONE),
        (bens.reference, Progress.TO_PHONE),
    ]
    assert ignored.offer.expires_at == MORNING + timedelta(hours=1, minutes=30)


def test_a_choice_is_a_letter_with_a_link_and_no_cut_off(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    with pytest.raises(scheduling.TooLate):
        scheduling.cancel(appointment=anas, by=None, now=MORNING)
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    assert ("choose_time", "queued") in letters(anas)
    moved = scheduling.move(
        appointment=anas,
        practitioner=cast.tomas,
        location=cast.riverside,
        start=local(TUESDAY, "14:00"),
        by=None,
        now=MORNING,
    )
    assert progress(closure) == [(anas.reference, Progress.MOVED)]
    assert not clinic_has_to(moved)


def test_at_her_old_time_with_a_colleague_nothing_is_in_the_way_of_her_visit(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    asked = offer(cast, closure, anas, "10:00")
    anas.refresh_from_db()
    assert clinic_has_to(anas)

    moved = scheduling.accept_offer(offer=asked.offer, by=None, now=MORNING)

    assert not clinic_has_to(moved)
    with pytest.raises(scheduling.TooLate):
        scheduling.cancel(appointment=moved, by=None, now=MORNING + timedelta(minutes=5))


def test_at_her_old_time_in_another_place_nothing_is_in_the_way_of_her_visit(cast: Cast):
    anas = visit(cast, "10:00")
    flood = Closure.objects.create(
        location=cast.riverside,
        starts_at=MORNING,
        ends_at=local(TUESDAY, "18:00"),
        reason="Flood",
    )
    scheduling.let_choose(closure=flood, appointment=anas, by=cast.dina, now=MORNING)
    ExtraHours.objects.create(
        practitioner=cast.priya,
        location=cast.hilltop,
        starts_at=anas.starts_at,
        ends_at=local(TUESDAY, "12:00"),
    )
    moved = scheduling.move(
        appointment=anas,
        practitioner=cast.priya,
        location=cast.hilltop,
        start=anas.starts_at,
        by=cast.dina,
        now=MORNING,
    )
    assert not clinic_has_to(moved)


def test_cancelling_a_visit_that_the_clinic_cannot_keep_is_not_the_patients_wish(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    scheduling.cancel(appointment=anas, by=None, now=MORNING)
    assert anas.events.get(kind="cancelled").wish == "clinic"
    assert progress(closure) == [(anas.reference, Progress.OFF)]


def test_without_an_address_there_is_only_the_phone(cast: Cast):
    chidis, closure = desk_visit(cast, "10:00", person=CHIDI), ill(cast)
    with pytest.raises(scheduling.NobodyToWriteTo):
        offer(cast, closure, chidis, "10:00")
    with pytest.raises(scheduling.NobodyToWriteTo):
        scheduling.let_choose(closure=closure, appointment=chidis, by=cast.dina, now=MORNING)
    scheduling.note_to_phone(closure=closure, appointment=chidis, by=cast.dina, now=MORNING)
    assert progress(closure) == [(chidis.reference, Progress.TO_PHONE)]


def test_whom_no_letter_reaches_is_phoned(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    Message.objects.filter(kind="choose_time").update(state=Message.Delivery.FAILED)
    assert progress(closure) == [(anas.reference, Progress.TO_PHONE)]


def test_nobody_is_asked_twice(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    offer(cast, closure, anas, "10:00")
    with pytest.raises(scheduling.WrongState, match="was asked already"):
        offer(cast, closure, anas, "11:30")


def test_nobody_is_asked_twice_about_a_visit_that_two_closures_fall_on(cast: Cast):
    anas, first = visit(cast, "10:00"), ill(cast)
    longer = Closure.objects.create(
        practitioner=cast.priya,
        starts_at=NOW,
        ends_at=local("2026-11-28", "0:00"),
        reason="Ill",
    )
    scheduling.let_choose(closure=first, appointment=anas, by=cast.dina, now=MORNING)
    assert progress(longer) == [(anas.reference, Progress.ASKED)]
    with pytest.raises(scheduling.WrongState, match="was asked already"):
        offer(cast, longer, anas, "10:00")


def test_who_was_asked_about_another_time_is_asked_about_the_one_they_have_now(cast: Cast):
    anas, first = visit(cast, "10:00"), ill(cast)
    scheduling.let_choose(closure=first, appointment=anas, by=cast.dina, now=MORNING)
    scheduling.move(
        appointment=anas,
        practitioner=cast.priya,
        location=cast.riverside,
        start=local("2026-11-26", "10:00"),
        by=None,
        now=MORNING,
    )
    thursday = Closure.objects.create(
        practitioner=cast.priya,
        starts_at=local("2026-11-26", "0:00"),
        ends_at=local("2026-11-27", "0:00"),
        reason="Ill",
    )
    assert progress(thursday) == [(anas.reference, Progress.NOBODY_ASKED)]
    scheduling.let_choose(closure=thursday, appointment=anas, by=cast.dina, now=MORNING)
    assert progress(thursday) == [(anas.reference, Progress.ASKED)]


def test_who_is_offered_a_freed_time_is_not_offered_another_at_once(cast: Cast):
    anas = visit(cast, "10:00")
    wait_for_earlier(anas)
    offered(cast, wall="9:00", practitioner=cast.tomas)
    with pytest.raises(scheduling.WrongState, match="offered for visit"):
        offer(cast, ill(cast), anas, "11:30")


def reopened(closure: Closure) -> None:
    """Priya is back at eight: the closure ends then."""
    closure.ends_at = local(TUESDAY, "8:00")
    closure.save()


def test_when_the_closure_is_shortened_the_patient_is_told_that_the_visit_stands(cast: Cast):
    anas, bens, closure = visit(cast, "10:00"), visit(cast, "12:00", person=BEN), ill(cast)
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    offer(cast, closure, bens, "13:00")
    reopened(closure)
    assert progress(closure) == [
        (anas.reference, Progress.STANDS_AGAIN),
        (bens.reference, Progress.STANDS_AGAIN),
    ]


def test_who_moved_before_the_closure_was_shortened_has_another_time(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    asked = offer(cast, closure, anas, "10:00")
    scheduling.accept_offer(offer=asked.offer, by=None, now=MORNING)
    reopened(closure)
    assert progress(closure) == [(anas.reference, Progress.MOVED)]


def test_a_move_from_before_the_patient_was_asked_is_no_answer(cast: Cast):
    anas = visit(cast, "12:00")
    scheduling.move(
        appointment=anas,
        practitioner=cast.priya,
        location=cast.riverside,
        start=local(TUESDAY, "10:00"),
        by=cast.dina,
        now=NOW,
    )
    closure = ill(cast)
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    reopened(closure)
    assert progress(closure) == [(anas.reference, Progress.STANDS_AGAIN)]


def test_who_took_the_move_back_has_no_other_time(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    scheduling.move(
        appointment=anas,
        practitioner=cast.tomas,
        location=cast.riverside,
        start=local(TUESDAY, "14:00"),
        by=None,
        now=MORNING,
    )
    scheduling.take_back(appointment=anas, now=MORNING + timedelta(minutes=1))
    reopened(closure)
    assert progress(closure) == [(anas.reference, Progress.STANDS_AGAIN)]


def test_a_visit_that_took_place_has_no_other_time(cast: Cast):
    anas, closure = visit(cast, "9:00"), ill(cast)
    scheduling.note_to_phone(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    reopened(closure)
    nine = local(TUESDAY, "9:00")
    assert progress(closure, now=nine) == [(anas.reference, Progress.OVER)]
    scheduling.arrive(appointment=anas, by=cast.dina, now=nine)
    scheduling.complete(appointment=anas, by=cast.dina, now=nine + timedelta(minutes=40))
    assert progress(closure, now=nine) == [(anas.reference, Progress.OVER)]


def test_a_closure_because_of_which_somebody_was_asked_is_not_deleted(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=MORNING)
    with pytest.raises(ProtectedError):
        closure.delete()
    assert progress(closure) == [(anas.reference, Progress.ASKED)]


def test_a_place_that_is_taken_meanwhile_is_not_offered(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    visit(cast, "10:00", person=BEN, practitioner=cast.tomas)
    with pytest.raises(scheduling.NotOffered):
        offer(cast, closure, anas, "10:00")
    assert not Rearrangement.objects.exists()


def test_rooms_that_are_taken_meanwhile_refuse_it_too(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    cast.riverside.rooms.update(in_use=False)
    with pytest.raises(scheduling.NotOffered):
        offer(cast, closure, anas, "10:00")


def test_a_wish_for_an_earlier_time_takes_the_offer_along(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    wish = scheduling.Wish(until=anas.starts_at.date())
    entry = scheduling.wish_for_earlier(appointment=anas, wish=wish, now=NOW)
    asked = offer(cast, closure, anas, "9:00")
    assert (asked.offer.entry, WaitingEntry.objects.count()) == (entry, 1)


def priya_on_thursday(cast: Cast) -> Place:
    return Place(cast.priya, cast.riverside, local("2026-11-26", "10:00"))


def later(cast: Cast, closure: Closure, anas: Appointment) -> SlotOffer:
    """Ana, who waits for something earlier, is offered Thursday instead."""
    asked = scheduling.offer_instead(
        closure=closure,
        appointment=anas,
        instead=priya_on_thursday(cast),
        by=cast.dina,
        now=MORNING,
    )
    assert asked.offer
    return asked.offer


def test_who_accepts_a_later_time_still_waits_for_an_earlier_one(cast: Cast):
    anas, closure = visit(cast, "14:00"), ill(cast)
    wish = wait_for_earlier(anas)
    scheduling.accept_offer(offer=later(cast, closure, anas), by=None, now=MORNING)
    wish.refresh_from_db()
    assert wish.state == WaitingEntry.State.WAITING


@pytest.mark.parametrize("whom", ["practitioner", "location"])
def test_a_time_with_somebody_or_somewhere_else_does_not_fulfil_the_wish(cast: Cast, whom: str):
    anas, closure = visit(cast, "10:00"), ill(cast)
    wanted = cast.priya if whom == "practitioner" else cast.hilltop
    wish = wait_for_earlier(anas, **{whom: wanted})
    asked = offer(cast, closure, anas, "9:00")
    scheduling.accept_offer(offer=asked.offer, by=None, now=MORNING)
    wish.refresh_from_db()
    assert wish.state == WaitingEntry.State.WAITING


def test_an_earlier_time_that_is_accepted_fulfils_the_wish(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    wish = wait_for_earlier(anas)
    asked = offer(cast, closure, anas, "9:00")
    scheduling.accept_offer(offer=asked.offer, by=None, now=MORNING)
    wish.refresh_from_db()
    assert wish.state == WaitingEntry.State.FULFILLED


def test_who_takes_the_acceptance_back_stands_on_no_list(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    asked = offer(cast, closure, anas, "13:00")
    scheduling.accept_offer(offer=asked.offer, by=None, now=MORNING)
    scheduling.take_back(appointment=anas, now=MORNING + timedelta(minutes=1))
    assert not WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING).exists()
    assert progress(closure) == [(anas.reference, Progress.TO_PHONE)]


@pytest.mark.parametrize("says_no", [True, False])
def test_who_does_not_take_what_is_offered_instead_stands_on_no_list(cast: Cast, *, says_no: bool):
    anas, closure = visit(cast, "14:00"), ill(cast)
    asked = later(cast, closure, anas)
    assert wish_for(anas) is None
    if says_no:
        scheduling.decline_offer(offer=asked, by=None, now=MORNING)
    else:
        scheduling.lapse_offers(now=asked.expires_at)
    assert not WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING).exists()


def test_what_is_declined_because_of_an_absence_does_not_end_the_wish(cast: Cast):
    HouseRules.objects.create(pk=1, offers_at_most=1)
    anas, closure = visit(cast, "10:00"), ill(cast)
    wish = wait_for_earlier(anas)
    asked = offer(cast, closure, anas, "9:00")
    scheduling.decline_offer(offer=asked.offer, by=None, now=MORNING)
    wish.refresh_from_db()
    assert wish.state == WaitingEntry.State.WAITING
    freed = FreedTime.objects.create(
        practitioner=cast.tomas,
        location=cast.riverside,
        starts_at=local(TUESDAY, "9:30"),
        ends_at=local(TUESDAY, "11:00"),
        offer_from=MORNING,
    )
    assert [match.entry for match in matches(freed, now=NOW)] == [wish]


def test_what_is_offered_instead_is_offered_nothing_else(cast: Cast):
    """The entry of an offer is nobody's wish: a freed time goes past it."""
    anas, closure = visit(cast, "14:00"), ill(cast)
    asked = later(cast, closure, anas)
    freed = FreedTime.objects.create(
        practitioner=cast.tomas,
        location=cast.riverside,
        starts_at=local(TUESDAY, "9:00"),
        ends_at=local(TUESDAY, "11:00"),
        offer_from=MORNING,
    )
    SlotOffer.objects.filter(pk=asked.pk).update(answer="lapsed", answered_at=MORNING)
    assert list(matches(freed, now=NOW)) == []


def test_a_wish_can_be_made_while_another_time_is_offered_instead(cast: Cast):
    anas, closure = visit(cast, "14:00"), ill(cast)
    asked = later(cast, closure, anas)
    wish = wait_for_earlier(anas, now=NOW)
    assert wish != asked.entry
    scheduling.accept_offer(offer=asked, by=None, now=MORNING)
    assert wish_for(anas) == wish


def test_what_stands_and_what_nobody_was_asked_about_comes_first(cast: Cast):
    anas, bens, closure = visit(cast, "9:00"), visit(cast, "12:00", person=BEN), ill(cast)
    scheduling.cancel(appointment=anas, by=cast.dina, now=MORNING)
    found: list[Affected] = progress_of(closure, now=MORNING)
    assert [(each.visit, each.progress) for each in found] == [(bens, Progress.NOBODY_ASKED)]
    assert found[0].rearrangement is None


def test_the_closures_over_a_visit_are_those_of_its_time_place_and_practitioner(cast: Cast):
    anas, closure = visit(cast, "10:00"), ill(cast)
    bens = visit(cast, "10:00", person=BEN, practitioner=cast.tomas)

    assert list(closures_over(anas)) == [closure]
    assert list(closures_over(bens)) == []
