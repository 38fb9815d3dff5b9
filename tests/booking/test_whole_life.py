"""The clock moves through the whole life of one visit, with the mail server down for a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from booking import clock, outbox, scheduling
from booking.models import Appointment, Message, State
from tests.booking.steps import visit
from tests.cast import NOW, make_cast
from tests.factories import local
from tests.mail_server import Letterbox, free_port, listening, mail_sent_to

pytest_plugins = ["tests.committed"]

THE_DAY = "2026-12-01"
STARTS = local(THE_DAY, "10:00")
HOUR = timedelta(hours=1)


class Life:
    """The worker's days, an hour at a time."""

    def __init__(self) -> None:
        self.port, self.letterbox = free_port(), Letterbox()
        self.now = NOW
        self.left: list[tuple[str, datetime]] = []

    @contextmanager
    def mail_server_up(self) -> Iterator[None]:
        with listening(self.letterbox, self.port):
            yield

    def until(self, moment: datetime) -> None:
        """Do all that the worker does until `moment`, that one included."""
        with mail_sent_to(self.port):
            while self.now <= moment:
                self.work()
                self.now += HOUR

    def work(self) -> None:
        clock.tick(now=self.now)
        while message := outbox.deliver_next(now=self.now):
            if message.state == Message.Delivery.SENT:
                self.left.append((message.kind, self.now))


def subjects(life: Life) -> list[str]:
    return [str(letter["Subject"]) for letter in life.letterbox.letters]


def clinic_with_a_visit() -> tuple[Appointment, object]:
    cast = make_cast()
    cast.first_visit.reminder_hours = [72, 24]
    cast.first_visit.save()
    return visit(cast, "10:00", day=THE_DAY), cast.dina


def test_each_letter_leaves_once_at_its_time(committed: None) -> None:
    booked, dina = clinic_with_a_visit()
    life = Life()
    with life.mail_server_up():
        life.until(STARTS)
        scheduling.arrive(appointment=booked, by=dina, now=STARTS)
        life.until(STARTS + HOUR)
        scheduling.complete(appointment=booked, by=dina, now=STARTS + HOUR)
        life.until(STARTS + 30 * HOUR)
    assert life.left == [
        ("confirmation", NOW),
        ("reminder", STARTS - 72 * HOUR),
        ("reminder", STARTS - 24 * HOUR),
        ("aftercare", local(THE_DAY, "18:00")),
    ]
    assert subjects(life) == [
        "Your appointment on Tuesday 1 December",
        "Reminder: your appointment on Tuesday 1 December",
        "Reminder: your appointment on Tuesday 1 December",
        "After your appointment on Tuesday 1 December",
    ]


def test_a_day_without_a_mail_server_delays_and_loses_nothing(committed: None) -> None:
    """It goes away an hour before the first reminder is due and comes back a day later."""
    booked, dina = clinic_with_a_visit()
    life = Life()
    away, back = STARTS - 73 * HOUR, STARTS - 49 * HOUR
    with life.mail_server_up():
        life.until(away)
    life.until(back)
    with life.mail_server_up():
        life.until(STARTS)
        scheduling.arrive(appointment=booked, by=dina, now=STARTS)
        scheduling.complete(appointment=booked, by=dina, now=STARTS + HOUR)
        life.until(STARTS + 30 * HOUR)
    kinds = [kind for kind, _at in life.left]
    assert kinds == ["confirmation", "reminder", "reminder", "aftercare"]
    late = life.left[1][1]
    assert back < late <= back + outbox.LONGEST_WAIT + HOUR
    assert [at for _kind, at in life.left[2:]] == [STARTS - 24 * HOUR, local(THE_DAY, "18:00")]
    assert len(set(life.letterbox.message_ids)) == len(life.letterbox.letters) == 4


def test_booked_moved_and_cancelled_while_the_mail_server_is_down_only_what_holds_leaves(
    committed: None,
) -> None:
    booked, dina = clinic_with_a_visit()
    life = Life()
    life.until(NOW + 6 * HOUR)
    moved = scheduling.move(
        appointment=booked,
        practitioner=booked.practitioner,
        location=booked.location,
        start=STARTS + HOUR,
        by=dina,
        now=NOW + 6 * HOUR,
    )
    life.until(NOW + 24 * HOUR)
    with life.mail_server_up():
        life.until(NOW + 25 * HOUR)
        assert [kind for kind, _at in life.left] == ["moved"]
        scheduling.cancel(appointment=moved, by=dina, now=NOW + 25 * HOUR)
        life.until(STARTS + 30 * HOUR)
    assert [kind for kind, _at in life.left] == ["moved", "cancellation"]
    booked.refresh_from_db()
    assert booked.state == State.CANCELLED
    assert not Message.objects.waiting().exists()


def test_reminders_that_the_night_of_the_mail_server_made_pointless_never_leave(
    committed: None,
) -> None:
    clinic_with_a_visit()
    life = Life()
    with life.mail_server_up():
        life.until(STARTS - 73 * HOUR)
    life.until(STARTS - HOUR)
    assert Message.objects.waiting().filter(kind=Message.Kind.REMINDER).count() == 1
    life.until(STARTS + HOUR)
    with life.mail_server_up():
        life.until(STARTS + 4 * HOUR)
    assert [kind for kind, _at in life.left] == ["confirmation"]
    states = Message.objects.filter(kind=Message.Kind.REMINDER).values_list("state", flat=True)
    assert set(states) == {Message.Delivery.SUPERSEDED}
