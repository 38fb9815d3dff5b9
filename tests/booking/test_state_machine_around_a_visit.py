"""The diary stays whole also while visits are moved, reviewed, proved, taken back and lapse.

The machine of test_state_machine.py goes on with its own steps; these come in between. Letters are
really delivered now and then, and each visit has a live link as soon as it is booked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as project
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, multiple, precondition, rule, run_state_machine_as_test

from booking import outbox, scheduling, visit_links
from booking.diary import ANYONE
from booking.models import Appointment, HouseRules, Message, ScreeningAnswers, State, VisitLink
from booking.registration import Person
from tests.booking.steps import details_of
from tests.booking.test_state_machine import (
    LOCATIONS,
    PEOPLE,
    PRACTITIONERS,
    STARTS,
    TUESDAY_MORNING,
    VISITORS,
    Diary,
)
from tests.booking.whole_diary import kinds

RUNS, STEPS = (200, 50) if project.PROVE else (12, 30)

# Who moves a visit, and for which reason against the rules.
AUTHORS = st.sampled_from([("patient", ""), ("desk", ""), ("desk", "In great pain")])
OUTCOMES = st.sampled_from(ScreeningAnswers.Outcome.values)

# The letter that tells how a visit stands, by its state.
TELLS = {
    State.BOOKED: {"confirmation", "moved"},
    State.ARRIVED: {"confirmation", "moved"},
    State.COMPLETED: {"confirmation", "moved"},
    State.NO_SHOW: {"confirmation", "moved"},
    State.LEFT_UNSEEN: {"confirmation", "moved"},
    State.NEEDS_REVIEW: {"review"},
    State.UNPROVED: {"address_proof"},
    State.CANCELLED: {"cancellation"},
    State.DECLINED: {"declined"},
    State.LAPSED: {"address_proof", ""},
}
ENDED = {State.CANCELLED, State.DECLINED, State.LAPSED}


class AroundAVisit(Diary):
    BY_THE_WAY = Diary.BY_THE_WAY | {"lapsed"}

    def __init__(self) -> None:
        super().__init__()
        self.cast.first_visit.reminder_hours = [24, 1]
        self.cast.first_visit.save()

    @rule(who=st.sampled_from(HouseRules.AddressProof.values))
    def change_who_proves_the_address(self, who: str) -> None:
        HouseRules(pk=1, address_proof=who).save()

    @rule(
        visitor=VISITORS,
        which=st.integers(0, 12),
        person=PEOPLE,
        outcome=OUTCOMES,
        target=Diary.visits,
    )
    def answer_the_questions_and_book(
        self, visitor: str, which: int, person: Person, outcome: str
    ) -> Any:
        self.hold_a_time_that_is_shown(visitor, which)
        held = Appointment.objects.filter(state=State.HELD, held_by=visitor).first()
        if held is None:
            return multiple()
        answers = ScreeningAnswers(version="1", outcome=outcome, given_at=self.now)
        answers.seal({})
        answers.save()
        details = details_of(person)
        booked = self.attempt(
            "booked",
            partial(
                scheduling.book,
                appointment=held,
                visitor=visitor,
                details=scheduling.Details(
                    person=details.person,
                    about="",
                    privacy_notice=details.privacy_notice,
                    answers=answers,
                ),
                now=self.now,
            ),
        )
        return booked.pk if booked else multiple()

    @rule(visit=Diary.visits, decision=st.sampled_from(["approve", "decline", "ask_to_phone"]))
    def decide(self, visit: int, decision: str) -> None:
        event = {"approve": "approved", "decline": "declined", "ask_to_phone": "asked"}[decision]
        reason = {"reason": "Not here"} if decision == "decline" else {}
        command = getattr(scheduling, decision)
        appointment = Appointment.objects.get(pk=visit)
        self.attempt(
            event,
            partial(command, appointment=appointment, by=self.cast.dina, now=self.now, **reason),
        )

    @rule(visit=Diary.visits)
    def prove_the_address(self, visit: int) -> None:
        appointment = Appointment.objects.get(pk=visit)
        was = appointment.state
        proved = self.attempt(
            "proved",
            partial(scheduling.prove_address, appointment=appointment, now=self.now),
        )
        if proved and was != State.UNPROVED:
            self.done["proved"] -= 1

    @rule(visit=Diary.visits)
    def say_that_they_will_be_there(self, visit: int) -> None:
        appointment = Appointment.objects.get(pk=visit)
        already = appointment.patient_confirmed_at
        confirmed = self.attempt(
            "confirmed",
            partial(scheduling.confirm_attendance, appointment=appointment, now=self.now),
        )
        if confirmed and already:
            self.done["confirmed"] -= 1

    @rule(
        visit=Diary.visits,
        name=PRACTITIONERS,
        location=LOCATIONS,
        start=STARTS,
        author=AUTHORS,
    )
    def move(
        self, visit: int, name: str, location: str, start: datetime, author: tuple[str, str]
    ) -> None:
        by_whom, reason = author
        before = Appointment.objects.get(pk=visit)
        moved = self.attempt(
            "moved",
            partial(
                scheduling.move,
                appointment=before,
                practitioner=self.practitioner(name),
                location=self.location(location),
                start=start,
                by=self.cast.dina if by_whom == "desk" else None,
                now=self.now,
                overbooking_reason=reason,
            ),
        )
        # Where it stands already.
        if moved and moved.calendar_sequence == before.calendar_sequence:
            self.done["moved"] -= 1

    @rule(visit=Diary.visits, which=st.integers(0, 12), author=AUTHORS)
    def move_to_a_time_that_is_shown(self, visit: int, which: int, author: tuple[str, str]) -> None:
        appointment = Appointment.objects.get(pk=visit)
        openings = scheduling.openings_for(appointment, ANYONE, now=self.now)
        if times := openings.times(TUESDAY_MORNING):
            chosen = times[which % len(times)]
            self.move(
                visit,
                chosen.practitioners[0].name,
                chosen.location.slug,
                chosen.start,
                author,
            )

    @rule(visit=Diary.visits, minutes=st.sampled_from([0, 2, 3]))
    def take_back_what_was_just_done(self, visit: int, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        appointment = Appointment.objects.get(pk=visit)
        last = scheduling.last_own_change(appointment, now=self.now)
        live = self.live_links(appointment)
        back = self.attempt(
            "undone", partial(scheduling.take_back, appointment=appointment, now=self.now)
        )
        if back and last:
            before = last.from_starts_at or last.starts_at
            assert (back.state, back.starts_at) == (last.from_state, before)
            assert self.live_links(appointment) >= live

    @precondition(lambda self: Message.objects.waiting().filter(due_at__lte=self.now).exists())
    @rule()
    def the_worker_delivers(self) -> None:
        written = kinds()
        due = Message.objects.waiting().filter(due_at__lte=self.now).count()
        delivered = [outbox.deliver_next(now=self.now) for _ in range(due)]
        assert all(delivered)
        assert outbox.deliver_next(now=self.now) is None
        assert not Message.objects.filter(state=Message.Delivery.FAILED).exists()
        assert kinds() == written

    @rule(visit=Diary.visits)
    def somebody_makes_a_link(self, visit: int) -> None:
        appointment = Appointment.objects.get(pk=visit)
        if appointment.state not in ENDED:
            visit_links.issue(
                appointment, expires_at=appointment.ends_at + timedelta(days=1), now=self.now
            )

    def live_links(self, appointment: Appointment) -> int:
        return VisitLink.objects.filter(
            appointment=appointment, revoked_at=None, expires_at__gt=self.now
        ).count()

    @invariant()
    def every_booking_and_every_cancellation_owes_one_letter(self) -> None:
        """The newest letter that was not taken back tells how the visit stands, and only one that
        does so is still to leave."""
        current = Message.objects.exclude(state=Message.Delivery.SUPERSEDED)
        for visit in Appointment.objects.visits():
            telling = [
                (letter.kind, letter.state)
                for letter in current.filter(appointment=visit).order_by("pk")
                if letter.kind not in {"reminder", "please_phone", "aftercare"}
            ]
            newest = telling[-1][0] if telling else ""
            # The sessions of a course are told of in one letter; and what has begun or run out
            # before its letter left is not written about any more.
            is_over = visit.starts_at <= self.now or (
                visit.hold_expires_at is not None and visit.hold_expires_at <= self.now
            )
            untold = not telling and (visit.course_id or is_over)
            assert newest in TELLS[State(visit.state)] or untold
            assert [state for _, state in telling].count("queued") <= 1

    @invariant()
    def reminders_wait_for_visits_that_stand_and_for_each_hour_once(self) -> None:
        waiting = Message.objects.waiting().filter(kind=Message.Kind.REMINDER)
        due = list(waiting.values_list("appointment", "due_at"))
        assert len(due) == len(set(due))
        assert not waiting.exclude(
            appointment__state__in=[
                State.BOOKED,
                State.ARRIVED,
                State.COMPLETED,
                State.NO_SHOW,
                State.LEFT_UNSEEN,
            ]
        ).exists()

    @invariant()
    def every_link_to_an_ended_visit_is_dead(self) -> None:
        live = VisitLink.objects.filter(revoked_at=None, expires_at__gt=self.now)
        assert not live.filter(appointment__state__in=ENDED).exists()


@pytest.mark.prove
@pytest.mark.django_db
def test_the_diary_stays_whole_around_every_visit():
    run_state_machine_as_test(
        AroundAVisit,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
