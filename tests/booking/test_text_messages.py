"""Text messages, handed to a real gateway on the loopback address."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import override_settings

from booking import scheduling, visit_links
from booking.letters import issue_links, short_text
from booking.models import Message, Patient, VisitLink
from booking.text_messages import DoesNotFit, GatewayTrouble, fits, send_text
from tests.booking.every_letter import owed
from tests.booking.steps import drain, visit
from tests.booking.wishes import offered, wait
from tests.cast import ANA, NOW, TUESDAY, Cast, make_cast
from tests.factories import local
from tests.mail_server import free_port

pytestmark = pytest.mark.django_db

Kind = Message.Kind
Delivery = Message.Delivery
MINUTE = timedelta(minutes=1)
TEXTED = {Kind.MOVED, Kind.CANCELLATION, Kind.REMINDER, Kind.OFFER}


@dataclass
class Gateway:
    """What it was handed, with the headers; it answers 202, after the `answers` that wait."""

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    points_to: str = ""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway that is set up and that Ana has agreed to, once she is known."""
    found = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.headers.append(dict(self.headers))
            code = found.answers.pop(0) if found.answers else 202
            if code == 202:
                found.taken.append(json.loads(body))
            self.send_response(code)
            if found.points_to:
                self.send_header("Location", found.points_to)
            self.end_headers()

        def do_GET(self) -> None:
            found.headers.append(dict(self.headers))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/texts"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        with set_up(found.url):
            yield found
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def set_up(url: str) -> Iterator[None]:
    with override_settings(TEXT_GATEWAY_URL=url, TEXT_GATEWAY_TOKEN="secret"):
        yield


def a_visit_of_ana_who_agreed(cast: Cast) -> Any:
    booked = visit(cast, "9:00")
    Patient.objects.update(texts_agreed_at=NOW)
    booked.refresh_from_db()
    return booked


def cancelled_text(cast: Cast) -> Message:
    scheduling.cancel(appointment=a_visit_of_ana_who_agreed(cast), by=cast.dina, now=NOW)
    return Message.objects.get(channel=Message.Channel.TEXT)


def test_the_gateway_gets_number_text_and_id_with_the_token() -> None:
    with gateway() as there:
        message = cancelled_text(make_cast())
        drain(NOW)
    assert there.taken == [
        {
            "to": "+17805550150",
            "text": "Your appointment on Tue 24 Nov, 9:00 am (Edmonton time) is cancelled. "
            "Another time? Phone (780) 555-0140",
            "id": message.message_id,
        }
    ]
    assert there.headers[0]["Authorization"] == "Bearer secret"
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.sent_text) == (
        Delivery.SENT,
        NOW,
        there.taken[0]["text"],
    )


def test_without_a_gateway_nobody_is_owed_a_text() -> None:
    cast = make_cast()
    scheduling.cancel(appointment=a_visit_of_ana_who_agreed(cast), by=cast.dina, now=NOW)
    assert not Message.objects.filter(channel=Message.Channel.TEXT).exists()


def test_who_has_not_agreed_is_owed_no_text() -> None:
    cast = make_cast()
    with set_up("http://127.0.0.1:9/"):
        scheduling.cancel(appointment=visit(cast, "9:00"), by=cast.dina, now=NOW)
    assert not Message.objects.filter(channel=Message.Channel.TEXT).exists()


def test_who_takes_the_agreement_back_gets_no_text_that_is_on_its_way() -> None:
    with gateway() as there:
        message = cancelled_text(make_cast())
        Patient.objects.update(texts_agreed_at=None)
        drain(NOW)
    message.refresh_from_db()
    assert (there.taken, message.state) == ([], Delivery.SUPERSEDED)


@pytest.mark.parametrize("kind", sorted(TEXTED - {Kind.REMINDER}))
def test_a_text_that_waits_goes_to_the_number_that_was_corrected_meanwhile(kind: Kind) -> None:
    with gateway() as there:
        message = owed(kind, make_cast())
        Patient.objects.update(phone="+17805550177")
        Message.objects.exclude(pk=message.pk).delete()
        Message.objects.filter(pk=message.pk).update(channel=Message.Channel.TEXT, due_at=NOW)
        Patient.objects.update(texts_agreed_at=NOW)
        drain(NOW)
    assert [each["to"] for each in there.taken] == ["+17805550177"]


