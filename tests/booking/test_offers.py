"""A freed time is kept for one who waits, and goes to the next if they do not want it."""

from datetime import date, datetime, time, timedelta

import pytest
from pytest_django import Settings

from booking import scheduling
from booking.diary_lock import SlotTaken
from booking.models import (
    Appointment,
    Closure,
    FreedTime,
    HouseRules,
    Message,
    Patient,
    Room,
    SlotOffer,
    State,
    WaitingEntry,
)
from booking.registration import Person
from booking.scheduling import offers as offers_module
from booking.scheduling.holds import drop_expired
from tests.booking.steps import (
    BENS_BROWSER,
    answers_given,
    book,
    came,
    desk_visit,
    history,
    hold,
    letters,
    visit,
    visit_with,
)
from tests.booking.wishes import (
    CHIDI,
    LATER,
    MORNING,
    TEN,
    answers,
    free,
    offered,
    wait,
    wait_for_earlier,
    wish,
)
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast
from tests.factories import local, make_service

pytestmark = pytest.mark.django_db

WEDNESDAY = "2026-11-25"
HALF_PAST = MORNING + timedelta(minutes=30)


def still_free() -> list[tuple[str, str]]:
    """What is to be offered yet, from when to when on the clinic's clock."""
    zone = TEN.tzinfo
    return [
        (f"{freed.starts_at.astimezone(zone):%H:%M}", f"{freed.ends_at.astimezone(zone):%H:%M}")
        for freed in FreedTime.objects.filter(handled_at=None).order_by("starts_at")
    ]


def owed(kind: Message.Kind) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("to", flat=True))


# Offering


def test_a_freed_time_is_kept_for_the_one_who_is_asked(cast: Cast) -> None:
    entry = wait(cast)

    offer = offered(cast)

    assert (offer.entry, offer.starts_at, offer.expires_at) == (entry, TEN, HALF_PAST)
    assert (offer.practitioner, offer.location) == (cast.priya, cast.riverside)
    assert offer.place
    assert (offer.place.state, offer.place.starts_at) == (State.HELD, TEN)
    assert offer.place.hold_expires_at == HALF_PAST
    assert history(offer.place) == [("held", "", "held", "Clock", MORNING)]
    assert owed(Message.Kind.OFFER) == ["ana@example.com"]
    assert still_free() == []
    with pytest.raises(SlotTaken):
        hold(cast, "10:00", visitor=BENS_BROWSER, now=MORNING)


def test_it_is_offered_to_one_at_a_time(cast: Cast) -> None:
    wait(cast)
    wait(cast, person=CHIDI)
    offered(cast)

    assert scheduling.offer_freed_times(now=MORNING) == 0

    assert answers() == [("Ana Lopez", "open")]


def test_a_time_that_its_owner_may_take_back_is_not_offered_yet(cast: Cast) -> None:
    wait(cast)
    scheduling.cancel(appointment=visit(cast, "10:00", person=BEN), by=None, now=NOW)

    almost = NOW + LATER - timedelta(microseconds=1)
    assert scheduling.offer_freed_times(now=almost) == 0
    assert scheduling.offer_freed_times(now=NOW + LATER) == 1


def test_a_time_that_nobody_wants_is_offered_no_more(cast: Cast) -> None:
    freed = free(cast)

    assert scheduling.offer_freed_times(now=MORNING) == 0

    freed.refresh_from_db()
    assert freed.handled_at == MORNING
    wait(cast)
    assert scheduling.offer_freed_times(now=MORNING) == 0


def test_what_is_left_of_the_stretch_is_offered_to_others(cast: Cast) -> None:
    short = make_service(
        cast.priya, length_minutes=20, buffer_after_minutes=0, start_every_minutes=5
    )
    wait(cast, service=short, earliest=local(TUESDAY, "10:20").time())
    wait(cast, person=CHIDI, service=short)

    offered(cast)
    assert still_free() == [("10:00", "10:20"), ("10:40", "11:10")]
    assert scheduling.offer_freed_times(now=MORNING) == 1

    places = [(offer.entry.patient.name, offer.starts_at) for offer in SlotOffer.objects.all()]
    assert places == [("Ana Lopez", local(TUESDAY, "10:20")), ("Chidi Eze", TEN)]


def test_a_hold_that_ran_out_does_not_stand_in_the_way(cast: Cast) -> None:
    wait(cast)
    free(cast)
    hold(cast, "10:00", visitor=BENS_BROWSER)

    assert scheduling.offer_freed_times(now=MORNING) == 1


