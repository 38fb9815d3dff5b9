"""Who would like a time that became free: wishes and freed stretches, read and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)

from booking.diary import Who
from booking.intervals import Interval
from booking.models import (
    MOVABLE_STATES,
    PASSING_STATES,
    STANDING_STATES,
    Appointment,
    FreedTime,
    HouseRules,
    Service,
    SlotOffer,
    WaitingEntry,
)
from booking.openings import Openings
from clinic_site.local_time import clinic_zone, instant, local_day

# With less time to answer, an offer only annoys.
ANSWER_AT_LEAST = timedelta(minutes=10)
AFTER_DAY_STARTS = timedelta(hours=1)

UNANSWERED = (SlotOffer.Answer.DECLINED, SlotOffer.Answer.LAPSED)

OFFERS_TO_THE_PATIENT = SlotOffer.objects.filter(entry__patient=OuterRef("patient"))
OPEN_OFFERS = OFFERS_TO_THE_PATIENT.filter(answer=SlotOffer.Answer.OPEN)


@dataclass(frozen=True)
class Match:
    """A wish and the start inside the freed stretch that would fulfil it."""

    entry: WaitingEntry
    service: Service
    start: datetime


def matches(freed: FreedTime, *, now: datetime) -> Iterator[Match]:
    """Whom the freed time could be offered to at `now`, those who wait longest first.

    Nobody decides between two offers at once.
    """
    return _matches(freed, _wishes(freed).filter(~Exists(OPEN_OFFERS)), now=now)


def look_again_at(freed: FreedTime, *, now: datetime) -> datetime | None:
    """When the freed time may suit somebody, although it suits nobody at `now`: somebody keeps it
    only for a while, or who would like it decides on another offer. None if that ends too late."""
    wishes = _wishes(freed)
    deciding = {match.entry.patient_id for match in _matches(freed, wishes, now=now)}
    offers = SlotOffer.objects.filter(answer=SlotOffer.Answer.OPEN, entry__patient__in=deciding)
    ends = list(offers.values_list("expires_at", flat=True))
    if wishes.exists():
        ends += _kept_for_a_while(freed, now=now)
    return min((end for end in ends if end < freed.starts_at), default=None)


def suits(entry: WaitingEntry, start: datetime) -> bool:
    """Whether a visit at `start` is what was wished for: day, time of day, and earlier than the
    visit that the patient has."""
    local = start.astimezone(clinic_zone())
    return (
        local.date() <= entry.until
        and (not entry.weekdays or local.weekday() in entry.weekdays)
        and (entry.earliest is None or entry.earliest <= local.time())
        and (entry.latest is None or local.time() <= entry.latest)
        and (entry.appointment is None or start < entry.appointment.starts_at)
    )


def would_have(entry: WaitingEntry, start: datetime, who: Who) -> bool:
    """Whether a visit at `start`, with that practitioner and there, is what was wished for."""
    return (
        suits(entry, start)
        and entry.practitioner in {None, who.practitioner}
        and entry.location in {None, who.location}
    )


def earlier_is_possible(visit: Appointment, *, now: datetime) -> bool:
    """Whether a time before the visit's could still be booked, if one became free."""
    return visit.starts_at > now + visit.service.policy.notice


def wish_for(visit: Appointment) -> WaitingEntry | None:
    """The place on the list that the patient has for a time before this visit."""
    waiting = visit.waiting_entries.filter(state=WaitingEntry.State.WAITING, by_clinic=False)
    return waiting.select_related("practitioner", "location").first()


def wanted_service(entry: WaitingEntry) -> Service:
    """What the visit takes: as booked already, or as the service is today."""
    return entry.appointment.service_as_booked if entry.appointment else entry.service


def by_day(now: datetime, *, rules: HouseRules) -> datetime:
    """`now`, or at night the start of the next day: nobody's phone rings before."""
    local = now.astimezone(clinic_zone())
    if rules.day_starts_at <= local.time() < rules.day_ends_at:
        return now
    is_evening = local.time() >= rules.day_starts_at
    morning = local.date() + timedelta(days=1) if is_evening else local.date()
    return instant(morning, rules.day_starts_at, clinic_zone())


def answer_by(start: datetime, *, notice: timedelta, rules: HouseRules, now: datetime) -> datetime:
    """Until when an offer of `start` made at `now` is kept: some minutes by day, and by night
    until an hour after the next day has started. Never later than the visit can be booked."""
    day = by_day(now, rules=rules)
    end = now + timedelta(minutes=rules.offer_minutes) if day == now else day + AFTER_DAY_STARTS
    return min(end, start - notice)


def offers_without_visit(entry: WaitingEntry) -> int:
    """How many freed times the patient declined or let pass; what was offered because of an absence
    does not count."""
    return entry.offers.filter(answer__in=UNANSWERED, rearrangement=None).count()


