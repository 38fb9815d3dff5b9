"""Where letters go while no mail server is set: readable files."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class ReadableFileBackend(BaseEmailBackend):
    """Writes each letter as an .eml file, which any mail program opens, into EMAIL_FILE_PATH."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for position, message in enumerate(email_messages):
            name = f"{timezone.localtime():%Y-%m-%d-%H%M%S-%f}-{position}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)
