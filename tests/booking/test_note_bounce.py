"""What mail servers report of letters that came back."""

import io
import sys
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from django.core.management import CommandError, call_command

from booking import outbox
from booking.delivery_reports import NoReport, read_report
from booking.models import Message
from tests.booking.steps import visit
from tests.cast import NOW, make_cast

Delivery = Message.Delivery


def report(
    message_id: str, *, action: str = "failed", status: str = "5.1.1", headers_only: bool = False
) -> bytes:
    """As Postfix writes it."""
    whole = MIMEMultipart("report")
    whole.set_param("report-type", "delivery-status")
    whole["Subject"] = "Undelivered Mail Returned to Sender"
    whole["Message-ID"] = "<report@mail.example.com>"
    whole.attach(MIMEText("I'm sorry to have to inform you ..."))
    facts = MIMEBase("message", "delivery-status")
    facts.set_payload(
        [
            headers("Reporting-MTA: dns; mail.example.com"),
            headers(
                f"Final-Recipient: rfc822; ana@example.com\nAction: {action}\nStatus: {status}"
            ),
        ]
    )
    whole.attach(facts)
    letter = f"Subject: Your appointment\nMessage-ID: {message_id}\nTo: ana@example.com\n"
    returned = MIMEBase("text" if headers_only else "message", "rfc822")
    if headers_only:
        returned = MIMEText(letter, "rfc822-headers")
    else:
        inner = EmailMessage()
        inner["Subject"], inner["Message-ID"] = "Your appointment", message_id
        inner.set_content("Hello Ana")
        returned.set_payload([inner])
    whole.attach(returned)
    return whole.as_bytes()


def headers(text: str) -> EmailMessage:
    block = EmailMessage()
    for line in text.split("\n"):
        name, _, value = line.partition(": ")
        block[name] = value
    return block


def sent_letter() -> Message:
    visit(make_cast(), "9:00")
    message = outbox.deliver_next(now=NOW)
    assert message is not None
    assert message.state == Delivery.SENT
    return message


def note(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    output = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    call_command("note_bounce", stdout=output)
    return output.getvalue().strip()


@pytest.mark.django_db
@pytest.mark.parametrize("headers_only", [False, True])
def test_a_letter_that_came_back_is_for_the_desk_to_phone_about(
    headers_only: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message = sent_letter()
    raw = report(message.message_id, headers_only=headers_only)
    assert note(raw, monkeypatch) == "The letter is marked: please phone."
    message.refresh_from_db()
    assert (message.state, message.last_error) == (Delivery.FAILED, "Bounced 5.1.1")
    assert message.sent_at is None


@pytest.mark.django_db
def test_a_letter_that_is_only_late_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent_letter()
    raw = report(message.message_id, action="delayed", status="4.4.1")
    assert note(raw, monkeypatch).startswith("Nothing changed")
    message.refresh_from_db()
    assert message.state == Delivery.SENT


@pytest.mark.django_db
def test_the_second_report_of_a_letter_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent_letter()
    note(report(message.message_id), monkeypatch)
    Message.objects.update(state=Delivery.SUPERSEDED)
    assert note(report(message.message_id), monkeypatch).startswith("Nothing changed")
    message.refresh_from_db()
    assert message.state == Delivery.SUPERSEDED


@pytest.mark.django_db
def test_a_letter_that_is_not_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="We sent no letter"):
        note(report("<unknown@evil.example>"), monkeypatch)


FACTS_ALONE = b"""Content-Type: multipart/report; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; a

Action: failed
Status: 5.0.0
--x--
"""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: Out of office\n\nI am away.",
        b"Content-Type: multipart/report; boundary=x\n\n--x\n\nnothing\n--x--\n",
        FACTS_ALONE,
    ],
)
def test_what_is_no_report_is_refused(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoReport):
        read_report(raw)
    with pytest.raises(CommandError):
        note(raw, monkeypatch)


def test_what_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="longer"):
        note(b"x" * 2_000_001, monkeypatch)


def test_a_status_that_is_none_is_left_out() -> None:
    assert read_report(report("<a@example.com>", status="<script>")).status == ""