def past_use(*, now: datetime) -> QuerySet[WaitingEntry]:
    """Wishes on the list that no time can fulfil: their visit is off, or, with no offer that still
    waits for its answer, their last day is over or their visit so near that nothing earlier could
    be booked. What the clinic itself offers instead of a visit may come that late."""
    notice = ExpressionWrapper(
        F("service__notice_hours") * timedelta(hours=1), output_field=DurationField()
    )
    nearest = ExpressionWrapper(Value(now) + notice, output_field=DateTimeField())
    too_late = Q(until__lt=local_day(now, clinic_zone())) | Q(appointment__starts_at__lte=nearest)
    asked_now = SlotOffer.objects.filter(
        entry=OuterRef("pk"), answer=SlotOffer.Answer.OPEN, expires_at__gt=now
    )
    return (
        WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING)
        .filter(
            (Q(appointment__isnull=False) & ~Q(appointment__state__in=STANDING_STATES))
            | (too_late & ~Exists(asked_now))
        )
        .select_related("appointment")
        .order_by("pk")
    )


def _matches(
    freed: FreedTime, entries: Iterable[WaitingEntry], *, now: datetime
) -> Iterator[Match]:
    stretch = Interval(freed.starts_at, freed.ends_at)
    who = Who(freed.practitioner, freed.location)
    starts: dict[tuple[int, int, int, int], list[datetime]] = {}
    for entry in entries:
        service = wanted_service(entry)
        takes = service.buffer_before_minutes, service.length_minutes, service.buffer_after_minutes
        if (service.pk, *takes) not in starts:
            openings = Openings(service, now=now, who=who)
            found = [time.start for time in openings.times(stretch)]
            starts[service.pk, *takes] = [
                start for start in found if now + ANSWER_AT_LEAST <= start - service.policy.notice
            ]
        for start in starts[service.pk, *takes]:
            if suits(entry, start) and _is_free(entry, service, start):
                yield Match(entry, service, start)
                break


def _kept_for_a_while(freed: FreedTime, *, now: datetime) -> list[datetime]:
    """When what the clock will take out of the diary ends, of what stands in the stretch: with the
    practitioner, or in a room that would be needed."""
    near = Q(practitioner=freed.practitioner_id) | Q(location=freed.location_id)
    kept = Appointment.objects.filter(
        near,
        state__in=PASSING_STATES,
        hold_expires_at__gt=now,
        blocks__overlap=(freed.starts_at, freed.ends_at),
    )
    return [end for end in kept.values_list("hold_expires_at", flat=True) if end]


def _wishes(freed: FreedTime) -> QuerySet[WaitingEntry]:
    """The wishes that this practitioner and place could fulfil, the oldest first.

    Nobody is offered a time twice.
    """
    at_most = HouseRules.current().offers_at_most
    of_this_time = OFFERS_TO_THE_PATIENT.filter(
        practitioner=freed.practitioner,
        starts_at__gte=freed.starts_at,
        starts_at__lt=freed.ends_at,
    )
    return (
        WaitingEntry.objects.filter(
            Q(practitioner=None) | Q(practitioner=freed.practitioner_id),
            Q(location=None) | Q(location=freed.location_id),
            Q(appointment=None)
            | Q(
                appointment__state__in=MOVABLE_STATES,
                appointment__starts_at__gt=freed.starts_at,
            ),
            state=WaitingEntry.State.WAITING,
            by_clinic=False,
            service__is_offered=True,
            service__practitioners=freed.practitioner_id,
        )
        .filter(~Exists(of_this_time))
        .annotate(
            passed=Count(
                "offers",
                filter=Q(offers__answer__in=UNANSWERED, offers__rearrangement=None),
            )
        )
        .filter(passed__lt=at_most)
        .select_related("patient__responsible_adult", "service", "appointment__service")
        .order_by("created_at", "pk")
    )


def _is_free(entry: WaitingEntry, service: Service, start: datetime) -> bool:
    """Whether the patient has no other visit then; the one that would be moved does not count."""
    others = entry.patient.appointments.blocking().filter(
        starts_at__lt=start + service.length, ends_at__gt=start
    )
    if entry.appointment:
        others = others.exclude(pk=entry.appointment.pk)
    return not others.exists()


def offers_to_phone() -> QuerySet[SlotOffer]:
    """Open offers that no letter tells of, because there is no e-mail address: the desk phones."""
    without_letter = Q(entry__patient__responsible_adult=None, entry__patient__email="") | Q(
        entry__patient__responsible_adult__email=""
    )
    return SlotOffer.objects.filter(without_letter, answer=SlotOffer.Answer.OPEN)
