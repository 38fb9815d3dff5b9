"""Booking for a caller: the rules of the website, and going against them with a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from booking import scheduling
from booking.models import Closure, Consent, Message, Patient, Room, State
from booking.openings import Openings, WhyNot
from booking.policy import Refusal
from tests.booking.steps import (
    BENS_BROWSER,
    book,
    desk_visit,
    events,
    history,
    hold,
    letters,
    visit,
)
from tests.cast import ANA, BEN, NOW, TUESDAY, make_cast, make_staff
from tests.factories import local, make_hours, make_location

pytestmark = pytest.mark.django_db

TEN = local(TUESDAY, "10:00")
REASON = "In great pain"
CLEO = replace(BEN, name="Cleo Carter")


def test_a_caller_is_booked_by_dina_with_a_confirmation():
    cast = make_cast()
    booked = desk_visit(cast, "10:00", about="Neck, since Friday")
    booked.refresh_from_db()
    assert booked.patient
    assert (booked.state, booked.source, booked.patient.name) == (
        State.BOOKED,
        "desk",
        "Ana Lopez",
    )
    assert (booked.about, booked.contact_phone.as_e164) == ("Neck, since Friday", "+17805550150")
    assert (booked.overbooked, booked.overbooking_reason, booked.held_by) == (False, "", "")
    assert history(booked) == [("booked", "", "booked", "Dina Farouk", NOW)]
    assert letters(booked) == [("confirmation", "queued")]
    assert Consent.objects.count() == 0


def test_a_caller_without_an_address_gets_no_letter():
    cast = make_cast()
    assert letters(desk_visit(cast, "10:00", person=replace(ANA, email=""))) == []


def test_a_reason_given_for_a_time_that_is_open_is_not_kept():
    cast = make_cast()
    booked = desk_visit(cast, "10:00", overbooking_reason=REASON)
    assert (booked.overbooked, booked.overbooking_reason) == (False, "")
    assert booked.events.get().reason == ""


def refusal_of(cast, wall: str, **other) -> WhyNot:
    before = (events(), Patient.objects.count(), Message.objects.count())
    with pytest.raises(scheduling.NotOffered) as refused:
        desk_visit(cast, wall, **({"person": BEN} | other))
    assert (events(), Patient.objects.count(), Message.objects.count()) == before
    assert str(refused.value) == refused.value.why.refusal.value
    return refused.value.why


def test_the_desk_reads_which_rule_refuses_and_what_stands_in_the_way():
    cast = make_cast()
    taken = visit(cast, "13:00")
    Closure.objects.create(
        starts_at=local(TUESDAY, "9:00"), ends_at=local(TUESDAY, "9:30"), reason="Fire drill"
    )
    monday = {"day": "2026-11-23"}
    assert refusal_of(cast, "6:59", **monday) == WhyNot(Refusal.PAST)
    assert refusal_of(cast, "8:59", **monday) == WhyNot(Refusal.TOO_SOON)
    assert refusal_of(cast, "9:00", day="2027-02-02") == WhyNot(Refusal.TOO_FAR)
    assert refusal_of(cast, "20:00") == WhyNot(Refusal.NOT_WORKING)
    assert refusal_of(cast, "10:05") == WhyNot(Refusal.BETWEEN_STARTS)
    assert refusal_of(cast, "9:00") == WhyNot(Refusal.CLOSED, "Fire drill")
    assert refusal_of(cast, "13:00") == WhyNot(Refusal.PRACTITIONER_BUSY, taken.reference)
    Room.objects.filter(location=cast.riverside, name="Room 2").update(in_use=False)
    assert refusal_of(cast, "13:00", practitioner=cast.tomas) == WhyNot(Refusal.ROOMS_TAKEN)


@pytest.mark.parametrize(
    ("wall", "asked"),
    [
        ("8:59", {"day": "2026-11-23"}),
        ("9:00", {"day": "2027-02-02"}),
        ("20:00", {}),
        ("10:05", {}),
        ("9:00", {}),
    ],
)
def test_with_a_reason_a_rule_gives_way_and_the_visit_is_not_overbooked_if_nobody_is_there(
    wall, asked
):
    cast = make_cast()
    Closure.objects.create(
        starts_at=local(TUESDAY, "9:00"), ends_at=local(TUESDAY, "9:30"), reason="Fire drill"
    )
    booked = desk_visit(cast, wall, overbooking_reason=REASON, **asked)
    booked.refresh_from_db()
    assert (booked.overbooked, booked.overbooking_reason) == (False, REASON)
    assert booked.events.get().reason == REASON


def test_with_a_reason_a_visit_may_stand_where_another_does():
    cast = make_cast()
    bens = visit(cast, "10:00", person=BEN)
    booked = desk_visit(cast, "10:00", overbooking_reason=REASON)
    assert (booked.overbooked, booked.overbooking_reason, booked.room.name) == (
        True,
        REASON,
        "Room 2",
    )
    bens.refresh_from_db()
    assert (bens.state, bens.overbooked) == (State.BOOKED, False)
    assert history(booked) == [("booked", "", "booked", "Dina Farouk", NOW)]


def test_a_hold_is_not_displaced_by_an_overbooked_visit():
    cast = make_cast()
    held = hold(cast, "10:00", visitor=BENS_BROWSER)
    assert desk_visit(cast, "10:00", overbooking_reason=REASON).overbooked
    with pytest.raises(scheduling.SlotTaken):
        book(held, person=BEN)


def test_with_every_room_taken_an_overbooked_visit_gets_the_first():
    cast = make_cast()
    visit(cast, "10:00", person=BEN)
    desk_visit(cast, "10:00", practitioner=cast.tomas, person=CLEO)
    booked = desk_visit(cast, "10:00", overbooking_reason=REASON)
    assert (booked.overbooked, booked.room.name) == (True, "Room 1")


def test_a_location_without_a_room_takes_nobody_whatever_the_reason():
    cast = make_cast()
    tent = make_location("Tent", rooms=0)
    make_hours(cast.priya, tent)
    why = refusal_of(cast, "10:00", location=tent, overbooking_reason=REASON)
    assert why == WhyNot(Refusal.ROOMS_TAKEN)


def test_an_overbooked_visit_is_offered_to_nobody_else():
    cast = make_cast()
    bens = visit(cast, "10:00", person=BEN)
    desk_visit(cast, "10:00", overbooking_reason=REASON)
    scheduling.cancel(appointment=bens, by=cast.dina, now=NOW)
    openings = Openings(cast.first_visit, now=NOW)
    why_not = openings.why_not(cast.priya, cast.riverside, TEN)
    assert why_not
    assert why_not.refusal is Refusal.PRACTITIONER_BUSY
    with pytest.raises(scheduling.SlotTaken):
        hold(cast, "10:00", visitor=BENS_BROWSER)


def test_the_past_stays_closed_whatever_the_reason_and_whoever_asks():
    cast = make_cast()
    admin = make_staff("boss", "Bo", "Ss", group="Front desk")
    admin.is_superuser = True
    admin.save()
    why = refusal_of(cast, "10:00", now=TEN, by=admin, overbooking_reason=REASON)
    assert why == WhyNot(Refusal.PAST)
    just_before = TEN - timedelta(microseconds=1)
    booked = desk_visit(cast, "10:00", now=just_before, by=admin, overbooking_reason=REASON)
    assert booked.state == State.BOOKED


def test_who_may_not_overbook_cannot_whatever_the_reason():
    cast = make_cast()
    priya = make_staff("priya", "Priya", "Nair", group="Practitioner")
    visit(cast, "10:00", person=BEN)
    before = events()
    with pytest.raises(scheduling.MayNotOverbook):
        desk_visit(cast, "10:00", by=priya, overbooking_reason=REASON)
    assert events() == before
    assert Patient.objects.get().name == "Ben Carter"
    assert desk_visit(cast, "13:00", by=priya).state == State.BOOKED


def test_the_permission_is_given_by_name():
    cast = make_cast()
    editor = make_staff("mei", "Mei", "Lindqvist", group="Editor")
    visit(cast, "10:00", person=BEN)
    with pytest.raises(scheduling.MayNotOverbook):
        desk_visit(cast, "10:00", by=editor, overbooking_reason=REASON)
    editor.user_permissions.add(Permission.objects.get(codename="overbook"))
    allowed = type(editor).objects.get(pk=editor.pk)
    assert desk_visit(cast, "10:00", by=allowed, overbooking_reason=REASON).overbooked


def test_ana_cannot_be_in_two_places_whatever_the_reason():
    cast = make_cast()
    visit(cast, "10:00")
    before = (events(), Message.objects.count())
    with pytest.raises(scheduling.SlotTaken):
        desk_visit(cast, "10:30", practitioner=cast.tomas)
    with pytest.raises(scheduling.SlotTaken):
        desk_visit(cast, "10:30", overbooking_reason=REASON)
    assert (events(), Message.objects.count()) == before
    assert desk_visit(cast, "11:30", practitioner=cast.tomas).state == State.BOOKED


def test_ana_who_was_squeezed_in_cannot_be_elsewhere_at_that_time_either():
    cast = make_cast()
    visit(cast, "10:00", person=BEN)
    desk_visit(cast, "10:00", overbooking_reason=REASON)
    Room.objects.create(location=cast.riverside, name="Room 3", order=3)
    with pytest.raises(scheduling.SlotTaken):
        desk_visit(cast, "10:00", practitioner=cast.tomas)
    assert desk_visit(cast, "10:00", practitioner=cast.tomas, person=CLEO).state == State.BOOKED


@pytest.mark.parametrize("night", ["2026-11-01", "2026-03-08"])
def test_a_visit_given_in_local_time_lasts_its_length_also_while_the_clock_is_changed(night):
    cast = make_cast()
    before = local(night, "1:30") - timedelta(days=3)
    booked = desk_visit(cast, "1:30", day=night, now=before, overbooking_reason=REASON)
    booked.refresh_from_db()
    assert booked.ends_at - booked.starts_at == timedelta(hours=1)
    assert booked.blocks.upper - booked.blocks.lower == timedelta(minutes=70)


@pytest.mark.parametrize("dependant", ["", "Kim Carter"])
def test_whoever_has_no_address_is_not_booked_twice_by_one_form(dependant):
    cast = make_cast()
    ben = replace(BEN, email="", dependant=dependant)
    first = desk_visit(cast, "10:00", person=ben, overbooking_reason=REASON)
    before = (events(), Patient.objects.count())
    with pytest.raises(scheduling.SlotTaken):
        desk_visit(cast, "10:00", person=ben, overbooking_reason=REASON)
    assert (events(), Patient.objects.count()) == before
    scheduling.cancel(appointment=first, by=cast.dina, now=NOW)
    again = desk_visit(cast, "10:00", person=ben, overbooking_reason=REASON)
    assert again.patient != first.patient


def test_others_without_an_address_are_booked_beside_them_with_a_reason():
    cast = make_cast()
    ben = replace(BEN, email="")
    desk_visit(cast, "10:00", person=ben)
    for other in (replace(CLEO, email=""), replace(ben, phone="+17805550159")):
        assert desk_visit(cast, "10:00", person=other, overbooking_reason=REASON).overbooked
    assert not desk_visit(cast, "11:30", person=ben).overbooked
