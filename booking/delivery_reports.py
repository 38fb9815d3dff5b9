"""What a mail server reports of a letter that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
LETTER_IDS = re.compile(rb"(?im)^Message-ID:\s*(<[^<>\s]{1,115}>)")


class NoReport(Exception):
    """It is not a report of a letter's delivery, or names no letter."""


@dataclass(frozen=True)
class DeliveryReport:
    """`message_id` of the letter; `failed` unless the server only says that it is late."""

    message_id: str
    status: str
    failed: bool


def read_report(raw: bytes) -> DeliveryReport:
    """The report in an e-mail. Raises NoReport."""
    report = message_from_bytes(raw, policy=policy.default)
    if report.get_content_type() != "multipart/report":
        raise NoReport("This is not a delivery report (multipart/report).")
    facts = list(_facts_of_recipients(report))
    if not facts:
        raise NoReport("This report says nothing of a recipient (message/delivery-status).")
    failures = [status for action, status in facts if action == "failed"]
    return DeliveryReport(
        message_id=_letter_of(report),
        status=(failures or [facts[0][1]])[0],
        failed=bool(failures),
    )


def _facts_of_recipients(report: EmailMessage) -> Iterator[tuple[str, str]]:
    """Action and status of each recipient."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                if isinstance(block, Message) and block.get("Action"):
                    status = STATUS.search(str(block.get("Status", "")))
                    yield str(block["Action"]).strip().lower(), status[0] if status else ""


def _letter_of(report: EmailMessage) -> str:
    """The Message-ID of the letter, which comes back whole or as its headers."""
    for part in report.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            found = LETTER_IDS.search(part.as_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[2])
            if found:
                return found[1].decode("ascii", "replace")
    raise NoReport("This report does not bring back the letter or its headers.")
