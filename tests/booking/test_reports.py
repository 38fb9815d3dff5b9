"""The figures of the clinic, counted by hand on a few visits and by machine on a year."""

from datetime import date, timedelta

import pytest

from booking import reports, scheduling
from booking.absences import Place
from booking.diary import Who
from booking.models import Closure, ExtraHours, Message, SlotOffer, Source, WaitingEntry
from booking.reports import Load, NextFree, Stretch
from tests.booking.steps import desk_visit, visit
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import local, make_hours

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
THIS_WEEK = Stretch(MONDAY, date(2026, 11, 29))
TUESDAY_NUMBER = 1
DAY = 8 * 60


def test_a_stretch_reaches_to_the_end_of_its_last_day() -> None:
    within = Stretch(MONDAY, MONDAY).within

    assert (within.start, within.end) == (local("2026-11-23", "0:00"), local("2026-11-24", "0:00"))


class TestUtilisation:
    def test_booked_minutes_stand_beside_worked_minutes(self, cast: Cast) -> None:
        visit(cast, "10:00")
        visit(cast, "13:00", person=BEN)

        found = reports.utilisation(THIS_WEEK)

        assert list(found.by_person) == ["Priya Nair", "Tomas Costa"]
        assert found.weekdays == [0, 1, 2, 3, 4]
        assert found.by_person["Priya Nair"][TUESDAY_NUMBER] == Load(120, DAY)
        assert found.of_person("Priya Nair") == Load(120, 5 * DAY)
        assert found.of_weekday(TUESDAY_NUMBER) == Load(120, 2 * DAY)
        assert found.total == Load(120, 10 * DAY)
        assert found.by_person["Priya Nair"][TUESDAY_NUMBER].percent == 25

    def test_a_cancelled_visit_does_not_count_and_a_missed_one_does(self, cast: Cast) -> None:
        off, missed = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)
        scheduling.cancel(appointment=off, by=cast.dina, now=NOW)
        scheduling.no_show(appointment=missed, by=cast.dina, now=local("2026-11-24", "13:30"))

        assert reports.utilisation(THIS_WEEK).total.booked == 60

    def test_closures_are_taken_out_and_extra_hours_put_in(self, cast: Cast) -> None:
        Closure.objects.create(
            practitioner=cast.priya,
            starts_at=local("2026-11-24", "12:00"),
            ends_at=local("2026-11-24", "20:00"),
            reason="Course",
        )
        Closure.objects.create(
            location=cast.hilltop,
            starts_at=local("2026-11-23", "0:00"),
            ends_at=local("2026-11-30", "0:00"),
            reason="Flood",
        )
        ExtraHours.objects.create(
            practitioner=cast.tomas,
            location=cast.riverside,
            starts_at=local("2026-11-28", "9:00"),
            ends_at=local("2026-11-28", "12:00"),
        )

        found = reports.utilisation(THIS_WEEK)

        assert found.of_person("Priya Nair").worked == 5 * DAY - 5 * 60
        assert found.by_person["Tomas Costa"][5] == Load(0, 180)

    def test_it_can_be_asked_for_one_practitioner_at_one_location(self, cast: Cast) -> None:
        make_hours(cast.priya, cast.hilltop, weekdays=(5,))
        visit(cast, "10:00")
        visit(cast, "10:00", person=BEN, practitioner=cast.tomas)

        def asked(**who: object) -> dict[str, Load]:
            found = reports.utilisation(Stretch(THIS_WEEK.first, THIS_WEEK.last, Who(**who)))
            return {name: found.of_person(name) for name in found.by_person}

        assert asked(practitioner=cast.tomas) == {"Tomas Costa": Load(60, 5 * DAY)}
        assert asked(location=cast.hilltop) == {"Priya Nair": Load(0, DAY)}

    def test_hours_of_who_has_left_count_up_to_their_last_visit(self, cast: Cast) -> None:
        visit(cast, "10:00")
        for day in ("2026-11-24", "2026-11-28"):
            ExtraHours.objects.create(
                practitioner=cast.priya,
                location=cast.riverside,
                starts_at=local(day, "18:00"),
                ends_at=local(day, "19:00"),
            )
        leave(cast.priya)
        leave(cast.tomas)

        found = reports.utilisation(THIS_WEEK)

        assert found.by_person == {"Priya Nair": {0: Load(0, DAY), 1: Load(60, DAY + 60)}}

    def test_hours_at_a_closed_location_count_up_to_the_last_visit_there(self, cast: Cast) -> None:
        make_hours(cast.priya, cast.hilltop, weekdays=(5,))
        visit(cast, "10:00", practitioner=cast.tomas)
        shut(cast.hilltop)
        shut(cast.riverside)

        found = reports.utilisation(THIS_WEEK)

        assert found.of_person("Priya Nair").worked == found.of_person("Tomas Costa").worked
        assert found.total == Load(60, 2 * 2 * DAY)

    def test_where_nobody_works_there_is_no_part(self) -> None:
        assert Load(60, 0).percent is None


