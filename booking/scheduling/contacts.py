"""Links and letters when a patient is reached elsewhere, or has lost what was sent.

None of these changes who comes when, so they run in whatever transaction their caller has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from phonenumber_field.phonenumber import PhoneNumber

from booking import visit_links
from booking.absences import clinic_has_to
from booking.models import (
    MOVABLE_STATES,
    Appointment,
    Course,
    Message,
    Patient,
    SlotOffer,
    State,
    VisitLink,
    WaitingEntry,
)
from booking.scheduling.correspondence import (
    in_nobodys_hands,
    owe,
    owe_letter,
    owe_reminders,
    supersede,
    take_back_letters,
)

# Longer than the days on which an attempt to send it may still be made.
KEEP_FOUND_VISITS = timedelta(days=7)


@transaction.atomic
def contact_changed(patient: Patient, *, now: datetime) -> None:
    """Letters go elsewhere from now on: what was sent to the old address opens nothing any more,
    what still waits to go there is taken back, and what holds is written anew."""
    Patient.objects.filter(pk=patient.pk).update(email_proved_at=None)
    tell_anew(concerns_of(patient), now=now)


@dataclass(frozen=True)
class Concerns:
    """What letters to one patient were about, their own and of whom they care for, by id: it stays
    the same when the rows become another patient's."""

    visits: list[int]
    entries: list[int]
    courses: list[int]


def concerns_of(patient: Patient) -> Concerns:
    reached = Q(patient=patient) | Q(patient__responsible_adult=patient)

    def ids(rows: QuerySet[Any]) -> list[int]:
        return list(rows.filter(reached).values_list("pk", flat=True))

    return Concerns(
        ids(Appointment.objects.all()), ids(WaitingEntry.objects.all()), ids(Course.objects.all())
    )


def tell_anew(about: Concerns, *, now: datetime) -> None:
    """Letters about these go to another address from now on: links at the old one end, what waits
    to leave is taken back, and what holds is written anew."""
    _revoke_links_to(about, now=now)
    rows = Appointment.objects.with_everybody().standing()
    for visit in rows.filter(pk__in=about.visits, starts_at__gt=now):
        by_text = visit.messages.waiting().filter(channel=Message.Channel.TEXT).exists()
        take_back_letters(visit)
        send_new_link(visit, now=now, by_text=by_text)
        if visit.state == State.BOOKED:
            owe_reminders(visit, now=now)
    kinds, waiting = Message.Kind, WaitingEntry.State.WAITING
    entries = WaitingEntry.objects.filter(pk__in=about.entries, state=waiting)
    for entry in entries.filter(by_clinic=False):
        _write_anew(kinds.WAITING, entry.patient, now=now, waiting_entry=entry)
    for offer in SlotOffer.objects.filter(entry__in=entries, answer=SlotOffer.Answer.OPEN):
        _write_anew(kinds.OFFER, offer.entry.patient, now=now, offer=offer)
    for course in Course.objects.filter(pk__in=about.courses, answer=Course.Answer.OPEN):
        _write_anew(kinds.COURSE, course.patient, now=now, course=course)
    # Each of its sessions has been told of above.
    supersede(Message.objects.filter(kind=kinds.COURSE_BOOKED, course__in=about.courses))
    _readdress(Message.objects.filter(appointment__in=about.visits))


def _revoke_links_to(about: Concerns, *, now: datetime) -> None:
    """Make every link to these useless, for good: one that had ended by a change of the patient's
    own does not come back when that is taken back."""
    things = (
        Q(appointment__in=about.visits)
        | Q(waiting_entry__in=about.entries)
        | Q(offer__entry__in=about.entries)
        | Q(course__in=about.courses)
    )
    VisitLink.objects.filter(things).update(revoked_at=now)


def _readdress(letters: QuerySet[Message]) -> None:
    """Of visits that are over or off: what waits to leave goes where all others go now."""
    for letter in in_nobodys_hands(letters.filter(channel=Message.Channel.EMAIL)):
        letter.to = Patient.objects.get(appointments=letter.appointment_id).correspondent.email
        if not letter.to:
            letter.state = Message.Delivery.SUPERSEDED
        letter.save(update_fields=["to", "state"])