def test_a_patient_without_e_mail_is_offered_it_for_the_desk_to_phone(cast: Cast) -> None:
    wait(cast, person=Person("Gita Rao", "", "+17805550153"))

    offered(cast)

    assert answers() == [("Gita Rao", "open")]
    assert owed(Message.Kind.OFFER) == []


def test_a_child_s_adult_is_written_to(cast: Cast) -> None:
    wait(cast, person=Person("Ana Lopez", "ana@example.com", ANA.phone, dependant="Leo"))

    offered(cast)

    assert answers() == [("Leo", "open")]
    assert owed(Message.Kind.OFFER) == ["ana@example.com"]


def test_an_offer_made_at_night_stands_until_the_morning(cast: Cast) -> None:
    wait(cast)

    offer = offered(cast, now=local("2026-11-23", "22:00"))

    # Of the service's notice: two hours before ten.
    assert offer.expires_at == local(TUESDAY, "8:00")


def test_the_freed_times_of_two_practitioners_go_to_two_who_wait(cast: Cast) -> None:
    wait(cast)
    wait(cast, person=CHIDI)
    free(cast)
    free(cast, practitioner=cast.tomas)

    assert scheduling.offer_freed_times(now=MORNING) == 2
    assert answers() == [("Ana Lopez", "open"), ("Chidi Eze", "open")]


# Declining and lapsing


def test_when_it_is_declined_the_next_one_is_asked_at_once(cast: Cast) -> None:
    wait(cast)
    wait(cast, person=CHIDI)
    offer = offered(cast)
    place = offer.place
    later = MORNING + timedelta(minutes=5)

    scheduling.decline_offer(offer=offer, by=None, now=later)

    assert history(place)[-1] == ("released", "held", "", "Patient", later)
    assert still_free() == [("10:00", "11:10")]
    assert scheduling.offer_freed_times(now=later) == 1
    assert answers() == [("Ana Lopez", "declined"), ("Chidi Eze", "open")]


def test_declining_twice_is_the_same_as_once(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)

    for _ in range(2):
        scheduling.decline_offer(offer=offer, by=None, now=MORNING)

    assert still_free() == [("10:00", "11:10")]
    with pytest.raises(scheduling.OfferGone):
        scheduling.accept_offer(offer=offer, by=None, now=MORNING)


def test_an_offer_that_lapsed_can_be_declined_no_more(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)
    scheduling.lapse_offers(now=HALF_PAST)

    with pytest.raises(scheduling.OfferGone):
        scheduling.decline_offer(offer=offer, by=None, now=HALF_PAST)


def test_an_offer_that_nobody_answers_lapses_and_the_next_one_is_asked(cast: Cast) -> None:
    wait(cast)
    wait(cast, person=CHIDI)
    offer = offered(cast)
    place = offer.place

    assert scheduling.lapse_offers(now=HALF_PAST - timedelta(microseconds=1)) == 0
    assert scheduling.lapse_offers(now=HALF_PAST) == 1
    assert scheduling.lapse_offers(now=HALF_PAST) == 0

    assert history(place)[-1] == ("expired", "held", "", "Clock", HALF_PAST)
    assert scheduling.offer_freed_times(now=HALF_PAST) == 1
    assert answers() == [("Ana Lopez", "lapsed"), ("Chidi Eze", "open")]
    with pytest.raises(scheduling.OfferGone):
        scheduling.accept_offer(offer=offer, by=None, now=HALF_PAST)


def test_an_offer_lapses_also_when_somebody_else_dropped_its_hold(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)
    drop_expired(Appointment.objects.all(), now=HALF_PAST)

    with pytest.raises(scheduling.OfferGone):
        scheduling.accept_offer(offer=offer, by=None, now=MORNING)
    assert scheduling.lapse_offers(now=HALF_PAST) == 1

    assert answers() == [("Ana Lopez", "lapsed")]
    assert still_free() == [("10:00", "11:10")]


def test_an_offer_that_was_answered_at_this_moment_does_not_lapse(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)
    scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    assert not offers_module._lapse(offer=offer, now=HALF_PAST)
    assert answers() == [("Ana Lopez", "accepted")]


def test_a_time_that_another_worker_handles_is_left_to_it(cast: Cast) -> None:
    wait(cast)
    freed = free(cast)
    FreedTime.objects.update(handled_at=MORNING)

    assert not offers_module._offer(freed=freed, now=MORNING)
    assert answers() == []


