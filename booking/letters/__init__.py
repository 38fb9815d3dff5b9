"""What the clinic writes to people, from rows in the outbox.

A letter is a pure function of the rows it tells of and of the secret links made for it, so that
sending it again sends the same one. Subjects, and what a lock screen shows, say when and nothing
about why. Nothing that somebody typed about themselves is repeated but their name, and that only
in the salutation.
"""

from booking.letters.composing import compose, invite_of, salutation
from booking.letters.links import Links, issue_links
from booking.letters.readers import address_of
from booking.letters.short_texts import short_text
from booking.letters.truth import is_still_true

__all__ = [
    "Links",
    "address_of",
    "compose",
    "invite_of",
    "is_still_true",
    "issue_links",
    "salutation",
    "short_text",
]