def test_a_text_whose_reader_has_no_number_any_more_does_not_leave() -> None:
    with gateway() as there:
        text = cancelled_text(make_cast())
        Patient.objects.update(phone="")
        drain(NOW)
    text.refresh_from_db()
    assert (there.taken, text.state) == ([], Delivery.SUPERSEDED)


def test_a_new_link_is_no_text_again() -> None:
    cast = make_cast()
    with gateway() as there:
        booked = scheduling.move(
            appointment=a_visit_of_ana_who_agreed(cast),
            practitioner=cast.priya,
            location=cast.riverside,
            start=local(TUESDAY, "11:00"),
            by=cast.dina,
            now=NOW,
        )
        drain(NOW)
        scheduling.send_new_link(booked, now=NOW)
        drain(NOW)
    assert len(there.taken) == 1


def test_a_text_that_waits_when_the_gateway_is_taken_away_is_not_sent() -> None:
    with set_up("http://127.0.0.1:9/"):
        message = cancelled_text(make_cast())
    drain(NOW)
    message.refresh_from_db()
    assert message.state == Delivery.SUPERSEDED


def text_of(kind: Kind, cast: Cast) -> str:
    message = owed(kind, cast)
    message.channel = Message.Channel.TEXT
    return short_text(message, issue_links(message, now=NOW))


@pytest.mark.parametrize("kind", sorted(TEXTED))
def test_a_text_says_when_and_a_number_and_nothing_else(kind: Kind) -> None:
    cast = make_cast()
    cast.first_visit.name = "Dry needling consultation"
    cast.first_visit.save()
    text = text_of(kind, cast)
    assert fits(text)
    assert text.endswith("(780) 555-0140")
    assert "Tue 24 Nov, 9:00 am (Edmonton time)" in text
    for word in ("ana", "priya", "rowan", "physio", "needling", "riverside", "shoulder"):
        assert word not in text.lower()


@pytest.mark.parametrize("kind", sorted(TEXTED))
def test_a_text_has_a_link_only_where_it_asks_for_an_answer(kind: Kind) -> None:
    with override_settings(SITE_ORIGIN="https://clinic.example.com"):
        text = text_of(kind, make_cast())
    assert fits(text)
    asks = kind in {Kind.REMINDER, Kind.OFFER}
    assert ("https://clinic.example.com/v/" in text) is asks
    assert VisitLink.objects.count() == asks


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.OFFER])
def test_a_link_that_does_not_fit_is_left_out(kind: Kind) -> None:
    with override_settings(SITE_ORIGIN=f"https://{'a' * 60}.example.com"):
        text = text_of(kind, make_cast())
    assert fits(text)
    assert "/v/" not in text
    assert text.endswith("(780) 555-0140")


@pytest.mark.parametrize(("hours", "asks"), [(72, "Move or cancel: "), (24, "Confirm: ")])
def test_a_text_promises_only_what_its_page_can_still_do(hours: int, asks: str) -> None:
    cast = make_cast()
    cast.first_visit.reminder_hours = [hours]
    cast.first_visit.save()
    visit(cast, "9:00", day="2026-11-27")
    message = Message.objects.get(kind=Kind.REMINDER)
    with override_settings(SITE_ORIGIN="https://clinic.example.com"):
        assert f"{asks}https://" in short_text(message, issue_links(message, now=NOW))


def test_the_longest_day_and_hour_still_fit() -> None:
    cast = make_cast()
    message = owed(Kind.REMINDER, cast)
    message.channel = Message.Channel.TEXT
    message.appointment.starts_at = local("2026-12-30", "12:30")
    with override_settings(SITE_ORIGIN="https://clinic.example.com"):
        assert "/v/" in short_text(message, issue_links(message, now=NOW))