def test_after_so_many_offers_it_stops(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, offers_at_most=2)
    entry = wait(cast)
    scheduling.decline_offer(offer=offered(cast), by=None, now=MORNING)
    scheduling.offer_freed_times(now=MORNING)
    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.WAITING
    offered(cast, wall="14:00")

    scheduling.lapse_offers(now=HALF_PAST)

    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.STOPPED


def test_it_ends_when_nobody_is_left_to_be_asked(cast: Cast) -> None:
    wait(cast)
    scheduling.decline_offer(offer=offered(cast), by=None, now=MORNING)

    assert scheduling.offer_freed_times(now=MORNING) == 0
    assert still_free() == []


def test_a_time_that_a_visitor_only_held_is_offered_when_the_hold_ends(cast: Cast) -> None:
    wait(cast)
    free(cast)
    ends = hold(cast, "10:00", visitor=BENS_BROWSER, now=MORNING).hold_expires_at
    assert ends

    assert scheduling.offer_freed_times(now=MORNING) == 0
    assert scheduling.offer_freed_times(now=ends - timedelta(microseconds=1)) == 0
    assert scheduling.offer_freed_times(now=ends) == 1

    assert answers() == [("Ana Lopez", "open")]
    assert still_free() == []


def test_a_time_that_a_visitor_books_is_offered_to_nobody(cast: Cast) -> None:
    wait(cast)
    free(cast)
    held = hold(cast, "10:00", visitor=BENS_BROWSER, now=MORNING)
    scheduling.offer_freed_times(now=MORNING)
    book(held, person=BEN, now=MORNING)

    assert scheduling.offer_freed_times(now=MORNING + timedelta(minutes=10)) == 0
    assert (answers(), still_free()) == ([], [])


def test_a_hold_in_the_last_free_room_is_waited_for_too(cast: Cast) -> None:
    wait(cast, practitioner=cast.priya)
    Room.objects.filter(location=cast.riverside).exclude(order=1).update(in_use=False)
    free(cast)
    hold(cast, "10:00", practitioner=cast.tomas, visitor=BENS_BROWSER, now=MORNING)

    assert scheduling.offer_freed_times(now=MORNING) == 0
    assert scheduling.offer_freed_times(now=MORNING + timedelta(minutes=10)) == 1


def test_a_hold_that_nobody_waits_behind_puts_nothing_off(cast: Cast) -> None:
    free(cast)
    hold(cast, "10:00", visitor=BENS_BROWSER, now=MORNING)

    scheduling.offer_freed_times(now=MORNING)

    assert still_free() == []


def test_who_declines_one_time_is_offered_the_other_that_became_free_meanwhile(cast: Cast) -> None:
    wait(cast)
    tuesdays = offered(cast)
    free(cast, day=WEDNESDAY)
    assert scheduling.offer_freed_times(now=MORNING) == 0

    assert scheduling.offer_freed_times(now=MORNING + LATER) == 0

    scheduling.decline_offer(offer=tuesdays, by=None, now=MORNING + LATER)
    assert scheduling.offer_freed_times(now=MORNING + LATER) == 1

    newest = SlotOffer.objects.latest("pk")
    assert (newest.answer, newest.starts_at) == ("open", local(WEDNESDAY, "10:00"))
    assert answers() == [("Ana Lopez", "declined"), ("Ana Lopez", "open")]


def test_who_lets_one_time_pass_is_offered_the_other(cast: Cast) -> None:
    wait(cast)
    offered(cast)
    free(cast, day=WEDNESDAY)
    scheduling.offer_freed_times(now=MORNING)

    scheduling.lapse_offers(now=HALF_PAST)
    assert scheduling.offer_freed_times(now=HALF_PAST) == 1

    assert SlotOffer.objects.latest("pk").starts_at == local(WEDNESDAY, "10:00")


def test_a_time_that_would_not_suit_waits_for_nobodys_answer(cast: Cast) -> None:
    wait(cast, weekdays=[1])
    offered(cast)
    free(cast, day=WEDNESDAY)

    scheduling.offer_freed_times(now=MORNING)

    assert still_free() == []


def test_nothing_is_put_off_until_its_own_start(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, offer_minutes=60 * 26)
    wait(cast)
    offered(cast, day=WEDNESDAY)
    free(cast)

    scheduling.offer_freed_times(now=MORNING)

    assert still_free() == []


# Accepting: an earlier time for a visit