class TestBookings:
    def test_they_are_counted_by_source_and_by_how_long_before(self, cast: Cast) -> None:
        visit(cast, "10:00")
        visit(cast, "13:00", person=BEN, day="2026-11-30")
        desk_visit(cast, "15:00", day="2026-11-23", practitioner=cast.tomas)

        found = reports.bookings(Stretch(MONDAY, MONDAY))

        assert dict(found.by_lead_time) == {
            (1, Source.ONLINE): 1,
            (3, Source.ONLINE): 1,
            (0, Source.DESK): 1,
        }
        assert dict(found.by_month) == {
            (date(2026, 11, 1), Source.ONLINE): 2,
            (date(2026, 11, 1), Source.DESK): 1,
        }
        assert (found.of(Source.ONLINE), found.of(Source.DESK)) == (2, 1)

    def test_what_was_booked_on_other_days_is_left_out(self, cast: Cast) -> None:
        visit(cast, "10:00")

        tomorrow = MONDAY + timedelta(days=1)
        assert reports.bookings(Stretch(tomorrow, tomorrow)).months == []

    def test_a_cancelled_visit_was_booked_all_the_same(self, cast: Cast) -> None:
        scheduling.cancel(appointment=visit(cast, "10:00"), by=cast.dina, now=NOW)

        assert reports.bookings(THIS_WEEK).of(Source.ONLINE) == 1


class TestAttendance:
    def test_who_had_a_reminder_is_counted_apart(self, cast: Cast) -> None:
        came, missed = visit(cast, "10:00"), visit(cast, "13:00", person=BEN)
        late, early = visit(cast, "15:00"), visit(cast, "15:00", day="2026-11-27")
        remind(came)
        remind(late)
        at_one = local("2026-11-24", "13:30")
        scheduling.arrive(appointment=came, by=cast.dina, now=at_one)
        scheduling.no_show(appointment=missed, by=cast.dina, now=at_one)
        scheduling.cancel(appointment=late, by=cast.dina, now=NOW + timedelta(hours=26))
        scheduling.cancel(appointment=early, by=cast.dina, now=NOW)

        assert reports.attendance(THIS_WEEK) == {
            True: reports.Attendance(came=1, late=1, no_show=0),
            False: reports.Attendance(came=0, late=0, no_show=1),
        }

    def test_a_reminder_that_was_not_sent_is_none(self, cast: Cast) -> None:
        came = visit(cast, "10:00")
        remind(came, state=Message.Delivery.FAILED, sent_at=None)
        scheduling.arrive(appointment=came, by=cast.dina, now=local("2026-11-24", "10:00"))

        assert reports.attendance(THIS_WEEK)[False].came == 1

    def test_a_visit_that_nobody_marked_is_in_neither(self, cast: Cast) -> None:
        visit(cast, "10:00")

        assert {each.total for each in reports.attendance(THIS_WEEK).values()} == {0}


