"""What every command of the diary asks the rules, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from booking.absences import clinic_has_to
from booking.diary_lock import lock_contact
from booking.limits import must_phone
from booking.models import Appointment, Room
from booking.openings import Openings, WhyNot
from booking.policy import Refusal, patient_may_change
from content.models import Location, Practitioner


class NotOffered(Exception):
    """A rule refuses the time; `why` names it for staff."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.refusal.value)
        self.why = why


class MayNotOverbook(Exception):
    """The member of staff has no permission to book against the rules."""


class TooLate(Exception):
    """The cut-off has passed: the patient cannot move or cancel online any more."""


class PleasePhone(Exception):
    """The house rules want this contact to phone; a visitor is never told which of them."""


@dataclass(frozen=True)
class Place:
    """Where a visit may stand: with a reason if a rule was overruled, overbooked if that rule is
    that somebody else stands there."""

    room: Room
    overbooked: bool
    overbooking_reason: str


def expect_within_limits(email: str, *, now: datetime) -> None:
    """Raise PleasePhone if the contact may not book one more visit online. Two tabs of one person
    count one after the other, so that they cannot pass together."""
    lock_contact(email)
    if must_phone(email, now=now):
        raise PleasePhone


def is_in_time(visit: Appointment, *, now: datetime) -> bool:
    """Whether the patient can still change the visit online: until the cut-off, and longer if it is
    the clinic that cannot keep the time."""
    cutoff = timedelta(hours=visit.cancel_cutoff_hours)
    return patient_may_change(visit.starts_at, cutoff=cutoff, now=now) or clinic_has_to(visit)


def expect_in_time(visit: Appointment, *, now: datetime) -> None:
    """Raise TooLate if the patient cannot change the visit online any more."""
    if not is_in_time(visit, now=now):
        raise TooLate


def place_allowed(
    openings: Openings,
    practitioner: Practitioner,
    location: Location,
    start: datetime,
    *,
    by: User | None,
    overbooking_reason: str,
) -> Place:
    """The place of a visit that starts then, by the rules, or against them for staff who give a
    reason. Raises NotOffered or MayNotOverbook."""
    if why_not := openings.why_not(practitioner, location, start):
        _expect_overruled(why_not, by=by, reason=overbooking_reason)
    return Place(
        room=room_or_first(openings, practitioner, location, start),
        overbooked=openings.clash(practitioner, location, start) is not None,
        overbooking_reason=overbooking_reason if why_not else "",
    )


def room_or_first(
    openings: Openings, practitioner: Practitioner, location: Location, start: datetime
) -> Room:
    """A free room, or when overbooking the first of the location's."""
    room = openings.room_for(practitioner, location, start)
    if room is None and not openings.rooms(location):
        raise NotOffered(WhyNot(Refusal.ROOMS_TAKEN))
    return room or openings.rooms(location)[0]


def _expect_overruled(why_not: WhyNot, *, by: User | None, reason: str) -> None:
    """Raise NotOffered or MayNotOverbook unless staff may go against the rule, with a reason."""
    if by is None or why_not.refusal is Refusal.PAST or not reason:
        raise NotOffered(why_not)
    if not by.has_perm("booking.overbook"):
        raise MayNotOverbook