def test_accepting_moves_the_visit_and_frees_its_old_time(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    entry = wait_for_earlier(anas)
    offer = offered(cast)

    moved = scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    anas.refresh_from_db()
    entry.refresh_from_db()
    offer.refresh_from_db()
    assert moved == anas == offer.place
    assert (anas.state, anas.starts_at, anas.practitioner) == (State.BOOKED, TEN, cast.priya)
    assert list(Appointment.objects.blocking()) == [anas]
    assert (offer.answer, offer.answered_at) == ("accepted", MORNING)
    assert entry.state == WaitingEntry.State.FULFILLED
    assert history(anas)[-1] == ("moved", "booked", "booked", "Patient", MORNING)
    assert letters(anas) == [("confirmation", "superseded"), ("moved", "queued")]
    assert still_free() == [("14:00", "15:10")]


def test_who_takes_the_acceptance_back_waits_on(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    entry = wait_for_earlier(anas)
    offer = offered(cast)
    scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    scheduling.take_back(appointment=anas, now=MORNING + timedelta(minutes=2))

    for row in (anas, entry, offer):
        row.refresh_from_db()
    assert (anas.state, anas.starts_at) == (State.BOOKED, local(TUESDAY, "14:00"))
    assert (offer.answer, offer.place) == ("declined", None)
    assert entry.state == WaitingEntry.State.WAITING


def test_a_wish_made_meanwhile_stands_instead_of_the_one_taken_back(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    entry = wait_for_earlier(anas)
    scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING)
    newer = wait_for_earlier(anas, now=MORNING + timedelta(minutes=1))

    scheduling.take_back(appointment=anas, now=MORNING + timedelta(minutes=2))

    states = WaitingEntry.objects.order_by("pk").values_list("pk", "state")
    assert list(states) == [(entry.pk, "fulfilled"), (newer.pk, "waiting")]


def test_the_old_time_goes_to_the_next_one_who_waits(cast: Cast) -> None:
    wait_for_earlier(visit(cast, "14:00"))
    offer = offered(cast)
    wait(cast, person=CHIDI)
    scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    assert scheduling.offer_freed_times(now=MORNING + LATER) == 1

    newest = SlotOffer.objects.latest("pk")
    assert (newest.entry.patient.name, newest.starts_at) == ("Chidi Eze", local(TUESDAY, "14:00"))


def test_accepting_twice_is_the_same_as_once(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    wait_for_earlier(anas)
    offer = offered(cast)

    for _ in range(2):
        assert scheduling.accept_offer(offer=offer, by=None, now=MORNING) == anas

    assert [kind for kind, *_ in history(anas)].count("moved") == 1


def test_the_cut_off_does_not_matter_for_what_the_clinic_offers(cast: Cast) -> None:
    anas = visit(cast, "14:00", day="2026-11-23")
    wait_for_earlier(anas)
    offer = offered(cast, wall="12:00", day="2026-11-23")

    scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    anas.refresh_from_db()
    assert anas.starts_at == local("2026-11-23", "12:00")


def test_a_visit_beside_another_is_no_longer_overbooked_after_it_moved(cast: Cast) -> None:
    visit(cast, "14:00", person=CHIDI)
    anas = desk_visit(cast, "14:00", overbooking_reason="in pain")
    assert anas.overbooked
    wait_for_earlier(anas)

    scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING)

    anas.refresh_from_db()
    assert (anas.overbooked, anas.overbooking_reason) == (False, "")


def test_accepting_proves_the_address(cast: Cast) -> None:
    wait_for_earlier(visit(cast, "14:00"))

    moved = scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING)

    assert moved.patient.email_proved_at == MORNING


def test_the_desk_accepts_for_a_caller(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    wait_for_earlier(anas)

    moved = scheduling.accept_offer(offer=offered(cast), by=cast.dina, now=MORNING)

    assert history(anas)[-1] == ("moved", "booked", "booked", "Dina Farouk", MORNING)
    assert moved.patient.email_proved_at is None


def test_a_visit_that_was_cancelled_cannot_be_moved(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    wait_for_earlier(anas)
    offer = offered(cast)
    scheduling.cancel(appointment=anas, by=None, now=MORNING)

    with pytest.raises(scheduling.WrongState):
        scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    assert answers() == [("Ana Lopez", "open")]


def test_a_time_that_the_clinic_closed_since_is_not_given(cast: Cast) -> None:
    wait_for_earlier(visit(cast, "14:00"))
    offer = offered(cast)
    Closure.objects.create(starts_at=TEN, ends_at=TEN + timedelta(hours=1), reason="Flood")

    with pytest.raises(SlotTaken):
        scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    assert answers() == [("Ana Lopez", "open")]


def test_the_place_is_theirs_until_the_last_moment(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)

    booked = scheduling.accept_offer(
        offer=offer, by=None, now=HALF_PAST - timedelta(microseconds=1)
    )

    assert booked.state == State.BOOKED
    with pytest.raises(SlotTaken):
        hold(cast, "10:00", visitor=BENS_BROWSER, now=HALF_PAST)


def test_after_its_end_the_place_can_go_to_anybody(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)

    with pytest.raises(scheduling.OfferGone):
        scheduling.accept_offer(offer=offer, by=None, now=HALF_PAST)

    assert hold(cast, "10:00", visitor=BENS_BROWSER, now=HALF_PAST).starts_at == TEN


# Accepting: a first time


def test_accepting_books_a_visit_for_who_has_none(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)

    booked = scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    booked.refresh_from_db()
    assert (booked.state, booked.starts_at, booked.patient.name) == (State.BOOKED, TEN, "Ana Lopez")
    assert booked.hold_expires_at is None
    assert history(booked) == [
        ("held", "", "held", "Clock", MORNING),
        ("booked", "held", "booked", "Patient", MORNING),
    ]
    assert letters(booked) == [("confirmation", "queued")]
    assert scheduling.accept_offer(offer=offer, by=None, now=MORNING) == booked


@pytest.mark.parametrize(
    ("gateway", "proved"), [("", MORNING), ("https://texts.example.com/", None)]
)
def test_accepting_proves_the_address_unless_the_offer_went_to_a_phone_too(
    cast: Cast, settings: Settings, gateway: str, proved: datetime | None
) -> None:
    settings.TEXT_GATEWAY_URL = gateway
    wait(cast)
    Patient.objects.update(texts_agreed_at=NOW)

    scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING)

    assert Patient.objects.get(name="Ana Lopez").email_proved_at == proved


def test_the_desk_books_it_for_a_caller(cast: Cast) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    wait(cast)

    booked = scheduling.accept_offer(offer=offered(cast), by=cast.dina, now=MORNING)

    assert (booked.state, booked.source) == (State.BOOKED, "desk")
    assert history(booked)[-1][3] == "Dina Farouk"


def test_without_answers_to_the_safety_questions_a_clinician_looks_first(cast: Cast) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    wait(cast)

    booked = scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING)

    assert booked.state == State.NEEDS_REVIEW
    assert letters(booked) == [("review", "queued")]


@pytest.mark.parametrize(
    ("outcome", "state"), [("clear", State.BOOKED), ("review", State.NEEDS_REVIEW)]
)
def test_answers_that_still_hold_are_used(cast: Cast, outcome: str, state: State) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    row = answers_given(outcome, at=NOW - timedelta(days=7))
    earlier = visit_with(cast, row)
    if earlier.state == State.BOOKED:
        came(cast, earlier)
    wait(cast)

    booked = scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING)

    assert (booked.state, booked.screening) == (state, row)