def remind(appointment, *, state=Message.Delivery.SENT, sent_at=NOW) -> None:
    Message.objects.create(
        appointment=appointment,
        kind=Message.Kind.REMINDER,
        to="ana@example.com",
        message_id=f"<{appointment.reference}@example.com>",
        state=state,
        due_at=NOW,
        sent_at=sent_at,
        created_at=NOW,
    )


class TestNextFree:
    def test_an_empty_diary_is_free_on_the_same_day(self, cast: Cast) -> None:
        assert reports.next_free(THIS_WEEK) == [NextFree(MONDAY, 0, 0)]

    def test_full_and_closed_days_are_skipped(self, cast: Cast) -> None:
        close(cast.priya, "2026-11-23", "2026-11-26")
        close(cast.tomas, "2026-11-23", "2026-12-02")

        assert reports.next_free(THIS_WEEK) == [NextFree(MONDAY, 3, 9)]
        alone = Stretch(THIS_WEEK.first, THIS_WEEK.last, Who(practitioner=cast.tomas))
        assert reports.next_free(alone) == [NextFree(MONDAY, 9, 9)]

    def test_a_gap_must_hold_a_first_visit_with_its_buffers(self, cast: Cast) -> None:
        only_an_hour_on(cast, "2026-11-23")
        assert reports.next_free(THIS_WEEK) == [NextFree(MONDAY, 1, 1)]

        cast.first_visit.buffer_after_minutes = 0
        cast.first_visit.save()
        assert reports.next_free(THIS_WEEK) == [NextFree(MONDAY, 0, 1)]

    def test_a_visit_counts_from_its_booking_until_it_is_off(self, cast: Cast) -> None:
        hours_for_one_visit(cast)
        close(cast.priya, "2026-11-16", "2026-11-30")
        taken = visit(cast, "9:00", day="2026-12-01", now=local("2026-11-16", "12:00"))
        at_noon = local("2026-11-23", "12:00")
        scheduling.cancel(appointment=taken, by=cast.dina, now=at_noon)

        # Two weeks before nobody had booked it yet; a week before somebody had; then it was off.
        assert waits(cast, until="2026-11-30") == [15, 15, 1]

    def test_a_moved_visit_was_where_it_was_before(self, cast: Cast) -> None:
        hours_for_one_visit(cast)
        taken = visit(cast, "9:00", day="2026-11-24", now=local("2026-11-16", "12:00"))
        scheduling.move(
            appointment=taken,
            practitioner=cast.priya,
            location=cast.riverside,
            start=local("2026-12-01", "9:00"),
            by=cast.dina,
            now=local("2026-11-23", "12:00"),
        )

        assert waits(cast, until="2026-11-30") == [1, 8, 8]

    def test_without_first_visits_or_mondays_there_is_nothing(self, cast: Cast) -> None:
        tuesday = MONDAY + timedelta(days=1)
        assert reports.next_free(Stretch(tuesday, tuesday)) == []
        cast.first_visit.is_offered = False
        cast.first_visit.save()
        assert reports.next_free(THIS_WEEK) == []

    def test_who_has_left_and_where_it_is_shut_are_left_out(self, cast: Cast) -> None:
        close(cast.priya, "2026-11-23", "2026-11-26")
        make_hours(cast.priya, cast.hilltop, weekdays=(3,), starts_at="18:00", ends_at="20:00")
        Closure.objects.create(
            location=cast.riverside,
            starts_at=local("2026-11-26", "0:00"),
            ends_at=local("2026-11-27", "0:00"),
            reason="Flood",
        )
        leave(cast.tomas)
        assert reports.next_free(THIS_WEEK) == [NextFree(MONDAY, 3, 3)]

        shut(cast.hilltop)
        assert reports.next_free(THIS_WEEK) == [NextFree(MONDAY, 4, 4)]

    def test_nothing_within_the_horizon_is_said(self, cast: Cast) -> None:
        hours_for_one_visit(cast, ends_at="10:00")

        assert waits(cast, until="2026-11-23") == [None, None]


