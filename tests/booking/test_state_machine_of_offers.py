"""The diary stays whole also while freed times are offered, and courses are proposed.

Everything of the two other machines goes on in between: offers meet holds, moves and cancellations
of the same places.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as project
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, multiple, precondition, rule, run_state_machine_as_test

from booking import scheduling
from booking.course_plan import Session
from booking.models import (
    Appointment,
    Course,
    FreedTime,
    SlotOffer,
    State,
    WaitingEntry,
)
from booking.registration import Person, find_or_register
from tests.booking.test_state_machine import PEOPLE, STARTS, Diary
from tests.booking.test_state_machine_around_a_visit import AroundAVisit
from tests.booking.whole_diary import kinds
from tests.cast import NOW

RUNS, STEPS = (200, 50) if project.PROVE else (12, 30)

UNTIL = date(2026, 12, 7)


class OffersAndCourses(AroundAVisit):
    @rule(visit=Diary.visits)
    def wish_for_earlier(self, visit: int) -> None:
        appointment = Appointment.objects.get(pk=visit)
        wish = scheduling.Wish(until=UNTIL)
        self.without_event(
            partial(scheduling.wish_for_earlier, appointment=appointment, wish=wish, now=self.now)
        )

    @rule(person=PEOPLE)
    def join_the_list(self, person: Person) -> None:
        self.without_event(
            partial(
                scheduling.join_list,
                person=person,
                service=self.cast.first_visit,
                wish=scheduling.Wish(until=UNTIL),
                now=self.now,
            )
        )

    def without_event(self, command: Any) -> Any:
        """What the list itself says is none of the diary's business."""
        written = kinds()
        try:
            return command()
        except (scheduling.WrongState, scheduling.ListFull):
            return None
        finally:
            assert kinds() == written

    @precondition(lambda _self: FreedTime.objects.filter(handled_at=None).exists())
    @rule(minutes=st.sampled_from([0, 3]))
    def the_clock_offers_what_became_free(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.done["held"] += scheduling.offer_freed_times(now=self.now)

    def open_offers(self) -> list[SlotOffer]:
        return list(SlotOffer.objects.filter(answer=SlotOffer.Answer.OPEN).order_by("pk"))

    @precondition(lambda self: self.open_offers())
    @rule(which=st.integers(0, 3), target=Diary.visits)
    def accept(self, which: int) -> Any:
        offers = self.open_offers()
        offer = offers[which % len(offers)]
        had = offer.entry.appointment
        taken = self.attempt(
            "moved" if had else "booked",
            partial(scheduling.accept_offer, offer=offer, by=None, now=self.now),
        )
        if taken is None:
            return multiple()
        assert taken.starts_at == offer.starts_at
        assert had is None or taken.pk == had.pk
        return multiple() if had else taken.pk

    @precondition(lambda self: self.open_offers())
    @rule(which=st.integers(0, 3))
    def decline(self, which: int) -> None:
        offers = self.open_offers()
        scheduling.decline_offer(offer=offers[which % len(offers)], by=None, now=self.now)

    @rule(minutes=st.sampled_from([0, 31, 600]))
    def the_clock_ends_what_nobody_answered(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        scheduling.lapse_offers(now=self.now)
        scheduling.lapse_courses(now=self.now)
        scheduling.end_wishes(now=self.now)
        scheduling.sweep(now=self.now)

    @rule(person=PEOPLE, start=STARTS, days=st.sampled_from([1, 7]))
    def propose_a_course(self, person: Person, start: datetime, days: int) -> None:
        patient = find_or_register(person, now=NOW)
        sessions = [
            Session(self.cast.tomas, self.cast.riverside, start + timedelta(days=days * number))
            for number in range(2)
        ]
        before = kinds()["held"]
        try:
            course = scheduling.propose(
                patient=patient,
                service=self.cast.first_visit,
                sessions=sessions,
                minimum_gap_days=1,
                by=self.cast.dina,
                now=self.now,
            )
        except (scheduling.NotOffered, scheduling.SlotTaken, scheduling.NotACourse):
            assert kinds()["held"] == before
            return
        assert course.appointments.filter(state=State.HELD).count() == 2
        self.done["held"] += 2

    def open_courses(self) -> list[Course]:
        return list(Course.objects.filter(answer=Course.Answer.OPEN).order_by("pk"))

    @precondition(lambda self: self.open_courses())
    @rule(which=st.integers(0, 3), target=Diary.visits)
    def accept_a_course(self, which: int) -> Any:
        courses = self.open_courses()
        course = courses[which % len(courses)]
        try:
            answered = scheduling.accept_course(course=course, by=None, now=self.now)
        except scheduling.SlotTaken:
            return multiple()
        if answered.answer != Course.Answer.ACCEPTED:
            return multiple()
        booked = list(course.appointments.standing())
        assert len(booked) == course.sessions
        self.done["booked"] += len(booked)
        return multiple(*(visit.pk for visit in booked))

    @precondition(lambda self: self.open_courses())
    @rule(which=st.integers(0, 3))
    def decline_a_course(self, which: int) -> None:
        courses = self.open_courses()
        scheduling.decline_course(course=courses[which % len(courses)], by=None, now=self.now)

    @invariant()
    def an_offer_keeps_its_place_as_long_as_it_stands(self) -> None:
        for offer in self.open_offers():
            kept = Appointment.objects.filter(held_by=f"offer {offer.pk}", state=State.HELD).first()
            assert kept is not None or offer.expires_at <= self.now
            assert kept is None or kept.starts_at == offer.starts_at

    @invariant()
    def whoever_got_a_time_waits_no_more(self) -> None:
        accepted = SlotOffer.objects.filter(answer=SlotOffer.Answer.ACCEPTED)
        assert not accepted.exclude(entry__state=WaitingEntry.State.FULFILLED).exists()


@pytest.mark.prove
@pytest.mark.django_db
def test_the_diary_stays_whole_while_times_are_offered():
    run_state_machine_as_test(
        OffersAndCourses,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
