"""What answers to the safety questions lead to, on plain values.

The table is written from the evidence for the rules. A “yes” leads where the rule says. “I'm not
sure” never lets a visit pass unseen: a clinician looks first. Where the rule says “see a doctor
first” it counts like a “yes”, because there the suspicion itself speaks against needling (a
fracture, a tumour, an illness behind the pain). Whatever cannot be judged goes to a clinician.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Verdict(IntEnum):
    """What becomes of a booking; the graver one is the greater."""

    CLEAR = 0
    REVIEW = 1
    CALL_FIRST = 2


@dataclass(frozen=True)
class Question:
    """A safety rule as it is asked; `outcome` is where the rule says that a “yes” leads."""

    key: str
    group: str
    text: str
    outcome: str
    regions: tuple[str, ...] = ()


LEADS_TO: dict[tuple[str, Answer], Verdict] = {
    ("review", Answer.NO): Verdict.CLEAR,
    ("review", Answer.UNSURE): Verdict.REVIEW,
    ("review", Answer.YES): Verdict.REVIEW,
    ("phone", Answer.NO): Verdict.CLEAR,
    ("phone", Answer.UNSURE): Verdict.REVIEW,
    ("phone", Answer.YES): Verdict.CALL_FIRST,
    ("doctor", Answer.NO): Verdict.CLEAR,
    ("doctor", Answer.UNSURE): Verdict.CALL_FIRST,
    ("doctor", Answer.YES): Verdict.CALL_FIRST,
}


def verdict_on(questions: Sequence[Question], answers: Mapping[str, str]) -> Verdict:
    """The gravest of what the answers lead to.

    CLEAR only if every question was asked and answered “no”: an answer that is missing, unknown or
    to a question that was not asked, and a rule that cannot be judged, all ask for a clinician.
    """
    verdicts = [verdict_on_one(question, answers) for question in questions]
    if not questions or not _were_asked(answers, questions):
        verdicts.append(Verdict.REVIEW)
    return max(verdicts)


def verdict_on_one(question: Question, answers: Mapping[str, str]) -> Verdict:
    """What the answer to one question leads to."""
    try:
        return LEADS_TO[question.outcome, Answer(answers[question.key])]
    except Exception:  # noqa: BLE001 - whatever is wrong with a rule, a clinician looks
        return Verdict.REVIEW


def version_of(questions: Sequence[Question]) -> str:
    """A hash of the questions as they are asked: it changes when one of them does."""
    asked = [(each.key, each.group, each.text, each.outcome) for each in questions]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _were_asked(answers: Mapping[str, str], questions: Sequence[Question]) -> bool:
    try:
        return set(answers) <= {question.key for question in questions}
    except Exception:  # noqa: BLE001 - a rule without a readable key
        return False