def test_answers_that_anybody_may_have_given_do_not_spare_the_look_of_a_clinician(
    cast: Cast,
) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    visit_with(cast, answers_given("clear", at=NOW - timedelta(days=7)))
    wait(cast)

    booked = scheduling.accept_offer(offer=offered(cast), by=None, now=MORNING)

    assert (booked.state, booked.screening) == (State.NEEDS_REVIEW, None)


def test_nobody_is_booked_who_has_another_visit_then(cast: Cast) -> None:
    wait(cast)
    offer = offered(cast)
    visit(cast, "10:00", practitioner=cast.tomas)

    with pytest.raises(SlotTaken):
        scheduling.accept_offer(offer=offer, by=None, now=MORNING)


# The list itself


def test_joining_is_confirmed_by_letter(cast: Cast) -> None:
    entry = wait(cast, weekdays=[1, 2], practitioner=cast.tomas)

    entry.refresh_from_db()
    assert (entry.weekdays, entry.practitioner, entry.until) == (
        [1, 2],
        cast.tomas,
        date(2026, 12, 7),
    )
    assert (entry.state, entry.created_at) == (WaitingEntry.State.WAITING, MORNING)
    letter = Message.objects.get()
    assert (letter.kind, letter.to, letter.waiting_entry) == ("waiting", "ana@example.com", entry)


