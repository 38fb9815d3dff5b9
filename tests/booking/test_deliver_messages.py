"""Several at once: threads that share the outbox, and the real worker in a process of its own."""

import asyncio
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.management import call_command
from django.db import connection, transaction

from booking import scheduling
from booking.models import Message, Patient, State, VisitLink
from booking.registration import Person
from tests.booking.steps import drain
from tests.cast import ANA, BEN, Cast, make_cast
from tests.factories import local, make_booking
from tests.mail_server import (
    Letterbox,
    eventually,
    free_port,
    listening,
    mail_sent_to,
    mail_server,
    worker,
)
from tests.real_clock import AN_HOUR_AGO, TUESDAY_AHEAD

pytest_plugins = ["tests.committed"]
pytestmark = pytest.mark.usefixtures("committed")

Delivery = Message.Delivery

NOW, TUESDAY = AN_HOUR_AGO, TUESDAY_AHEAD


def book(cast: Cast, wall: str = "9:00", *, person: Person = ANA) -> Message:
    visit = make_booking(
        cast.first_visit, cast.priya, cast.riverside, local(TUESDAY, wall), person=person, now=NOW
    )
    return Message.objects.get(appointment=visit)


def has_been_sent(message: Message) -> bool:
    return Message.objects.filter(pk=message.pk, state=Delivery.SENT).exists()