def leave(practitioner) -> None:
    practitioner.is_treating = False
    practitioner.save()


def shut(location) -> None:
    location.is_open = False
    location.save()


def close(practitioner, first: str, end: str) -> None:
    Closure.objects.create(
        practitioner=practitioner,
        starts_at=local(first, "0:00"),
        ends_at=local(end, "0:00"),
        reason="Away",
    )


def only_an_hour_on(cast: Cast, day: str) -> None:
    """Priya has an hour left, Tomas none."""
    close(cast.tomas, day, "2026-11-24")
    for start, end in (("9:00", "12:00"), ("13:00", "17:00")):
        Closure.objects.create(
            practitioner=cast.priya,
            starts_at=local(day, start),
            ends_at=local(day, end),
            reason="Away",
        )


def hours_for_one_visit(cast: Cast, ends_at: str = "10:10") -> None:
    """Priya has one place a week, on Tuesday from nine on."""
    cast.priya.working_hours.all().delete()
    hours = {"weekdays": (1,), "starts_at": "9:00", "ends_at": ends_at}
    make_hours(cast.priya, cast.riverside, **hours)


def waits(cast: Cast, *, until: str) -> list[int | None]:
    """For Priya, on the Mondays from last week's on."""
    stretch = Stretch(date(2026, 11, 16), date.fromisoformat(until), Who(cast.priya))
    return [week.soonest for week in reports.next_free(stretch)]


class TestWaiting:
    def test_entries_and_offers_are_counted_by_what_became_of_them(self, cast: Cast) -> None:
        anas = visit(cast, "10:00")
        assert anas.patient
        states = WaitingEntry.State
        for state in (states.FULFILLED, states.FULFILLED, states.WITHDRAWN, states.WAITING):
            entry = WaitingEntry.objects.create(
                patient=anas.patient,
                service=cast.first_visit,
                until=date(2026, 12, 24),
                state=state,
                created_at=NOW,
            )
        for answer in (SlotOffer.Answer.ACCEPTED, SlotOffer.Answer.LAPSED, SlotOffer.Answer.OPEN):
            SlotOffer.objects.create(
                entry=entry,
                starts_at=NOW,
                practitioner=cast.priya,
                location=cast.riverside,
                offered_at=NOW,
                expires_at=NOW,
                answer=answer,
                answered_at=None if answer == SlotOffer.Answer.OPEN else NOW,
            )

        found = reports.waiting(THIS_WEEK)

        assert found.entries == {states.FULFILLED: 2, states.WITHDRAWN: 1, states.WAITING: 1}
        assert (found.fulfilled, found.ended) == (2, 3)
        assert found.offers == {"accepted": 1, "lapsed": 1, "open": 1}
        assert reports.waiting(Stretch(date(2026, 1, 1), date(2026, 1, 2))).entries == {}

    def test_what_is_offered_because_of_an_absence_is_not_of_the_list(self, cast: Cast) -> None:
        anas = visit(cast, "10:00")
        closure = Closure.objects.create(
            practitioner=cast.priya,
            starts_at=local(TUESDAY, "0:00"),
            ends_at=local(TUESDAY, "18:00"),
            reason="Ill",
        )
        asked = scheduling.offer_instead(
            closure=closure,
            appointment=anas,
            instead=Place(cast.tomas, cast.riverside, local(TUESDAY, "13:00")),
            by=cast.dina,
            now=NOW,
        )
        assert asked.offer
        scheduling.decline_offer(offer=asked.offer, by=None, now=NOW)
        found = reports.waiting(THIS_WEEK)
        assert (found.entries, found.offers) == ({}, {})