@transaction.atomic
def renew_reminders(patient: Patient, *, now: datetime) -> None:
    """The patient wants reminders, or none, or at another number: those that are to come are as
    they want them. One that is due already, and waits for a mail server, leaves as they are reached
    then, or is not wanted any more."""
    reached = Q(patient=patient) | Q(patient__responsible_adult=patient)
    rows = Appointment.objects.with_everybody().filter(reached, state=State.BOOKED)
    for visit in rows.filter(starts_at__gt=now):
        supersede(_reminders_to_come(visit, now=now))
        # No letter of this moment tells what one in an hour would have told.
        owe_reminders(visit, now=now, not_within=timedelta())


def _reminders_to_come(visit: Appointment, *, now: datetime) -> QuerySet[Message]:
    """Those that would be owed anew, or all if none is wanted. What was tried is due, whatever its
    hour: it was put off."""
    owed = visit.messages.filter(kind=Message.Kind.REMINDER)
    wanted = visit.patient is not None and visit.patient.correspondent.reminders
    return owed.filter(due_at__gte=now, attempts=0) if wanted else owed


@transaction.atomic
def phone_corrected(patient: Patient, *, was: PhoneNumber | None, now: datetime) -> None:
    """Visits ahead for which the number on file was left, `was`, have the corrected one too. If a
    link that may still work was texted to it, those end and what holds is written anew."""
    if not was:
        return
    reached = Q(patient=patient) | Q(patient__responsible_adult=patient)
    rows = Appointment.objects.standing().filter(reached, contact_phone=was, starts_at__gt=now)
    for visit in rows.select_for_update(no_key=True, of=("self",)):
        visit.contact_phone = patient.phone
        visit.save(by_scheduling=True, update_fields=["contact_phone"])
    about = concerns_of(patient)
    if _has_live_links(about, number=was.as_e164, now=now):
        tell_anew(about, now=now)


def _has_live_links(about: Concerns, *, number: str, now: datetime) -> bool:
    """Whether a text message went to `number` about something that a link still opens."""
    texts = Message.objects.filter(
        channel=Message.Channel.TEXT, state=Message.Delivery.SENT, to=number
    )
    live = VisitLink.objects.filter(revoked_at__isnull=True, expires_at__gt=now)
    return texts.filter(
        Q(appointment__in=about.visits, appointment__links__in=live)
        | Q(offer__entry__in=about.entries, offer__links__in=live)
    ).exists()


def revoke_links(*, appointment: Appointment, now: datetime) -> int:
    """Make every link that leads to the visit useless, for good; how many still worked."""
    links = visit_links.around(appointment)
    live = links.filter(revoked_at__isnull=True, expires_at__gt=now).count()
    links.update(revoked_at=now)
    return live


def send_new_link(appointment: Appointment, *, now: datetime, by_text: bool = False) -> bool:
    """Owe the letter that says how the visit stands, with a link; whether there is one to send. A
    text message has no link, and would say again what is no news."""
    kind = _tells_how_it_stands(appointment)
    if kind is None or appointment.patient is None or not appointment.patient.correspondent.email:
        return False
    owe_letter(appointment, kind, now=now, by_text=by_text)
    return True


def owe_found_visits(address: str, *, now: datetime) -> None:
    """Owe whoever reads `address` a list of the visits that we know for it.

    Nothing is looked up before the letter is about to leave, and it leaves only if there is one, so
    nobody can tell from here what is known.
    """
    Message.objects.create(
        kind=Message.Kind.FIND_VISIT,
        to=address,
        message_id=make_msgid(domain=settings.MAIL_DOMAIN),
        due_at=now,
        created_at=now,
    )


def forget_found_visits(*, now: datetime) -> int:
    """Remove the lists of visits that were asked for a week ago, with the addresses that asked;
    how many."""
    old = Message.objects.filter(
        kind=Message.Kind.FIND_VISIT, created_at__lt=now - KEEP_FOUND_VISITS
    )
    removed, _ = old.exclude(state=Message.Delivery.QUEUED).delete()
    return removed


def _tells_how_it_stands(visit: Appointment) -> Message.Kind | None:
    kinds = Message.Kind
    if visit.state in MOVABLE_STATES and clinic_has_to(visit):
        return kinds.CHOOSE_TIME
    if visit.state == State.BOOKED:
        was_told = visit.messages.filter(kind=kinds.MOVED).exists()
        return kinds.MOVED if was_told else kinds.CONFIRMATION
    return {State.NEEDS_REVIEW: kinds.REVIEW, State.UNPROVED: kinds.ADDRESS_PROOF}.get(
        State(visit.state)
    )


def _write_anew(kind: Message.Kind, patient: Patient, *, now: datetime, **about: Any) -> None:
    supersede(Message.objects.filter(kind=kind, **about))
    owe(kind, to=patient.correspondent, now=now, **about)