def test_the_link_in_a_text_opens_the_visit_and_is_not_kept() -> None:
    cast = make_cast()
    cast.first_visit.reminder_hours = [24]
    cast.first_visit.save()
    due = local("2026-11-23", "9:00")
    with gateway() as there:
        # Known and agreed before: an earlier visit of hers.
        Patient.objects.create(
            name=ANA.name, email=ANA.email, phone=ANA.phone, texts_agreed_at=NOW, created_at=NOW
        )
        booked = visit(cast, "9:00")
        drain(due)
    (taken,) = there.taken
    token = taken["text"].split("/v/")[1].split(" ")[0]
    link = visit_links.find(token, now=due)
    assert link is not None
    assert link.appointment == booked
    message = Message.objects.get(channel=Message.Channel.TEXT)
    assert message.sent_text == taken["text"].replace(token, "…")


@pytest.mark.parametrize(
    ("made", "rings"),
    [
        (local("2026-11-23", "19:59"), local("2026-11-23", "19:59")),
        (local("2026-11-23", "23:00"), local("2026-11-24", "8:00")),
        (local("2026-11-24", "3:00"), local("2026-11-24", "8:00")),
    ],
)
def test_an_offer_made_at_night_lets_the_phone_sleep(made: datetime, rings: datetime) -> None:
    cast = make_cast()
    with set_up("http://127.0.0.1:1/texts"):
        wait(cast)
        Patient.objects.update(texts_agreed_at=NOW)
        offered(cast, now=made, day="2026-11-25")
    due = dict(Message.objects.filter(kind=Kind.OFFER).values_list("channel", "due_at"))
    assert due == {"email": made, "text": rings}


@pytest.mark.parametrize("code", [400, 402, 410, 422])
def test_what_the_gateway_refuses_for_good_fails(code: int) -> None:
    with gateway() as there:
        there.answers = [code]
        message = cancelled_text(make_cast())
        drain(NOW)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (Delivery.FAILED, f"GatewayTrouble {code}")


@pytest.mark.parametrize("code", [401, 403, 404, 408, 429, 500, 503])
def test_what_the_gateway_cannot_take_now_is_tried_again(code: int) -> None:
    with gateway() as there:
        there.answers = [code]
        message = cancelled_text(make_cast())
        drain(NOW)
        message.refresh_from_db()
        assert (message.state, message.last_error) == (Delivery.QUEUED, f"GatewayTrouble {code}")
        assert message.due_at == NOW + MINUTE
        drain(NOW + MINUTE)
    message.refresh_from_db()
    assert message.state == Delivery.SENT
    assert [each["id"] for each in there.taken] == [message.message_id]


def test_without_an_answer_it_is_tried_again_and_the_e_mail_leaves_meanwhile() -> None:
    with set_up(f"http://127.0.0.1:{free_port()}/"):
        message = cancelled_text(make_cast())
        drain(NOW)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (Delivery.QUEUED, "GatewayTrouble")
    letter = Message.objects.get(kind=Kind.CANCELLATION, channel=Message.Channel.EMAIL)
    assert letter.state == Delivery.SENT


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_the_token_goes_to_no_other_address(code: int) -> None:
    with gateway() as other, gateway() as there:
        there.answers, there.points_to = [code], other.url
        with pytest.raises(GatewayTrouble):
            send_text(to="+17805550150", text="Hello", message_id="<1@example.com>")
    assert (other.headers, len(there.headers)) == ([], 1)


def test_only_http_is_spoken() -> None:
    with set_up("file:///etc/passwd"), pytest.raises(GatewayTrouble):
        send_text(to="+17805550150", text="Hello", message_id="<1@example.com>")


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("a" * 160, True),
        ("a" * 161, False),
        ("[" * 80, True),
        ("[" * 81, False),
        ("Zoë", False),
        ("é£", True),
        ("“", False),
        ("\u202e", False),
        ("", True),
    ],
)
def test_what_fits_into_one_message(text: str, one: bool) -> None:  # noqa: FBT001
    assert fits(text) is one
    if not one:
        with set_up("http://127.0.0.1:9/"), pytest.raises(DoesNotFit):
            send_text(to="+17805550150", text=text, message_id="<1@example.com>")
