import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from booking.delivery_reports import DeliveryReport, NoReport, read_report
from booking.models import Message

LONGEST = 2_000_000


class Command(BaseCommand):
    help = (
        "Reads one delivery report, as a mail server pipes it, from standard input, and marks the "
        "letter that came back as failed, so that the desk phones."
    )

    def handle(self, **options: Any) -> None:
        raw = sys.stdin.buffer.read(LONGEST + 1)
        if len(raw) > LONGEST:
            raise CommandError("This is longer than any delivery report.")
        try:
            report = read_report(raw)
        except NoReport as unreadable:
            raise CommandError(str(unreadable)) from unreadable
        self.stdout.write(note(report))


def note(report: DeliveryReport) -> str:
    """What was done, in a sentence. Raises CommandError for a letter that is not ours."""
    with transaction.atomic():
        letter = Message.objects.filter(message_id=report.message_id).select_for_update().first()
        if letter is None:
            raise CommandError("We sent no letter with this Message-ID.")
        if not report.failed:
            return "Nothing changed: the letter is on its way."
        if letter.state != Message.Delivery.SENT:
            return f"Nothing changed: the letter is “{letter.get_state_display()}”."
        letter.state, letter.sent_at = Message.Delivery.FAILED, None
        letter.last_error = f"Bounced {report.status}".strip()
        letter.save(update_fields=["state", "sent_at", "last_error"])
    return "The letter is marked: please phone."
