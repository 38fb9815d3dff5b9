"""The safety questions as published, and patients' sealed answers to them.

What is sealed holds the questions as they were worded, so that answers can be read long after a
rule was changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from booking.models import (
    Appointment,
    EventKind,
    HouseRules,
    Patient,
    ScreeningAnswers,
    State,
)
from booking.screening import Question, Verdict, verdict_on, verdict_on_one, version_of
from booking.sealing import CannotOpen
from clinic_site.local_time import clinic_zone, local_day
from content.gate import months_later
from content.models import SafetyRule

# Answers of visitors who did not finish booking.
KEPT_UNFINISHED = timedelta(hours=24)

Outcome = ScreeningAnswers.Outcome
OUTCOMES = {
    Verdict.CLEAR: Outcome.CLEAR,
    Verdict.REVIEW: Outcome.REVIEW,
    Verdict.CALL_FIRST: Outcome.CALL_FIRST,
}

# A clinician approved them, the patient came to the visit that they were given for, or whoever
# reads the patient's mail confirmed it.
STOOD_BEHIND = (
    Q(decision=ScreeningAnswers.Decision.APPROVED)
    | Q(appointments__state__in=[State.ARRIVED, State.COMPLETED])
    | Q(appointments__events__kind=EventKind.PROVED)
)


@dataclass(frozen=True)
class GivenAnswer:
    """One question as it was asked, what it would lead to, and the answer."""

    key: str
    group: str
    question: str
    outcome: str
    answer: str

    @property
    def verdict(self) -> Verdict:
        """What this answer alone leads to."""
        asked = Question(self.key, self.group, self.question, self.outcome)
        return verdict_on_one(asked, {self.key: self.answer})


def questions() -> list[Question]:
    """What is asked today: the published safety rules, in their order."""
    rules = SafetyRule.objects.filter(is_published=True).order_by("order", "key")
    return [
        Question(
            key=rule.key,
            group=rule.group,
            text=rule.question,
            outcome=rule.outcome,
            regions=tuple(rule.regions),
        )
        for rule in rules
    ]


def keep(
    asked: Sequence[Question], answers: Mapping[str, str], *, now: datetime
) -> ScreeningAnswers:
    """Judge, seal and save a visitor's answers; booking the visit makes them a patient's."""
    row = ScreeningAnswers(
        version=version_of(asked), outcome=OUTCOMES[verdict_on(asked, answers)], given_at=now
    )
    given = [
        GivenAnswer(each.key, each.group, each.text, each.outcome, answers.get(each.key, ""))
        for each in asked
    ]
    row.seal({"given": [asdict(each) for each in given]})
    row.save()
    return row


def opened(row: ScreeningAnswers) -> list[GivenAnswer]:
    """The answers in the order in which they were asked. Raises sealing.CannotOpen."""
    return [GivenAnswer(**each) for each in row.open().get("given", [])]


def advice_on(row: ScreeningAnswers) -> list[SafetyRule]:
    """The rules because of which to call or see a doctor first; none if nobody can say which."""
    try:
        given = opened(row)
    except CannotOpen:
        return []
    grave = [each.key for each in given if each.verdict == Verdict.CALL_FIRST]
    return list(SafetyRule.objects.filter(key__in=grave).order_by("order", "key"))


def unfinished(
    pk: UUID | str, *, visit: Appointment | None = None, now: datetime
) -> ScreeningAnswers | None:
    """A visitor's own answers, if they still hold and are nobody's, or belong to `visit`."""
    mine = Q(patient=None) | Q(appointments=visit.pk) if visit else Q(patient=None)
    return _still_good(ScreeningAnswers.objects.filter(mine, pk=pk), now=now)


def valid_for(patient: Patient, *, now: datetime) -> ScreeningAnswers | None:
    """The latest answers of a patient whose identity is proved, if they need not be asked again.

    Whoever knows a patient's name and address can book and answer in that name: answers that clear
    a visit count only if somebody stands behind them. All others lead to a clinician's look, so
    they count whoever gave them. None holds when the questions have changed since, or after a
    clinician has declined a visit, until one is approved. Never ask this about a name or address
    that somebody only typed.
    """
    rows = ScreeningAnswers.objects.filter(patient=patient)
    decided = rows.exclude(decision="").order_by("-decided_at").first()
    if decided and decided.decision == ScreeningAnswers.Decision.DECLINED:
        return None
    return _still_good(rows.filter(STOOD_BEHIND | ~Q(outcome=Outcome.CLEAR)), now=now)


def forget_unfinished(pk: UUID | str) -> None:
    """Remove a visitor's answers that were given anew before they became anybody's."""
    mine = ScreeningAnswers.objects.filter(pk=pk, patient=None, appointments=None)
    _remove(mine)


def let_go(pk: UUID) -> None:
    """Answers of a booking that came to nothing are nobody's again, and erased with those of
    bookings that were never finished. What somebody has read stays, with the record of it."""
    theirs = ScreeningAnswers.objects.filter(pk=pk, appointments=None, readings=None)
    theirs.update(patient=None)


def never_finished(*, before: datetime) -> QuerySet[ScreeningAnswers]:
    """Answers given before then, of bookings that were never finished."""
    return ScreeningAnswers.objects.filter(
        patient=None, appointments=None, readings=None, given_at__lt=before
    )


def forget_never_finished(*, now: datetime) -> int:
    """Remove answers a day old that became nobody's, as the privacy page promises; how many."""
    return _remove(never_finished(before=now - KEPT_UNFINISHED))


@transaction.atomic
def _remove(rows: QuerySet[ScreeningAnswers]) -> int:
    """Those that somebody books with at this moment are left to them."""
    free = rows.select_for_update(skip_locked=True, of=("self",))
    removed, _ = ScreeningAnswers.objects.filter(pk__in=[row.pk for row in free]).delete()
    return removed


def are_too_old(row: ScreeningAnswers, *, now: datetime) -> bool:
    """Whether the house rules want the questions to be asked again."""
    zone, months = clinic_zone(), HouseRules.current().screening_months
    return local_day(now, zone) >= months_later(local_day(row.given_at, zone), months)


def _still_good(rows: QuerySet[ScreeningAnswers], *, now: datetime) -> ScreeningAnswers | None:
    """The latest of `rows`, to today's questions, young enough, and not declined."""
    latest = rows.filter(version=version_of(questions())).order_by("-given_at").first()
    if latest is None or latest.decision == ScreeningAnswers.Decision.DECLINED:
        return None
    return None if are_too_old(latest, now=now) else latest