@pytest.mark.parametrize("latest", [None, time(12)])
def test_who_asks_for_the_same_twice_waits_once(cast: Cast, latest: time | None) -> None:
    wanted = {"practitioner": cast.priya, "weekdays": [0, 1], "latest": latest}
    first = wait(cast, **wanted)
    second = wait(cast, now=HALF_PAST, **wanted)

    assert second == first
    assert second.created_at == MORNING
    assert owed(Message.Kind.WAITING) == ["ana@example.com"]
    assert wait(cast, **(wanted | {"weekdays": [0]})) != first


def test_who_left_the_list_may_ask_for_the_same_again(cast: Cast) -> None:
    first = wait(cast)
    scheduling.leave_list(entry=first, by=None, now=MORNING)

    assert wait(cast) != first


def test_nobody_waits_more_than_three_times_for_a_service(cast: Cast) -> None:
    for weekday in range(3):
        wait(cast, weekdays=[weekday])

    with pytest.raises(scheduling.ListFull):
        wait(cast)

    wait(cast, person=CHIDI)
    wait(cast, service=make_service(cast.priya))


def test_a_second_wish_for_a_visit_replaces_the_first(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    first = wait_for_earlier(anas, weekdays=[1])
    second = wait_for_earlier(anas, weekdays=[2], now=HALF_PAST)

    assert first.pk == second.pk
    second.refresh_from_db()
    assert (second.weekdays, second.created_at) == ([2], MORNING)
    told = Message.objects.filter(kind=Message.Kind.WAITING).order_by("pk")
    assert [letter.state for letter in told] == ["superseded", "queued"]


@pytest.mark.parametrize("when", [MORNING, local(TUESDAY, "12:00"), local(TUESDAY, "14:00")])
def test_for_a_visit_that_is_off_or_too_near_nobody_waits(cast: Cast, when) -> None:
    anas = visit(cast, "14:00")
    if when == MORNING:
        scheduling.cancel(appointment=anas, by=None, now=MORNING)

    with pytest.raises(scheduling.WrongState):
        scheduling.wish_for_earlier(appointment=anas, wish=wish(), now=when)


def test_leaving_gives_back_what_is_offered(cast: Cast) -> None:
    entry = wait(cast)
    wait(cast, person=CHIDI)
    offered(cast)

    for _ in range(2):
        left = scheduling.leave_list(entry=entry, by=None, now=MORNING)

    assert left.state == WaitingEntry.State.WITHDRAWN
    assert scheduling.offer_freed_times(now=MORNING) == 1
    assert answers() == [("Ana Lopez", "declined"), ("Chidi Eze", "open")]


def test_an_offer_to_somebody_who_left_at_the_same_moment_cannot_be_accepted(cast: Cast) -> None:
    entry = wait(cast)
    offer = offered(cast)
    WaitingEntry.objects.filter(pk=entry.pk).update(state=WaitingEntry.State.WITHDRAWN)

    with pytest.raises(scheduling.OfferGone):
        scheduling.accept_offer(offer=offer, by=None, now=MORNING)

    scheduling.lapse_offers(now=HALF_PAST)
    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.WITHDRAWN


def test_a_wish_ends_with_its_last_day(cast: Cast) -> None:
    entry = wait(cast, until=date(2026, 11, 23))

    assert scheduling.end_wishes(now=local("2026-11-23", "23:59")) == 0
    assert scheduling.end_wishes(now=local(TUESDAY, "0:00")) == 1

    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.ENDED


def test_a_wish_ends_with_its_visit_once_that_cannot_be_taken_back(cast: Cast) -> None:
    anas = visit(cast, "14:00")
    entry = wait_for_earlier(anas)
    offered(cast)
    scheduling.cancel(appointment=anas, by=None, now=MORNING)

    assert scheduling.end_wishes(now=MORNING + LATER - timedelta(microseconds=1)) == 0
    assert scheduling.end_wishes(now=MORNING + LATER) == 1

    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.WITHDRAWN
    assert answers() == [("Ana Lopez", "declined")]


def test_a_wish_stays_after_a_move_only_if_something_earlier_is_possible(cast: Cast) -> None:
    anas = visit(cast, "14:00", day="2026-12-01")
    entry = wait_for_earlier(anas)
    scheduling.move(
        appointment=anas,
        practitioner=cast.priya,
        location=cast.riverside,
        start=TEN,
        by=None,
        now=MORNING,
    )

    assert scheduling.end_wishes(now=MORNING) == 0
    assert scheduling.end_wishes(now=TEN - timedelta(hours=2)) == 1

    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.ENDED
