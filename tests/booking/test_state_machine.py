"""Whatever people do at the clinic and in whatever order, the diary stays whole.

Hypothesis plays visitors, the desk, the clock and whoever changes hours and closures, on the real
database. After every step the rows are compared with each other, with their history and with what
was done so far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as project
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from booking import scheduling
from booking.diary import Who
from booking.intervals import Interval
from booking.models import Appointment, Closure, Message, Service, State, WorkingHours
from booking.openings import Openings
from booking.registration import Person
from content.models import Location, Practitioner
from tests.booking.steps import details_of
from tests.booking.whole_diary import (
    every_history_leads_to_where_its_appointment_is,
    every_visitor_holds_one_place_at_most,
    kinds,
    nobody_and_no_room_is_in_two_places,
    rows,
)
from tests.cast import ANA, BEN, NOW, TUESDAY, make_cast
from tests.factories import local, make_hours, make_practitioner

RUNS, STEPS = (200, 50) if project.PROVE else (25, 30)

REFUSALS = (
    scheduling.SlotTaken,
    scheduling.HoldGone,
    scheduling.HeldLongEnough,
    scheduling.NotOffered,
    scheduling.WrongState,
    scheduling.TooLate,
    scheduling.NothingToTakeBack,
    scheduling.PleasePhone,
    scheduling.OfferGone,
    scheduling.ListFull,
    scheduling.NotACourse,
)

TUESDAY_MORNING = Interval(local(TUESDAY, "0:00"), local(TUESDAY, "14:00"))
STARTS = st.sampled_from(
    [local(TUESDAY, wall) for wall in ("9:00", "9:30", "10:00", "10:10", "10:30", "11:00", "12:30")]
)
VISITORS = st.sampled_from(["first browser", "second browser", "third browser"])
PEOPLE = st.sampled_from([ANA, BEN, replace(ANA, dependant="Lia Lopez")])
PRACTITIONERS = st.sampled_from(["Priya Nair", "Tomas Costa", "Mei Lindqvist"])
LOCATIONS = st.sampled_from(["riverside", "riverside", "hilltop"])
MARKS = st.sampled_from(
    [
        ("arrive",),
        ("no_show",),
        ("undo",),
        ("complete",),
        ("no_show", "undo"),
        ("arrive", "undo"),
        ("arrive", "complete"),
        ("arrive", "left_unseen", "complete"),
    ]
)
KIND_OF_MARK = {
    "arrive": "arrived",
    "complete": "completed",
    "no_show": "no_show",
    "left_unseen": "left_unseen",
    "undo": "undone",
}


class Diary(RuleBasedStateMachine):
    # What the clock or a visitor's next hold does by the way.
    BY_THE_WAY = frozenset({"released", "expired"})

    visits = Bundle("visits")
    closures = Bundle("closures")

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.cast = make_cast()
        mei = make_practitioner("Mei Lindqvist", order=3)
        self.cast.first_visit.practitioners.add(mei)
        make_hours(mei, self.cast.riverside)
        make_hours(self.cast.priya, self.cast.hilltop)
        WorkingHours.objects.update(ends_at=time(12))
        self.now = NOW
        self.done: Counter[str] = Counter()
        self.from_the_desk = 0

    @initialize(target=visits, people=st.lists(PEOPLE, min_size=2, max_size=2))
    def some_visits_are_booked(self, people: list[Person]) -> Any:
        starts = [local(TUESDAY, "9:00"), local(TUESDAY, "10:30")]
        return multiple(
            *(
                self.at_the_desk(self.cast.priya, start, person, reason="")
                for start, person in zip(starts, people, strict=True)
            )
        )

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    def practitioner(self, name: str) -> Practitioner:
        return Practitioner.objects.get(name=name)

    def location(self, slug: str) -> Location:
        return Location.objects.get(slug=slug)

    def attempt(self, kind: str, command: Callable[[], Any]) -> Any:
        """What the command returns, counted; or None if it was refused and wrote nothing."""
        written = kinds()
        try:
            result = command()
        except REFUSALS:
            assert kinds() == written
            return None
        self.done[kind] += 1
        return result

    def held(self) -> list[Appointment]:
        return list(Appointment.objects.filter(state=State.HELD).order_by("pk"))

    @rule(minutes=st.sampled_from([1, 9, 10, 11, 60]))
    def the_clock_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(visitor=VISITORS, name=PRACTITIONERS | st.none(), location=LOCATIONS, start=STARTS)
    def hold(self, visitor: str, name: str | None, location: str, start: datetime) -> None:
        self.take(visitor, name, location, start)

    @rule(visitor=VISITORS, which=st.integers(0, 12))
    def hold_a_time_that_is_shown(self, visitor: str, which: int) -> None:
        times = Openings(self.cast.first_visit, now=self.now).times(TUESDAY_MORNING)
        if times:
            chosen = times[which % len(times)]
            got = self.take(visitor, None, chosen.location.slug, chosen.start)
            assert got is not None, "shown, but not to be had"

    @precondition(lambda self: self.held())
    @rule(visitor=VISITORS, which=st.integers(0, 2))
    def want_what_another_holds(self, visitor: str, which: int) -> None:
        """A hold gives way to another visitor once it has run out, and not before."""
        held = self.held()[which % len(self.held())]
        shown = Openings(self.cast.first_visit, now=self.now, who=Who(held.practitioner)).times(
            Interval.lasting(timedelta(minutes=1), start=held.starts_at)
        )
        got = self.take(visitor, held.practitioner.name, held.location.slug, held.starts_at)
        if held.held_by != visitor:
            has_run_out = held.hold_expires_at is not None and held.hold_expires_at <= self.now
            assert has_run_out or got is None
            assert bool(shown) == (got is not None)

    def take(self, visitor: str, name: str | None, location: str, start: datetime) -> Any:
        return self.attempt(
            "held",
            lambda: scheduling.hold(
                service=self.cast.first_visit,
                practitioner=self.practitioner(name) if name else None,
                location=self.location(location),
                start=start,
                visitor=visitor,
                now=self.now,
            ),
        )

    @precondition(lambda self: self.held())
    @rule(which=st.integers(0, 2))
    def extend(self, which: int) -> None:
        held = self.held()[which % len(self.held())]
        self.attempt(
            "extended",
            lambda: scheduling.extend(appointment=held, visitor=held.held_by, now=self.now),
        )

    @rule(visitor=VISITORS)
    def release(self, visitor: str) -> None:
        scheduling.release(visitor=visitor, now=self.now)
        assert visitor not in {each.held_by for each in self.held()}

    @precondition(lambda self: self.held())
    @rule(which=st.integers(0, 2), person=PEOPLE, target=visits)
    def book(self, which: int, person: Person) -> Any:
        held = self.held()[which % len(self.held())]
        booked = self.attempt(
            "booked",
            lambda: scheduling.book(
                appointment=held, visitor=held.held_by, details=details_of(person), now=self.now
            ),
        )
        return booked.pk if booked else multiple()

    @rule(visitor=VISITORS, person=PEOPLE, which=st.integers(0, 12), target=visits)
    def hold_and_book(self, visitor: str, person: Person, which: int) -> Any:
        self.hold_a_time_that_is_shown(visitor, which)
        mine = [held for held in self.held() if held.held_by == visitor]
        return self.book(self.held().index(mine[0]), person) if mine else multiple()

    @rule(visit=visits, person=PEOPLE)
    def send_the_form_once_more(self, visit: int, person: Person) -> None:
        appointment = Appointment.objects.get(pk=visit)
        if appointment.state == State.BOOKED and appointment.held_by:
            written = kinds()
            again = scheduling.book(
                appointment=appointment,
                visitor=appointment.held_by,
                details=details_of(person),
                now=self.now,
            )
            assert (again.pk, again.patient, kinds()) == (visit, appointment.patient, written)

    @rule(name=PRACTITIONERS, start=STARTS, person=PEOPLE, target=visits)
    def book_for_a_caller(self, name: str, start: datetime, person: Person) -> Any:
        return self.at_the_desk(self.practitioner(name), start, person, reason="")

    @rule(visit=visits, person=PEOPLE, minutes=st.sampled_from([-30, 0, 0, 20]), target=visits)
    def squeeze_in(self, visit: int, person: Person, minutes: int) -> Any:
        other = Appointment.objects.get(pk=visit)
        start = other.starts_at + timedelta(minutes=minutes)
        return self.at_the_desk(other.practitioner, start, person, reason="In great pain")

    def at_the_desk(
        self, practitioner: Practitioner, start: datetime, person: Person, *, reason: str
    ) -> Any:
        booked = self.attempt(
            "booked",
            lambda: scheduling.book_for_caller(
                service=self.cast.first_visit,
                practitioner=practitioner,
                location=self.cast.riverside,
                start=start,
                person=person,
                by=self.cast.dina,
                now=self.now,
                overbooking_reason=reason,
            ),
        )
        self.from_the_desk += booked is not None
        return booked.pk if booked else multiple()

    @rule(visit=visits, by_whom=st.sampled_from(["patient", "desk"]))
    def cancel(self, visit: int, by_whom: str) -> None:
        appointment = Appointment.objects.get(pk=visit)
        by = self.cast.dina if by_whom == "desk" else None
        self.attempt(
            "cancelled",
            lambda: scheduling.cancel(appointment=appointment, by=by, now=self.now),
        )

    @rule(visit=visits, marks=MARKS)
    def on_the_day(self, visit: int, marks: tuple[str, ...]) -> None:
        """The time of the visit comes, if it is not over, and the desk marks what happens."""
        appointment = Appointment.objects.get(pk=visit)
        self.now = max(self.now, appointment.starts_at)
        for mark in marks:
            command = partial(
                getattr(scheduling, mark), appointment=appointment, by=self.cast.dina, now=self.now
            )
            self.attempt(KIND_OF_MARK[mark], command)

    @rule(
        whose=PRACTITIONERS | LOCATIONS | st.just("clinic"),
        start=STARTS,
        minutes=st.sampled_from([10, 60, 240]),
        target=closures,
    )
    def close(self, whose: str, start: datetime, minutes: int) -> int:
        is_of_a_place = whose in {"riverside", "hilltop"}
        is_of_somebody = not is_of_a_place and whose != "clinic"
        return Closure.objects.create(
            location=self.location(whose) if is_of_a_place else None,
            practitioner=self.practitioner(whose) if is_of_somebody else None,
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            reason="Course",
        ).pk

    @rule(closure=consumes(closures))
    def open_again(self, closure: int) -> None:
        Closure.objects.get(pk=closure).delete()

    @rule(name=PRACTITIONERS, first=st.sampled_from([8, 9, 10]), last=st.sampled_from([11, 12, 13]))
    def change_hours(self, name: str, first: int, last: int) -> None:
        WorkingHours.objects.filter(
            practitioner=self.practitioner(name), location=self.cast.riverside
        ).update(starts_at=time(first), ends_at=time(last))

    @rule(length=st.sampled_from([30, 60, 90]), after=st.sampled_from([0, 10, 30]))
    def change_the_service(self, length: int, after: int) -> None:
        self.cast.first_visit.length_minutes = length
        self.cast.first_visit.buffer_after_minutes = after
        self.cast.first_visit.save()

    @invariant()
    def the_diary_is_whole(self) -> None:
        there = rows()
        nobody_and_no_room_is_in_two_places(there)
        every_visitor_holds_one_place_at_most(there)
        every_history_leads_to_where_its_appointment_is(there)
        written = kinds()
        by_the_way = {kind: written.pop(kind, 0) for kind in self.BY_THE_WAY}
        assert written == +self.done, "a change without its event, or the other way round"
        ended = by_the_way["released"] + by_the_way["expired"]
        assert len(there) == written["held"] + self.from_the_desk - ended

    @invariant()
    def every_booking_and_every_cancellation_owes_one_letter(self) -> None:
        letters = Message.objects.values_list("kind", "state", "appointment__state")
        assert Counter(kind for kind, _, _ in letters) == +Counter(
            confirmation=self.done["booked"],
            cancellation=self.done["cancelled"],
            aftercare=self.done["completed"],
        )
        assert ("confirmation", "queued", "cancelled") not in letters


@pytest.mark.prove
@pytest.mark.django_db
def test_the_diary_stays_whole_whatever_people_do():
    run_state_machine_as_test(
        Diary,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
    assert Service.objects.count() == 0
