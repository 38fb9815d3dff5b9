"""Whose health data a member of staff may see: the one place that decides about single patients.

Permissions say what kind of work somebody does; this says about whom.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User

from booking.models import Appointment, State

READ, READ_ALL = "booking.read_answers", "booking.read_all_answers"
DECIDE = "booking.decide_on_answers"
# A visit that was cancelled or never proved makes nobody a practitioner's patient: not for other
# visits, and not for its own answers.
NEVER_THEIRS = (State.UNPROVED, State.LAPSED, State.CANCELLED)
TREATED_IN = (State.NEEDS_REVIEW, State.BOOKED, State.ARRIVED, State.COMPLETED)


def may_read_about(user: User | AnonymousUser) -> bool:
    """What a visit is about is health data too: for those who run the day or treat."""
    return user.has_perm("booking.run_the_day") or user.has_perm(READ)


def may_read_answers(user: User | AnonymousUser, visit: Appointment) -> bool:
    """Clinicians read the answers of their own patients, the lead practitioner everybody's."""
    if not user.has_perm(READ):
        return False
    return user.has_perm(READ_ALL) or treats(user, visit)


def may_decide(user: User | AnonymousUser, visit: Appointment) -> bool:
    return user.has_perm(DECIDE) and may_read_answers(user, visit)


def may_hear_consent(user: User | AnonymousUser, visit: Appointment) -> bool:
    """Consent to a treatment is given to somebody who treats the patient."""
    return user.has_perm(READ_ALL) or treats(user, visit)


def treats(user: User | AnonymousUser, visit: Appointment) -> bool:
    """Whether the user is the practitioner of the visit, as it stands, or treats or treated its
    patient otherwise."""
    practitioner = getattr(user, "practitioner", None)
    if practitioner is None:
        return False
    if visit.practitioner_id == practitioner.pk and visit.state not in NEVER_THEIRS:
        return True
    return (
        visit.patient_id is not None
        and Appointment.objects.filter(
            patient=visit.patient_id, practitioner=practitioner, state__in=TREATED_IN
        ).exists()
    )
