"""The secret links of a letter: made and committed before it leaves, because only their hashes may
be kept and a crash must not leave a dead one in somebody's mail (docs/decisions/0010)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.conf import settings

from booking import visit_links
from booking.letters.readers import sessions_of, visits_of_address
from booking.models import Appointment, Course, Message, SlotOffer, VisitLink, WaitingEntry
from booking.visit_links import AFTER_THE_VISIT, Opened
from clinic_site.local_time import clinic_zone, instant

Kind = Message.Kind

# Letters about something that its reader can still change: its page is one tap away.
TO_ITS_SUBJECT = {
    Kind.CONFIRMATION,
    Kind.MOVED,
    Kind.REMINDER,
    Kind.ADDRESS_PROOF,
    Kind.REVIEW,
    Kind.PLEASE_PHONE,
    Kind.CHOOSE_TIME,
    Kind.WAITING,
    Kind.OFFER,
    Kind.COURSE,
}
# A text message says when; only these ask for something that a link does at once.
IN_A_TEXT_MESSAGE = {Kind.REMINDER, Kind.OFFER}
LEFT_OUT = "…"


@dataclass(frozen=True)
class Links:
    """The tokens made for one letter, by what they open."""

    tokens: dict[tuple[str, int], str] = field(default_factory=dict)

    def to(self, thing: Opened) -> str:
        """The address that opens `thing`. Raises KeyError if none was made."""
        return f"{settings.SITE_ORIGIN}/v/{self.tokens[_key(thing)]}"

    def lead_to(self, thing: Opened) -> bool:
        return _key(thing) in self.tokens

    def cut_out_of(self, text: str) -> str:
        """`text` as it may be kept."""
        for token in self.tokens.values():
            text = text.replace(token, LEFT_OUT)
        return text

    def withdraw(self) -> None:
        """Remove the links: the letter that had them reached nobody."""
        hashes = [visit_links.hash_of(token) for token in self.tokens.values()]
        VisitLink.objects.filter(token_hash__in=hashes).delete()


def issue_links(message: Message, *, now: datetime) -> Links:
    """New links to all that the letter leads to."""
    return Links(
        {
            _key(thing): visit_links.issue(thing, expires_at=end_of(thing), now=now)
            for thing in _opened_by(message, now=now)
        }
    )


def end_of(thing: Opened) -> datetime:
    """Until when a link to `thing` is good for anything."""
    match thing:
        case Appointment():
            return thing.ends_at + AFTER_THE_VISIT
        case SlotOffer():
            return thing.expires_at
        case WaitingEntry():
            return instant(thing.until + timedelta(days=2), time(), clinic_zone())
        case Course():
            return thing.answer_by


def _opened_by(message: Message, *, now: datetime) -> Iterable[Opened]:
    is_text = message.channel == Message.Channel.TEXT
    if is_text and message.kind not in IN_A_TEXT_MESSAGE:
        return []
    if message.kind == Kind.FIND_VISIT:
        return visits_of_address(message.to, now=now)
    if message.kind == Kind.COURSE_BOOKED:
        return sessions_of(message)
    about = (message.appointment, message.offer, message.waiting_entry, message.course)
    return [thing for thing in about if thing] if message.kind in TO_ITS_SUBJECT else []


def _key(thing: Opened) -> tuple[str, int]:
    return type(thing).__name__, thing.pk