@contextmanager
def in_other_hands(message: Message) -> Iterator[None]:
    """For as long as this lasts, another worker has the row locked."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Message.objects.select_for_update(no_key=True).get(pk=message.pk)
            taken.set()
            done.wait(timeout=20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    taken.wait()
    try:
        yield
    finally:
        done.set()
        other.join()


def test_a_letter_in_other_hands_is_left_alone_and_the_next_about_the_same_visit_waits() -> None:
    cast = make_cast()
    ana, ben = book(cast, "9:00"), book(cast, "11:00", person=BEN)
    later = Message.objects.create(
        appointment=ana.appointment,
        kind=Message.Kind.MOVED,
        to=ana.to,
        calendar_sequence=0,
        message_id="<later@rowanstreet.example.com>",
        due_at=NOW,
        created_at=NOW,
    )
    with mail_server() as server:
        with in_other_hands(ana):
            assert drain(NOW) == [ben]
        assert drain(NOW) == [ana, later]
    assert server.message_ids == [ben.message_id, ana.message_id, later.message_id]


def test_a_letter_that_is_on_its_way_is_tried_again_at_the_corrected_address() -> None:
    confirmation = book(make_cast())
    visit = confirmation.appointment
    assert visit
    assert visit.patient
    with in_other_hands(confirmation):
        Patient.objects.update(email="ana.l@example.com")
        scheduling.contact_changed(visit.patient, now=NOW)
    with mail_server() as server:
        drain(NOW)
    assert {letter["To"] for letter in server.letters} == {"ana.l@example.com"}


def test_cancelling_does_not_wait_for_a_letter_that_is_on_its_way() -> None:
    confirmation = book(make_cast())
    with in_other_hands(confirmation):
        cancelled = scheduling.cancel(appointment=confirmation.appointment, by=None, now=NOW)
    assert cancelled.state == State.CANCELLED
    with mail_server() as server:
        drain(NOW + scheduling.TAKE_BACK_WITHIN)
    # The confirmation has not left after all: it is not true any more.
    confirmation.refresh_from_db()
    assert confirmation.state == Delivery.SUPERSEDED
    (letter,) = server.letters
    assert letter["Subject"].endswith(" is cancelled")


def test_two_workers_at_once_deliver_each_letter_once() -> None:
    cast = make_cast()
    cast.first_visit.length_minutes = cast.first_visit.start_every_minutes = 10
    cast.first_visit.buffer_after_minutes = 0
    cast.first_visit.save()
    for number in range(30):
        person = Person(f"Patient {number}", f"patient-{number}@example.com", "")
        book(cast, f"{9 + number // 6}:{number % 6}0", person=person)
    delivered: dict[str, list[str]] = {}
    start = threading.Barrier(2)

    def work(name: str) -> None:
        start.wait()
        delivered[name] = [message.message_id for message in drain(NOW)]
        connection.close()

    with mail_server() as server:
        server.takes_seconds = 0.005
        workers = [threading.Thread(target=work, args=[name]) for name in ("one", "two")]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
    owed = sorted(Message.objects.values_list("message_id", flat=True))
    assert len(owed) == 30
    assert sorted(server.message_ids) == owed
    assert sorted(delivered["one"] + delivered["two"]) == owed
    # They did work side by side.
    assert min(len(each) for each in delivered.values()) > 5


class Looking(Letterbox):
    """Looks, over a connection of its own, how many live links there are as a letter arrives."""

    links_seen = 0

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.links_seen = await asyncio.to_thread(self.count)
        return await super().handle_DATA(server, session, envelope)

    def count(self) -> int:
        try:
            return VisitLink.objects.count()
        finally:
            connection.close()


def test_the_link_is_committed_before_the_letter_arrives() -> None:
    book(make_cast())
    port, server = free_port(), Looking()
    with listening(server, port), mail_sent_to(port):
        drain(NOW)
    assert len(server.letters) == 1
    assert server.links_seen == 1


def test_once_delivers_what_is_due_and_ends() -> None:
    message = book(make_cast())
    before = signal.getsignal(signal.SIGTERM)
    with mail_server() as server:
        call_command("deliver_messages", once=True)
    assert server.message_ids == [message.message_id]
    assert has_been_sent(message)
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_worker_delivers_what_is_queued_while_it_runs(tmp_path: Path) -> None:
    cast, port, server = make_cast(), free_port(), Letterbox()
    with listening(server, port), worker(port, tmp_path / "log"):
        first = book(cast, "9:00")
        eventually(lambda: has_been_sent(first))
        second = book(cast, "11:00", person=BEN)
        eventually(lambda: has_been_sent(second))
    assert server.message_ids == [first.message_id, second.message_id]


@pytest.mark.parametrize("told_by", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_the_worker_finishes_the_letter_at_hand_and_no_other(
    told_by: signal.Signals, tmp_path: Path
) -> None:
    cast, port, server = make_cast(), free_port(), Letterbox()
    server.takes_seconds = 0.5
    at_hand, next_one = book(cast, "9:00"), book(cast, "11:00", person=BEN)
    with listening(server, port), worker(port, tmp_path / "log") as process:
        eventually(lambda: bool(server.letters))
        process.send_signal(told_by)
        assert process.wait(timeout=60) == 0
    assert has_been_sent(at_hand)
    assert not has_been_sent(next_one)
    assert server.message_ids == [at_hand.message_id]


def test_told_to_stop_while_idle_the_worker_ends(tmp_path: Path) -> None:
    cast, port, server = make_cast(), free_port(), Letterbox()
    with listening(server, port), worker(port, tmp_path / "log") as process:
        message = book(cast)
        eventually(lambda: has_been_sent(message))
        process.terminate()
        assert process.wait(timeout=60) == 0


def test_the_worker_goes_on_when_the_database_drops_its_connection(tmp_path: Path) -> None:
    cast, port, server = make_cast(), free_port(), Letterbox()
    with listening(server, port), worker(port, tmp_path / "log") as process:
        first = book(cast, "9:00")
        eventually(lambda: has_been_sent(first))
        assert drop_other_connections() == 1
        second = book(cast, "11:00", person=BEN)
        eventually(lambda: has_been_sent(second))
        assert process.poll() is None
    assert server.message_ids == [first.message_id, second.message_id]


def test_a_database_lost_while_a_letter_is_on_its_way_costs_a_second_one_with_the_same_id(
    tmp_path: Path,
) -> None:
    cast, port, server = make_cast(), free_port(), Letterbox()
    server.takes_seconds = 0.5
    message = book(cast)
    with listening(server, port), worker(port, tmp_path / "log") as process:
        eventually(lambda: bool(server.letters))
        assert drop_other_connections() == 1
        eventually(lambda: has_been_sent(message))
        assert process.poll() is None
    assert server.message_ids == [message.message_id] * 2


def test_the_log_names_kinds_and_nobody(tmp_path: Path) -> None:
    cast, port, server = make_cast(), free_port(), Letterbox()
    log = tmp_path / "log"
    people = [Person(f"Zora {name}", f"zora-{name}@example.com", "") for name in "abc"]
    _sent, faulty, _refused = (
        book(cast, wall, person=person)
        for wall, person in zip(("9:00", "10:30", "12:00"), people, strict=True)
    )
    Patient.objects.filter(appointments=faulty.appointment).update(
        email="zora-b@example.com\nBcc: eve@evil.example"
    )
    server.answers_to["DATA"] = ["550 No such person: zora-a@example.com"]
    with listening(server, port), worker(port, log) as process:
        eventually(lambda: not Message.objects.filter(state=Delivery.QUEUED, attempts=0).exists())
        stop(process)
    written = log.read_text()
    assert "letter refused: confirmation, SMTPDataError 550" in written
    assert "letter not composed: confirmation" in written
    assert "letter sent: confirmation" in written
    assert "zora" not in written.lower()
    assert "/v/" not in written
    assert "@" not in written


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(timeout=60) == 0


def drop_other_connections() -> int:
    """What a restart of PostgreSQL does to those who are connected; returns how many they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (count,) = cursor.fetchone()
    return int(count)


def test_without_a_mail_server_the_letter_stays_and_the_worker_lives(tmp_path: Path) -> None:
    cast, port = make_cast(), free_port()
    message = book(cast)
    with mail_sent_to(port), worker(port, tmp_path / "log") as process:
        eventually(lambda: Message.objects.filter(pk=message.pk, attempts=1).exists())
        assert process.poll() is None
    message.refresh_from_db()
    assert (message.state, message.last_error) == (Delivery.QUEUED, "ConnectionRefusedError")
